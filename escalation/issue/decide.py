"""decide: what a command does to an issue, as entries, or why it cannot be. All of the business is decided here.

The rules have revisions. A running issue is decided by the revision that it was opened with; a change that alters
decisions is a new revision beside the old one, because decisions are replayed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from escalation.issue.authority import check_authority
from escalation.issue.climb import begin_tier
from escalation.issue.commands import (
    HUMAN_COMMANDS,
    Accept,
    Acknowledge,
    AdoptPolicy,
    Attempt,
    Cancel,
    ChangeCustomer,
    ChangeSeverity,
    Close,
    Command,
    Confirm,
    Decline,
    DeEscalate,
    EndMaintenance,
    Escalate,
    Hold,
    LookAtShifts,
    Note,
    Open,
    Reassign,
    Release,
    Reopen,
    Resolve,
    Resume,
    Snooze,
    Suppress,
    TakeCharge,
    TakeDelivery,
    TakeDuplicate,
    TakeNoPeople,
    TakePeople,
    TakeShifts,
    TakeSuppression,
    Tick,
)
from escalation.issue.commands_of_asks import Ask, Complete, Leave, PassOn, TakeOn, Withdraw
from escalation.issue.decide_asks import (
    decide_ask,
    decide_complete,
    decide_leave,
    decide_pass_on,
    decide_take_on,
    decide_withdraw,
    follow_asks,
    must_be_known,
)
from escalation.issue.decide_clock import decide_tick, fall_back_on_last_known, take_people
from escalation.issue.decide_clocks import (
    decide_adopt_policy,
    decide_change_severity,
    decide_hold,
    decide_resume,
    end_hold_if_heard,
)
from escalation.issue.decide_customer import decide_change_customer
from escalation.issue.decide_delivery import take_delivery
from escalation.issue.decide_ending import (
    decide_close,
    decide_confirm,
    decide_open_again,
    decide_reopen,
    decide_resolve,
)
from escalation.issue.decide_fit import fit_again, fit_at_opening
from escalation.issue.decide_maintenance import break_through, enter_maintenance, take_maintenance_end
from escalation.issue.decide_moving import decide_de_escalate, decide_escalate
from escalation.issue.decide_noting import (
    decide_attempt,
    decide_cancel,
    decide_note,
    decide_snooze,
    decide_suppress,
    take_duplicate,
    take_suppression,
)
from escalation.issue.decide_owning import decide_accept, decide_decline, decide_reassign
from escalation.issue.decide_people import decide_acknowledge, decide_release, decide_take_charge
from escalation.issue.decide_shifts import follow_shifts, look_sooner, take_shifts
from escalation.issue.decide_targets import follow_targets
from escalation.issue.deciding import Deciding, Refusal
from escalation.issue.events import Entry, Opened, Refused
from escalation.issue.facts import Actor
from escalation.issue.hours import counts_from, hours_from
from escalation.issue.refusal import Rejected
from escalation.issue.state import IssueState
from escalation.issue.target_clocks import first_targets
from escalation.masking import mask_cards

RULES_REVISION = 1
"""The revision that new issues are opened with."""

CLOCK_SKEW = timedelta(minutes=1)
"""How far ahead of ours a door's clock may be."""

Decision: TypeAlias = tuple[Entry, ...] | Rejected


def decide(state: IssueState | None, command: Command, now: datetime) -> Decision:
    """What the command does at `now`. No entries: nothing to do, or the same command came before."""
    decided = decide_with_states(state, command, now)
    return decided if isinstance(decided, Rejected) else tuple(decided.entries)


def decide_with_states(state: IssueState | None, command: Command, now: datetime) -> Deciding | Rejected:
    """The same with the state after each entry, for whoever would evolve them next."""
    given = command.rules_revision if isinstance(command, Open) else RULES_REVISION
    revision = state.rules_revision if state is not None else given
    rules = _REVISIONS.get(revision)
    if rules is None:
        return Rejected(code="unknown_revision", why=f"rules revision {revision} is not known to this release")
    turn = Deciding(state, command, now)
    try:
        rules(turn, command)
        follow_asks(turn, state)
        follow_targets(turn, state)
        fit_again(turn)
        follow_shifts(turn, state)
    except Refusal as refusal:
        return refusal.rejected
    return turn


def _first_revision(turn: Deciding, command: Command) -> None:
    if isinstance(command, Open) and turn.is_new:
        _open(turn, command)
        return
    state = turn.state
    if command.id and command.id in state.done:
        return
    system = _BY_THE_SYSTEM.get(type(command))
    if system is not None:
        system(turn, command)
        return
    must_be_known(state, command)
    check_authority(state, command, command_name(command))
    _check_claimed_time(turn)
    person = _BY_PEOPLE.get(type(command))
    if person is None:
        raise Refusal("unknown_command", f"{type(command).__name__} is not a command of issues", "input")
    person(turn, command)
    end_hold_if_heard(turn, command)
    break_through(turn)


def _take_people(turn: Deciding, command: TakePeople) -> None:
    take_people(turn, command.turn, command.people, "looked_up", command.why, turn.now, command)


def _take_no_people(turn: Deciding, command: TakeNoPeople) -> None:
    fall_back_on_last_known(turn, command.turn, command.error, turn.now)


def _tick(turn: Deciding, _: Tick) -> None:
    decide_tick(turn)


def _open(turn: Deciding, command: Open) -> None:
    """The first entries: opened, and the tier where it enters."""
    if not command.policies:
        raise Refusal("policy_missing", "policies is empty: an issue is opened with the policy that it climbs", "input")
    policy, found = command.policies[0], command.match
    tiers = [tier.name for tier in policy.tiers]
    if found.enter_at not in tiers:
        raise Refusal("unknown_tier", f"tier {found.enter_at!r} is not known; allowed: {', '.join(tiers)}", "input")
    severities = [severity.name for severity in policy.severities]
    if found.severity not in severities:
        allowed = ", ".join(severities)
        raise Refusal("unknown_severity", f"severity {found.severity!r} is not known; allowed: {allowed}", "input")
    if not command.owner:
        raise Refusal("owner_missing", "owner is missing: every issue has exactly one, from birth", "input")
    opened_at = command.issue.opened_at
    if opened_at > turn.now + CLOCK_SKEW:
        opened_at = turn.now  # a door whose clock is wrong must not put off the first page, nor lose the issue
    targets = first_targets(policy, found.severity, opened_at, command.issue)
    turn.emit(Opened(rules_revision=command.rules_revision, open=command, targets=targets), opened_at)
    check_authority(turn.state, command, "open")
    if command.owner in command.issue.about:
        raise Refusal("owner_conflict", f"{command.owner} cannot own what is about them; name another owner", "input")
    enter_maintenance(turn, command.maintenance, opened_at)
    tier = turn.state.here
    hours = hours_from(turn.state.pinned, tier, turn.state.severity, opened_at)
    since = counts_from(turn.state.pinned, tier, turn.state.severity, opened_at)
    limit = turn.limit(tier.acknowledge_within) or turn.limit(tier.work_within)
    # A tier whose time would be over before it was asked, since the system was away, counts from now.
    is_over = limit is not None and not turn.state.is_in_maintenance and hours.due(since, limit) <= turn.now
    late_by_s = round((turn.now - opened_at).total_seconds(), 3) if is_over else 0
    at = turn.now if is_over else opened_at
    if not turn.state.is_in_maintenance:  # else when it is released
        fit_at_opening(turn, at)
    begin_tier(turn, turn.state.pinned, turn.state.here, "entered", at, late_by_s=late_by_s, is_by_hand=True)


def _check_claimed_time(turn: Deciding) -> None:
    claimed = turn.command.happened_at
    if claimed is not None and claimed > turn.now + CLOCK_SKEW:
        raise Refusal("from_the_future", f"happened_at {claimed.isoformat()} is in the future", "input")
    facts = turn.state.facts
    first = min(filter(None, (facts.opened_at, facts.received_at, facts.first_noticed_at)))
    if claimed is not None and claimed < first:
        raise Refusal(
            "before_the_issue",
            f"happened_at {claimed.isoformat()} is before the issue was first heard of, at {first.isoformat()}",
            "input",
        )


def note_refusal(state: IssueState, rejected: Rejected, name: str, by: Actor, command_id: str, now: datetime) -> Entry:
    """The entry for something that could not be accepted and came through a door that hears no answer."""
    turn = Deciding(state, Tick(id=command_id, by=by), now)
    # What came may hold anything; of a sealed issue nothing of it is repeated.
    is_sealed = state.facts.issue_class == "sealed"
    why = "not shown: the issue is sealed" if is_sealed else mask_cards(rejected.why)[:500]
    turn.emit(Refused(command="" if is_sealed else mask_cards(name)[:100], code=rejected.code, why=why))
    return turn.entries[0]


def command_name(command: Command) -> str:
    """The command's name in policies, signals and the CLI."""
    return _NAMES.get(type(command), "open")


_NAMES: dict[type[Command], str] = {kind: name for name, kind in HUMAN_COMMANDS.items()}
_Arm: TypeAlias = Callable[[Deciding, Any], None]
_BY_THE_SYSTEM: dict[type[Command], _Arm] = {
    Tick: _tick,
    EndMaintenance: take_maintenance_end,
    LookAtShifts: look_sooner,
    TakePeople: _take_people,
    TakeNoPeople: _take_no_people,
    TakeShifts: take_shifts,
    TakeDelivery: take_delivery,
    TakeSuppression: take_suppression,
    TakeDuplicate: take_duplicate,
}
_BY_PEOPLE: dict[type[Command], _Arm] = {
    Open: decide_open_again,
    Acknowledge: decide_acknowledge,
    Release: decide_release,
    Accept: decide_accept,
    Reassign: decide_reassign,
    Decline: decide_decline,
    Escalate: decide_escalate,
    DeEscalate: decide_de_escalate,
    Note: decide_note,
    Attempt: decide_attempt,
    ChangeSeverity: decide_change_severity,
    ChangeCustomer: decide_change_customer,
    Hold: decide_hold,
    Resume: decide_resume,
    Snooze: decide_snooze,
    TakeCharge: decide_take_charge,
    Resolve: decide_resolve,
    Confirm: decide_confirm,
    Close: decide_close,
    Cancel: decide_cancel,
    Suppress: decide_suppress,
    Reopen: decide_reopen,
    AdoptPolicy: decide_adopt_policy,
    Ask: decide_ask,
    TakeOn: decide_take_on,
    PassOn: decide_pass_on,
    Complete: decide_complete,
    Leave: decide_leave,
    Withdraw: decide_withdraw,
}
_REVISIONS: dict[int, Callable[[Deciding, Command], None]] = {1: _first_revision}
