"""What is wrong in desks: nobody told, no time for anything, leads and reasons that there are not, missing roles."""

import pytest

from escalation.policy.describe import describe_policy
from escalation.policy.finding import Findings
from escalation.policy.lint_desks import leads_exist
from escalation.policy.parse import read_policy
from tests.escalation.policy.sample import SMALL, found_in, the_finding
from tests.escalation.policy.test_lint_routing import HOUSE

ACTS = "".join(f"  {name}: [put_to]\n" for name in ("ask", "take_on", "pass_on", "complete", "leave", "withdraw"))


def desks(*lines: str, roles: str = ACTS) -> str:
    """The small policy with one desk; its lines after the title."""
    body = "".join(f"    {each}\n" for each in lines)
    return SMALL.replace("roles:\n", f"roles:\n{roles}") + f"desks:\n  network:\n    title: the network team\n{body}"


TELL = "tell: { roles: [agent] }"
TIME = "done_within: { high: 1 h }"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("tell: { skills: [bgp] }", TIME), "desks.network.tell: tells nobody; allowed: at least one of people"),
        ((TELL,), "desks.network: has neither done_within nor answer_within"),
        ((TELL, "done_within: { hihg: 1 h }"), "desks.network.done_within.hihg"),
        (
            (TELL, TIME, "take_within: { high: 1 h }"),
            "desks.network.take_within.high: '1 h' leaves no time for the work",
        ),
        ((TELL, TIME, "holds_as: vendor"), "desks.network.holds_as: 'vendor' is not a reason of hold.reasons"),
        ((TELL, TIME, "warnings: [{ at: 75 %, tell: [] }]"), "desks.network.warnings[0].tell: tells nobody"),
        (
            (TELL, TIME, "warnings: [{ at: 75 %, tell: [lead] }, { at: 75 %, tell: [owner] }]"),
            "desks.network.warnings[1].at: '75%' is the share of another warning too",
        ),
        (("tell: { roles: [agent], when_full: panic }", TIME), "desks.network.tell.when_full: 'panic'"),
        ((TELL, TIME, "hours: { high: office }"), "desks.network.hours.high: 'office' is not a calendar"),
    ],
)
def test_a_desk_that_cannot_work_is_refused(lines: tuple[str, ...], words: str) -> None:
    assert words in str(the_finding(desks(*lines)))


def test_a_desk_as_it_should_be() -> None:
    text = desks(TELL, TIME, "take_within: { high: 5 min }", "answer_within: { high: 10 min }")
    assert found_in(text) == ()
    said = describe_policy(read_policy(text, "small.yaml"))
    table = next(table for table in said.tables if table.title == "Desks")
    assert table.rows[0][:3] == ("network", "the network team", "agent")


def test_the_roles_of_these_commands_are_needed_where_there_are_desks_alone() -> None:
    assert found_in(SMALL) == ()
    missing = "roles: says nothing of ask, take_on, pass_on, complete, leave, withdraw; allowed: roles for every"
    assert missing in str(the_finding(desks(TELL, TIME, roles="")))


def test_who_leads_a_desk_is_in_the_directory() -> None:
    findings = Findings("small.yaml")
    leads_exist(read_policy(desks(TELL, TIME, "lead: kmi"), "small.yaml"), HOUSE, findings)
    assert "desks.network.lead: 'kmi' is not in the directory" in str(findings.found[0])
