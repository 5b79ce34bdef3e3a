"""Lines that answer a message: a shell reads them as they were meant, and what they send is a command."""

import json
import shlex
from datetime import UTC, datetime

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from escalation.answering import cli_answers, quoted, show_line, signal_line
from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.effects_of import _ANSWERS as ANSWERS
from escalation.issue.from_body import FromBody, read_body
from escalation.issue.identity import IssueId, read_issue_id
from starter.main import build_app

AT = datetime(2026, 11, 21, 19, 40, 17, tzinfo=UTC)
ISSUE = IssueId(source="desk", reference="REF-1")
words = st.text(min_size=1, max_size=30).filter(str.isprintable)


@given(words)
def test_a_shell_reads_back_what_was_quoted(word: str) -> None:
    assert shlex.split(quoted(word)) == [word]


@given(reference=words, person=words, command=st.sampled_from(sorted(HUMAN_COMMANDS)))
def test_a_line_names_the_issue_and_the_person(reference: str, person: str, command: str) -> None:
    issue = IssueId(source="desk", reference=reference)
    (answer,) = cli_answers([command], issue, person, ["who's there"])
    for line in (answer.line, show_line(issue, person)):
        program, _, named, *rest = shlex.split(line)
        assert program == "escalon"
        assert read_issue_id(named)[0] == issue
        assert rest[:2] == ["--as", person]


@pytest.mark.parametrize("command", sorted(set(HUMAN_COMMANDS) - {"adopt_policy"}))
def test_a_signal_carries_all_that_the_command_needs(command: str) -> None:
    words = shlex.split(signal_line(command, ISSUE, "o'hara", AT))
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert words[:3] == ["temporal", "workflow", "signal"]
    assert (options["--workflow-id"], options["--name"]) == (str(ISSUE), command)
    body = json.loads(options["--input"])
    assert body.pop("by") == "o'hara"
    read = read_body(command, [{**body, "by": "o'hara"}], "x", "signal")
    assert isinstance(read, FromBody), read


def test_no_message_offers_to_adopt_a_policy_whose_text_nobody_types() -> None:
    assert "adopt_policy" not in {name for names in ANSWERS.values() for name in names}


@pytest.mark.parametrize("command", HUMAN_COMMANDS)
def test_every_line_is_one_that_the_command_line_takes(command: str) -> None:
    (answer,) = cli_answers([command], ISSUE, "kim", ["harm"])
    _, name, *rest = shlex.split(answer.line)
    called = typer.main.get_command(build_app())
    called.commands[name].make_context(name, rest)  # type: ignore[attr-defined] # raises for a wrong call


@pytest.mark.parametrize("command", HUMAN_COMMANDS)
def test_every_command_says_what_it_means(command: str) -> None:
    (answer,) = cli_answers([command], ISSUE, "kim")
    assert answer.means[0].isupper()
    assert answer.line.split()[1] == command.replace("_", "-")


def test_going_up_names_the_checklist() -> None:
    (answer,) = cli_answers(["escalate"], ISSUE, "kim", ["harm", "tried"])
    assert answer.line == 'escalon escalate desk:REF-1 --as kim --checked harm --checked tried --reason "WHY"'


def test_the_time_that_is_suggested_is_an_hour_ahead() -> None:
    assert '"until":"2026-11-21T20:40:00Z"' in signal_line("take_charge", ISSUE, "kim", AT)
    assert '--until "1 h"' in cli_answers(["take_charge"], ISSUE, "kim")[0].line
