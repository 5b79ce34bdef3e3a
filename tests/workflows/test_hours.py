"""Hours on the real server: a tier that is closed is asked when it opens, and its limit counts from there."""

from datetime import UTC, datetime, timedelta

import pytest

from escalation.calendar.working_hours import DAY, Timetable, WorkingHours
from escalation.calendar.zone_offsets import offsets_of
from escalation.policy.model import Policy
from tests.given import minutes, policy, tier
from tests.server import PEOPLE, House
from tests.stories.failing import in_short, simulated_again
from worker import build_replayer

pytestmark = pytest.mark.server

HOURS = {"S1": "desk", "S2": "desk"}


def opens_in(first: datetime, after: timedelta) -> WorkingHours:
    """A calendar that is open once, for four hours, from so long after that instant: to the second."""
    opens_at = first + after
    midnight = datetime(opens_at.year, opens_at.month, opens_at.day, tzinfo=UTC)
    begins = int((opens_at - midnight).total_seconds())
    return WorkingHours(
        name="desk",
        zone="UTC",
        first_year=first.year - 1,
        last_year=first.year + 3,
        offsets=offsets_of("UTC", first.year - 1, first.year + 3),
        timetables=(Timetable(week=((),) * 7),),
        days=((midnight.date(), "the one day", ((begins, min(begins + 4 * 3600, 2 * DAY)),)),),
    )


def ladder(first: datetime, after: timedelta) -> Policy:
    """Two tiers, the lower one in these hours."""
    desk = tier("first", 30, 90, hours=HOURS)
    return policy(desk, tier("second"), pinned_calendars={"desk": opens_in(first, after)})


async def test_a_closed_tier_is_asked_when_it_opens(house: House) -> None:
    command = house.fresh()
    first = command.issue.opened_at.replace(microsecond=0)
    command = command.model_copy(update={"policies": (ladder(first, minutes(40)),)})
    issue = (await house.open(command)).issue
    state = await house.until(issue, lambda s: s.is_closed)
    assert (state.opens_at, state.asked) == (first + minutes(40), ())
    assert state.acknowledge_due_at == first + minutes(70)
    await house.pass_time(issue, minutes(41))
    state = await house.until(issue, lambda s: bool(s.asked))
    assert (state.tier, state.is_closed) == ("first", False)
    await house.pass_time(issue, minutes(30))
    state = await house.until(issue, lambda s: s.tier == "second" and bool(s.asked))
    assert state.tier_began_at == first + minutes(70)
    whole = await house.recorded(issue)
    journal = [entry for entry in whole if entry.event.kind != "told"]
    assert [entry.event.kind for entry in journal] == [
        "opened", "tier_began", "tier_opened", "people_asked", "tier_began", "people_asked",
    ]  # fmt: skip
    assert journal[2].happened_at == first + minutes(40)
    again = simulated_again(command, PEOPLE, whole, whole[-1].recorded_at)
    assert in_short(again) == in_short(whole), "the simulated clock needed no change"
    await build_replayer().replay_workflow(await house.handle(issue).fetch_history())
