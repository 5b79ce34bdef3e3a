"""Times of acknowledgements, offers, desks and the end of an issue, in days: read, or refused without a calendar."""

import pytest

from escalation.calendar.limit import Limit
from escalation.policy.describe import describe_policy
from escalation.policy.model import Policy
from tests.escalation.policy.test_lint_desks import ACTS
from tests.escalation.policy.test_lint_hours import check, with_lines

HOURS = "hours: { high: desk, low: desk }"
LAPSE = "lapses_after: { high: 30 min, low: 8 h }"
CLOSING = "  remind_after: 1 day\n  silence_after: 2 days\n  reopen_within: 14 days\n"
DAYS = "'1 business day, close of business'"


def text(*changes: tuple[str, str], everywhere: bool = False, more: str = "") -> str:
    """A policy with these changes, whose tiers all have hours where that is said."""
    made = with_lines(HOURS)
    if everywhere:
        before = "    acknowledge_within: { high: 10 min, low: 2 h }\n"
        assert made.count(before) == 2
        made = made.replace(before, f"{before}    {HOURS}\n    when_closed: {{ high: skip, low: skip }}\n")
    for old, new in changes:
        assert made.count(old) == 1, old
        made = made.replace(old, new)
    return made.replace("roles:\n", f"roles:\n{ACTS}") + more if "desks:" in more else made + more


def said(given: str) -> list[str]:
    """What is found."""
    return [str(each) for each in check(given)[1]]


def desk(*lines: str) -> str:
    """One, with these lines."""
    body = "".join(f"    {each}\n" for each in lines)
    return f"desks:\n  network:\n    title: the network team\n    tell: {{ roles: [agent] }}\n{body}"


def test_they_are_read_pinned_and_shown() -> None:
    given = text(
        (LAPSE, f"lapses_after: {{ high: 4 wh, low: {DAYS} }}"),
        (CLOSING, "  remind_after: 1 bd\n  silence_after: 3 bd\n  reopen_within: 1 month\n  hours: night\n"),
        everywhere=True,
        more=f"accept_within: {{ low: {DAYS} }}\n" + desk("hours: { low: desk }", f"done_within: {{ low: {DAYS} }}"),
    )
    policy, findings = check(given)
    assert findings == ()
    assert policy is not None
    assert isinstance(policy.acknowledgement.lapses_after["low"], Limit)
    assert isinstance(policy.closing.silence_after, Limit)
    assert sorted(policy.pinned_calendars) == ["desk", "night"], "also the one that closing alone names"
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    described = describe_policy(policy)
    shown = " ".join((*described.sentences, *(" ".join(row) for table in described.tables for row in table.rows)))
    for words in (
        "lapses after 4 h of working time (high), 1 business day, close of business (low)",
        "after 3 business days of silence it is closed",
        "It can be reopened within 1 month, in hours of night.",
        "done in 1 business day, close of business (desk)",
    ):
        assert words in shown, shown


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            text((LAPSE, f"lapses_after: {{ high: 30 min, low: {DAYS} }}")),
            "the calendar of the tier that is asked, and tiers[1].hours and tiers[2].hours name none for low; allow",
        ),
        (
            text(more="accept_within: { low: 2 bd }\n"),
            "accept_within.low: '2 business days' is reckoned in the calendar of the tier that is asked",
        ),
        (
            text((LAPSE, "lapses_after: { high: 3 bd, low: 2 bd }"), everywhere=True),
            "acknowledgement.lapses_after.high: '3 business days' is longer than that of low, which is less bad: from",
        ),
        (
            text(("silence_after: 2 days", "silence_after: 2 bd")),
            "closing.silence_after: '2 business days' is reckoned in a calendar, and closing.hours names none; al",
        ),
        (
            text(("reopen_within: 14 days", "reopen_within: 14 days\n  hours: dsek")),
            "closing.hours: 'dsek' is not a calendar that can be used",
        ),
        (
            text((CLOSING, "  remind_after: 3 bd\n  silence_after: 2 bd\n  reopen_within: 1 month\n  hours: desk\n")),
            "closing.silence_after: '2 business days' closes before the resolution's confirmation was asked for again",
        ),
        (
            text(more=desk("done_within: { low: 2 bd }")),
            "desks.network.done_within.low: '2 business days' is reckoned in a calendar, and desks.network.hours names",
        ),
        (
            text(more=desk("hours: { low: desk }", "done_within: { low: 2 bd }", "take_within: { low: 3 bd }")),
            "desks.network.take_within.low: '3 business days' leaves no time for the work; allowed: less than done",
        ),
        (
            text(more=desk(HOURS, "done_within: { low: 2 bdd }")),
            "desks.network.done_within.low: '2 bdd' is not a duration; allowed: a number and a unit",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(given: str, words: str) -> None:
    assert any(words in each for each in said(given)), said(given)
