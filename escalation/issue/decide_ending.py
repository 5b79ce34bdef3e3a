"""How an issue ends and begins again: resolve, confirm, close, reopen, and being reported again."""

from escalation.issue import events as e
from escalation.issue.authority import acts_as_machine
from escalation.issue.climb import begin_tier
from escalation.issue.commands import Close, Confirm, Open, Reopen, Resolve
from escalation.issue.decide_asks import must_not_wait
from escalation.issue.decide_maintenance import enter_maintenance
from escalation.issue.decide_noting import end
from escalation.issue.deciding import ENDED, Deciding, Refusal, already_closed, not_open
from escalation.issue.facts import TextRef
from escalation.issue.hours import hours_of_closing, reopen_until
from escalation.issue.maintenance import Maintenance
from escalation.policy.model import CloseReason


def decide_resolve(turn: Deciding, command: Resolve) -> None:
    """Said to be fixed: outcome, what the customer was told, and for money the payment's reference."""
    state = turn.state
    if state.status != "open":
        raise not_open(state)
    if state.facts.has_customer and command.told_customer is None and not acts_as_machine(state, command.by):
        raise Refusal("told_customer_missing", "told_customer is missing: say what the customer was told", "input")
    if command.outcome == "paid" and not command.payment_reference:
        raise Refusal("payment_reference_missing", "payment_reference is missing: outcome paid needs it", "input")
    if not acts_as_machine(state, command.by):  # what a machine sees to be gone is gone
        must_not_wait(state)
    closing, hours = state.policies[0].closing, hours_of_closing(state.policies[0])
    end(turn)
    turn.emit(
        e.Resolved(
            outcome=command.outcome,
            explanation=command.explanation,
            told_customer=command.told_customer,
            payment_reference=command.payment_reference,
            remind_at=hours.due(turn.now, closing.remind_after),
            silence_at=hours.due(turn.now, closing.silence_after) if closing.silence_after else None,
        )
    )


def decide_confirm(turn: Deciding, command: Confirm) -> None:
    """The customer says it is fixed."""
    _must_be_resolved(turn)
    _close(turn, "confirmed", command.statement, None)


def decide_close(turn: Deciding, command: Close) -> None:
    """End a resolved issue for one of the policy's reasons."""
    allowed = turn.state.policies[0].closing.reasons
    never_by_hand = {"silence", "opened_in_error"}  # time closes by silence; an error is cancelled by two
    if command.reason not in allowed or command.reason in never_by_hand:
        by_hand = ", ".join(reason for reason in allowed if reason not in never_by_hand)
        raise Refusal(
            "reason_not_allowed", f"reason {command.reason!r} cannot be given here; allowed: {by_hand}", "input"
        )
    if command.reason == "duplicate_of" and not command.duplicate_of:
        raise Refusal("duplicate_of_missing", "duplicate_of is missing: name the issue that this one repeats", "input")
    _must_be_resolved(turn)
    _close(turn, command.reason, command.explanation, command.duplicate_of)


def _close(turn: Deciding, reason: CloseReason, text: TextRef | None, duplicate_of: str | None) -> None:
    until = reopen_until(turn.state.policies[0], turn.now)
    turn.emit(e.Closed(reason=reason, explanation=text, duplicate_of=duplicate_of, reopen_until=until))


def _must_be_resolved(turn: Deciding) -> None:
    state = turn.state
    if state.status == "open":
        raise Refusal("not_resolved", "it is not resolved; resolve it first")
    if state.status == "closed":
        raise already_closed(state)
    if state.status == "ended":
        raise Refusal("ended", ENDED)


def decide_reopen(turn: Deciding, command: Reopen) -> None:
    """Not fixed after all."""
    state = turn.state
    if state.status == "open":
        raise Refusal("already_open", f"it is open already, and {state.here.title} is asked")
    if state.status == "ended":
        raise Refusal("ended", ENDED)
    _reopen(turn, command.reason, is_reported_again=False)


def decide_open_again(turn: Deciding, command: Open) -> None:
    """The same thing reported again: noted while it is open, reopened while it can be, else a new occurrence."""
    state = turn.state
    if state.status == "ended":
        raise Refusal("ended", ENDED)
    ended_at = state.resolved_at or state.closed_at  # cancelled, or a duplicate: closed without being resolved
    is_new = ended_at is not None and command.issue.received_at > ended_at
    if state.status == "open" or not is_new:
        turn.emit(e.OpenedAgain(description=command.issue.description))
    else:
        _reopen(turn, command.issue.description, is_reported_again=True, maintenance=command.maintenance)


def _reopen(
    turn: Deciding, reason: TextRef | None, *, is_reported_again: bool, maintenance: Maintenance | None = None
) -> None:
    count = turn.state.reopened + 1
    enter_maintenance(turn, maintenance, turn.now)  # first, so that nobody is told either that it was reopened
    turn.emit(e.Reopened(count=count, reason=reason, is_reported_again=is_reported_again))
    state = turn.state
    begin_tier(turn, state.pinned, state.here, "reopened", turn.now, is_by_hand=True)
