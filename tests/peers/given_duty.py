"""Reading who is on duty in a case: schedules of rules, rotations, overrides, temporary schedules, swaps."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta

from escalation.oncall.clock_face import shown_at, zone_of
from escalation.oncall.rota import DAYS, Hours, Layer, Rota
from escalation.oncall.turns import Rotation
from tests.peers.duty import ALWAYS, Beat, Change, Duties, Offer, Schedule, layer_of
from tests.peers.fields import Fields, Unsupported, as_fields
from tests.peers.given_calendars import weekdays
from tests.peers.instants import Times
from tests.peers.spans import read_span

ANYBODY = "anybody"
"""Who takes turns where a case names nobody."""
_WINDOW = re.compile(r"(\d\d:\d\d) ?- ?(\d\d:\d\d)", re.ASCII)
_WORDS: dict[str, Beat] = {
    "hour": "hourly", "day": "daily", "week": "weekly", "month": "monthly",
}  # fmt: skip
_COUNTS = {"two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12}
_EVERY = re.compile(r"(?:(\d+|two|three|four|six|twelve) )?(hour|day|week|month)s?", re.ASCII)
_MONTHS = re.compile(r"P(\d+)M", re.ASCII)
_BEAT = re.compile(r"on the (half hour|hour)\b", re.ASCII)


def read_duties(fields: Fields, times: Times, case: str | None) -> Duties:
    """Everything that a case gives about who is on duty. Raises Unsupported."""
    zone = fields.text("timezone") or "UTC"
    rotations = _rotations(fields, times, zone, case)
    offers = _offers(fields, times)
    usual = _usual(fields, times, zone, rotations, offers)
    by_name = {}
    for place in ("schedules", "rotations"):
        for name, item in (fields.below(place) or Fields({}, "")).each():
            row = as_fields({} if item is None else item, f"given.{place}.{name}")
            if place == "schedules":
                by_name[name] = read_schedule(row, times, zone, rotations)
            else:
                layer = read_layer(row, times, zone)
                by_name[name] = Schedule((Rota(name=name, zone=zone, layers=(layer,)),))
                rotations[name] = layer
    windows = {
        name: Schedule((_rule(as_fields(item, f"given.rules.{name}"), name, zone, {}, times),))
        for name, item in _named_rules(fields).each()
    }
    turning = {name: Rotation(layer, zone_of(layer.zone or zone)) for name, layer in rotations.items()}
    offered = tuple(offer for offer, by in offers if by is None)
    return Duties(zone, usual, by_name, turning, windows, _query(fields, times), offered)


def _named_rules(fields: Fields) -> Fields:
    """Rules by name are windows of a schedule; a list of rules is of something else."""
    return (fields.below("rules") if isinstance(fields.data.get("rules"), dict) else None) or Fields({}, "")


def _query(fields: Fields, times: Times) -> tuple[datetime, datetime] | None:
    row = fields.below("query")
    first, until = ("from", "until") if row is not None else ("query_from", "query_until")
    where = row or fields
    if first not in where:
        return None
    found = times.at(where.instant(first), f"given.{first}"), times.at(where.instant(until), f"given.{until}")
    if row is not None:
        row.done()
    return found


def _offers(fields: Fields, times: Times) -> list[tuple[Offer, str | None]]:
    """Swaps, each with who has taken it already."""
    found = []
    for row in _one_or_many(fields, "swap", "swaps"):
        found.append((read_offer(row, times), row.text("taken_by")))
        row.done()
    return found


def _usual(
    fields: Fields,
    times: Times,
    zone: str,
    rotations: dict[str, Layer],
    offers: Iterable[tuple[Offer, str | None]],
) -> Schedule | None:
    schedule = fields.below("schedule")
    found = None if schedule is None else read_schedule(schedule, times, zone, rotations)
    if found is None and "rotation" in rotations:
        found = Schedule((Rota(name="rotation", zone=zone, layers=(rotations["rotation"],)),))
    changes = [read_change(row, times) for row in _one_or_many(fields, "override", "overrides")]
    swaps = [offer.taken(by) for offer, by in offers if by is not None]
    temporary = fields.below("temporary_schedule")
    if temporary is not None:
        changes += _temporary(temporary, times)
    if not changes and not swaps:
        return found
    found = found or Schedule()
    return replace(found, changes=(*found.changes, *changes), swaps=(*found.swaps, *swaps))


def _one_or_many(fields: Fields, one: str, many: str) -> list[Fields]:
    single = fields.below(one)
    return [*([single] if single is not None else []), *fields.rows(many)]


def _rotations(fields: Fields, times: Times, zone: str, case: str | None) -> dict[str, Layer]:
    found = {}
    for name in fields.data:
        if name == "rotation" or name.endswith("_rotation"):
            row = fields.below(name)
            if row is None:
                raise fields.cannot(name)
            found[name] = read_layer(row, times, zone)
    beat = _BEAT.search(case) if case is not None and not found else None
    if beat is not None and "query_from" in fields:
        first = times.at(fields.instant("query_from"), "given.query_from")
        minute = 30 if beat[1] == "half hour" else 0
        begins = shown_at(first, zone_of(zone)).replace(hour=0, minute=minute)
        found["rotation"] = layer_of("hourly", 1, begins, ((ANYBODY,),))
    return found


def read_schedule(fields: Fields, times: Times, zone: str, rotations: dict[str, Layer]) -> Schedule:
    """A schedule of rules, or of one."""
    zone = fields.text("timezone") or zone
    rules = fields.rows("rules")
    if any(name in fields for name in ("who", "people", "daily", "every_day", "hours", "days")):
        single = Fields({name: item for name, item in fields.data.items() if name not in {"timezone", "rules"}}, "rule")
        for name in single.data:
            fields.take(name)
        rules = [*rules, single]
    fields.done()
    return Schedule(tuple(_rule(row, f"rule-{place}", zone, rotations, times) for place, row in enumerate(rules)))


def _rule(row: Fields, name: str, zone: str, rotations: dict[str, Layer], times: Times) -> Rota:
    """A rule: who (a person, several, or a rotation), and in which hours of which days."""
    hours = _hours(row)
    who = row.take("who") if "who" in row else row.take("people")
    rotation = who if isinstance(who, str) and who in rotations else None
    if rotation is not None:
        layer = rotations[rotation]
    elif "every" in row:
        people = who if isinstance(who, list) else [who]
        layer = read_layer(Fields({**_turns(row), "people": people}, row.where), times, zone)
    else:
        layer = layer_of("daily", 1, datetime.combine(ALWAYS, time()), (_group(who, row),))
    row.done()
    return Rota(name=name, zone=zone, layers=(layer.model_copy(update={"name": name, "hours": hours}),))


def _turns(row: Fields) -> dict[str, object]:
    return {name: row.take(name) for name in ("every", "from", "at") if name in row}


def _group(who: object, row: Fields) -> tuple[str, ...]:
    if who is None:
        return (ANYBODY,)
    people = who if isinstance(who, list) else [who]
    if not people or not all(isinstance(each, str) for each in people):
        raise row.cannot("who")
    return tuple(str(each) for each in people)


def _hours(row: Fields) -> tuple[Hours, ...]:
    windows = [row.take(name) for name in ("every_day", "daily", "hours", "weekdays") if name in row]
    days = row.names("days")
    if "weekdays" in row:
        days = [*days, "weekdays"]
    on = sorted({place for day in days for place in weekdays(day, row.where)})
    if not windows:
        windows = ["00:00-00:00"] if on else []
    found = []
    for window in (each for item in windows for each in (item if isinstance(item, list) else [item])):
        match = _WINDOW.fullmatch(window) if isinstance(window, str) else None
        if match is None:
            raise Unsupported(f"{row.where} hours {window!r}")
        opens, closes = (read_time(match[place], row.where) for place in (1, 2))
        found.append(Hours(opens=opens, closes=closes, days=tuple(DAYS[place] for place in on)))
    return tuple(found)


def read_time(text: object, where: str) -> time:
    """`09:00`; 24:00 is that of the next day. Raises Unsupported."""
    try:
        return time() if text == "24:00" else time.fromisoformat(str(text))
    except ValueError:
        raise Unsupported(f"{where} {text!r}") from None


def read_layer(row: Fields, times: Times, zone: str) -> Layer:
    """A rotation. `at` is the hand-over's time of day, where it is not that of its beginning. Raises Unsupported."""
    zone = row.text("timezone") or zone
    rotates, every = read_every(row.take("every"), f"{row.where}.every")
    begins = shown_at(times.at(row.instant("from"), f"{row.where}.from"), zone_of(zone))
    if "at" in row:
        begins = datetime.combine(begins.date(), read_time(row.text("at"), f"{row.where}.at"))
    people = row.items("people") if "people" in row else [ANYBODY]
    row.text("name")
    row.done()
    groups = tuple(_group(each, row) for each in people)
    if not groups:
        raise Unsupported(f"{row.where}.people []")
    return layer_of(rotates, every, begins, groups, zone)


def read_every(value: object, where: str) -> tuple[Beat, int]:
    """`day`, `two months`, `PT12H`, `P7D`. Raises Unsupported."""
    words = _EVERY.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if words is not None:
        count = words[1] or "1"
        return _WORDS[words[2]], _COUNTS.get(count) or int(count)
    months = _MONTHS.fullmatch(value) if isinstance(value, str) else None
    if months is not None:
        return "monthly", int(months[1])
    span = read_span(value)
    for rotates, step in (("daily", timedelta(days=1)), ("hourly", timedelta(hours=1))):
        if span is not None and span >= step and span % step == timedelta(0):
            is_in_days = isinstance(value, str) and "T" not in value
            if rotates == "hourly" or is_in_days:
                return ("daily" if rotates == "daily" else "hourly"), span // step
    raise Unsupported(f"{where} {value!r}")


def read_change(row: Fields, times: Times) -> Change:
    """An override: who is added, who is removed, who in whose place. Raises Unsupported."""
    begins, ends = (times.at(row.instant(name), f"{row.where}.{name}") for name in ("from", "until"))
    added, removed = _people(row, "add"), _people(row, "remove")
    for name in ("by", "at", "event", "seq", "case", "schedule"):
        row.take(name)
    row.done()
    if len(added) == 1 and len(removed) == 1:
        return Change(begins, ends, instead=((removed[0], added[0]),))
    return Change(begins, ends, added, removed)


def _people(row: Fields, name: str) -> tuple[str, ...]:
    value = row.take(name)
    if value is None:
        return ()
    return _group(value, row)


def read_offer(row: Fields, times: Times) -> Offer:
    """A swap as it is asked for. Raises Unsupported."""
    begins, ends = (times.at(row.instant(name), f"{row.where}.{name}") for name in ("from", "until"))
    return Offer(row.words("by"), begins, ends)


def _temporary(row: Fields, times: Times) -> list[Change]:
    """A schedule that hides everything below it: those of its shifts alone are there, or nobody."""
    begins, ends = (times.at(row.instant(name), f"{row.where}.{name}") for name in ("from", "until"))
    found = [Change(begins, ends, only=())]
    for shift in row.rows("shifts"):
        first, last = (times.at(shift.instant(name), f"{shift.where}.{name}") for name in ("from", "until"))
        found.append(Change(max(first, begins), min(last, ends), only=_people(shift, "who")))
        shift.done()
    row.done()
    return found
