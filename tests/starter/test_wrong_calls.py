"""Wrong input at the command line: each gets its clear answer, the exit code that says whose fault it is, and one
JSON value where a program asked for it.
"""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from client.settings import Settings
from records.database import Database
from records.journal import write
from tests.records import samples
from tests.starter.command_line import CommandLine

AS = ("--as", "sample-agent-1")
LEAD = ("--as", "sample-lead-1")
ISSUE = "desk:REF-1"

WRONG = [
    (("acknowlege", ISSUE), "No such command 'acknowlege'. Did you mean 'acknowledge'?"),
    (("ack", ISSUE), "Did you mean acknowledge?"),
    (("open", "title", *AS, "--severty", "S1"), "No such option: --severty"),
    (("open", "title"), "Missing option '--as'"),
    (("open", *AS), "Missing argument 'TITLE'"),
    (("open", "title", "--as", "sample-agnet-1"), "--as: 'sample-agnet-1' is not known; allowed: sample-agent-1,"),
    (("open", "title", *AS, "--policy", "four-tier"), "did you mean 'four-tier-support'"),
    (("open", "title", *AS, "--severity", "P1"), "severity: 'P1' is not one of policy four-tier-support"),
    (("open", "title", *AS, "--kind", "suport"), "kind: 'suport' is not known"),
    (("open", "title", *AS, "--entity", "emea"), "legal entity 'emea'"),
    (("open", "title", *AS, "--team", "nobody"), "team: 'nobody' is not known; allowed: main, support, platform"),
    (("open", "title", *AS, "--class", "secret"), "class: 'secret' is not known"),
    (("open", "title", *AS, "--harm", "fruad"), "did you mean 'fraud'"),
    (("open", "title", *AS, "--party", "C-7781"), "party: 'C-7781' is not a pair; allowed: name=value"),
    (("open", "title", *AS, "--party", "custmer=C-7781"), "did you mean 'customer'"),
    (("open", "title", *AS, "--party", "customer="), "party: 'customer=' has no key"),
    (("open", "title", *AS, "--label", "vip"), "label: 'vip' is not a pair"),
    (("open", "title", *AS, "--source", "Help Desk"), "source: 'Help Desk' is not a name"),
    (("open", "title", *AS, "--ref", "4111 1111 1111 1111"), "looks like a card number"),
    (("open", "x" * 201, *AS), "has 201 characters; allowed: at most 200"),
    (("open", "red \x1b[31m", *AS), "a control character (U+001B)"),
    (("open", "title", *AS, "-d", "x" * 10_001), "has 10,001 characters; allowed: at most 10,000"),
    (("open", "title", *AS, "-d", "bell \x07"), "a control character (U+0007)"),
    (("open", "title", *AS, "--received-at", "2026-11-21T20:10"), "has no time zone, so it could mean many instants"),
    (("open", "title", *AS, "--received-at", "2099-01-01T00:00Z"), "is in the future"),
    (("open", "title", *AS, "--received-at", "5 fortnights ago"), "is not a duration; allowed: a number and a unit"),
    (("open", "title", *AS, "--noticed-at", "yesterday"), "noticed_at: 'yesterday' is not an instant"),
    (("open", "title", *AS, "--deadline", "2026-11-21"), "deadline: '2026-11-21' has no time zone"),
    (("open", "title", *AS, "--contacts", "0"), "'--contacts'"),
    (("open", "title", *AS, "--contacts", "many"), "'--contacts'"),
    (("acknowledge", ISSUE, "--as", "sample-laed-1"), "did you mean 'sample-lead-1'"),
    (("acknowledge", "REF-1", *LEAD), "issue: 'REF-1' is not an issue id; allowed: source:reference"),
    (("acknowledge", "desk:REF-1:0", *LEAD), "occurrence '0'"),
    (("acknowledge", "Desk!:REF-1", *LEAD), "source 'Desk!'"),
    (("acknowledge", ISSUE, *LEAD, "--until", "2026-11-21T20:10"), "until: '2026-11-21T20:10' has no time zone"),
    (("acknowledge", ISSUE, *LEAD, "--until", "2026-13-41T20:10Z"), "until: '2026-13-41T20:10Z' is not an instant"),
    (("acknowledge", ISSUE, *LEAD, "--until", "soon"), "allowed: an instant with its zone such as"),
    (("acknowledge", ISSUE, *LEAD, "--until", "0 min"), "is out of range"),
    (("acknowledge", ISSUE, *LEAD, "--until", "30 minits"), "did you mean '30 mins'?"),
    (("acknowledge", ISSUE, *LEAD, "--at", "in a minute"), "at: 'in a minute' is not an instant"),
    (("acknowledge", ISSUE, *LEAD, "--take-over-from", "kim"), "take_over_from (--take-over-from): 'kim' is not known"),
    (("acknowledge", ISSUE, *LEAD, "--id", "two\nlines"), "id"),
    (("take-charge", ISSUE, *LEAD, "--next", "Call the bank"), "Missing option '--until'"),
    (("take-charge", ISSUE, *LEAD, "--until", "1 h"), "Missing option '--next'"),
    (("resolve", ISSUE, *LEAD), "Missing option '--outcome'"),
    (("resolve", ISSUE, *LEAD, "--outcome", "payd"), "did you mean 'paid'"),
    (("close", ISSUE, *LEAD, "--reason", "done"), "reason: 'done' is not known; allowed: confirmed, silence"),
    (
        ("close", ISSUE, *LEAD, "--reason", "duplicate_of", "--duplicate-of", "it"),
        "duplicate_of (--duplicate-of): 'it' is not",
    ),
    (("list", "--status", "opne"), "status: 'opne' is not known; allowed: open, resolved, closed, ended"),
    (("list", "--tier", "team_laed"), "did you mean 'team_lead'"),
    (("list", "--severity", "P1"), "severity: 'P1' is not known"),
    (("list", "--kind", "suport"), "did you mean 'support'"),
    (("list", "--handler", "sample-laed-1"), "handler: 'sample-laed-1' is not known"),
    (("list", "--of", "kim"), "person: 'kim' is not known"),
    (("list", "--policy", "four"), "policy: 'four' is not known; allowed: four-tier-support, technical-sev"),
    (("list", "--entity", "Not A Name"), "filter legal_entity has the value 'Not A Name'"),
    (("list", "--limit", "0"), "'--limit'"),
    (("show", "nonsense"), "issue: 'nonsense' is not an issue id"),
    (("show", ISSUE, "--as", "kim"), "--as: 'kim' is not known"),
    (("watch", "--every", "0"), "'--every'"),
    (("watch", "--once", "--tier", "team_laed"), "did you mean 'team_lead'"),
    (("policy", "show", "technical"), "did you mean 'technical-sev'"),
    (("policy", "check", "nowhere.yaml"), "path: there is no nowhere.yaml"),
    (("inbox", "kim"), "person: 'kim' is not known"),
    (("inbox", "--read", "latest"), "--read: whose message is not said; allowed: `escalon inbox PERSON"),
    (("list", "--team", "suport"), "team: 'suport' is not known; allowed: main, support, platform"),
    (("watch", "--once", "--entity", "mian"), "entity: 'mian' is not known; allowed: main; did you mean 'main'?"),
    (("acknowledge", ISSUE, *LEAD, "--until", "1 month"), "'1 month' has no fixed length"),
]


@pytest.mark.parametrize(("arguments", "says"), WRONG, ids=[" ".join(call)[:60] for call, _ in WRONG])
@pytest.mark.usefixtures("record")
def test_wrong_input_is_named_with_what_is_allowed(escalon: CommandLine, arguments: tuple[str, ...], says: str) -> None:
    ran = escalon(*arguments)
    assert says in ran.err
    assert ran.err.startswith("error: ")
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize("arguments", [WRONG[0][0], WRONG[3][0], WRONG[5][0], WRONG[40][0], WRONG[47][0]])
@pytest.mark.usefixtures("record")
def test_a_program_gets_one_json_value_all_the_same(escalon: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = escalon(*arguments, "--json")
    assert ran.code == 2
    assert ran.json["error"]["why"] in ran.err
    assert ran.json["error"]["code"] in {"wrong_call", "wrong_input", "unknown_policy", "bad_issue_id"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("open", "title", *AS),
        ("acknowledge", ISSUE, *LEAD),
        ("resolve", ISSUE, *LEAD, "--outcome", "solved"),
    ],
)
def test_without_a_server_it_says_so_within_seconds_and_what_to_do(
    escalon: CommandLine, arguments: tuple[str, ...]
) -> None:
    began = time.monotonic()
    ran = escalon(*arguments)
    assert time.monotonic() - began < 5
    assert ran.code == 1
    assert "no Temporal server answers at 127.0.0.1:" in ran.err
    assert "start one with `escalon up`" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [("list",), ("timeline", ISSUE), ("watch", "--once"), ("inbox", "sample-lead-1"), ("security-log",)],
)
def test_without_a_record_nothing_is_made_and_it_says_where_one_was_looked_for(
    escalon: CommandLine, settings: Settings, arguments: tuple[str, ...]
) -> None:
    ran = escalon(*arguments)
    assert ran.code == 1
    assert f"there is no record at {settings.record}" in ran.err
    assert not settings.home.exists()


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("arguments", [("timeline", ISSUE), ("show", ISSUE), ("explain", ISSUE)])
def test_an_issue_of_which_nobody_can_tell(escalon: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = escalon(*arguments)
    assert (ran.code, ran.out) == (1, "")
    assert "no Temporal server answers" in ran.err
    assert "desk:REF-1 is not on record" in ran.err


@pytest.mark.usefixtures("record")
def test_an_empty_record_is_no_error(escalon: CommandLine) -> None:
    ran = escalon("list", "--json")
    assert (ran.code, ran.json) == (0, [])
    assert escalon("inbox", "sample-lead-1", "--json").json == []
    assert escalon("security-log", "--json").json == []
    assert "no issue yet" in escalon("list").err


def test_a_record_of_another_release_is_not_touched(escalon: CommandLine, record: Database) -> None:
    with record.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'r9999'")
    ran = escalon("list")
    assert ran.code == 1
    assert "is of a newer release (revision r9999)" in ran.err


def test_settings_that_cannot_be_are_named(escalon: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCALON_SMTP_PORT", "mail")
    ran = escalon("list")
    assert ran.code == 2
    assert "ESCALON_SMTP_PORT: 'mail'" in ran.err


def test_broken_policies_stop_an_opening_with_file_and_line(
    escalon: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.yaml").write_text("name: broken\nversion: one\n")
    monkeypatch.setenv("ESCALON_POLICIES", str(tmp_path))
    ran = escalon("open", "title", *AS)
    assert ran.code == 2
    assert "broken.yaml:2: version: 'one'" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("acknowledge", ISSUE, *LEAD, "--until", "\x1b[31m"),
        ("show", "\x1b]0;title\x07:REF"),
        ("\x1b[31m",),
        ("open", "t", *AS, "--\x1b[31m"),
    ],
)
def test_what_was_typed_does_not_act_on_the_terminal(escalon: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = escalon(*arguments)
    assert ran.code == 2
    assert "\x1b" not in ran.err
    assert "\\x1b" in ran.err


def test_a_terminal_that_lacks_a_sign_is_no_reason_to_fail() -> None:
    call = [sys.executable, "-m", "starter.main", "policy", "show", "four-tier-support"]
    poor = {**os.environ, "PYTHONIOENCODING": "ascii", "NO_COLOR": "1"}
    ran = subprocess.run(call, capture_output=True, env=poor, check=False, timeout=30)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"The ladder" in ran.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("open", "--help"), ("policy", "--help"), ("--version",), ("-h",)])
def test_help_is_an_answer(escalon: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = escalon(*arguments)
    assert ran.code == 0
    assert "scalon" in ran.out
    assert ran.err == ""


def test_no_arguments_are_a_wrong_call_that_is_helped() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "starter.main"], capture_output=True, text=True, check=False, timeout=30
    )
    assert ran.returncode == 2
    assert "take-charge" in ran.stdout + ran.stderr


def test_help_does_not_pay_for_what_it_does_not_use() -> None:
    look = "import sys; from starter.main import build_app; build_app(); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=30)
    heavy = {"temporalio", "sqlalchemy", "alembic", "ruamel", "cel_expr_python", "uvicorn", "starlette"}
    assert not heavy.intersection(ran.stdout.split())


def test_a_reader_who_leaves_is_no_reason_to_complain() -> None:
    line = f"{sys.executable} -m starter.main policy show four-tier-support | head -1"
    ran = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False, timeout=30)
    assert ran.stdout.startswith("four-tier-support")
    assert ran.stderr == ""


@pytest.mark.parametrize("arguments", [("policy", "show", "four-tier-support"), ("policy", "show", "--json"), ("-h",)])
def test_a_reader_who_has_left_gets_no_error_code(arguments: tuple[str, ...]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    call = [sys.executable, "-m", "starter.main", *arguments]
    ran = subprocess.run(call, stdout=theirs, stderr=subprocess.PIPE, check=False, timeout=30)
    os.close(theirs)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_what_was_refused_stays_refused_though_nobody_reads(settings: Settings) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    call = [sys.executable, "-m", "starter.main", "list", "--json"]
    ran = subprocess.run(call, stdout=theirs, stderr=subprocess.PIPE, check=False, timeout=30)
    os.close(theirs)
    assert ran.returncode == 1, f"there is no record in {settings.home}"


def test_of_many_names_the_nearest_are_told(escalon: CommandLine) -> None:
    why = escalon("open", "title", "--as", "sample-agnet-1").err
    allowed = why.partition("allowed: ")[2].partition("; did you mean")[0]
    assert allowed.startswith("sample-agent-1, ")
    assert allowed.endswith(" and 3 more")
    assert allowed.count("sample-") == 10


def test_a_text_without_end_is_not_said_to_be_as_long_as_was_read(
    escalon: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("x" * 100_000))
    says = "has more than 40,000 characters; allowed: at most 10,000"
    assert f"description: {says}" in escalon("open", "title", *AS, "-d", "-").err
    monkeypatch.setattr("sys.stdin", io.StringIO("x" * 100_000))
    ran = escalon("resolve", ISSUE, *LEAD, "--outcome", "solved", "--told-customer", "-")
    assert f"told_customer (--told-customer): {says}" in ran.err
    monkeypatch.setattr("sys.stdin", io.StringIO("x" * 12_345))
    assert "has 12,345 characters" in escalon("open", "title", *AS, "-d", "-").err


def test_the_issue_that_differs_by_case_alone_is_the_one_that_was_meant(escalon: CommandLine, record: Database) -> None:
    for reference in ("REF-1", "ref-2", "ref-11"):
        write(record, samples.record(samples.issue_id(reference), 1, 1))
    assert "; did you mean desk:REF-1?" in escalon("watch", "desk:ref-1").err
