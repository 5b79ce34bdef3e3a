"""What is wrong in people's own rules and quiet hours; who cannot be reached urgently is found in `lint_reach.py`."""

from datetime import datetime, time, timedelta

from escalation.duration import words
from escalation.issue.personal_rules import DAYS, QuietHours
from escalation.policy.addresses import CHANNELS
from escalation.policy.directory import Person
from escalation.policy.finding import Findings, listed
from escalation.policy.own_rules import INBOX, RuleStep

LONGEST_RULE = timedelta(hours=12)
"""The last message of a rule comes no later. Ours: who is asked later than that is asked by the ladder."""
MOST_MESSAGES = 12
"""So many messages one rule may send. Ours: each is one more for every issue, also where it is called off in time."""
LEAST_REPEAT = timedelta(minutes=1)
LONGEST_QUIET = timedelta(hours=24)
"""Quiet hours end within it. Ours: who is not to be told for longer is away, and has a deputy."""

_A_WEEK = timedelta(days=7)
_A_DAY = timedelta(days=1)
_FIRST = datetime(2001, 1, 1)  # noqa: DTZ001 - a Monday on the clock face: windows are compared there


def lint_own_rules(person: Person, here: str, findings: Findings) -> None:
    """Add what is wrong in this person's rules and quiet hours."""
    for urgency, steps in (("urgent", person.rules.urgent), ("ordinary", person.rules.ordinary)):
        _lint_rule(person, steps, f"{here}.rules.{urgency}", findings)
    if person.quiet_hours:
        _lint_quiet(person.quiet_hours, f"{here}.quiet_hours", findings)


def _lint_rule(person: Person, steps: tuple[RuleStep, ...], here: str, findings: Findings) -> None:
    before: timedelta | None = None
    for place, step in enumerate(steps):
        where = f"{here}[{place}]"
        _lint_channel(person, step.channel, f"{where}.channel", findings)
        if step.channel == INBOX and len(steps) > 1:
            allowed = "other channels; the inbox is always told at once, and stands alone where nothing else is to be"
            findings.add(f"{where}.channel", "is told anyway", value=step.channel, allowed=allowed)
        if before is not None and step.after <= before:
            problem = f"is not after the step before it, which comes after {words(before)}"
            findings.add(f"{where}.after", problem, value=words(step.after), allowed=f"more than {words(before)}")
        before = step.after if before is None else max(before, step.after)
        _lint_repeats(step, where, findings)
    count = sum(step.times for step in steps)
    if count > MOST_MESSAGES:
        findings.add(here, f"sends {count} messages", allowed=f"at most {MOST_MESSAGES}")


def _lint_channel(person: Person, channel: str, here: str, findings: Findings) -> None:
    if channel not in CHANNELS:
        findings.unknown(here, channel, "is not a channel", CHANNELS)
    elif channel not in person.addresses and channel != INBOX:
        problem = f"is a channel for which {person.id} has no address"
        findings.add(
            here, problem, value=channel, allowed=listed(each for each in person.addresses if each in CHANNELS)
        )


def _lint_repeats(step: RuleStep, here: str, findings: Findings) -> None:
    if step.times > 1 and step.repeat_every is None:
        findings.add(f"{here}.times", "needs repeat_every", value=step.times, allowed="with repeat_every: 5 min")
    if step.repeat_every is None:
        return
    if step.times == 1:
        findings.add(
            f"{here}.repeat_every", "needs times", value=words(step.repeat_every), allowed="with times: 2 or more"
        )
    if step.repeat_every < LEAST_REPEAT:
        every, allowed = words(step.repeat_every), f"at least {words(LEAST_REPEAT)}"
        findings.add(f"{here}.repeat_every", "is too short", value=every, allowed=allowed)
    if step.instants[-1] > LONGEST_RULE:
        last, allowed = words(step.instants[-1]), f"at most {words(LONGEST_RULE)} after they are asked"
        findings.add(here, "is too late for its last message", value=last, allowed=allowed)


def _lint_quiet(windows: tuple[QuietHours, ...], here: str, findings: Findings) -> None:
    is_sound = True
    for place, window in enumerate(windows):
        where = f"{here}[{place}]"
        if window.begins == window.until:
            is_sound = False
            problem = "covers the whole day, since it ends when it begins"
            findings.add(f"{where}.until", problem, value=_face(window.until), allowed=_ALLOWED)
        twice = [day for day in DAYS if window.days.count(day) > 1]
        if twice:
            findings.add(f"{where}.days", "names a day twice", value=twice[0], allowed="each day once")
    if is_sound and _longest(windows) >= LONGEST_QUIET:
        problem = "leave no hour in a day: together they last " + words(min(_longest(windows), _A_WEEK)) + " on end"
        findings.add(here, problem, allowed=_ALLOWED)


_ALLOWED = "quiet hours that end within a day; who is not to be told for longer has absences and a deputy"


def _face(at: time) -> str:
    return at.isoformat(timespec="minutes")


def _longest(windows: tuple[QuietHours, ...]) -> timedelta:
    """The longest stretch without a break, on the clock face of a week that goes round."""
    spans = sorted(span for window in windows for span in _spans(window))
    longest, begins, end = timedelta(), spans[0][0], spans[0][0]
    # Twice round, so that what goes over the end of the week is seen whole.
    for first, last in [*spans, *((first + _A_WEEK, last + _A_WEEK) for first, last in spans)]:
        if first > end:
            begins = first
        end = max(end, last)
        longest = max(longest, end - begins)
    return longest


def _spans(window: QuietHours) -> list[tuple[datetime, datetime]]:
    found = []
    for place, day in enumerate(DAYS):
        if not window.days or day in window.days:
            begins = datetime.combine(_FIRST + place * _A_DAY, window.begins)
            ends = datetime.combine(begins, window.until)
            found.append((begins, ends if ends > begins else ends + _A_DAY))
    return found
