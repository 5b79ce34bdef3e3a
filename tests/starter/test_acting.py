"""What people do to an issue at the command line, right and wrong, against the real server: every further command."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from escalation.issue.commands import HUMAN_COMMANDS
from tests.starter.command_line import Ran
from tests.starter.office import Escalon, Office, an_office

pytestmark = pytest.mark.server

AGENT = ("--as", "sample-agent-1")
LEAD = ("--as", "sample-lead-1")
MANAGER = ("--as", "sample-manager")

POLICY = """\
name: desk
version: {version}
title: The desk
kind: support
severities:
  S1: {{ priority: 1, means: Very bad }}
  S2: {{ means: Bad }}
tiers:
  - name: lead
    title: the lead
    tell: {{ roles: [team_lead] }}
    acknowledge_within: {{ S1: 10 min, S2: 1 h }}
    work_within: {{ S1: {work}, S2: 4 h }}
  - name: manager
    title: the manager
    tell: {{ roles: [department_manager] }}
    acknowledge_within: {{ S1: 10 min, S2: 1 h }}
    work_within: {{ S1: 40 min, S2: 4 h }}
  - name: top
    title: the top
    tell: {{ roles: [senior_manager] }}
    acknowledge_within: {{ S1: 10 min, S2: 1 h }}
  - name: expert
    title: the expert
    is_beside: true
    then: manager
    tell: {{ roles: [specialist] }}
    acknowledge_within: {{ S1: 10 min, S2: 1 h }}
    work_within: {{ S1: 20 min, S2: 4 h }}
entry:
  person: {{ S1: lead, S2: lead }}
  machine: {{ S1: lead, S2: lead }}
triggers:
  - {{ name: all, when: "true", why: Everything enters., owner: Head of Support }}
acknowledgement:
  lapses_after: {{ S1: 30 min, S2: 2 h }}
exhaustion:
  procedure: last_resort
  last_resort: {{ roles: [senior_manager] }}
  last_resort_every: {{ S1: 15 min, S2: 1 h }}
  charge_for_at_most: {{ S1: 1 h, S2: 1 day }}
closing:
  reasons: [confirmed, duplicate_of, opened_in_error]
  remind_after: 1 day
  reopen_within: 14 days
targets:
  - {{ name: answer, title: a first answer, within: {{ S1: {answer}, S2: 4 h }} }}
hold:
  reasons: {{ customer: The customer must answer, supplier: A supplier must act }}
  at_most: {{ S1: 20 min, S2: 1 h }}
  in_all_at_most: {{ S1: 40 min, S2: 2 h }}
roles:
"""


def written(folder: Path, version: int = 1, work: str = "30 min", answer: str = "1 h") -> None:
    """The policy, in the folder, as of now."""
    roles = "".join(f"  {name}: [anyone]\n" for name in ("open", *HUMAN_COMMANDS) if name != "resume")
    text = POLICY.format(version=version, work=work, answer=answer)
    (folder / "desk.yaml").write_text(f"{text}{roles}  resume: [handler, owner]\n")


@pytest.fixture(scope="module")
async def desk(env: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """An office with a policy of its own, and a worker."""
    home = tmp_path_factory.mktemp("desk")
    (home / "policies").mkdir()
    written(home / "policies")
    with an_office(env, home, "desk", policies=home / "policies") as made:
        async with made.working():
            yield made


@pytest.fixture
def escalon(desk: Office, escalon_in: Callable[[Office], Escalon]) -> Escalon:
    """The command line in it."""
    written(desk.settings.policies)
    return escalon_in(desk)


async def opened(desk: Office, escalon: Escalon) -> str:
    """An issue at the first tier."""
    issue = desk.fresh()
    ran = await escalon("open", "It fails", *AGENT, "-s", "S1", "--ref", issue.partition(":")[2])
    assert ran.code == 0, ran.err
    return issue


def did(ran: Ran) -> str:
    """What it said; fails the test where it was refused."""
    assert ran.code == 0, ran.err
    return ran.out


def failed(ran: Ran, code: int, words: str) -> None:
    """It ended with this code and said so."""
    assert (ran.code, words in ran.err) == (code, True), ran.err
    assert ran.out == ""


async def test_it_is_offered_accepted_and_given_a_snooze(desk: Office, escalon: Escalon) -> None:
    issue = await opened(desk, escalon)
    failed(await escalon("reassign", issue, *LEAD, "--to", "sample-mangaer"), 2, "did you mean 'sample-manager'")
    failed(await escalon("reassign", issue, *LEAD), 2, "Missing option '--to'")
    ran = await escalon("reassign", issue, *LEAD, "--to", "sample-manager", "--reason", "My shift ends")
    assert "offered it to sample-manager, who has not accepted yet" in did(ran)
    assert "Offered        to sample-manager by sample-lead-1, no answer yet" in did(await escalon("show", issue))
    shown = did(await escalon("show", issue, *MANAGER))
    assert f"escalon accept {issue} --as sample-manager" in shown
    failed(await escalon("accept", issue, *MANAGER, "--until", "-5 min"), 2, "until")
    ran = await escalon("accept", issue, *MANAGER, "--until", "20 min")
    assert "answers for it in place of sample-agent-1, and works on it, until" in did(ran)
    failed(await escalon("accept", issue, *MANAGER), 1, "answers for it already")
    assert "is told again" in did(await escalon("snooze", issue, *LEAD, "--until", "5 min"))
    failed(await escalon("snooze", issue, "--as", "sample-cto", "--until", "5 min"), 1, "nothing to snooze")
    failed(await escalon("snooze", issue, *LEAD), 2, "Missing option '--until'")
    ran = await escalon("decline", issue, *LEAD, "--reason", "Away", "--conflict")
    assert "sample-lead-1 declined it, for a conflict of interest" in did(ran)
    state = (await escalon("explain", issue, "--json")).json
    assert any("Never asked: sample-lead-1: a conflict of interest." in line for line in state["who"])


async def test_it_is_moved_to_named_tiers_and_back(desk: Office, escalon: Escalon) -> None:
    issue = await opened(desk, escalon)
    up = ("escalate", issue, *LEAD, "--reason", "Beyond me")
    failed(await escalon(*up, "--to-tier", "manger"), 1, "to_tier (--to-tier) 'manger' is not known; allowed: manager")
    failed(
        await escalon(*up, "--how", "sideways"), 2, "how: 'sideways' is not known; allowed: hierarchical, functional"
    )
    failed(await escalon(*up, "--from-tier", "manager"), 1, "it is not at manager any more: lead is asked")
    assert "the top is asked" in did(await escalon(*up, "--to-tier", "top", "--how", "hierarchical"))
    down = ("de-escalate", issue, *MANAGER, "--reason", "Theirs")
    failed(await escalon(*down), 2, "Missing option '--guidance'")
    ran = await escalon(*down, "--guidance", "Up to EUR 100", "--to-tier", "lead")
    assert "the lead is asked: it was handed back down, by sample-manager" in did(ran)
    failed(await escalon(*down, "--guidance", "x"), 1, "the lead is the lowest tier")
    await desk.at_rest(issue)
    assert "guidance: Up to EUR 100" in did(await escalon("timeline", issue))
    assert "the expert is asked" in did(await escalon(*up, "--to-tier", "expert", "--how", "functional"))


async def test_a_hold_is_shown_explained_and_ended(desk: Office, escalon: Escalon) -> None:
    issue = await opened(desk, escalon)
    hold = ("hold", issue, *AGENT, "--waiting-for", "C-7781")
    failed(await escalon(*hold, "--reason", "customer"), 2, "Missing option '--until'")
    failed(await escalon(*hold, "--reason", "custmer", "--until", "10 min"), 1, "allowed: customer, supplier")
    failed(await escalon(*hold, "--reason", "customer", "--until", "3 h"), 1, "20 min at a time and 40 min more in all")
    ran = await escalon(*hold, "--reason", "customer", "--until", "15 min", "--question", "Q-1")
    assert "waiting for C-7781 (customer); stopped: the time to work" in did(ran)
    failed(await escalon(*hold, "--reason", "customer", "--until", "15 min"), 1, "it waits for C-7781 already")
    shown = did(await escalon("show", issue, *AGENT))
    for words in (
        "On hold until",
        "Stands still",
        "the time to work,",
        "the target answer,",
        "question Q-1",
        "Must hear",
    ):
        assert words in shown
    assert f"escalon resume {issue} --as sample-agent-1" in shown
    lines = (await escalon("explain", issue, "--json")).json["what_next"]
    assert any("as sample-agent-1 set it" in line for line in lines)
    failed(await escalon("resume", issue, *MANAGER), 1, "may not resume this issue; allowed: handler, owner")
    assert "the hold ended after" in did(await escalon("resume", issue, *AGENT, "--reason", "They called"))
    failed(await escalon("resume", issue, *AGENT), 1, "it is not on hold")


async def test_what_is_known_is_written_down(desk: Office, escalon: Escalon) -> None:
    issue = await opened(desk, escalon)
    failed(await escalon("note", issue, *AGENT), 2, "Missing option '--text'")
    assert "wrote a note" in did(await escalon("note", issue, *AGENT, "--text", "Card 4111 1111 1111 1111"))
    attempt = ("attempt", issue, *LEAD, "--what", "Restarted it")
    failed(await escalon(*attempt, "--result", "nochange"), 2, "did you mean 'no_change'")
    assert "tried something: no change" in did(await escalon(*attempt, "--result", "no_change"))
    severity = ("change-severity", issue, *LEAD, "--reason", "Two tills")
    failed(await escalon(*severity, "--severity", "S7"), 1, "severity 'S7' is not known; allowed: S1, S2")
    assert "changed the severity from S1 to S2" in did(await escalon(*severity, "--severity", "S2"))
    failed(await escalon(*severity, "--severity", "S2"), 1, "it is S2 already")
    customer = ("change-customer", issue, *LEAD, "--reason", "They forwarded it")
    failed(await escalon(*customer), 2, "Missing option '--customer'")
    assert "changed its customer to C-9042" in did(await escalon(*customer, "--customer", "C-9042"))
    failed(await escalon(*customer, "--customer", "C-9042"), 1, "C-9042 is its customer already")
    await desk.at_rest(issue)
    told = did(await escalon("timeline", issue))
    for words in ("text: Card •••• 1111", "what: Restarted it", "reason: Two tills", "reason: They forwarded it"):
        assert words in told


async def test_an_error_is_cancelled_by_two(desk: Office, escalon: Escalon) -> None:
    issue = await opened(desk, escalon)
    ran = await escalon("cancel", issue, *AGENT, "--reason", "A test entry")
    assert "a second person must say so too" in did(ran)
    failed(await escalon("cancel", issue, *AGENT), 1, "sample-agent-1 has said so already")
    shown = did(await escalon("show", issue, *LEAD))
    assert "asked by sample-agent-1; a second person must agree" in shown
    assert f"escalon cancel {issue} --as sample-lead-1" in shown
    assert "closed (opened in error)" in did(await escalon("cancel", issue, *LEAD))


async def test_a_duplicate_is_closed_for_the_first(desk: Office, escalon: Escalon) -> None:
    first, second = await opened(desk, escalon), await opened(desk, escalon)
    failed(await escalon("suppress", second, *LEAD, "--duplicate-of", "REF"), 2, "duplicate_of (--duplicate-of): 'REF'")
    failed(await escalon("suppress", second, *LEAD, "--duplicate-of", second), 1, "an issue cannot repeat itself")
    ran = await escalon("suppress", second, *LEAD, "--duplicate-of", first, "--reason", "The same")
    assert f"says that it repeats {first}, which is asked to record it" in did(ran)
    shown = ""
    for _ in range(100):
        shown = did(await escalon("show", second))
        if "It is closed" in shown:
            break
    assert "(duplicate of)" in shown
    assert f"Repeats        {first}" in shown
    assert f"Repeated by    {second}" in did(await escalon("show", first))


async def test_a_policy_is_previewed_and_then_adopted(desk: Office, escalon: Escalon) -> None:
    issue = await opened(desk, escalon)
    adopt = ("adopt-policy", issue, *LEAD, "--policy", "desk")
    failed(await escalon(*adopt, "--preview"), 1, "it is under desk version 1 already")
    written(desk.settings.policies, version=2, work="20 min", answer="2 h")
    failed(await escalon("adopt-policy", issue, *LEAD, "--policy", "dsek", "--preview"), 2, "did you mean 'desk'")
    failed(await escalon(*adopt), 2, "reason: it is missing")
    before = (await escalon("show", issue, "--json")).json
    shown = did(await escalon(*adopt, "--preview"))
    for words in ("desk version 1", "desk version 2", "lead stays: the lead", "sooner by 10 min", "nothing was sent"):
        assert words in shown
    preview: dict[str, Any] = (await escalon(*adopt, "--preview", "--json")).json
    by_name = {(each["what"], each["name"]): each["change"] for each in preview["deadlines"]}
    # The limit that is shorter comes sooner; the target that would be longer stays as it was promised.
    assert by_name[("work", "")] == "sooner"
    assert by_name[("ceiling", "top")] == "sooner"
    assert by_name[("target", "answer")] == "stays"
    assert "later" not in by_name.values()
    assert (await escalon("show", issue, "--json")).json["entries"] == before["entries"]
    anew = (await escalon(*adopt, "--tier", "manager", "--preview", "--json")).json
    assert anew["tier"] == {"before": "lead", "after": "manager", "is_asked_anew": True}
    assert anew["asked"]["after"] == ["sample-manager"]
    failed(await escalon(*adopt, "--tier", "nowhere", "--preview"), 1, "policy desk has no tier 'nowhere'")
    assert "moved it to policy desk version 2 (was desk version 1)" in did(await escalon(*adopt, "--reason", "Agreed"))
    after = (await escalon("show", issue, "--json")).json
    due = {each["what"]: each["at"] for each in after["deadlines"]}
    wanted = {each["what"]: each["after_at"] for each in preview["deadlines"]}
    assert due["work"][:19] == wanted["work"][:19]
