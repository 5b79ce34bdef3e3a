"""A storm on the simulated clock: what each tier is sent of hundreds of issues with one cause, up the whole ladder.

`python -m tests.escalation.storm.test_simulated_storm 500` prints it.
"""

import sys
from datetime import datetime, timedelta

import pytest

from escalation.issue.commands import Acknowledge, Resolve
from escalation.issue.effects import Notify
from escalation.issue.facts import CauseRef, TextRef
from escalation.issue.identity import IssueId
from escalation.policy.model import Policy
from escalation.simulate import Simulated
from escalation.simulate_together import Together
from escalation.simulated_post import Post
from escalation.simulated_world import Delivery, LookUp, World
from escalation.storm.counting import Limits
from escalation.storm.counts import Counts
from escalation.storm.digest import SendDigest
from escalation.storm.rates import read_rates
from escalation.storm.turn_taking import TurnTaking
from tests.given import T0, actor, minutes, opened, person, policy, tier

CAUSE = CauseRef(key="0123456789abcdef", name="component payments-api")
LADDER = policy(tier("first", acknowledge=20, work=20), tier("second", acknowledge=20, work=20))
SECOND = timedelta(seconds=1)


class Storm:
    """So many issues of one cause, opened so far apart."""

    def __init__(
        self,
        number: int,
        apart: timedelta = SECOND / 4,
        cause: CauseRef = CAUSE,
        ladder: Policy = LADDER,
        **post: object,
    ) -> None:
        self.ladder = ladder
        self.together = Together()
        self.outcome: Delivery = Delivery()
        self.post = Post(
            Limits(),
            deliver=lambda *_: self.outcome,
            standing=self.together.standing,
            **post,  # type: ignore[arg-type]
        )
        self.issues: list[Simulated] = []
        for place in range(number):
            self.open(f"T-{place}", T0 + place * apart, cause)

    def open(self, reference: str, at: datetime, cause: CauseRef = CAUSE, **more: object) -> Simulated:
        facts = {"id": IssueId(source="desk", reference=reference), "causes": (cause,), "opened_at": at}
        issue = Simulated(World(find=_everybody, post=self.post))
        self.together.add(issue)
        self.issues.append(issue)
        command = opened(self.ladder, id=f"open-{reference}", issue={**facts, "received_at": at, **more})
        self.together.send(issue, command, at)
        return issue

    def sent(self, to: str) -> tuple[list[Notify], list[SendDigest]]:
        """Pages that went to somebody by themselves, and digests."""
        mine = [each.what for each in self.post.left if each.what.person.id == to]
        pages = [each for each in mine if isinstance(each, Notify) and each.about in {"asked", "last_resort"}]
        return pages, [each for each in mine if isinstance(each, SendDigest)]


def _everybody(effect: object, at: datetime) -> LookUp:
    tell = effect.tell  # type: ignore[attr-defined]
    names = [*tell.people, *tell.roles]
    return LookUp(tuple(person(name, name, channels=("email",)) for name in names))


@pytest.mark.parametrize("number", [20, 500])
def test_each_person_of_every_tier_gets_a_few_pages_and_digests_with_the_count(number: int) -> None:
    storm = Storm(number)
    storm.together.run_to(T0 + minutes(54))
    for to in ("first", "second", "boss"):
        pages, digests = storm.sent(to)
        assert len(pages) == 3, to
        assert len(digests) == (1 if number == 20 else 2), (
            "one, and where more keep coming for long, one that names them"
        )
        assert len(digests[-1].listed) == number
        told = {each.issue for digest in digests for each in digest.listed if each.is_new}
        assert len(told) + len({str(page.issue) for page in pages} - told) == number, "nobody is left out"
    assert {issue.state.is_exhausted for issue in storm.issues if issue.state} == {True}
    (entries,) = {len([e for e in issue.entries if e.event.kind == "exhausted"]) for issue in storm.issues}
    assert entries == 1, "each issue has its own record"


def test_a_storm_of_half_an_hour_makes_five_digests() -> None:
    """Issues that keep coming for half an hour, reminders each minute: told by digests that stand longer and longer."""
    storm = Storm(120, apart=15 * SECOND)
    storm.together.run_to(T0 + minutes(19))
    pages, digests = storm.sent("first")
    assert len(pages) == 3
    assert [round((each.at - T0).total_seconds() / 60, 1) for each in digests] == [2.2, 4.2, 8.2, 16.2, 26.2]


def test_reminders_and_warnings_of_what_a_digest_has_named_make_none_while_it_stands() -> None:
    often = policy(tier("first", acknowledge=20, work=20, remind_every={"S1": minutes(1)}), tier("second"))
    storm = Storm(50, ladder=often)
    storm.together.run_to(T0 + minutes(19))
    digests = storm.sent("first")[1]
    reminded = [event for issue in storm.issues for entry in issue.entries if (event := entry.event).kind == "reminded"]
    assert len(reminded) > 500
    assert len(digests) <= 5
    told = [entry.event for issue in storm.issues for entry in issue.entries if entry.event.kind == "told"]
    assert {each.is_joined for each in told if each.about == "reminded" and each.outcome == "sent"} == {True, False}


def test_without_a_post_each_page_would_go_by_itself() -> None:
    issue = Simulated(World(find=_everybody))
    issue.send(opened(LADDER, issue={"causes": (CAUSE,)}), T0)
    issue.run_to(T0)
    assert [asked.effect.kind for asked in issue.asked].count("notify") == 1


def test_the_issues_record_says_in_which_digest_its_message_went() -> None:
    storm = Storm(6)
    storm.together.run_to(T0 + minutes(1))
    said = [entry.event for issue in storm.issues for entry in issue.entries if entry.event.kind == "told"]
    asked = [told for told in said if told.about == "asked"]
    assert [told.digest for told in asked] == ["", "", "", *["digest:main:first:email:0123456789abcdef/1"] * 3]


def test_what_is_over_by_then_is_left_out_and_one_that_is_left_goes_by_itself() -> None:
    storm = Storm(5)
    for issue in storm.issues[3:]:
        storm.together.run_to(T0 + 5 * SECOND)
        storm.together.send(issue, Acknowledge(id="a", by=actor("first", "first")), T0 + 5 * SECOND)
    resolve = Resolve(id="r", by=actor("first", "first"), outcome="solved", told_customer=TextRef(ref="t", length=1))
    storm.together.send(storm.issues[3], resolve, T0 + 6 * SECOND)
    storm.together.run_to(T0 + minutes(2))
    (digest,) = storm.sent("first")[1]
    assert {each.issue for each in digest.listed if each.is_new} == {"main:main:main:desk:T-4:1"}


def test_a_more_severe_one_goes_at_once_and_another_cause_too() -> None:
    storm = Storm(6)
    storm.open("other", T0 + 4 * SECOND, CAUSE.changed({"key": "f" * 16}))
    storm.together.run_to(T0 + 5 * SECOND)
    assert [page.issue.reference for page in storm.sent("first")[0]] == ["T-0", "T-1", "T-2", "other"]


def test_messages_take_turns_and_a_flood_does_not_hold_up_another_cause() -> None:
    storm = Storm(0, turns=TurnTaking(10, read_rates("email: 2/15 min")))
    for place in range(4):
        storm.open(f"flood-{place}", T0, CauseRef(key="a" * 16), severity="S3")
    storm.open("other", T0 + minutes(1), CauseRef(key="b" * 16), severity="S3")
    storm.together.run_to(T0 + minutes(1))
    assert [page.issue.reference for page in storm.sent("first")[0]] == ["flood-0", "flood-1"]
    storm.together.run_to(T0 + minutes(16))
    assert [page.issue.reference for page in storm.sent("first")[0]][2] == "other"


def test_a_digest_that_can_never_go_lets_each_of_its_messages_take_its_way() -> None:
    storm = Storm(6)
    storm.together.run_to(T0 + 2 * SECOND)
    storm.outcome = Delivery("failed", error="refused")
    storm.together.run_to(T0 + minutes(1))
    said = [entry.event.outcome for issue in storm.issues for entry in issue.entries if entry.event.kind == "told"]
    assert said.count("failed") >= 3


@pytest.mark.parametrize(
    ("about", "until", "patience", "hold"),
    [
        ("asked", 20, minutes(2), timedelta(seconds=90)),
        ("offered", 20, None, timedelta(seconds=90)),
        ("handler_reminded", 10, None, minutes(5)),
        ("handler_reminded", None, None, None),
        ("resolved", 30, None, None),
    ],
)
def test_how_long_a_message_may_wait_for_its_digest(
    about: str, until: float | None, patience: timedelta | None, hold: timedelta | None
) -> None:
    storm = Storm(1)
    storm.together.run_to(T0 + SECOND)
    (asked,) = storm.sent("first")[0]
    due = None if until is None else asked.at + minutes(until)
    given = asked.changed({"about": about, "until": due, "patience": patience})
    handed = Counts(Limits()).handed(given, CAUSE, T0)
    assert (handed.hold, handed.until) == (hold, None if about == "resolved" else due)


def show(number: int) -> None:
    """Print what each tier is sent."""
    storm = Storm(number)
    storm.together.run_to(T0 + minutes(54))
    rows = [f"{number} issues of one cause, nobody answers:"]
    for to in ("first", "second", "boss"):
        pages, digests = storm.sent(to)
        counts = [len(digest.listed) for digest in digests]
        rows.append(f"  {to}: {len(pages)} pages by themselves, {len(digests)} digests with {counts} issues")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    show(int(sys.argv[1]))
