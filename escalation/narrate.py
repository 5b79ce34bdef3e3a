"""One plain sentence per event. Console, CLI, messages and the Temporal UI all speak through it.

People appear by their ids: names are added where they are shown, by who may see them. Times are UTC.
"""

from datetime import timedelta
from typing import assert_never

from escalation.duration import words
from escalation.issue import events as e
from escalation.issue.facts import CLOCK
from escalation.issue.identity import read_issue_id
from escalation.narrate_asks import of_asks, of_full
from escalation.narrate_keeping import of_keeping
from escalation.narrate_maintenance import in_maintenance
from escalation.narrate_shifts import of_hand_over, of_shifts
from escalation.narrate_targets import customer_changed, of_target
from escalation.narrate_words import instant, tier_named, until_when

__all__ = ["instant", "narrate", "short", "tried", "why_began"]

_BEGAN: dict[str, str] = {
    "entered": "it enters there",
    "not_acknowledged": "nobody acknowledged in time",
    "too_few_acknowledged": "too few acknowledged in time",
    "too_few_left": "too few are left of those who were to acknowledge",
    "work_limit_spent": "the time to work was spent",
    "escalated_by_hand": "it was moved up by hand",
    "nobody_on_duty": "nobody was on duty below",
    "nobody_reached": "nobody could be reached below",
    "repeated": "the ladder is climbed again",
    "restarted": "the ladder starts anew, since nobody took charge",
    "fell_back": "the fallback policy takes over",
    "reopened": "it was reopened",
    "de_escalated": "it was handed back down",
    "everybody_declined": "everybody who was asked declined",
    "ceiling_reached": "it has been below for as long as it may be",
    "severity_changed": "its severity was changed",
    "policy_adopted": "another policy was adopted",
    "tier_closed": "the tier below is closed",
    "charge_lapsed": "the time set by who took charge is past",
    "maintenance_over": "a maintenance window ended",
    "charge_released": "who had taken charge gave it back",
}
_ASKED_AGAIN: dict[str, str] = {
    "lapsed": "it was lapsed",
    "released": "it was released",
    "declined": "it was declined",
    "snooze_over": "the snooze of who has it is over",
    "maintenance_over": "the maintenance window ended",
}
_HOLD_ENDED: dict[str, str] = {
    "resumed": "it was resumed",
    "until": "its time is up",
    "heard_from": "who was waited for has answered",
    "escalated": "it was moved up",
    "de_escalated": "it was handed back down",
    "severity_changed": "the new severity allows no such hold",
    "customer_changed": "another customer is waited for now",
    "policy_adopted": "the new policy allows no such hold",
    "exhausted": "all tiers' time is up",
    "over": "the issue is over",
}


def why_began(why: str) -> str:
    """Why a tier began, in words."""
    return _BEGAN[why]


def narrate(entry: e.Entry) -> str:
    """The entry in one sentence, without its time and number."""
    return _sentence(entry.event, entry.by.person)


def tried(entry: e.Entry) -> str | None:
    """The entry as one of the things that were tried, for messages; None where it is none."""
    event = entry.event
    if type(event) not in _TRIED or (isinstance(event, e.TierBegan) and event.why == "entered"):
        return None
    return f"{instant(entry.happened_at)}: {narrate(entry)}"


_TRIED = frozenset({
    e.TierBegan, e.TierOpened, e.PeopleAsked, e.StandInAsked, e.TierFoundEmpty, e.Acknowledged,
    e.AcknowledgementLapsed, e.Released, e.Accepted, e.OwnerMoved, e.Declined, e.Attempted, e.Exhausted, e.ChargeTaken,
    e.ChargeLapsed, e.Resolved, e.Reopened, e.AskPut, e.AskMissed, e.AskUntaken, e.AskAnswered,
})  # fmt: skip


def short(named: str) -> str:
    """Another issue, as people name it."""
    try:
        return read_issue_id(named)[0].short
    except ValueError:
        return named


def _waited(event: e.Told) -> str:
    if event.waited_until is None or event.waits is None:
        return ""
    why = "their quiet hours, which ended" if event.waits == "quiet_hours" else "the time of their own rule,"
    return f"; it waited for {why} {instant(event.waited_until)}"


def _people(ids: list[str]) -> str:
    return ", ".join(ids) if ids else "nobody"


def _late(seconds: float) -> str:
    return f", served {words(timedelta(seconds=seconds))} late" if seconds else ""


def _sentence(event: e.Event, by: str) -> str:  # noqa: PLR0911, PLR0912 - one arm per event
    match event:
        case e.Opened():
            found, owner = event.open.match, event.open.owner
            return f"{by} opened it as {found.severity}, owner {owner}: {found.why} (trigger {found.trigger})"
        case e.OpenedAgain():
            return f"{by} reported it again"
        case e.TierBegan():
            return _began(event, by)
        case e.TierOpened():
            due = until_when(event.acknowledge_due_at, "; to be acknowledged by ")
            return f"{tier_named(event.tier)} opens and is asked{_late(event.late_by_s)}{due}"
        case e.PeopleAsked():
            whom = _people([person.id for person in event.people])
            return f"{whom} asked at {tier_named(event.tier)} ({event.why}){_kept_back(event)}"
        case e.StandInAsked():
            why = "declined" if event.has_declined else "could not be reached"
            instead = f"in place of {event.in_place_of}, who {why}"
            return f"{event.person} asked at {tier_named(event.tier)} {instead} ({event.why})"
        case e.NobodyReached():
            return f"nobody asked at {tier_named(event.tier)} can be reached; it is left {instant(event.leaves_at)}"
        case e.TierFoundEmpty():
            return f"{tier_named(event.tier)} {'is left' if event.is_closed else 'has nobody'}: {event.why}"
        case e.TierFull() | e.LookedAgain():
            return of_full(event)
        case e.LookupFailed():
            return f"the people of {tier_named(event.tier)} could not be looked up: {event.error}"
        case e.AskedAgain():
            due = until_when(event.acknowledge_due_at, "; to be acknowledged by ")
            return f"{tier_named(event.tier)} is asked again: {_ASKED_AGAIN[event.why]}{due}"
        case e.Warned():
            ends = f"it ends {instant(event.due_at)}"
            return f"{event.share:.0%} of the time of {tier_named(event.tier)} to {event.of} is used up; {ends}"
        case e.Reminded() | e.HandlerReminded() | e.AcknowledgementLapsed():
            return of_keeping(event)
        case e.Acknowledged():
            return _acknowledged(event)
        case e.Released():
            return f"{event.person} released it"
        case e.RotaFoundEmpty():
            return f"nobody is on duty by rota {event.rota}, which covers this time; {event.tells.id} is told"
        case (
            e.Accepted()
            | e.Reassigned()
            | e.OfferLapsed()
            | e.OwnerMoved()
            | e.ShiftsAsked()
            | e.ShiftsSeen()
            | e.OfferWithdrawn()
            | e.Declined()
            | e.Noted()
            | e.Attempted()
            | e.Snoozed()
            | e.SnoozeEnded()
            | e.CancelAsked()
        ):
            return _by_people(event, by)
        case e.MaintenanceEntered() | e.MaintenanceEnded():
            return in_maintenance(event, by, instant)
        case e.SeverityChanged() | e.CustomerChanged() | e.Held() | e.HoldEnded() | e.PolicyAdopted():
            return _clocks_changed(event, by)
        case e.SuppressionAsked():
            return f"{by} says that it repeats {short(event.duplicate_of)}, which is asked to record it"
        case e.SuppressionFailed():
            return f"{short(event.duplicate_of)} cannot carry it, so it goes on: {event.error}"
        case e.DuplicateRecorded():
            return f"{short(event.issue)} repeats it, says {event.said_by}, and is closed for it"
        case (
            e.TargetBegan()
            | e.TargetMet()
            | e.TargetWarned()
            | e.TargetMissed()
            | e.LadderFitted()
            | e.PlanImpossible()
        ):
            return of_target(event)
        case e.LimitMissed():
            return f"the time of {tier_named(event.tier)} to {event.of} ended {instant(event.due_at)} and was missed"
        case e.Exhausted():
            why = f"{why_began(event.why)}{_by_hand(event.why, by)}"
            return f"NOBODY HAS IT: {why}, all tiers' time is up{_late(event.late_by_s)}; {_then(event)}"
        case e.LastResortTold():
            return f"the last resort is told again (no. {event.count})"
        case e.ChargeTaken():
            return f"{event.person} took charge{until_when(event.until)}"
        case e.ChargeLapsed():
            return f"the time that {event.person} had set is past, and it is not resolved"
        case e.Resolved() | e.ConfirmationRequested() | e.Closed() | e.Reopened() | e.WindowEnded():
            return _ended(event, by)
        case (
            e.AskPut()
            | e.AskReached()
            | e.AskFoundNobody()
            | e.AskLookedAgain()
            | e.AskTakenOn()
            | e.AskPassedOn()
            | e.AskLeft()
            | e.AskNextAsked()
            | e.AskUntaken()
            | e.AskWarned()
            | e.AskMissed()
            | e.AskAnswered()
            | e.AskWithdrawn()
        ):
            return of_asks(event, by)
        case e.Told():
            return _told(event)
        case e.Refused():
            return f"refused {event.command} from {by}: {event.why}"
        case _:
            assert_never(event)


def _ended(event: e.Resolved | e.ConfirmationRequested | e.Closed | e.Reopened | e.WindowEnded, by: str) -> str:
    match event:
        case e.Resolved():
            paid = f", payment {event.payment_reference}" if event.payment_reference else ""
            return f"{by} resolved it: {event.outcome.replace('_', ' ')}{paid}"
        case e.ConfirmationRequested():
            return f"its owner was reminded to have the resolution confirmed (no. {event.count})"
        case e.Closed():
            of = f" {short(event.duplicate_of)}" if event.duplicate_of else ""
            until = until_when(event.reopen_until, " until ")
            return f"closed ({event.reason.replace('_', ' ')}{of}); it can be reopened{until}"
        case e.Reopened():
            how = "since it was reported again" if event.is_reported_again else f"by {by}"
            return f"reopened {how} (no. {event.count})"
        case e.WindowEnded():
            return "the time in which it could be reopened is over"


def _began(event: e.TierBegan, by: str) -> str:
    waived = f"; waived: {', '.join(event.waived)}" if event.waived else ""
    due = until_when(event.acknowledge_due_at, "; to be acknowledged by ")
    why = f"{why_began(event.why)}{_by_hand(event.why, by)}{_late(event.late_by_s)}"
    match event.when_closed:
        case "wait" if event.is_maintenance:
            asked = f"is not asked before the maintenance window ends{until_when(event.opens_at, ', ')}"
        case "wait":
            asked = f"is closed and is asked when it opens{until_when(event.opens_at, ', ')}"
        case "skip":
            asked, due = "is closed and passed by", ""
        case "page_out_of_hours":
            asked = "is closed, and its out-of-hours duty is asked"
        case _:
            asked = "is asked"
    return f"{tier_named(event.tier)} {asked}: {why}{due}{waived}"


def _by_people(
    event: e.Accepted
    | e.Reassigned
    | e.OfferLapsed
    | e.OwnerMoved
    | e.ShiftsAsked
    | e.ShiftsSeen
    | e.OfferWithdrawn
    | e.Declined
    | e.Noted
    | e.Attempted
    | e.Snoozed
    | e.SnoozeEnded
    | e.CancelAsked,
    by: str,
) -> str:
    handed_over = of_hand_over(event)
    if handed_over is not None:
        return handed_over
    match event:
        case e.ShiftsAsked() | e.ShiftsSeen() | e.OfferWithdrawn():
            return of_shifts(event)
        case e.Accepted():
            works = f", and works on it{until_when(event.lapses_at)}" if event.is_handler else ""
            before = f" in place of {event.owner_before}" if event.owner_before != event.person else ""
            return f"{event.person} accepted it: answers for it{before}{works}"
        case e.Reassigned():
            by_when = until_when(event.accept_due_at, "; to be accepted by ")
            return f"{by} offered it to {event.to.id}, who has not accepted yet{by_when}"
        case e.OfferLapsed():
            return f"{event.to} did not accept in time what {event.by} offered them; the duty lead is looked up"
        case e.OwnerMoved():
            before = f" in place of {event.owner_before}" if event.owner_before != event.person.id else " still"
            return f"{event.person.id} owns it{before}, as duty lead: who was to accept it did not ({event.why})"
        case e.Declined():
            why = ", for a conflict of interest" if event.has_conflict else ""
            what = "the offer" if event.was_offered else "it"
            return f"{event.person} declined {what}{why}{'' if event.was_offered else _left(event)}"
        case e.Noted():
            return _noted(event, by)
        case e.Attempted():
            return f"{by} tried something: {event.result.replace('_', ' ')}"
        case e.Snoozed():
            return f"{event.person} is told again {instant(event.until)}"
        case e.SnoozeEnded():
            return f"{event.person} is told again, as they wanted"
        case e.CancelAsked():
            return f"{event.person} says that it was opened in error; a second person must say so too"


def _left(event: e.Declined) -> str:
    return (
        f"; {event.left} of {tier_named(event.tier)} still asked"
        if event.left
        else f"; {tier_named(event.tier)} has nobody left"
    )


def _clocks_changed(
    event: e.SeverityChanged | e.CustomerChanged | e.Held | e.HoldEnded | e.PolicyAdopted, by: str
) -> str:
    match event:
        case e.SeverityChanged():
            hastened = f"; it is urgent now: told at once: {', '.join(event.hastens)}" if event.hastens else ""
            return f"{by} changed the severity from {event.from_severity} to {event.severity}{hastened}"
        case e.CustomerChanged():
            return customer_changed(event, by)
        case e.Held():
            stops = ", ".join(f"the time to {clock}" for clock in event.stops) or "no clock of the tier"
            reason = event.reason.replace("_", " ")
            whom = f"waiting for {event.waiting_for} ({reason})"
            return f"{by} put it on hold{until_when(event.until)}, {whom}; stopped: {stops}"
        case e.HoldEnded():
            return f"the hold ended after {words(timedelta(seconds=event.held_for_s))}: {_HOLD_ENDED[event.why]}"
        case e.PolicyAdopted():
            new = event.policies[0]
            was = f"{event.from_policy} version {event.from_version}"
            return f"{by} moved it to policy {new.name} version {new.version} (was {was})"


def _by_hand(why: str, by: str) -> str:
    """Who moved it, where that was not time."""
    is_by_hand = why in {"escalated_by_hand", "de_escalated"} or (why == "repeated" and by != CLOCK.person)
    return f", by {by}" if is_by_hand else ""


def _then(event: e.Exhausted) -> str:
    """What follows exhaustion. `next_at` is set where nothing is climbed at once."""
    if event.next_at is None:
        takes_over = "the fallback policy takes over" if event.procedure == "fallback" else "the ladder starts anew"
        return f"the last resort is told and {takes_over}"
    anew = f", and the ladder starts anew {instant(event.next_at)}" if event.procedure == "restart" else ""
    return f"the last resort is told until a person takes charge{anew}"


def _acknowledged(event: e.Acknowledged) -> str:
    until = until_when(event.lapses_at, "; it holds until ")
    until += f" ({event.have} of {event.needed} that are needed)" if event.needed else ""
    if event.took_over_from:
        return f"{event.person} took it over from {event.took_over_from}{until}"
    if event.role == "joined":
        return f"{event.person} joined{until}"
    if event.renewal:
        return f"{event.person} renewed the acknowledgement (no. {event.renewal}){until}"
    return f"{event.person} acknowledged it{until}"


def _kept_back(event: e.PeopleAsked) -> str:
    kept = [f"; {person} has quiet hours until {instant(until)}" for person, until in event.quiet.items()]
    return "".join(kept)


def _told(event: e.Told) -> str:
    repeat = ", perhaps twice" if event.is_possible_repeat else ""
    about = event.about.replace("_", " ")
    if event.outcome == "sent":
        how = f", {'joined to' if event.is_joined else 'with others, in'} {event.digest}" if event.digest else ""
        if event.waited_s and not event.digest:
            how = f", after waiting its turn for {words(timedelta(seconds=event.waited_s))}"
        return f"{event.person} was told by {event.channel}: {about}{repeat}{_waited(event)}{how}"
    if event.outcome == "withdrawn":
        return f"{event.person} is not told by {event.channel} any more ({about}): it is over"
    then = f"; next by {event.next_channel}" if event.next_channel else ""
    if event.is_receipt:
        return f"{event.person} was not reached by {event.channel} after all ({about}): {event.error}{then}"
    if event.outcome == "delayed":
        maybe = ", which may have left" if event.is_possible_repeat else ""
        return f"{event.person} has no word by {event.channel} yet ({about}){maybe}: {event.error}; tried on{then}"
    return f"{event.person} could not be told by {event.channel} ({about}): {event.error}{then}"


def _noted(event: e.Noted, by: str) -> str:
    if event.is_to_customer:
        alone = f", for {event.meets} alone" if event.meets else ""
        return f"{by} answered the customer{alone}{until_when(event.next_update_at, ', who hears again by ')}"
    return f"{by} wrote down what {event.said_by} said" if event.said_by else f"{by} wrote a note"
