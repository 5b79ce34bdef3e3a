"""effects: what must be done in the world after an entry, as data with deterministic keys."""

from collections.abc import Iterable
from datetime import datetime

from escalation.issue import events as e
from escalation.issue.authority import may_send
from escalation.issue.delivery import patience
from escalation.issue.effects import About, Effect, Notify
from escalation.issue.effects_of_asks import look_up, told_of
from escalation.issue.effects_of_shifts import find_shifts, handing_over, relieved, without_leaving
from escalation.issue.facts import PersonFacts
from escalation.issue.further import about_of, due_by
from escalation.issue.looking_up import find, link, told_at
from escalation.issue.quorum import is_for_several, quorum
from escalation.issue.state import DUTY_LEAD, LAST_RESORT, IssueState
from escalation.issue.ways import Way, in_order, kept_quiet, quietened, urgency_of, ways_to
from escalation.issue.wording import instead, otherwise, request
from escalation.policy.model import ChecklistItem, Listener

_ANSWERS: dict[About, tuple[str, ...]] = {
    "asked": ("acknowledge", "escalate", "resolve"),
    "asked_again": ("acknowledge", "escalate", "resolve"),
    "reminded": ("acknowledge", "escalate"),
    "warned": ("resolve", "escalate"),
    "exhausted": ("take_charge",),
    "last_resort": ("take_charge",),
    "charge_lapsed": ("take_charge", "resolve"),
    "confirm": ("confirm", "reopen", "close"),
    "resolved": ("confirm", "reopen"),
    "reopened": ("acknowledge",),
    "closed": ("reopen",),
    "left_tier": (),
    "offered": ("accept", "decline"),
    "declined": (),
    "severity_changed": ("acknowledge", "resolve"),
    "customer_changed": ("acknowledge", "resolve"),
    "hold_over": ("resolve", "escalate"),
    "snooze_over": ("acknowledge", "resolve"),
    "handler_reminded": ("acknowledge", "resolve", "escalate", "release"),
    "cancel_asked": ("cancel",),
    "target_missed": ("resolve",),
    "target_warned": ("resolve", "escalate"),
    "plan_impossible": ("escalate", "resolve"),
    "suppression_failed": ("resolve",),
    "waits": (),
    "offer_lapsed": (),
    "owns": ("acknowledge", "reassign", "resolve"),
    "rota_empty": (),
    "relieved": (),
    "taken_over": ("acknowledge", "reassign", "resolve", "escalate"),
    "tier_full": ("escalate", "reassign"),
    "ask_put": ("take_on", "pass_on", "complete"),
    "ask_warned": ("complete", "leave"),
    "ask_news": (),
    "ask_over": (),
}


def effects(before: IssueState | None, state: IssueState, entry: e.Entry) -> tuple[Effect, ...]:
    """What this entry asks of the world; `state` is the state after it, `before` the one it came upon."""
    return (*errands(state, entry), *messages(before, state, entry))


_LOOKS_UP = frozenset(
    {
        e.AskPut,
        e.AskLookedAgain,
        e.TierBegan,
        e.TierOpened,
        e.Exhausted,
        e.LastResortTold,
        e.SuppressionAsked,
        e.OfferLapsed,
        e.ShiftsAsked,
        e.LookedAgain,
    }
)


def errands(state: IssueState, entry: e.Entry) -> tuple[Effect, ...]:
    """All of it but the messages: what the rules go on with once it is answered."""
    if type(entry.event) not in _LOOKS_UP:
        return ()
    match entry.event:
        case e.TierBegan(when_closed="wait" | "skip"):
            return ()
        case (
            e.TierBegan(turn=turn, tier=tier) | e.TierOpened(turn=turn, tier=tier) | e.LookedAgain(turn=turn, tier=tier)
        ):
            return (find(state, entry, turn, tier),)
        case e.Exhausted(turn=turn) | e.LastResortTold(turn=turn):
            return (find(state, entry, turn, LAST_RESORT),)
        case e.OfferLapsed(turn=turn) as lapsed:
            return (without_leaving(find(state, entry, turn, DUTY_LEAD), lapsed),)
        case e.ShiftsAsked() as asked_shifts:
            return (find_shifts(state, entry, asked_shifts, told_at(state, state.tier)),)
        case e.AskPut() | e.AskLookedAgain() as ask:
            return (look_up(state, entry, ask),)
        case e.SuppressionAsked() as asked:
            return (link(state, entry, asked),)
        case _:
            return ()


def messages(before: IssueState | None, state: IssueState, entry: e.Entry) -> tuple[Notify, ...]:
    """Who is told of it; where each message leaves, their answers change nothing that is decided later."""
    # What a clock or a machine does to it while a maintenance window holds it disturbs nobody.
    is_silent = before is not None and before.is_in_maintenance and entry.by.is_machine
    return () if is_silent else _told_of(before, state, entry)


def _told_of(before: IssueState | None, state: IssueState, entry: e.Entry) -> tuple[Notify, ...]:  # noqa: PLR0911 - one arm per event
    match entry.event:
        case e.TierBegan() as began:
            return _left(before, state, entry, began)
        case e.Exhausted():
            return _notify(state, entry, "exhausted", [state.owner], state.last_resort_at)
        case e.PeopleAsked() as asked:
            told = _asking(state, entry, asked.turn, [person.id for person in asked.people])
            full = _notify(state, entry, "tier_full", [state.owner], state.acknowledge_due_at) if asked.is_full else ()
            return (*told, *full)
        case e.TierFull(is_again=False):
            return _notify(state, entry, "tier_full", [state.owner], state.acknowledge_due_at)
        case e.StandInAsked() as stand_in:
            return _asking(state, entry, stand_in.turn, [stand_in.person], stand_in)
        case e.AskedAgain() as again:
            return _asked_again(before, state, entry, again)
        case e.Reminded():
            has = quorum(state).have if is_for_several(state) else ()
            awake = [person for person in state.asked if person not in state.snoozes and person not in has]
            return _notify(state, entry, "reminded", awake, state.acknowledge_due_at, turn=_turn(state))
        case e.HandlerReminded() as reminded:
            return _notify(state, entry, "handler_reminded", [reminded.person], reminded.answer_by)
        case e.Warned() as warned:
            return _notify(state, entry, "warned", _listeners(state, warned.tell), warned.due_at)
        case e.ChargeLapsed() as lapsed:
            return _notify(state, entry, "charge_lapsed", [lapsed.person], None)
        case e.ConfirmationRequested():
            return _notify(state, entry, "confirm", [state.owner], state.silence_at)
        case e.Resolved() | e.Closed():
            return _outcome(before, state, entry)
        case e.Reopened():
            return _notify(state, entry, "reopened", [state.owner], None)
        case _:
            return _by_hand(before, state, entry)


def _asked_again(
    before: IssueState | None, state: IssueState, entry: e.Entry, again: e.AskedAgain
) -> tuple[Notify, ...]:
    """All who are asked; after a snooze who wanted to be told again, and nobody else is disturbed."""
    if again.why == "snooze_over" and before is not None and before.handler is not None:
        return _notify(state, entry, "snooze_over", [before.handler], state.acknowledge_due_at)
    return _notify(state, entry, "asked_again", state.asked, state.acknowledge_due_at, turn=_turn(state))


def _asking(
    state: IssueState, entry: e.Entry, turn: int, people: list[str], instead_of: e.StandInAsked | None = None
) -> tuple[Notify, ...]:
    """To those who are asked at a tier, or as the last resort."""
    asking = state.asking(turn)
    if asking is not None and asking.tier == LAST_RESORT:
        about: About = "last_resort"
        until = state.last_resort_at
    else:
        about, until = "asked", state.acknowledge_due_at
    told = _notify(state, entry, about, people, until, turn=turn)
    if instead_of is None:
        return told
    asks = instead(state, about, instead_of.in_place_of, has_declined=instead_of.has_declined)
    return tuple(note.changed({"asked_of_you": asks}) for note in told)


def _turn(state: IssueState) -> int:
    """The turn in which the tier's people were asked."""
    asking = state.asking_at(state.tier)
    return asking.turn if asking is not None else 0


def _changed(state: IssueState, entry: e.Entry, event: e.SeverityChanged | e.CustomerChanged) -> tuple[Notify, ...]:
    """Another severity is told as the policy says, and what waits is brought forward where it is urgent now; another
    customer, to who is asked or has it.
    """
    about: About
    tell: tuple[Listener, ...]
    hastened: tuple[Notify, ...] = ()
    if isinstance(event, e.SeverityChanged):
        about, tell, due_at = "severity_changed", event.tell, state.acknowledge_due_at or state.work_due_at
        until, turn = state.acknowledge_due_at, _turn(state)
        hastened = _notify(state, entry, "asked_again", event.hastens, until, turn=turn)
    else:
        about, tell = "customer_changed", ("asked", "handler", "owner")
        due_at = min((target.due_at for target in state.targets), default=None)
    hear = tuple(person for person in _listeners(state, tell) if person != entry.by.person)
    return (*hastened, *_notify(state, entry, about, hear, due_at))


def _by_hand(before: IssueState | None, state: IssueState, entry: e.Entry) -> tuple[Notify, ...]:  # noqa: PLR0911 - one arm per event
    """Who is told of what people did, or had asked for, or what did not arrive; nobody of their own deed."""
    by = entry.by.person
    has_it = (state.handler,) if state.handler else state.asked
    match entry.event:
        case e.Reassigned() as offer:
            told = _notify(state, entry, "offered", [offer.to.id], offer.accept_due_at)
            return handing_over(state, told, offer) if offer.leaving else told
        case e.Accepted() | e.OwnerMoved(relieves=(_, *_)) as moved:
            return _relieved(state, entry, moved)
        case e.OfferLapsed() as lapsed:
            both = [person for person in (lapsed.by, *lapsed.relieves, lapsed.to) if person]
            return _notify(state, entry, "offer_lapsed", both, None)
        case e.OwnerMoved() as moved:
            return _notify(state, entry, "owns", [moved.person.id, moved.owner_before], None)
        case e.RotaFoundEmpty() as empty:
            return _notify(state, entry, "rota_empty", [empty.tells.id], None)
        case e.Declined() as declined:
            offered_by = (before.offer.by,) if declined.was_offered and before is not None and before.offer else ()
            raiser = () if state.facts.raiser.is_machine else (state.facts.raiser.person,)
            hear = offered_by or (*raiser, state.owner)
            return _notify(state, entry, "declined", [person for person in hear if person != by], None)
        case e.SeverityChanged() | e.CustomerChanged() as changed:
            return _changed(state, entry, changed)
        case e.HoldEnded(why="until" | "heard_from"):
            return _notify(state, entry, "hold_over", has_it, state.work_due_at)
        case e.SnoozeEnded(is_asked_again=False) as over:
            return _notify(state, entry, "snooze_over", [over.person], state.acknowledge_due_at or state.lapses_at)
        case e.CancelAsked():
            hear = (state.owner, *has_it)
            return _notify(state, entry, "cancel_asked", [person for person in hear if person != by], None)
        case e.TargetMissed() as missed:
            return _notify(state, entry, "target_missed", _listeners(state, missed.tell), None)
        case e.TargetWarned() as warned:
            return _notify(state, entry, "target_warned", _listeners(state, warned.tell), warned.due_at)
        case e.PlanImpossible() as impossible:
            top = [person.id for person in state.known_for(impossible.top)]
            return _notify(state, entry, "plan_impossible", (*top, state.owner), impossible.due_at)
        case e.Told() as told:
            return _after_receipt(state, entry, told)
        case e.SuppressionFailed():
            return _notify(state, entry, "suppression_failed", (state.owner, *has_it), None)
        case _:
            return _put_to_others(before, state, entry) if state.asks else ()


def _put_to_others(before: IssueState | None, state: IssueState, entry: e.Entry) -> tuple[Notify, ...]:
    """Who is told of what is put to others beside the ladder."""
    found: list[Notify] = []
    for each in told_of(before, state, entry):
        notes = _notify(state, entry, each.about, each.people, each.until)
        found += [note.changed({"asked_of_you": each.asks, "otherwise": each.otherwise}) for note in notes]
    return tuple(found)


def _relieved(state: IssueState, entry: e.Entry, moved: e.Accepted | e.OwnerMoved) -> tuple[Notify, ...]:
    """Whose shift ends, and the duty lead where nobody accepted it."""
    if isinstance(moved, e.OwnerMoved):
        return _notify(state, entry, "taken_over", [moved.person.id, *moved.relieves], None)
    told = _notify(state, entry, "relieved", [who for who in moved.relieves if who != moved.person], None)
    return relieved(told, moved)


def _left(before: IssueState | None, state: IssueState, entry: e.Entry, began: e.TierBegan) -> tuple[Notify, ...]:
    """Who is asked no more; and where the tier waits for its hours, who is waiting for an answer."""
    waiting: tuple[Notify, ...] = ()
    if began.when_closed == "wait" and not began.is_maintenance:
        raiser = () if state.facts.raiser.is_machine else (state.facts.raiser.person,)
        waiting = _notify(state, entry, "waits", (*raiser, state.owner), None)
    if before is None or "left_tier" not in state.policies[0].courtesies or began.from_tier == began.tier:
        return waiting
    gone = [person for person in before.asked if person != before.handler]
    return (*_notify(state, entry, "left_tier", gone, None), *waiting)


def _outcome(before: IssueState | None, state: IssueState, entry: e.Entry) -> tuple[Notify, ...]:
    """Who hears how it ends; those who were asked once, when it is no longer open. Nobody of their own deed."""
    courtesies = state.policies[0].courtesies
    about: About = "resolved" if isinstance(entry.event, e.Resolved) else "closed"
    hear: list[str] = []
    if "outcome" in courtesies:
        hear += [*(() if state.facts.raiser.is_machine else (state.facts.raiser.person,)), state.owner]
    if "all_clear" in courtesies and before is not None and before.status == "open":
        last = before.last_resort if before.is_exhausted else ()
        hear += [person for person in (before.handler, *before.asked, *last) if person]
    until = state.silence_at if about == "resolved" else state.reopen_until
    return _notify(state, entry, about, [person for person in hear if person != entry.by.person], until)


def _listeners(state: IssueState, tell: Iterable[str]) -> list[str]:
    following = state.pinned.next_tier(state.tier)
    above = state.known_for(following) if following else ()
    groups = {
        "asked": state.asked,
        "handler": (state.handler,) if state.handler else state.asked,
        "owner": (state.owner,),
        "next_tier": tuple(person.id for person in above),
    }
    return [person for word in tell for person in groups[word]]


def _notify(
    state: IssueState, entry: e.Entry, about: About, people: Iterable[str], until: datetime | None, turn: int = 0
) -> tuple[Notify, ...]:
    """By their ways (`ways.py`); nobody is told twice of the same, and nobody whom the issue is about."""
    unfit = {*state.facts.about, *state.excluded}
    chosen = [quietened(state, state.person(person)) for person in dict.fromkeys(people) if person not in unfit]
    urgency = urgency_of(state, about)
    ways = [(who, way) for who in chosen for way in ways_to(who, about, urgency, entry.recorded_at, until)]
    return tuple(_message(state, entry, about, person, way, until, turn) for person, way in ways)


def _after_receipt(state: IssueState, entry: e.Entry, told: e.Told) -> tuple[Notify, ...]:
    """The next way of a message that left and did not arrive: made anew, as it stands now. Of others: `further`."""
    if not told.is_receipt or told.next_channel is None:
        return ()
    about, person = about_of(told), state.person(told.person)
    way = kept_quiet(Way(told.next_channel), person, urgency_of(state, about), entry.recorded_at)
    return (_message(state, entry, about, person, way, due_by(state, about), told.turn),)


def _message(
    state: IssueState,
    entry: e.Entry,
    about: About,
    person: PersonFacts,
    way: Way,
    until: datetime | None,
    turn: int,
) -> Notify:
    facts, pinned = state.facts, state.pinned
    tier = pinned.tier(state.tier)
    severity = pinned.severity(state.severity)
    is_call = about in {"asked", "asked_again", "reminded"}
    likely = ("acknowledge", "escalate") if about == "warned" and state.handler is None else _ANSWERS[about]
    commands = tuple(name for name in likely if may_send(state, person, name))
    urgency = urgency_of(state, about)
    step = f"-{way.number}" if way.number > 1 else ""
    left_at = way.not_before or entry.happened_at
    return Notify(
        key=f"{facts.id}/{entry.number}/{person.id}/{way.channel}{step}",
        issue=facts.id,
        issue_kind=facts.kind,
        issue_class=facts.issue_class,
        title=facts.title,
        title_ref=facts.title_ref,
        description=facts.description,
        person=person,
        channel=way.channel,
        about=about,
        severity=severity.name,
        severity_means=severity.means,
        priority=severity.priority,
        opened_at=facts.opened_at,
        received_at=facts.received_at,
        at=entry.happened_at,
        tier=tier.name,
        tier_title=tier.title,
        until=until,
        tried=state.tried,
        asked_of_you=request(state, about),
        otherwise=otherwise(state, about),
        said=state.said,
        said_by=state.said_by,
        runbook=tier.runbook if is_call else "",
        checklist=tuple(f"{item.name}: {item.ask}" for item in _next_checklist(state))
        if "escalate" in commands
        else (),
        commands=commands,
        handler=state.handler,
        owner=state.owner,
        turn=turn,
        patience=patience(in_order(person, urgency), way.channel, left_at, until, asks=bool(turn)),
        not_before=way.not_before,
        waits=way.waits,
        urgency=urgency,
        causes=facts.causes,
    )


def _next_checklist(state: IssueState) -> tuple[ChecklistItem, ...]:
    following = state.pinned.next_tier(state.tier)
    return state.pinned.tier(following).checklist if following else ()
