"""Nothing can be parked in working time either: `test_ceiling.py` with tiers that keep hours.

Whatever people do, each tier above, or one above it, begins at the latest when the work limits of those below are
spent, each counted in its own hours, with all the time on hold added to each. The sum is made here, of working minutes
counted one by one; Dublin has the time of UTC in November.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from escalation.calendar.limit import longest
from escalation.issue import events as e
from escalation.issue.clocks import next_due
from escalation.policy.model import Policy, Tell, Tier, WhenClosed
from tests.escalation.calendar.hours import hours
from tests.given import Played, holding, minutes, opened, policy, tier

DESK = hours("Europe/Dublin", mon_fri="09:00-17:00", off=("2026-11-24",)).model_copy(update={"name": "desk"})
OPEN, CLOSE, FREE = 9 * 60, 17 * 60, "2026-11-24"
ACTS = st.sampled_from(["hold", "hold", "resume", "severity", "down", "down", "release", "wait", "wait"])


def working_later(at: datetime, by: timedelta) -> datetime:
    """So much later in the desk's hours, minute by minute."""
    left = by // minutes(1)
    while left:
        minute = at.hour * 60 + at.minute
        if at.weekday() < 5 and f"{at:%Y-%m-%d}" != FREE and OPEN <= minute < CLOSE:
            left -= 1
        at += minutes(1)
    return at


@st.composite
def tiers(draw: st.DrawFn, name: str) -> Tier:
    """A tier with hours for both severities, or none."""
    acknowledge = draw(st.integers(10, 120))
    work = draw(st.integers(acknowledge, 360))
    if draw(st.integers(0, 2)) == 0:
        return tier(name, acknowledge, work)
    then: WhenClosed = draw(st.sampled_from(["wait", "wait", "skip", "page_out_of_hours"]))
    duty = Tell(people=("night",)) if then == "page_out_of_hours" else None
    both = {"S1": "desk", "S2": "desk"}
    closed = dict.fromkeys(both, then)
    return tier(name, acknowledge, work, hours=both, when_closed=closed, out_of_hours=duty)


@st.composite
def plays(draw: st.DrawFn) -> tuple[Policy, datetime, list[tuple[str, int]]]:
    """A ladder of three tiers, when the issue is opened, and what is done at each of its instants."""
    ladder = [draw(tiers(name)) for name in ("one", "two", "three")]
    chosen = policy(*ladder, hold=holding("work", at_most=600, in_all=900), pinned_calendars={"desk": DESK})
    first = datetime(2026, 11, 19, tzinfo=UTC) + minutes(draw(st.integers(0, 8 * 24 * 60)))
    acts = draw(st.lists(st.tuples(ACTS, st.integers(0, 5)), min_size=8, max_size=30))
    return chosen, first, acts


class Begun(Played):
    """Played from an instant of its own."""

    def __init__(self, chosen: Policy, first: datetime) -> None:
        self._first = first
        super().__init__(opened(chosen, issue={"opened_at": first, "received_at": first}))

    def send(self, command: object, now: datetime | None = None) -> object:  # type: ignore[override]
        """Decide a command; the first one at that instant."""
        return super().send(command, now or (None if self.entries else self._first))  # type: ignore[arg-type]


def latest(chosen: Policy, at: datetime, held: timedelta) -> dict[str, datetime]:
    """By when each tier above the first must hear."""
    found: dict[str, datetime] = {}
    for name, above in (("one", "two"), ("two", "three")):
        here = chosen.tier(name)
        limit = max(map(longest, here.work_within.values())) + held
        at = working_later(at, limit) if here.hours else at + limit
        found[above] = at
    return found


@seed(20261122)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(plays())
def test_nothing_that_anybody_does_parks_an_issue_in_working_time(
    play: tuple[Policy, datetime, list[tuple[str, int]]],
) -> None:
    chosen, first, acts = play
    played = Begun(chosen, first)
    for act, pick in acts:
        due = next_due(played.state)
        if due is None or played.state.status != "open" or played.state.is_exhausted:
            break
        now = played.now + (due.at - played.now) * (pick / 6)
        who = played.state.asked[0] if played.state.asked else "ann"
        if played.state.acknowledge_due_at is not None:  # or the work limits would seldom matter
            played.acknowledge(who, played.now)
        match act:
            case "hold":
                played.hold(who, now + minutes(100 * (pick + 1)), now)
            case "resume":
                played.resume(who, now)
            case "severity":
                played.change_severity("ray", "S2" if played.state.severity == "S1" else "S1", now)
            case "down":
                played.de_escalate(who, now)
            case "release":
                played.release(who, now)
            case _:
                pass
        if act == "wait":
            played.run_to(due.at)
        else:
            played.run_to(now)
    end = played.now + timedelta(days=14)
    while (due := next_due(played.state)) is not None and due.at <= end and not played.state.is_exhausted:
        played.run_to(due.at)
    held = timedelta(seconds=played.state.held_s)
    bounds = latest(chosen, first, held + minutes(1))
    heard = {"one": 1, "two": 2, "three": 3}
    ended = [entry.happened_at for entry in played.entries if isinstance(entry.event, e.Exhausted)]
    for above, by in bounds.items():
        began = [
            entry.happened_at
            for entry in played.entries
            if isinstance(entry.event, e.TierBegan) and heard[entry.event.tier] >= heard[above]
        ]
        assert min([*began, *ended]) <= by, f"{above} should have heard by {by}"
