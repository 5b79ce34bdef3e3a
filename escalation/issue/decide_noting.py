"""What changes no clock: notes, attempts, snoozes, and asking for an end that somebody else must agree to."""

from escalation.issue import events as e
from escalation.issue.climb import note_missed
from escalation.issue.commands import Attempt, Cancel, Note, Snooze, Suppress, TakeDuplicate, TakeSuppression
from escalation.issue.decide_targets import latest_update
from escalation.issue.deciding import ENDED, Deciding, Refusal, already_closed, must_be_open
from escalation.issue.hours import reopen_until
from escalation.issue.identity import read_issue_id
from escalation.issue.word import ANSWERS, can_be_answered, is_customer
from escalation.policy.model import CloseReason

MOST_SNOOZED = 50
"""People whose snoozes run at once. Ours: each is carried along."""


def decide_note(turn: Deciding, command: Note) -> None:
    """Write something down, as long as the issue can be reopened."""
    if turn.state.status == "ended":
        raise Refusal("ended", ENDED)
    if command.is_to_customer:
        _must_be_an_answer(turn, command)
    elif command.next_update_at is not None:
        raise Refusal("no_update_promised", "next_update_at is said to the customer: say is_to_customer, too", "input")
    elif command.meets is not None:
        raise Refusal("meets_nothing", "meets is of what was said to the customer: say is_to_customer, too", "input")
    noted = e.Noted(
        text=command.text,
        is_to_customer=command.is_to_customer,
        said_by=command.said_by,
        next_update_at=command.next_update_at,
        meets=command.meets,
    )
    turn.emit(noted)


def _must_be_an_answer(turn: Deciding, command: Note) -> None:
    """A person has said it to somebody else, who is there to hear it; and promises no more than the policy does."""
    state, by, until = turn.state, command.by, command.next_update_at
    if by.is_machine:
        raise Refusal("person_needed", "only what a person says to the customer is an answer", "authority")
    if command.said_by is not None:
        raise Refusal("nobody_to_tell", "it is either said to the customer or by said_by", "input")
    if not can_be_answered(state.facts):
        raise Refusal("nobody_to_tell", "there is no customer, and a machine raised it: nobody waits for it", "input")
    if is_customer(state.facts, by.person):
        raise Refusal("nobody_to_tell", f"{by.person} is who waits for an answer", "input")
    met = [target.name for target in state.promised if target.ends in ANSWERS]
    if command.meets is not None and command.meets not in met:
        allowed = ", ".join(met) or "none: leave it out"
        why = f"meets {command.meets!r} is no target that an answer meets; allowed: {allowed}"
        raise Refusal("meets_nothing", why, "input")
    if until is None:
        return
    if until <= turn.now:
        raise Refusal("until_past", f"next_update_at {until.isoformat()} is not in the future", "input")
    latest = latest_update(state, turn.now, command.meets)
    if latest is None and command.meets is not None:
        raise Refusal(
            "no_update_promised", f"{command.meets} is no promise of an update: leave one of both out", "input"
        )
    if latest is None:
        why = f"the policy {state.policies[0].name} keeps no promise of an update at {state.severity}"
        raise Refusal("no_update_promised", f"{why}: leave next_update_at out", "input")
    if until > latest:
        why = f"the customer hears again by {latest.isoformat(timespec='seconds')} at the latest"
        raise Refusal("until_too_late", f"next_update_at {until.isoformat()} is too late: {why}", "input")


def decide_attempt(turn: Deciding, command: Attempt) -> None:
    """Write down what was tried: whoever is asked next reads it."""
    must_be_open(turn)
    turn.emit(e.Attempted(what=command.what, result=command.result))


def decide_snooze(turn: Deciding, command: Snooze) -> None:
    """Tell the sender again then. Moves no clock: an acknowledgement lapses meanwhile as it would have.

    Never beyond the time for which the handler has promised their next action.
    """
    must_be_open(turn)
    state, person = turn.state, command.by.person
    is_handler = state.handler == person
    if not is_handler and person not in state.asked:
        raise Refusal("not_asked", f"{person} neither works on it nor is asked, so there is nothing to snooze")
    if command.until <= turn.now:
        raise Refusal("until_past", f"until {command.until.isoformat()} is not in the future", "input")
    if is_handler and state.is_promised and state.lapses_at is not None and command.until > state.lapses_at:
        latest = state.lapses_at.isoformat(timespec="seconds")
        raise Refusal("until_too_late", f"the next action is promised by {latest}; snooze until then at most", "input")
    if person not in state.snoozes and len(state.snoozes) >= MOST_SNOOZED:
        raise Refusal("too_many_snoozed", f"so many people have snoozed it already: {MOST_SNOOZED}")
    turn.emit(e.Snoozed(person=person, until=command.until), turn.now)


def decide_cancel(turn: Deciding, command: Cancel) -> None:
    """Opened in error: the first person asks for it, a second one does it. Never for a complaint."""
    state, person = turn.state, command.by.person
    _must_not_be_closed(turn)
    if state.policies[0].kind == "complaint" or state.facts.kind == "complaint":
        raise Refusal("complaint_stays", "a complaint is never cancelled: resolve it, or have it withdrawn in writing")
    _must_be_allowed(turn, "opened_in_error")
    if command.by.is_machine:
        raise Refusal("person_needed", "only people can say that it was opened in error", "authority")
    if state.cancel_asked_by is None:
        turn.emit(e.CancelAsked(person=person, reason=command.reason))
        return
    if state.cancel_asked_by == person:
        raise Refusal("second_person_needed", f"{person} has said so already; a second person must say so too")
    end(turn)
    until = reopen_until(state.policies[0], turn.now)
    turn.emit(e.Closed(reason="opened_in_error", explanation=command.reason, reopen_until=until))


def decide_suppress(turn: Deciding, command: Suppress) -> None:
    """It repeats another issue. That one is asked to record it; until it has, this one goes on as it is."""
    must_be_open(turn)
    state = turn.state
    _must_be_allowed(turn, "duplicate_of")
    try:
        first = read_issue_id(command.duplicate_of)[0]
    except ValueError as error:
        raise Refusal("unknown_issue", f"duplicate_of is no issue's id: {error}", "input") from error
    if first == state.facts.id:
        raise Refusal("same_issue", "an issue cannot repeat itself", "input")
    if state.suppressing is not None:
        raise Refusal("already_asked", f"{state.suppressing} is being asked to record it already")
    turn.emit(e.SuppressionAsked(duplicate_of=str(first), reason=command.reason))


def take_suppression(turn: Deciding, command: TakeSuppression) -> None:
    """The first issue has answered."""
    state = turn.state
    if state.suppressing != command.duplicate_of:  # it was never asked, or is over by now
        return
    if command.error is not None:
        turn.by_clock(e.SuppressionFailed(duplicate_of=command.duplicate_of, error=command.error[:200]), turn.now)
        return
    end(turn)
    until = reopen_until(state.policies[0], turn.now)
    closed = e.Closed(reason="duplicate_of", duplicate_of=command.duplicate_of, reopen_until=until)
    turn.by_clock(closed, turn.now)


def take_duplicate(turn: Deciding, command: TakeDuplicate) -> None:
    """Another issue repeats this one. Refused where this one would not carry it: it is over, or repeats one itself."""
    state = turn.state
    if command.issue in state.duplicates:
        return
    if state.status != "open":
        raise Refusal("not_open", "it is not open")
    if state.suppressing is not None:
        raise Refusal("not_open", f"it is said to repeat {state.suppressing} itself")
    turn.emit(e.DuplicateRecorded(issue=command.issue, said_by=command.said_by), turn.now)


def end(turn: Deciding) -> None:
    """What every end does first: a hold is over, and what was missed is on record."""
    if turn.state.status == "open":
        turn.end_hold("over", turn.now)
        note_missed(turn)


def _must_not_be_closed(turn: Deciding) -> None:
    if turn.state.status == "closed":
        raise already_closed(turn.state)
    if turn.state.status == "ended":
        raise Refusal("ended", ENDED)


def _must_be_allowed(turn: Deciding, reason: CloseReason) -> None:
    policy = turn.state.policies[0]
    if reason not in policy.closing.reasons:
        allowed = ", ".join(policy.closing.reasons)
        why = f"the policy {policy.name} never closes for {reason}; allowed: {allowed}"
        raise Refusal("reason_not_allowed", why, "input")
