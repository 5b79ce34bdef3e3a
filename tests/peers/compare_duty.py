"""Comparing who is on duty: shifts, hand-overs, who is on call at an instant, and tables of rotations and rules."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from escalation.oncall.clock_face import zone_of
from escalation.oncall.turns import Rotation
from tests.peers.compare_states import differs
from tests.peers.compare_told import matching
from tests.peers.duty import Duties, Schedule
from tests.peers.fields import Fields, Unsupported, as_fields, shown
from tests.peers.given_duty import read_layer
from tests.peers.play import Play
from tests.peers.spans import iso

_A_SECOND = timedelta(seconds=1)


def _listed(play: Play, key: str) -> list[object]:
    """What is expected of this variant: a list, or one for each variant by name."""
    found = play.scenario.then[key]
    if isinstance(found, Mapping):
        unknown = [name for name in found if str(name) != play.case and str(name) not in play.variants]
        if unknown or play.case is None:
            raise Unsupported(f"then.{key} of {unknown[0] if unknown else 'variants'}")
        found = found.get(play.case, [])
    if not isinstance(found, list):
        raise Unsupported(f"then.{key} {shown(found)}")
    return found


def _rows(play: Play, key: str) -> list[Fields]:
    if isinstance(play.scenario.then[key], Mapping):
        return [as_fields(item, f"then.{key}") for item in _listed(play, key)]
    return play.rows(key)


def _schedule(play: Play, name: str | None) -> Schedule:
    found = play.setting.duties.named(name)
    if found is None:
        raise Unsupported("a schedule that the case does not give" if name is None else f"schedule {name}")
    return found


def _rotation(duties: Duties, name: str | None) -> Rotation:
    found = duties.rotations.get(name or "rotation")
    if found is None:
        raise Unsupported(f"rotation {name}" if name else "a rotation that the case does not give")
    return found


# --- shifts


def shifts(play: Play) -> list[str]:
    """Exactly these shifts, person by person; `who: null` is a gap. With `every`: a turn of that length."""
    rows = _rows(play, "shifts")
    if not rows:
        raise Unsupported("then.shifts without a shift")
    turns = [row for row in rows if "every" in row]
    return [words for row in turns for words in _turn(play, row)] + _spans(play, [r for r in rows if "every" not in r])


def _turn(play: Play, row: Fields) -> list[str]:
    first, expected = play.times.at(row.instant("from"), "shifts.from"), row.instant("until")
    elapsed = play.times.span(row.take("elapsed"), "shifts.elapsed") if "elapsed" in row else None
    layer = read_layer(
        Fields({"every": row.take("every"), "from": row.data.get("from")}, row.where),
        play.times,
        play.setting.duties.zone,
    )
    row.done()
    turn = Rotation(layer, zone_of(play.setting.duties.zone))
    begins, ends = turn.handoff(0), turn.handoff(1)
    differences = differs(play, row.data["from"], begins, f"the shift from {row.data['from']}")
    differences += differs(play, expected, ends, f"the end of the shift from {row.data['from']}")
    if elapsed is not None and ends - first != elapsed:
        differences.append(f"the shift from {row.data['from']} lasts {iso(ends - first)}, not {iso(elapsed)}")
    return differences


def _spans(play: Play, rows: list[Fields]) -> list[str]:
    if not rows:
        return []
    expected = [one for row in rows for one in _expected(play, row)]
    window = play.setting.duties.query or (min(each[1] for each in expected), max(each[2] for each in expected))
    for row in rows:
        row.text("schedule")
        row.done()
    for who, first, _ in expected:
        if any(who == other and first == ends for other, _, ends in expected):
            raise Unsupported("shifts of one person that touch")
    schedule = _schedule(play, rows[0].text("schedule"))
    actual: list[tuple[str | None, datetime, datetime]] = [
        (person, span.begins_at, span.ends_at) for person, span in schedule.shifts(*window)
    ]
    if any(who is None for who, _, _ in expected):
        actual += [(None, span.begins_at, span.ends_at) for span in schedule.gaps(*window)]
    fits = [[place for place, one in enumerate(actual) if _is_one(play, each, one)] for each in expected]
    matched = matching(fits)
    missing = [f"no shift {_words(play, one)}" for n, one in enumerate(expected) if n not in matched.values()]
    beyond = [f"a shift beyond the list: {_words(play, one)}" for n, one in enumerate(actual) if n not in matched]
    return [*missing, *beyond]


def _expected(play: Play, row: Fields) -> list[tuple[str | None, datetime, datetime]]:
    who = row.take("who")
    people: list[str | None] = (
        [None] if who is None else [str(one) for one in (who if isinstance(who, list) else [who])]
    )
    first, until = (play.times.at(row.instant(name), f"shifts.{name}") for name in ("from", "until"))
    return [(person, first, until) for person in people]


def _is_one(
    play: Play, expected: tuple[str | None, datetime, datetime], actual: tuple[str | None, datetime, datetime]
) -> bool:
    gap = max(abs(expected[1] - actual[1]), abs(expected[2] - actual[2]))
    return expected[0] == actual[0] and (gap <= play.scenario.tolerance or gap < _A_SECOND)


def _words(play: Play, one: tuple[str | None, datetime, datetime]) -> str:
    return f"{one[0] or 'nobody'} {play.times.shown(one[1])} to {play.times.shown(one[2])}"


# --- hand-overs


def handoffs(play: Play) -> list[str]:
    """The hand-overs from that of the turn in force when the time that is asked for begins to that after its end.

    Where no time is asked for: so many as are listed, from the one in force at the last event.
    """
    expected, query = _listed(play, "handoffs"), play.setting.duties.query
    if not expected:
        raise Unsupported("then.handoffs without a hand-over")
    rotation = _rotation(play.setting.duties, None)
    first = rotation.number_at(query[0] if query else play.last_event_at)
    last = rotation.number_at(query[1]) + 1 if query else first + len(expected) - 1
    actual = [rotation.handoff(number) for number in range(first, last + 1)]
    # A turn of no length is nobody's: in the hour that is left out two hand-overs are one.
    actual = list(dict.fromkeys(actual))
    while query is None and len(actual) < len(expected):
        last += 1
        actual = list(dict.fromkeys([*actual, rotation.handoff(last)]))
    differences = [
        words
        for number, (wanted, found) in enumerate(zip(expected, actual, strict=False), 1)
        for words in differs(play, wanted, found, f"hand-over {number}")
    ]
    if len(actual) != len(expected):
        differences.append(f"{len(actual)} hand-overs instead of {len(expected)}")
    return differences


def next_handoff(play: Play, row: Fields) -> list[str]:
    """When the turn ends that is in force then."""
    at, expected = play.times.at(row.instant("at"), "checks.at"), row.instant("next_handoff")
    rotation = _rotation(play.setting.duties, row.text("rotation"))
    row.done()
    return differs(
        play, expected, rotation.handoff(rotation.number_at(at) + 1), f"the hand-over after {row.data['at']}"
    )


# --- who


def on_call(play: Play) -> list[str]:
    """Exactly these people are on call at that instant; null: nobody."""
    differences = []
    for row in play.rows("on_call"):
        at, who = play.times.at(row.instant("at"), "then.on_call.at"), row.take("who")
        schedule = _schedule(play, row.text("schedule") or row.text("rotation"))
        row.done()
        wanted = [] if who is None else who if isinstance(who, list) else [who]
        found = play.stage.on_call(schedule, at)
        if sorted(map(str, wanted)) != sorted(found):
            differences.append(f"on call at {row.data['at']}: {', '.join(found) or 'nobody'}, not {shown(who)}")
    return differences


def is_active(play: Play, row: Fields) -> list[str]:
    """Whether a rule is in force at an instant."""
    name, at, expected = row.words("rule"), play.times.at(row.instant("at"), "checks.at"), row.take("active")
    row.done()
    if name not in play.setting.duties.windows or not isinstance(expected, bool):
        raise Unsupported(f"{row.where} {shown(dict(row.data))}")
    actual = bool(play.setting.duties.windows[name].people_at(at))
    return [] if actual is expected else [f"rule {name} is {'' if actual else 'not '}active at {row.data['at']}"]
