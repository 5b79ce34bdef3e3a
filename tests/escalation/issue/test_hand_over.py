"""When a shift ends: what whoever goes has is offered to who is on duty next, and is never left with nobody there."""

from datetime import datetime
from typing import Any

import pytest

from escalation.issue.commands import (
    Accept,
    Acknowledge,
    ChangeSeverity,
    Decline,
    Reassign,
    Release,
    Resolve,
    TakeCharge,
)
from escalation.issue.effects import FindShifts, Notify
from escalation.issue.refusal import Rejected
from escalation.issue.shifts import LOOK_AGAIN, TRY_AGAIN
from escalation.narrate import narrate
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.policy.hand_over import HandOver
from escalation.policy.model import Policy, Tell
from escalation.policy.read_directory import read_directory
from escalation.simulate import Simulated
from escalation.simulated_world import Shifts, World, people_of, shifts_of
from tests.given import T0, TEXT, actor, at, exhaustion, minutes, opened, policy, tier

PEOPLE = """
operator: olga
teams: {{ main: {{ duty_lead: lee }} }}
people:
  ann: {{ name: Sample Ann, role: first, zone: Europe/Berlin, addresses: {{ inbox: ann }} {ann} }}
  ben: {{ name: Sample Ben, role: first, zone: America/New_York, addresses: {{ inbox: ben }} {ben} }}
  cat: {{ name: Sample Cat, role: first, addresses: {{ inbox: cat }} }}
  ray: {{ name: Sample Ray, role: agent, addresses: {{ inbox: ray }} {ray} }}
  lee: {{ name: Sample Lee, role: lead, addresses: {{ inbox: lee }} {lee} }}
  olga: {{ name: Sample Olga, role: operator, addresses: {{ inbox: olga }} }}
"""
ROTA = """
rotas:
  duty:
    zone: UTC
    layers:
      before: { people: [ann, cat], from: 2026-11-01 }
      after: { people: [%s], from: 2026-11-20, handoff: "21:00" }
%s
"""
"""It is the week of ann, and cat is behind her; from 21:00 on somebody else is on duty."""
ENDS = at(80)
"""21:00, when the shift of ann ends and that of ben begins."""
HOUR = {"S1": minutes(600), "S2": minutes(600)}
HANDED = HandOver(before={"S1": minutes(30)}, accept_within={"S1": minutes(20)})


def ladder(hand_over: HandOver | None = HANDED, **more: Any) -> Policy:
    """One tier that tells the rota, and ten hours for everything."""
    first = tier("first", 600, 1200, tell=Tell(rotas=("duty",)))
    last = exhaustion(last_resort=Tell(people=("lee",)), charge_for_at_most={"S1": minutes(600), "S2": minutes(600)})
    return policy(first, **{"exhaustion": last, "hand_over": hand_over, **more})


def house(after: str = "ben", more: str = "", **people: str) -> World:
    """The world of that directory and rota; more of a person: `ann=", absences: [...]"`."""
    given = {name: people.get(name, "") for name in ("ann", "ben", "ray", "lee")}
    directory = read_directory(PEOPLE.format(**given), "people.yaml")
    rotas = read_rotas(RotaTexts("rotas.yaml", ROTA % (after, more)), directory)
    return World(find=people_of(directory, rotas=rotas), shifts=shifts_of(directory, rotas=rotas))


class Told(Simulated):
    """An issue that ann works on, raised and owned by `owner`, with short ways to act."""

    def __init__(self, world: World | None = None, owner: str = "ray", pinned: Policy | None = None) -> None:
        super().__init__(world or house())
        self.send(opened(pinned or ladder(), owner=owner), T0)
        self.do(Acknowledge, "ann", at(1))

    def do(self, kind: Any, who: str, now: datetime, **more: Any) -> Any:
        """Somebody sends a command."""
        return self.send(kind(id=f"{kind.__name__}-{who}-{now}", by=actor(who), **more), now)

    def kinds(self) -> list[str]:
        """What happened, without messages and looks at the shifts."""
        left_out = {"told", "shifts_asked", "shifts_seen"}
        return [entry.event.kind for entry in self.entries if entry.event.kind not in left_out]

    def sentence(self, kind: str) -> str:
        """The last of that kind."""
        return narrate(next(entry for entry in reversed(self.entries) if entry.event.kind == kind))

    def hears(self, about: str) -> list[str]:
        """Who was told of that."""
        return [note.person.id for note in self.notes() if note.about == about]

    def notes(self) -> list[Notify]:
        """All messages so far."""
        return [asked.effect for asked in self.asked if isinstance(asked.effect, Notify)]

    @property
    def has(self) -> tuple[str, str | None]:
        """Owner and handler."""
        assert self.state is not None
        return self.state.owner, self.state.handler


def test_a_policy_that_does_not_ask_for_it_costs_nothing() -> None:
    issue = Told(pinned=ladder(None))
    issue.run_to(at(200))
    assert not [asked for asked in issue.asked if isinstance(asked.effect, FindShifts)]
    assert issue.state is not None
    assert (issue.state.shift, issue.has) == (None, ("ray", "ann"))


@pytest.mark.parametrize(
    "given",
    [{"tiers": ("second",)}, {"teams": ("other",)}, {"before": {"S2": minutes(30)}}],
    ids=str,
)
def test_nor_does_one_that_asks_for_it_elsewhere(given: dict[str, Any]) -> None:
    two = (tier("first", 600, 1200, tell=Tell(rotas=("duty",))), tier("second", 600, 1200))
    issue = Told(pinned=policy(*two, hand_over=HANDED.model_copy(update=given)))
    issue.run_to(at(200))
    assert issue.has == ("ray", "ann")
    assert not [asked for asked in issue.asked if isinstance(asked.effect, FindShifts)]


def test_what_they_have_is_offered_before_the_shift_ends_and_moves_when_it_is_accepted() -> None:
    issue = Told()
    issue.run_to(at(49))
    assert "reassigned" not in issue.kinds(), "half an hour before it ends, and not sooner"
    issue.run_to(at(50))
    assert issue.sentence("reassigned") == (
        "the shift of ann ends Fri 20 Nov 21:00:00 UTC: what they have of it is offered to ben; "
        "to be accepted by Fri 20 Nov 20:50:00 UTC"
    )
    assert issue.hears("offered") == ["ben"]
    assert issue.has == ("ray", "ann"), "until it is accepted it stays"
    issue.do(Accept, "ben", at(60))
    assert issue.has == ("ray", "ben"), "who owns it stays on, and it is theirs still"
    assert issue.sentence("accepted") == "ben accepted what ann had of it, at the end of a shift, and works on it"
    assert issue.hears("relieved") == ["ann"]
    assert issue.state is not None
    assert issue.state.asked == ("ben",), "asked again is who is there"
    issue.run_to(at(200))
    assert issue.kinds()[-2:] == ["reassigned", "accepted"], "it is not offered twice"


def test_who_owns_it_and_works_on_it_hands_over_both() -> None:
    issue = Told(owner="ann")
    issue.run_to(at(50))
    issue.do(Accept, "ben", at(51))
    assert issue.has == ("ben", "ben")


def test_who_does_not_accept_in_time_is_followed_by_the_duty_lead_by_name() -> None:
    issue = Told(owner="ann")
    issue.run_to(at(70))
    assert issue.has == ("lee", "lee"), "nobody off duty answers for it"
    assert sorted(issue.hears("offer_lapsed")) == ["ann", "ben"], "the sender hears of it as well"
    assert sorted(issue.hears("taken_over")) == ["ann", "lee"]
    assert issue.sentence("offer_lapsed") == "ben did not accept what ann has of it; the duty lead is looked up"
    assert issue.sentence("owner_moved") == (
        "lee has what ann had of it, as duty lead: nobody accepted it (duty lead of team main)"
    )
    late = issue.do(Accept, "ben", at(71))
    assert not isinstance(late, Rejected), "whoever may can take it from the duty lead"
    assert issue.has == ("ben", "lee")


def test_accepted_in_the_very_instant_is_in_time() -> None:
    issue = Told()
    issue.run_to(at(69.99))
    issue.do(Accept, "ben", at(70))
    issue.run_to(at(71))
    assert "offer_lapsed" not in issue.kinds()


def test_who_declines_is_followed_by_the_next_on_duty_then_by_the_duty_lead() -> None:
    issue = Told(house(after="[ben, cat]"))
    issue.run_to(at(50))
    no = {"reason": TEXT}
    issue.do(Decline, "ben", at(55), **no)
    assert issue.sentence("reassigned").endswith("is offered to cat; to be accepted by Fri 20 Nov 20:55:00 UTC")
    assert issue.has == ("ray", "ann")
    issue.do(Decline, "cat", at(60), **no)
    issue.run_to(at(60))
    assert issue.has == ("ray", "lee")
    assert "offer_lapsed" in issue.kinds()


def test_where_nobody_is_on_duty_next_the_duty_lead_has_it_at_once() -> None:
    gone = "    overrides: [{ from: 2026-11-20T21:00Z, until: 2026-11-21T21:00Z, remove: [ben] }]"
    issue = Told(house(more=gone))
    issue.run_to(at(50))
    assert issue.has == ("ray", "lee")
    assert issue.sentence("offer_lapsed") == (
        "nobody is on duty to have what ann has of it; the duty lead is looked up"
    )
    assert issue.hears("offered") == []


def test_the_duty_lead_whose_own_shift_ends_does_not_follow_themselves() -> None:
    lee = """
rotas:
  duty:
    zone: UTC
    layers:
      turn: { people: [lee], from: 2026-11-01 }
      then: { people: [ben], from: 2026-11-20, handoff: '21:00' }
"""
    directory = read_directory(PEOPLE.format(ann="", ben="", ray="", lee=", deputy: cat"), "people.yaml")
    rotas = read_rotas(RotaTexts("rotas.yaml", lee), directory)
    world = World(find=people_of(directory, rotas=rotas), shifts=shifts_of(directory, rotas=rotas))
    issue = Simulated(world)
    issue.send(opened(ladder(), owner="lee"), T0)
    issue.run_to(at(71))
    assert issue.state is not None
    assert issue.state.owner == "cat"


def test_where_there_is_nobody_at_all_it_stays_and_is_offered_again() -> None:
    command = opened(ladder(), owner="ann", issue={"about": ("ben", "lee", "olga")})
    issue = Simulated(house())
    issue.send(command, T0)
    issue.send(Acknowledge(id="ack", by=actor("ann")), at(1))
    issue.run_to(at(51))
    assert issue.state is not None
    assert issue.state.owner == "ann"
    (empty,) = [entry for entry in issue.entries if entry.event.kind == "tier_found_empty"]
    assert narrate(empty).endswith("ann had it, and nobody has it in their place")
    issue.run_to(ENDS + TRY_AGAIN)
    again = [entry for entry in issue.entries if entry.event.kind == "tier_found_empty"]
    assert len(again) == 2, "it is on record again and again, until somebody has it"


def test_an_absence_that_begins_and_a_leaving_count_as_the_end_of_a_shift() -> None:
    away = ", absences: [{ from: 2026-11-20T20:30Z }]"
    issue = Told(house(ann=away))
    issue.run_to(at(20))
    assert "the shift of ann ends Fri 20 Nov 20:30:00 UTC" in issue.sentence("reassigned")
    assert issue.hears("offered") == ["cat"], "next in line"
    left = Told(house(ray=", left_at: 2026-11-20T20:30Z"))
    left.run_to(at(20))
    assert "the shift of ray ends Fri 20 Nov 20:30:00 UTC" in left.sentence("reassigned")
    left.run_to(at(40))
    assert left.has == ("lee", "ann"), "ann is on duty, and the offer was ray's"


def test_without_a_rota_the_next_is_whom_the_tier_tells() -> None:
    by_role = policy(tier("first", 600, 1200, tell=Tell(roles=("first",))), hand_over=HANDED)
    given = {"ann": ", absences: [{ from: 2026-11-20T20:30Z }]", "ben": "", "ray": "", "lee": ""}
    directory = read_directory(PEOPLE.format(**given), "people.yaml")
    issue = Told(World(find=people_of(directory), shifts=shifts_of(directory)), pinned=by_role)
    issue.run_to(at(20))
    assert "is offered to ben" in issue.sentence("reassigned")


def test_what_a_look_does_not_know_yet_the_next_one_finds() -> None:
    directory = read_directory(PEOPLE.format(ann="", ben="", ray="", lee=""), "people.yaml")
    ill = read_directory(
        PEOPLE.format(ann=", absences: [{ from: 2026-11-20T22:00Z }]", ben="", ray="", lee=""), "people.yaml"
    )
    rotas = read_rotas(RotaTexts("rotas.yaml", ROTA % ("ann, cat", "")), directory)
    before, after = shifts_of(directory, rotas=rotas), shifts_of(ill, rotas=rotas)
    world = World(
        find=people_of(directory, rotas=rotas),
        shifts=lambda effect, now: (before if now < at(100) else after)(effect, now),
    )
    issue = Told(world)
    issue.run_to(at(0.9) + LOOK_AGAIN)
    assert "reassigned" not in issue.kinds()
    issue.run_to(at(1) + LOOK_AGAIN)
    assert "the shift of ann ends Fri 20 Nov 22:00:00 UTC" in issue.sentence("reassigned"), "she is away already"


def test_a_shift_that_is_extended_meanwhile_is_handed_over_when_it_ends_then() -> None:
    usual, longer = (
        house(),
        house(more="    overrides: [{ from: 2026-11-20T21:00Z, until: 2026-11-20T22:00Z, only: [ann] }]"),
    )
    world = World(find=usual.find, shifts=lambda effect, now: (usual if now < at(30) else longer).shifts(effect, now))
    issue = Told(world)
    issue.run_to(at(109))
    assert "reassigned" not in issue.kinds()
    issue.run_to(at(110))
    assert issue.hears("offered") == ["ben"]


def test_a_look_that_fails_is_made_again_and_nobody_stays_who_is_known_to_be_off_duty() -> None:
    usual = house()
    broken = World(
        find=usual.find,
        shifts=lambda effect, now: usual.shifts(effect, now) if now < at(30) else Shifts(error="no directory"),
    )
    issue = Told(broken)
    issue.run_to(at(56))
    assert issue.has == ("ray", "ann")
    assert issue.sentence("shifts_seen").startswith("whose shift ends could not be looked up: no directory; tried")
    issue.run_to(ENDS + TRY_AGAIN)
    assert issue.has == ("ray", "lee")


def test_who_took_it_off_duty_has_it_until_a_shift_of_theirs_ends() -> None:
    issue = Told()
    issue.do(Release, "ann", at(5))
    issue.do(Acknowledge, "cat", at(6))
    issue.run_to(at(200))
    assert issue.has == ("ray", "cat")
    assert "reassigned" not in issue.kinds()


def test_closed_is_not_the_end_of_a_shift() -> None:
    covers = "    covers: [{ opens: '09:00', closes: '20:00', days: [mon, tue, wed, thu, fri] }]"
    issue = Told(house(after="ann", more=covers))
    issue.run_to(at(600))
    assert issue.has == ("ray", "ann")
    assert "reassigned" not in issue.kinds()


def test_a_charge_is_handed_over_with_its_time() -> None:
    quick = tier("first", 1, 2, tell=Tell(rotas=("duty",)))
    issue = Simulated(house())
    pinned = policy(quick, hand_over=HANDED, exhaustion=ladder().exhaustion)
    issue.send(opened(pinned), T0)
    issue.run_to(at(5))
    issue.send(TakeCharge(id="charge", by=actor("ann"), until=at(300), next_action=TEXT), at(6))
    issue.run_to(at(50))
    refused = issue.send(Accept(id="late", by=actor("ben"), until=at(400)), at(51))
    assert isinstance(refused, Rejected)
    assert refused.code == "until_too_late"
    issue.send(Accept(id="accept", by=actor("ben")), at(52))
    assert issue.state is not None
    assert issue.state.charge is not None
    assert (issue.state.charge.person, issue.state.charge.until, issue.state.handler) == ("ben", at(300), "ben")


def withdrawn() -> Told:
    """It is offered to ben, and cat takes it from ann before he answers."""
    issue = Told()
    issue.run_to(at(50))
    issue.do(Acknowledge, "cat", at(55), take_over_from="ann")
    return issue


def test_what_is_gone_meanwhile_is_offered_no_more() -> None:
    issue = withdrawn()
    assert issue.sentence("offer_withdrawn") == (
        "it is offered to ben no more: whose shift ends has nothing of it any more"
    )
    issue.run_to(at(75))
    assert issue.has == ("ray", "cat")


def test_what_is_offered_by_hand_in_time_goes_first() -> None:
    issue = Told(owner="ann", pinned=ladder(accept_within={"S1": minutes(25)}))
    issue.do(Reassign, "ann", at(49), to="cat", facts=None)
    issue.run_to(at(60))
    assert issue.hears("offered") == ["cat"]
    issue.do(Accept, "cat", at(65))
    issue.run_to(at(200))
    assert issue.has == ("cat", "cat")


def test_resolved_is_the_end_of_it() -> None:
    issue = Told()
    issue.run_to(at(50))
    issue.do(Resolve, "ann", at(55), outcome="solved")
    assert issue.state is not None
    assert (issue.state.offer, issue.state.shift) == (None, None)
    issue.run_to(at(200))
    assert issue.has == ("ray", "ann")


def test_shifts_that_were_not_followed_for_a_while_are_looked_up_when_they_are_again() -> None:
    issue = Told(owner="ann")
    issue.do(ChangeSeverity, "lee", at(2), severity="S2", reason=TEXT)
    issue.run_to(at(400))
    before = len(issue.entries)
    issue.do(ChangeSeverity, "lee", at(400), severity="S1", reason=TEXT)
    asked = [entry for entry in issue.entries[before:] if entry.event.kind == "shifts_asked"]
    assert [entry.happened_at for entry in asked] == [at(400)], "and not when it would have been due"
    issue.run_to(at(401))
    assert issue.state is not None
    assert issue.state.offer is not None
