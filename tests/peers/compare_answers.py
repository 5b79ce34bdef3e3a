"""Comparing how operations were answered: which were refused and why, which were let through, and what was said."""

from datetime import datetime, timedelta

from tests.peers.compare_records import RECORDS
from tests.peers.compare_replies import is_claim, was_claimed
from tests.peers.compare_told import matching
from tests.peers.fields import Fields, Unsupported
from tests.peers.issue import Refused
from tests.peers.play import Play

_A_SECOND = timedelta(seconds=1)
REASONS: dict[str, frozenset[str]] = {
    "not acknowledged": frozenset({"not_asked", "not_handler"}),
    "already acknowledged": frozenset({"already_acknowledged"}),
    "already resolved": frozenset({"already_resolved", "already_closed", "ended"}),
    "already closed": frozenset({"already_resolved", "already_closed", "ended"}),
    "policy has no tiers": frozenset({"policy_refused"}),
}
"""The words of cases for why something was refused, as our codes."""


def errors(play: Play) -> list[str]:
    """Exactly these operations were refused, for reasons of that meaning."""
    expected = play.rows("errors")
    refused = play.stage.refusals
    fits = [[place for place, one in enumerate(refused) if _is_that(play, row, one)] for row in expected]
    for row in expected:
        _check_reason(row)
        row.done()
    matched = matching(fits)
    missing = [
        f"not refused: {' '.join(f'{name}={value}' for name, value in row.data.items())}"
        for number, row in enumerate(expected)
        if number not in matched.values()
    ]
    beyond = [f"refused: {refusal_words(play, one)}" for place, one in enumerate(refused) if place not in matched]
    return [*missing, *beyond]


def _is_that(play: Play, row: Fields, one: Refused) -> bool:
    operation, reason = row.text("operation"), row.text("reason")
    gap = abs(one.at - play.times.at(row.instant("at"), "then.errors.at")) if "at" in row else timedelta(0)
    is_then = gap <= play.scenario.tolerance or gap < _A_SECOND
    is_its = "issue" not in row or (one.issue is not None and play.is_of(row, one.issue))
    is_so = reason is None or one.code in REASONS.get(reason, ())
    return is_then and is_its and is_so and operation in {None, one.operation}


def _check_reason(row: Fields) -> None:
    for name in ("at", "issue", "operation", "reason"):
        row.take(name)
    reason = row.text("reason")
    if reason is not None and reason not in REASONS:
        raise Unsupported(f"errors for the reason {reason!r}")


def refusal_words(play: Play, one: Refused) -> str:
    """A refusal for a reader."""
    name = "" if one.issue is None else f" {'/'.join(sorted(one.issue.names))}"
    return f"{one.operation}{name} at {play.times.shown(one.at)}: {one.code}, {one.why}"


def accepted(play: Play) -> list[str]:
    """In these variants nothing was refused."""
    names = Fields(play.scenario.then, "then").names("accepted")
    unknown = [name for name in names if name not in play.variants]
    if unknown:
        raise Unsupported(f"then.accepted {unknown[0]!r}")
    return [refusal_words(play, one) for one in play.stage.refusals] if play.case in names else []


def responses(play: Play) -> list[str]:
    """What was answered to an operation at that instant, by meaning: what it did, or why it was refused."""
    differences = []
    for row in play.rows("responses"):
        at, to, says = play.times.at(row.instant("at"), "then.responses.at"), row.text("to"), row.words("says")
        row.text("issue")
        row.done()
        if not _was_said(play, row, at, to, says):
            differences.append(f"not answered: {' '.join(f'{name}={value}' for name, value in row.data.items())}")
    return differences


def _was_said(play: Play, row: Fields, at: datetime, to: str | None, says: str) -> bool:
    if says in REASONS:
        return any(one.at == at and one.code in REASONS[says] and to in {None, one.by} for one in play.stage.refusals)
    if is_claim(says):
        return was_claimed(play, at, says)
    if says not in RECORDS:
        raise Unsupported(f"responses that say {says!r}")
    entries = [entry for issue in play.stage.issues if play.is_of(row, issue) for entry in issue.entries()]
    return any(e.recorded_at == at and RECORDS[says](e) and to in {None, e.by.person} for e in entries)
