"""Comparing where issues stand, right after everything of an instant."""

from collections.abc import Callable
from datetime import datetime, timedelta

from escalation.issue.clocks import moments
from escalation.issue.events import Entry
from escalation.issue.state import IssueState
from tests.peers.fields import Fields, Unsupported
from tests.peers.issue import Issue
from tests.peers.play import Play


def is_acknowledged(state: IssueState) -> bool:
    """Whether somebody has it and no tier is still asked: peers' word for it."""
    return state.status == "open" and state.handler is not None and not _waits(state)


def _waits(state: IssueState) -> bool:
    """Whether an acknowledgement is awaited: by a tier that is asked, or by the last resort."""
    return state.acknowledge_due_at is not None or state.is_resting


STATES: dict[str, Callable[[IssueState], bool]] = {
    "triggered": lambda state: state.status == "open" and not is_acknowledged(state),
    "acknowledged": is_acknowledged,
    "open": lambda state: state.status == "open",
    "resolved": lambda state: state.status != "open",
    "closed": lambda state: state.status != "open",
    "snoozed": lambda state: state.status == "open" and bool(state.snoozes),
    "paused": lambda state: state.status == "open" and state.hold is not None,
    "maintenance": lambda state: state.status == "open" and state.is_in_maintenance,
    "active": lambda state: state.status == "open" and not state.missed,
    "active_with_misses": lambda state: state.status == "open" and bool(state.missed),
    "missed": lambda state: state.status != "open" and bool(state.missed),
    "hit": lambda state: state.status != "open" and not state.missed,
}
STATES |= {
    **dict.fromkeys(("unacknowledged", "firing"), STATES["triggered"]),
    "claimed": STATES["acknowledged"],
    "silenced": STATES["snoozed"],
    "on_hold": STATES["paused"],
}
"""The words of cases for where an issue stands, in our terms."""
_STEPS = frozenset({"acknowledge", "work", "ceiling", "lapse"})
"""Deadlines by which the ladder goes on."""
_OF_TARGETS = frozenset({"active", "active_with_misses", "missed", "hit"})


def states(play: Play) -> list[str]:
    """Each issue stands as it should."""
    differences = []
    for row in play.rows("states"):
        at = play.times.at(row.instant("at"), "then.states.at")
        word = row.words("state")
        if word not in STATES or (word in _OF_TARGETS and not play.setting.house.targets):
            raise Unsupported(f"state {word}")
        issue = play.issue(row, at)
        state = issue.state_at(at) if issue is not None else None
        where = f"{row.data.get('issue', 'the issue')} at {play.times.shown(at)}"
        if issue is None or state is None:
            _details(row, None, None, at)
            differences.append(f"{where}: there is no such issue")
        else:
            found = _details(row, issue, state, at)
            if not STATES[word](state):
                found.insert(0, f"is {now_words(state)} instead of {word}")
            differences += [f"{where}: {difference}" for difference in found]
        row.done()
    return differences


def next_step_at(play: Play) -> list[str]:
    """When the ladder goes on by itself, as of the last event or of an instant; null: it does not."""
    differences = []
    for row in play.rows("next_step_at"):
        as_of = play.times.at(row.instant("as_of"), "then.next_step_at.as_of") if "as_of" in row else play.last_event_at
        issue, expected = play.the_issue(row, as_of), row.instant("at")
        row.done()
        state = issue.state_at(as_of)
        steps = [moment.at for moment in moments(state) if moment.what in _STEPS] if state is not None else []
        differences += differs(play, expected, min(steps, default=None), f"next step as of {play.times.shown(as_of)}")
    return differences


def differs(play: Play, expected: object, actual: datetime | None, what: str) -> list[str]:
    """The difference between an instant as the case writes it and ours, within the tolerance; null is none."""
    wanted = None if expected is None else play.times.at(expected, what)
    if wanted is None or actual is None:
        is_same = wanted is actual
    else:
        gap = abs(wanted - actual)
        is_same = gap <= play.scenario.tolerance or gap < timedelta(seconds=1)
    return [] if is_same else [f"{what} is {None if actual is None else play.times.shown(actual)}, not {expected}"]


def _details(row: Fields, issue: Issue | None, state: IssueState | None, at: datetime) -> list[str]:
    """What else the row says of the state; without a state, only that all of it can be compared."""
    found: list[str] = []

    def compare(name: str, actual: object) -> None:
        expected = row.text(name)
        if state is not None and expected != actual:
            found.append(f"{name} {actual} instead of {expected}")

    numbers = issue.ladder.numbers if issue is not None else {}
    if "by" in row:
        compare("by", None if state is None else state.handler if state.status == "open" else state.resolver)
    if "tier" in row:
        compare("tier", None if state is None else numbers.get(state.tier))
    if "summary" in row:
        compare("summary", issue.title if issue is not None else None)
    if "previous" in row:
        if row.data.get("state") != "acknowledged":
            raise row.cannot("previous")
        compare("previous", None if issue is None else _relieved(issue, at))
    if "escalation" in row:
        if row.text("escalation") not in {"stopped", "running"}:
            raise row.cannot("escalation")
        compare("escalation", None if state is None else "running" if _climbs(state) else "stopped")
    return found


def _relieved(issue: Issue, at: datetime) -> str | None:
    entries: list[Entry] = [entry for entry in issue.clock.entries if entry.recorded_at <= at]
    taken = [entry.event.took_over_from for entry in entries if entry.event.kind == "acknowledged"]
    return taken[-1] if taken else None


def _climbs(state: IssueState) -> bool:
    return any(moment.what in _STEPS for moment in moments(state))


def now_words(state: IssueState) -> str:
    """Where it stands, in the words of cases."""
    words = [word for word in ("triggered", "acknowledged", "resolved", "snoozed", "paused") if STATES[word](state)]
    return f"{'+'.join(words)} (tier {state.tier}, handler {state.handler})"
