"""Comparing who was told: notifications, spans without any, and how many in all."""

from collections.abc import Sequence
from datetime import timedelta

from tests.peers.fields import Fields, Unsupported
from tests.peers.instants import Times
from tests.peers.issue import Issue, Seen
from tests.peers.play import Play
from tests.peers.setting import ANY_CHANNEL

KINDS: dict[str, frozenset[str]] = {
    "page": frozenset({"asked", "asked_again"}),
    "asked": frozenset({"asked"}),
    "asked_again": frozenset({"asked_again"}),
    "reminder": frozenset({"reminded"}),
    "ack_reminder": frozenset({"handler_reminded"}),
    "snooze_ended": frozenset({"snooze_over"}),
    "breach": frozenset({"target_missed"}),
    "escalation": frozenset({"asked"}),
    "closed": frozenset({"resolved", "closed"}),
}
"""Kinds of notices that cases name, as what our messages are about."""
_A_SECOND = timedelta(seconds=1)

Told = tuple[Issue, Seen]


def notifications(play: Play) -> list[str]:
    """Each that is expected was sent then; up to `exhaustive_until` no other; for an empty list none at all."""
    expected = play.rows("notifications")
    for row in expected:
        _check(play, row, "at", "seq", "bundled", "important")
    seen = told(play)
    fits = [[place for place, one in enumerate(seen) if _fits(play, row, one)] for row in expected]
    matched = matching(fits)
    differences = [
        f"not told: {_row_words(row)}; told was {_nearest(play, row, seen)}"
        for number, row in enumerate(expected)
        if number not in matched.values()
    ]
    return [*differences, *_unexpected(play, expected, seen, matched)]


def _unexpected(play: Play, expected: list[Fields], seen: Sequence[Told], matched: dict[int, int]) -> list[str]:
    scenario = play.scenario
    until = play.end_at if not expected and "notifications" in scenario.then else None
    if scenario.exhaustive_until is not None:
        until = play.times.at(scenario.exhaustive_until, "exhaustive_until")
    if until is None:
        return []
    return [
        f"told beyond the list: {_seen_words(play.times, seen[place])}"
        for place, (_, one) in enumerate(seen)
        if place not in matched and not one.is_at_start and play.times.t0 <= one.at <= until
    ]


def no_notifications(play: Play) -> list[str]:
    """None in the span, its end left out."""
    differences = []
    for row in play.rows("no_notifications"):
        _check(play, row, "from", "until")
        first, until = play.times.t0, play.end_at + _A_SECOND
        if "from" in row:
            first = play.times.at(row.instant("from"), "then.no_notifications.from")
        if "until" in row:
            until = play.times.at(row.instant("until"), "then.no_notifications.until")
        if "issue" in row and play.issue(row) is None:
            differences.append(f"there is no issue {row.data['issue']} of which nobody could be told")
        differences += [
            f"told in a span without: {_seen_words(play.times, one)}"
            for one in told(play)
            if first <= one[1].at < until and not one[1].is_at_start and _is_about(play, row, one)
        ]
    return differences


def notification_counts(play: Play) -> list[str]:
    """How many in all, to somebody, by a channel, of an issue; with those before the play where it includes them."""
    differences = []
    for row in play.rows("notification_counts"):
        includes = row.text("includes")
        if includes is not None and "start" not in includes:
            raise row.cannot("includes")
        if "count" not in row:
            raise Unsupported(f"then.notification_counts {sorted(row.data)}")
        _check(play, row, "count", "includes")
        found = [
            one for one in told(play) if _is_about(play, row, one) and (includes is not None or not one[1].is_at_start)
        ]
        count = row.number("count")
        if len(found) != count:
            differences.append(f"told {len(found)} times instead of {count}: {_row_words(row)}")
    return differences


def told(play: Play) -> list[Told]:
    """Every message to people of the case, in the order of time."""
    passed_over = next((who for issue in play.stage.issues if (who := issue.passed_over(play.end_at))), None)
    if passed_over is not None:
        raise Unsupported(f"a personal rule that goes on after the time of its tier, of {passed_over}")
    found = [(issue, one) for issue in play.stage.issues for one in issue.seen()]
    return sorted(found, key=lambda one: one[1].at)


def matching(fits: Sequence[Sequence[int]]) -> dict[int, int]:
    """The largest pairing of expectations with what was seen, none twice: by what was seen, the expectation."""
    taken: dict[int, int] = {}

    def place(number: int, tried: set[int]) -> bool:
        for one in fits[number]:
            if one in tried:
                continue
            tried.add(one)
            if one not in taken or place(taken[one], tried):
                taken[one] = number
                return True
        return False

    for number in range(len(fits)):
        place(number, set())
    return taken


def _fits(play: Play, row: Fields, one: Told) -> bool:
    at = play.times.at(row.instant("at"), "then.notifications.at")
    seq = row.number("seq", 0)
    gap = abs(one[1].at - at)
    is_then = gap <= play.scenario.tolerance or gap < _A_SECOND
    is_so = row.take("bundled") in (None, one[1].is_bundled) and row.take("important") in (None, one[1].is_important)
    return _is_about(play, row, one) and is_then and is_so and seq in {0, one[1].seq}


def _check(play: Play, row: Fields, *more: str) -> None:
    """All that the row says can be compared. Raises Unsupported."""
    kind = row.text("kind")
    if kind is not None and kind not in KINDS:
        raise Unsupported(f"notifications of kind {kind}")
    for name in ("to", "tier", "channel", "issue"):
        row.text(name)
    for name in more:
        row.take(name)
    row.done()


def _is_about(play: Play, row: Fields, one: Told) -> bool:
    """Whether the message has what the row says of it."""
    to, tier, channel, kind = row.text("to"), row.text("tier"), row.text("channel"), row.text("kind")
    its, seen = one
    return (
        to in {None, seen.to}
        and tier in {None, seen.tier}
        and (channel is None or seen.channel in {channel, ANY_CHANNEL})
        and (kind is None or seen.about in KINDS[kind])
        and play.is_of(row, its)
    )


def _row_words(row: Fields) -> str:
    return " ".join(f"{name}={value}" for name, value in row.data.items())


def _seen_words(times: Times, one: Told) -> str:
    issue, seen = one
    name = "/".join(sorted(issue.names)) or str(issue.id.short)
    return f"at={times.shown(seen.at)} to={seen.to} tier={seen.tier} channel={seen.channel} issue={name} ({seen.about})"


def _nearest(play: Play, row: Fields, seen: Sequence[Told]) -> str:
    """The message that comes nearest to what was expected, for the reader of a difference."""
    at = play.times.at(row.data.get("at"), "then.notifications.at")
    same = [one for one in seen if row.data.get("to") in {None, one[1].to}] or list(seen)
    if not same:
        return "nobody"
    return _seen_words(play.times, min(same, key=lambda one: abs(one[1].at - at)))
