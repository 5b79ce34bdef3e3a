"""What changes who is on duty, or a calendar, in a case: overrides, people added and removed, swaps, calendars saved.

Who is looked up from then on is found accordingly; our checks take or refuse what is new.
"""

from dataclasses import replace
from datetime import datetime

from escalation.oncall.lint_rotas import lint_rotas
from escalation.oncall.rota import Override, Rota, Rotas
from escalation.policy.directory import Directory, Person
from escalation.policy.finding import Findings
from tests.peers.acts import Act, Acting
from tests.peers.duty import Change, Schedule, add_people, remove_people
from tests.peers.fields import Fields, Unsupported
from tests.peers.given_calendars import Refused, calendar_in_words, read_calendar
from tests.peers.given_duty import read_change, read_offer


def override_added(acting: Acting, event: Fields, at: datetime) -> None:
    """Who is there besides, who is not there, or who in whose place, for a span."""
    duties, name = acting.setting.duties, event.text("schedule")
    schedule = duties.named(name)
    if schedule is None:
        raise Unsupported(f"{event.where} without a schedule")
    row = event.below("override") or event
    change = read_change(row, acting.setting.times)
    refusal = _refusal(change)
    if refusal is not None:
        acting.stage.refuse(at, "override", None, "override_refused", refusal)
        return
    acting.setting.duties = duties.changed(name, replace(schedule, changes=(*schedule.changes, change)))


def _refusal(change: Change) -> str | None:
    """Why our checks refuse it; None where they do not. Those of a case never overlap for us: they are cut."""
    instead = dict(change.instead)
    people = {*change.add, *change.remove, *instead, *instead.values()}
    override = Override.model_validate(
        {
            "from": change.begins_at, "until": change.ends_at,
            "replace": instead, "add": change.add, "remove": change.remove,
        }
    )  # fmt: skip
    known = tuple(Person(id=person, name=person, role="person", addresses={"inbox": person}) for person in people)
    findings = Findings("rotas")
    directory = Directory(operator=known[0].id if known else "", people=known, teams=())
    lint_rotas(Rotas(rotas=(Rota(name="duty", zone="UTC", overrides=(override,)),)), directory, findings)
    return "; ".join(str(each) for each in findings.in_order() if ".overrides" in str(each)) or None


def schedule_changed(acting: Acting, event: Fields, at: datetime) -> None:
    """People are on duty from now on, or are not any more."""
    duties, name = acting.setting.duties, event.text("schedule")
    schedule = duties.named(name) or Schedule()
    if "add" not in event and "remove" not in event:
        raise Unsupported("event schedule_changed without people")
    for word, change in (("add", lambda s, p: add_people(s, p, duties.zone)), ("remove", remove_people)):
        if word in event:
            value = event.take(word)
            schedule = change(schedule, [str(each) for each in (value if isinstance(value, list) else [value])])
    acting.setting.duties = duties.changed(name, schedule)


def swap_requested(acting: Acting, event: Fields, at: datetime) -> None:
    """Somebody asks for a swap: until somebody takes it nothing changes."""
    duties, by = acting.setting.duties, event.words("by")
    if "from" in event:
        acting.setting.duties = replace(duties, offered=(*duties.offered, read_offer(event, acting.setting.times)))
    elif by not in {offer.by for offer in duties.offered}:
        raise Unsupported("event swap_requested without a span")


def swap_taken(acting: Acting, event: Fields, at: datetime) -> None:
    """Somebody takes the swap that was asked for last."""
    duties, by, whose = acting.setting.duties, event.words("by"), event.text("of")
    offers = [offer for offer in duties.offered if whose in {None, offer.by}]
    if not offers or duties.usual is None:
        raise Unsupported("event swap_taken of a swap that nobody asked for")
    usual = replace(duties.usual, swaps=(*duties.usual.swaps, offers[-1].taken(by)))
    left = tuple(offer for offer in duties.offered if offer is not offers[-1])
    acting.setting.duties = replace(duties, usual=usual, offered=left)


def calendar_saved(acting: Acting, event: Fields, at: datetime) -> None:
    """A calendar is offered, as fields or in the words of the variant; our checks take or refuse it."""
    calendars = acting.setting.calendars
    row = event.below("calendar")
    if row is None and "hours" in event:
        row = Fields(
            {name: event.take(name) for name in ("timezone", "hours", "holidays") if name in event}, event.where
        )
    if row is None:
        words = calendar_in_words(acting.case or "")
        if words is None:
            raise Unsupported(f"event calendar_saved without a calendar: {acting.case}")
        row = Fields(words, event.where)
    try:
        acting.setting.calendars = replace(calendars, usual=read_calendar(row, "calendar", calendars.years), refused={})
    except Refused as reason:
        acting.stage.refuse(at, "save", None, "calendar_refused", str(reason))


DUTY: dict[str, Act] = {
    "override_added": override_added,
    "schedule_changed": schedule_changed,
    "swap_requested": swap_requested,
    "swap_taken": swap_taken,
    "calendar_saved": calendar_saved,
}
