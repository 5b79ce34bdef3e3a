"""Nothing can be parked, as a property over all commands and times.

For each pass over a ladder (from its opening, reopening, repeat, restart or fallback) and for each tier above the one
where it began: that tier, or one above it, begins at the latest when the work limits of the tiers below are spent,
added to the beginning of the pass and to the time on hold, which has its caps; unless the issue is resolved or closed,
or the ladder was exhausted, first. The sum is made here of the policy's numbers alone.

Left aside: a clock that is served late (tests of lateness), and severities. The severity at the beginning of the pass
counts; a worse one brings it forward. After another policy is adopted each old limit holds for the tier of the new
ladder that stands for the old one, and tiers that are new count from the adoption.

`ESCALON_CEILING=20000` plays so many, each time others.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from escalation.calendar.limit import longest
from escalation.issue import events as e
from escalation.issue.clocks import next_due
from escalation.issue.commands import Command, Open, Tick
from escalation.issue.decide import decide
from escalation.issue.effects import Effect
from escalation.issue.effects_of import errands
from escalation.issue.events import Entry
from escalation.issue.evolve import evolve
from escalation.issue.refusal import Rejected
from escalation.issue.state import IssueState
from escalation.policy.model import Limits, Policy
from tests.escalation.issue.plays import ABOUT, Step, What, command_of, openings, steps
from tests.given import T0, minutes

EXAMPLES = int(os.environ.get("ESCALON_CEILING", "250"))
IS_LONG = "ESCALON_CEILING" in os.environ
BEGINS_A_PASS = {"entered", "reopened", "repeated", "restarted", "fell_back"}
ENDS_A_PASS = {"exhausted", "resolved", "closed", "charge_taken"}
NOTHING = timedelta(0)


def latest(policy: Policy, tier: str, severity: str, at: datetime) -> dict[str, datetime]:
    """By when each tier above must begin, where this one is asked at `at`: the policy's numbers, added up."""
    found: dict[str, datetime] = {}
    here: str | None = tier
    while here is not None and (limit := policy.tier(here).work_within.get(severity)) is not None:
        at += longest(limit)
        here = policy.next_tier(here)
        if here is not None:
            found[here] = at
    return found


class Bounded:
    """An issue on a clock that is never late, and the instants by which its tiers must hear of it."""

    def __init__(self, command: Open) -> None:
        self.state: IssueState | None = None
        self.now = T0
        self.journal: list[Entry] = []
        self.pending: list[Effect] = []
        self.sent: list[Command] = []
        self.limits: dict[str, datetime] = {}
        """By when tiers that have not heard of it in this pass must, without the time on hold."""
        self.held = NOTHING
        self.held_before = NOTHING
        self.held_since: datetime | None = None
        self.longest_hold = NOTHING
        self.carry_out(command)

    @property
    def issue(self) -> IssueState:
        assert self.state is not None
        return self.state

    def run_to(self, instant: datetime) -> None:
        """The clock at each instant that is due before; what is due then waits, since commands come first."""
        while (due := next_due(self.issue)) is not None and due.at < instant:
            self._at(due.at)
        self._at(instant, is_ticking=False)

    def serve(self) -> None:
        """What is due now."""
        self._at(self.now)

    def _at(self, instant: datetime, *, is_ticking: bool = True) -> None:
        if instant > self.now:
            due = next_due(self.issue)
            assert due is None or due.at > self.now or not self.journal, "all that was due before is done"
            self._nothing_is_late()
            self.now = instant
        if is_ticking:
            self.carry_out(Tick())
            self._nothing_is_late()

    def _nothing_is_late(self) -> None:
        if self.held_since is not None:
            return
        for tier, at in self.limits.items():
            due = at + self.held - self.held_before
            assert due > self.now, f"{tier} should have heard of it by {due}"

    def carry_out(self, command: Command) -> None:
        """Decide it, and follow what it did."""
        decision = decide(self.state, command, self.now)
        if isinstance(decision, Rejected):
            return
        for entry in decision:
            before, self.state = self.state, evolve(self.state, entry)
            self.journal.append(entry)
            self.pending.extend(errands(self.state, entry))
            self._follow(before, entry)
        self.sent.append(command)

    def _follow(self, before: IssueState | None, entry: Entry) -> None:
        event = entry.event
        match event:
            case e.TierBegan():
                self._heard(event, entry.happened_at)
            case e.Held():
                self._held(event, entry.happened_at)
            case e.HoldEnded():
                self.held += entry.happened_at - self.held_since if self.held_since is not None else NOTHING
                self.held_since = None
                self.longest_hold = max(self.longest_hold, *self._caps())
                assert self.held <= self.longest_hold, "the holds together are longer than they may be"
            case e.PolicyAdopted():
                assert before is not None
                self._adopted(before, event, entry.happened_at)
            case _ if event.kind in ENDS_A_PASS:
                self.limits = {}
            case _:
                pass

    def _heard(self, event: e.TierBegan, at: datetime) -> None:
        policy = next(policy for policy in self.issue.policies if policy.name == event.policy)
        if event.why in BEGINS_A_PASS:
            self.limits = latest(policy, event.tier, self.issue.severity, at)
            self.held_before = self.held
            return
        ladder = policy.climb()
        if event.tier in ladder:
            for tier in ladder[: ladder.index(event.tier) + 1]:
                self.limits.pop(tier, None)

    def _held(self, event: e.Held, at: datetime) -> None:
        policy = self.issue.policies[0]
        assert policy.hold is not None
        assert event.until - at <= policy.hold.at_most[self.issue.severity]
        self.longest_hold = max(self.longest_hold, *self._caps())
        if "work" in event.stops:
            self.held_since = at

    def _caps(self) -> list[timedelta]:
        hold = self.issue.policies[0].hold
        caps: Limits = hold.in_all_at_most if hold is not None else {}
        return [NOTHING, *caps.values()]

    def _adopted(self, before: IssueState, event: e.PolicyAdopted, at: datetime) -> None:
        old, new = before.pinned, self.issue.pinned
        if not self.limits:
            return
        held = self.held - self.held_before + (at - self.held_since if self.held_since is not None else NOTHING)
        ladder, was = new.climb(), old.climb()
        carried: dict[str, datetime] = {}
        for tier, due in self.limits.items():
            stands_for = next((name for name in was[was.index(tier) :] if name in ladder), ladder[-1])
            carried[stands_for] = min(due, carried.get(stands_for, due))
        for tier, due in latest(new, event.tier, before.severity, at).items():
            if tier not in was:
                carried[tier] = min(due - held, carried.get(tier, due - held))
        above = ladder[ladder.index(event.tier) + 1 :] if event.tier in ladder else ladder
        self.limits = {tier: due for tier, due in carried.items() if tier in above}


def _telling(act: Step, state: IssueState) -> Step:
    """What would be refused as the issue stands becomes what is not, or there would be little to see."""
    what, who, pick = act.what, act.who if act.who != ABOUT else "ann", act.pick
    is_lowest = state.tier == state.pinned.climb()[0]
    if state.status != "open":
        what = "reopen"
    elif what in {"de_escalate", "reopen", "resume"} and (what != "de_escalate" or is_lowest):
        what = {"de_escalate": "escalate", "reopen": "acknowledge", "resume": "resume" if state.hold else "hold"}[what]
        pick = 4
    elif what == "hold":
        what, pick = ("resume", pick) if state.hold is not None else ("hold", pick or 2)
    elif what == "take_charge" and not state.is_exhausted:
        what = "acknowledge"
    elif what == "release" and state.handler is not None:
        who = state.handler
    return Step(act.when, what, who, pick)


def _play(command: Open, acts: list[Step]) -> Bounded:
    bounded = Bounded(command)
    for each in acts:
        act = _telling(each, bounded.issue)
        due = next_due(bounded.issue)
        ahead = due.at - bounded.now if due is not None else NOTHING
        if act.when == "soon":
            bounded.run_to(bounded.now + ahead * (act.pick / 6))
        elif act.when != "now":
            bounded.run_to(bounded.now + ahead)
        bounded.carry_out(command_of(act, bounded.issue, bounded.pending, bounded.sent, bounded.now))
        bounded.serve()
    end = max([*bounded.limits.values(), bounded.now]) + bounded.held + minutes(120)
    while (due := next_due(bounded.issue)) is not None and due.at <= end and bounded.limits:
        bounded.run_to(due.at)
        bounded.serve()
    return bounded


_ACTS = steps(
    "tick", "tick", "answer", "answer", "fail", "acknowledge", "acknowledge", "acknowledge", "take_over", "release",
    "escalate", "escalate_to", "de_escalate", "de_escalate", "de_escalate", "accept", "reassign", "decline",
    "change_severity", "change_severity", "hold", "hold", "hold", "resume", "adopt_policy", "adopt_policy",
    "take_charge", "resolve", "snooze", "cancel", "suppress", "link", "open", "note",
)  # fmt: skip


def _configured(test: Callable[..., None]) -> Callable[..., None]:
    quick = [HealthCheck.too_slow, HealthCheck.data_too_large]
    chosen = settings(max_examples=EXAMPLES, suppress_health_check=quick, deadline=None)(test)
    return chosen if IS_LONG else seed(20261120)(chosen)


@_configured
@given(openings(must_end=True), st.lists(_ACTS, min_size=25, max_size=50))
def test_nothing_that_anybody_does_parks_an_issue(command: Open, acts: list[Step]) -> None:
    _play(command, acts)


_MEANS: tuple[What, ...] = (
    "de_escalate",
    "change_severity",
    "adopt_policy",
    "escalate_to",
    "hold",
    "decline",
    "release",
    "accept",
)


@_configured
@given(
    openings(must_end=True),
    st.lists(st.sampled_from(_MEANS), min_size=1, max_size=2),
    st.lists(st.integers(0, 5), min_size=15, max_size=30),
)
def test_nor_does_one_means_again_and_again_at_the_last_instant(
    command: Open, means: list[What], picks: list[int]
) -> None:
    """Somebody acknowledges at once, and whenever something is due does what might put it off."""
    bounded = Bounded(command)
    for number, pick in enumerate(picks):
        _do(bounded, Step("now", "answer", "ann", 1))
        _do(bounded, Step("now", "acknowledge", "ann", 2))
        due = next_due(bounded.issue)
        if due is None or not bounded.limits:
            return
        bounded.run_to(max(due.at, bounded.now))
        _do(bounded, Step("now", means[number % len(means)], "ann", pick))
        bounded.serve()


def _do(bounded: Bounded, act: Step) -> None:
    bounded.carry_out(command_of(act, bounded.issue, bounded.pending, bounded.sent, bounded.now))
