"""What adopting a policy would do, side by side: every deadline before and after, and who is asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from rich.console import Group, RenderableType
from rich.text import Text

from escalation.duration import words
from escalation.issue.clocks import deadlines
from escalation.issue.state import IssueState
from escalation.message import one_line
from starter.reader import Reader
from starter.showing import pairs, table
from starter.views.standing import heading

Key: TypeAlias = tuple[str, str, float, str]
_STAYS, _SOONER, _LATER, _NEW, _GONE = "stays", "sooner", "later", "new", "gone"
_STYLES = {_STAYS: "dim", _SOONER: "yellow", _LATER: "bold red", _NEW: "cyan", _GONE: "dim"}
_ROUNDING = timedelta(seconds=1)
_OF_A_TIER = {"acknowledge", "work", "warn", "remind", "remind_handler"}


class Change(NamedTuple):
    """One deadline, before and after; None: there is none."""

    what: str
    name: str
    words: str
    before_at: datetime | None
    after_at: datetime | None

    @property
    def change(self) -> str:
        """What becomes of it, in a word."""
        if self.before_at is None or self.after_at is None:
            return _NEW if self.before_at is None else _GONE
        if abs(self.after_at - self.before_at) < _ROUNDING:
            return _STAYS
        return _SOONER if self.after_at < self.before_at else _LATER


def changes(before: IssueState, after: IssueState) -> list[Change]:
    """Every deadline of either, those that stand still on hold and every ceiling included, earliest first."""
    is_anew = after.turn != before.turn
    was, becomes = (_clocks(each, is_of_its_tier=is_anew) for each in (before, after))
    found = [
        Change(key[0], key[3], (becomes.get(key) or was[key])[1], _at(was.get(key)), _at(becomes.get(key)))
        for key in {**was, **becomes}
    ]
    return sorted(found, key=lambda each: (each.after_at or each.before_at or before.last_at, each.what, each.name))


def _at(found: tuple[datetime, str] | None) -> datetime | None:
    return found[0] if found is not None else None


def _clocks(state: IssueState, *, is_of_its_tier: bool) -> dict[Key, tuple[datetime, str]]:
    """By what it is, the instant and the words of every deadline; look-ups left out, which end by themselves.

    `is_of_its_tier`: clocks of a tier are that tier's alone, since another one is asked.
    """
    tier = state.tier if is_of_its_tier else ""
    found: dict[Key, tuple[datetime, str]] = {
        (due.what, due.of, due.share, due.name or (tier if due.what in _OF_A_TIER else "")): (due.at, due.words)
        for due in deadlines(state)
        if due.what != "find"
    }
    for ceiling in state.ceilings:
        title = state.pinned.tier(ceiling.tier).title
        found.setdefault(("ceiling", "", 0.0, ceiling.tier), (ceiling.at, f"{title} hears of it at the latest"))
    stands = "stands still on hold: "
    for target in state.targets:
        missed = f"{stands}the target {target.name} is missed"
        found.setdefault(("target", "", 0.0, target.name), (target.due_at, missed))
    for what, at, says in (
        ("acknowledge", state.acknowledge_due_at, "the time to acknowledge ends"),
        ("work", state.work_due_at, "the time to work ends"),
        ("lapse", state.lapses_at, "the acknowledgement lapses"),
    ):
        if at is not None and state.status == "open":
            found.setdefault((what, "", 0.0, tier if what in _OF_A_TIER else ""), (at, f"{stands}{says}"))
    return found


def adoption_view(before: IssueState, after: IssueState, asked: Sequence[str], reader: Reader) -> RenderableType:
    """The whole preview."""
    rows: list[tuple[str, Text | str]] = [
        ("Policy", f"{_policy(before)} → {_policy(after)}"),
        ("Tier", _tiers(before, after)),
        ("Asked", f"{_people(before.asked, reader)} → {_people(asked, reader)}"),
        ("Next tier", f"{_following(before)} → {_following(after)}"),
        ("Missed so far", f"{before.missed}, which stays on record"),
    ]
    shown = table("what is due", "as it is", "as it would be", "")
    for each in changes(before, after):
        moved = each.change
        by = ""
        if moved in {_SOONER, _LATER} and each.before_at is not None and each.after_at is not None:
            by = f" by {words(abs(each.after_at - each.before_at))}"
        shown.add_row(
            one_line(each.words),
            reader.clock(each.before_at) if each.before_at else "-",
            reader.clock(each.after_at) if each.after_at else "-",
            Text(f"{moved}{by}", _STYLES[moved]),
        )
    said = Text("This is a preview: nothing was sent and nothing has changed.", "bold")
    return Group(heading(before), pairs(rows), "", shown, "", said)


def _policy(state: IssueState) -> str:
    first = state.policies[0]
    return f"{first.name} version {first.version} (text {first.digest[:12] or 'unknown'})"


def _tiers(before: IssueState, after: IssueState) -> str:
    if after.turn == before.turn:
        return f"{after.tier} stays: {after.here.title}"
    return f"{before.tier} → {after.tier}, which is asked anew: {after.here.title}"


def _following(state: IssueState) -> str:
    following = state.pinned.next_tier(state.tier)
    return following if following is not None else "none"


def _people(people: Sequence[str], reader: Reader) -> str:
    return ", ".join(reader.person(person) for person in people) or "nobody"


def adoption_json(before: IssueState, after: IssueState, asked: Sequence[str], now: datetime) -> dict[str, object]:
    """The same for programs."""
    return {
        "outcome": "preview",
        "issue": str(before.facts.id),
        "short": before.facts.id.short,
        "as_of": now.isoformat(),
        "policy": {"before": _policy_json(before), "after": _policy_json(after)},
        "tier": {"before": before.tier, "after": after.tier, "is_asked_anew": after.turn != before.turn},
        "asked": {"before": list(before.asked), "after": list(asked)},
        "limits_missed": before.missed,
        "deadlines": [
            {
                "what": each.what,
                "name": each.name,
                "words": each.words,
                "before_at": each.before_at.isoformat() if each.before_at else None,
                "after_at": each.after_at.isoformat() if each.after_at else None,
                "change": each.change,
            }
            for each in changes(before, after)
        ],
    }


def _policy_json(state: IssueState) -> dict[str, object]:
    first = state.policies[0]
    return {"name": first.name, "version": first.version, "digest": first.digest}
