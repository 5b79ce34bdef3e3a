"""Gaps of the coming weeks, and overrides that change nothing: found by a check, before a case needs somebody.

The rules know no clock: who checks says as of when.
"""

from datetime import datetime, timedelta

from escalation.duration import words
from escalation.narrate import instant
from escalation.oncall.answer import Duty, Gap
from escalation.oncall.away import away_in
from escalation.oncall.duty import duties, gaps
from escalation.oncall.in_words import in_words
from escalation.oncall.rota import Override, Rota
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings

AHEAD = timedelta(weeks=4)
"""So far ahead gaps are looked for. Ours: time enough to find somebody."""
_LONGEST_LOOKED_AT = timedelta(days=366)


def lint_gaps(rota: Rota, directory: Directory, at: datetime, findings: Findings) -> None:
    """Warn of the gaps of the next four weeks, and of overrides that are not over and change nothing."""
    found = gaps(rota, at, at + AHEAD, away_in(directory))
    if found:
        whose = f"; {rota.owner} answers for it" if rota.owner is not None else ""
        allowed = f"somebody on duty whenever it covers{whose}"
        findings.add(f"rotas.{rota.name}", _in_words(rota, found), allowed=allowed, is_warning=True)
    for place, override in enumerate(rota.overrides):
        if override.ends_at > at and not _changes_anything(rota, override):
            field = f"rotas.{rota.name}.overrides[{place}]"
            allowed = "people whose turn it is in its span"
            findings.add(
                field, "changes nothing: nobody whom it names is on duty then", allowed=allowed, is_warning=True
            )


def _in_words(rota: Rota, found: tuple[Gap, ...]) -> str:
    first = found[0]
    in_all = sum((gap.ends_at - gap.begins_at for gap in found), timedelta())
    count = "a gap" if len(found) == 1 else f"{len(found)} gaps, {words(in_all)} in all,"
    which = "from" if len(found) == 1 else "the first from"
    span = f"{instant(first.begins_at)} until {instant(first.ends_at)}"
    return f"has {count} in the next {words(AHEAD)}: {which} {span}: {in_words(rota, first.duty)}"


def _changes_anything(rota: Rota, override: Override) -> bool:
    """Whether somebody whom it replaces or removes would be on duty; who is added always changes something."""
    named = {*override.replace, *override.remove}
    if override.add or override.only or override.ends_at - override.begins_at > _LONGEST_LOOKED_AT:
        return True
    return any(_is_named(duty, named) for duty in duties(rota, override.begins_at, override.ends_at))


def _is_named(duty: Duty, named: set[str]) -> bool:
    return any(
        (step.because == "replaced" and step.other in named) or (step.because == "removed" and step.person in named)
        for step in duty.steps
    )
