"""Issues in whose lives every message is asked for that there is, for the tests of messages."""

from datetime import timedelta

from escalation.issue.commands import ChangeCustomer, TakeSuppression
from escalation.issue.effects import Notify
from escalation.issue.facts import RotaGap
from escalation.policy.model import Acknowledgement, Target, TargetWarn, Warn
from tests.escalation.calendar.hours import hours
from tests.escalation.issue.asking import Asking
from tests.given import TEXT, Played, actor, at, holding, minutes, opened, person, policy, tier


def whole_life() -> list[Notify]:
    """Every message that the rules ask for while an issue climbs, is exhausted, taken charge of, fixed and reopened."""
    lapsing = Acknowledgement(lapses_after={"S1": minutes(5)})
    warn = Warn(at=0.5, of="acknowledge", tell=("asked", "owner", "next_tier"))
    asked = tier("first", remind_every={"S1": minutes(4)}, warnings=(warn,))
    life = Played(opened(policy(asked, tier("second"), acknowledgement=lapsing, courtesies=("left_tier", "outcome"))))
    life.run_to(at(11)).acknowledge("second-1", at(12))
    life.run_to(at(90)).take_charge("boss", at(100))
    life.run_to(at(110)).resolve("boss")
    life.run_to(at(111) + timedelta(days=4)).reopen("boss")
    life.resolve("boss")
    life.run_to(life.now + timedelta(days=6))
    kept = tier("first", 10, None, remind_handler_every={"S1": minutes(5)})
    working = Played(opened(policy(kept, acknowledgement=Acknowledgement(answer_within={"S1": minutes(2)}))))
    working.acknowledge("first-1", at(1))
    working.run_to(at(6))
    return [effect for effect in (*life.effects, *working.effects) if effect.kind == "notify"]


def by_hand() -> list[Notify]:
    """The same of what people do to an open issue beside the ladder."""
    warn = TargetWarn(at=0.2, tell=("owner",))
    target = Target(name="answer", within={"S1": minutes(15)}, tell=("owner",), warnings=(warn,))
    life = Played(opened(policy(targets=(target,), hold=holding("work"))))
    life.reassign("ray", "first-2", at(1))
    life.decline("first-2", at(2))
    life.snooze("first-1", at(4), at(3))
    life.run_to(at(4)).acknowledge("first-1", at(5))
    life.change_severity("ray", "S2", at(6))
    life.send(ChangeCustomer(id="theirs", by=actor("ray"), customer="cust-9", reason=TEXT), at(7))
    life.hold("first-1", at(10), at(8))
    life.run_to(at(12)).cancel("first-1")
    life.suppress("first-1", "desk:REF-2", at(13))
    life.send(TakeSuppression(id="link", duplicate_of="main:main:main:desk:REF-2:1", error="there is no such issue"))
    life.change_severity("first-1", "S1", at(14))
    life.run_to(at(40))
    return [effect for effect in life.effects if effect.kind == "notify"]


def out_of_hours() -> list[Notify]:
    """The same of a tier that waits for its hours: the issue is opened on a Friday evening."""
    first = tier("first", hours={"S1": "desk", "S2": "desk"})
    desk = hours("Europe/Dublin", mon_fri="09:00-17:00")
    life = Played(opened(policy(first, tier("second"), pinned_calendars={"desk": desk})))
    life.run_to(at(60))
    return [effect for effect in life.effects if effect.kind == "notify"]


def unowned() -> list[Notify]:
    """The same of an offer that nobody accepts, and of a rota by which nobody is on duty."""
    life = Played(opened(policy(accept_within={"S1": timedelta(minutes=3)})), answer=False)
    find = next(effect for effect in life.effects if effect.kind == "find_responders")
    gap = RotaGap(rota="night", tells=person("kim"))
    life.send(life.found(find, ("first-1",)).model_copy(update={"gaps": (gap,)}))
    life.reassign("ray", "kim", at(1), facts=person("kim"))
    life.run_to(at(4))
    find = next(effect for effect in reversed(life.effects) if effect.kind == "find_responders")
    life.send(life.found(find, ("lee",)))
    return [effect for effect in life.effects if effect.kind == "notify"]


def impossible() -> list[Notify]:
    """The same of a promise that no ladder can keep."""
    promised = Target(name="fix", within={"S1": minutes(1)})
    life = Played(opened(policy(tier("first"), tier("second"), targets=(promised,), fit_ladder_to="fix")))
    return [effect for effect in life.effects if effect.kind == "notify"]


def put_to_others() -> list[Notify]:
    """The same of what is put to others beside the ladder."""
    life = Asking()
    life.ask("ray", at(1))
    life.take_on("network-1", at(2))
    life.run_to(at(62))
    life.ask("ray", at(63), to="kim")
    life.withdraw("ray", "network-1", at(64))
    return [effect for effect in life.effects if effect.kind == "notify"]
