"""A shift ends on the real server: what whoever goes has is offered and accepted; where nobody does, the lead has it.

Hours are skipped. The simulated clock, which reads the same rota, comes to the same entries.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.hastening import Hastening
from activities.live_directory import LiveDirectory
from activities.live_rotas import LiveRotas
from client.shifts import look_at_shifts
from escalation.issue.commands import Accept, Acknowledge, Open
from escalation.issue.events import Entry
from escalation.issue.identity import read_issue_id
from escalation.narrate import narrate
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.policy.hand_over import HandOver
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import World, people_of, shifts_of
from starter.hand_overs import accept_all, handed_over
from starter.installation import Installed
from tests.given import TEXT, actor, minutes, policy, tier
from tests.server import PEOPLE, House
from tests.stories.test_oncall import with_rotas
from tests.workflows.history import events

pytestmark = pytest.mark.server

MINUTE = (datetime.now(UTC) - timedelta(minutes=10)).minute
"""Of each hour, when shifts end: the one now under way not within the time that it is handed over before."""
ROTAS = f"""
rotas:
  duty:
    zone: UTC
    layers:
      hours: {{ people: [ann, ben], rotates: hourly, handoff: "00:{MINUTE:02}", from: 2026-01-01 }}
"""
HANDED = HandOver(before={"S1": minutes(20)}, accept_within={"S1": minutes(15)})
LADDER = policy(tier("first", acknowledge=600, work=900, tell=Tell(rotas=("duty",))), hand_over=HANDED)
KINDS = {"acknowledged", "reassigned", "accepted", "offer_lapsed", "owner_moved"}


def agrees(command: Open, entries: list[Entry], last_at: datetime) -> None:
    """The simulated clock, on which the same is sent at the same instants, says the same of it."""
    directory = read_directory(PEOPLE, "people.yaml")
    rotas = read_rotas(RotaTexts("rotas.yaml", ROTAS), directory)
    simulated = Simulated(World(find=people_of(directory, rotas=rotas), shifts=shifts_of(directory, rotas=rotas)))
    simulated.send(command, command.issue.opened_at)
    for entry in entries:
        if entry.event.kind == "acknowledged":
            simulated.send(Acknowledge(id=entry.command, by=entry.by), entry.recorded_at)
        elif entry.event.kind == "accepted":
            simulated.send(Accept(id=entry.command, by=entry.by, read_back=TEXT), entry.recorded_at)
    simulated.run_to(last_at)
    assert said(simulated.entries) == said(entries)


async def test_a_shift_that_is_cut_short_is_noticed_at_once_and_costs_one_look(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    usual = ROTAS.replace("[ann, ben], rotates: hourly", "[ann], rotates: monthly")
    async with with_rotas(env, tmp_path, usual) as house:

        async def tell(issue: str, notice: str) -> None:
            assert await look_at_shifts(house.client, read_issue_id(issue)[0], notice)

        rotas = LiveRotas(tmp_path / "rotas.yaml")
        looking = Hastening(house.db, "main", LiveDirectory(tmp_path / "people.yaml"), rotas, tell)
        issue = (await house.open(house.fresh(LADDER, owner="olga"))).issue
        await house.until(issue, lambda state: state.asked == ("ann",))
        await house.send(issue, Acknowledge(id="ack", by=actor("ann", "first")))
        known = await house.until(issue, lambda state: state.shift is not None and state.shift.look_at is not None)
        assert known.offer is None
        await house.recorded(issue)
        assert await looking.look(known.last_at) == 0
        before = len(await events(house.client, issue))
        now = known.last_at
        soon, later = ((now + timedelta(minutes=each)).isoformat(timespec="seconds") for each in (5, 120))
        span = f"from: {soon}, until: {later}, only: [ben]"
        (tmp_path / "rotas.yaml").write_text(f"{usual.rstrip()}\n    overrides: [{{ {span} }}]\n")
        assert await looking.look(now) == 1
        offered = await house.until(issue, lambda state: state.offer is not None)
        assert offered.offer is not None
        assert (offered.offer.to, offered.handler) == ("ben", "ann")
        assert await looking.look(now) == 0
        await house.recorded(issue)
        spent = (await events(house.client, issue))[before:]
        signals = [event.workflow_execution_signaled_event_attributes.signal_name for event in spent]
        assert signals.count("look_at_shifts") == 1
        errands = [event.activity_task_scheduled_event_attributes.activity_type.name for event in spent]
        assert (errands.count("find_shifts"), errands.count("notify")) == (1, 1), "one look, and one message"


def installed_in(house: House) -> Installed:
    """What doors find there."""
    directory = read_directory(PEOPLE, "people.yaml")
    rotas = read_rotas(RotaTexts("rotas.yaml", ROTAS), directory)
    return Installed((), directory, house.settings.ways, house.settings.org, rotas)


def said(entries: list[Entry]) -> list[str]:
    """What was offered, accepted and moved, to whom."""
    return [f"{entry.event.kind} {narrate(entry)}" for entry in entries if entry.event.kind in KINDS]


async def test_what_is_accepted_moves_and_what_is_not_is_the_duty_lead_s(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with with_rotas(env, tmp_path, ROTAS) as house:
        command = house.fresh(LADDER, owner="olga")
        issue = (await house.open(command)).issue
        (first,) = (await house.until(issue, lambda state: bool(state.asked))).asked
        sent = await house.send(issue, Acknowledge(id="ack", by=actor(first, "first")))
        assert sent.outcome == "done", sent
        known = await house.until(issue, lambda state: state.shift is not None and first in state.shift.until)
        assert known.shift is not None
        ends_at = known.shift.until[first]
        assert (ends_at.minute, ends_at.second) == (MINUTE, 0), "an hour's end"
        await house.pass_time(issue, ends_at - timedelta(minutes=19) - known.last_at)
        offered = await house.until(issue, lambda state: state.offer is not None)
        assert offered.offer is not None
        assert (offered.offer.to, offered.handler) == ("ben" if first == "ann" else "ann", first)
        by, here = actor(offered.offer.to, "first"), installed_in(house)
        await house.recorded(issue)
        found = handed_over(house.db, "main", by.person, first, here, offered.last_at)
        assert [(each.issue, tuple(each.leaving)) for each in found] == [(str(issue), (first,))]
        gone = found[0].model_copy(update={"leaving": {"lee": ends_at}})
        (left,) = await accept_all(house.client, house.db, here, [gone], by, "late", "")
        assert (left.outcome, left.why.startswith("what lee has of it is not offered")) == ("left", True)
        (done,) = await accept_all(house.client, house.db, here, found, by, "accept", "The bank calls back")
        assert (done.issue, done.outcome) == (str(issue), "done")
        await house.recorded(issue)
        assert handed_over(house.db, "main", by.person, first, here, offered.last_at) == []
        assert (await house.state(issue)).handler == offered.offer.to
        # Their own shift ends an hour later, and this time nobody says anything.
        await house.pass_time(issue, timedelta(minutes=90))
        state = await house.until(issue, lambda state: state.handler == "lee")
        assert state.owner == "olga", "who owns it is on no duty that ends"
        entries = await house.recorded(issue)
        kinds = [entry.event.kind for entry in entries if entry.event.kind in KINDS]
        assert kinds == ["acknowledged", "reassigned", "accepted", "reassigned", "offer_lapsed", "owner_moved"]
        agrees(command, entries, state.last_at)
