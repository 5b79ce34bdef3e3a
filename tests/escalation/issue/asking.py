"""An issue of which something is put to others, played step by step: two desks, and whom their look-ups find."""

from typing import Any

from escalation.issue.asks import PutAsk
from escalation.issue.commands import Ask, Complete, Leave, PassOn, TakeNoPeople, TakeOn, Withdraw
from escalation.issue.effects import FindResponders, Notify
from escalation.policy.desk import Desk, DeskWarn
from escalation.policy.model import Policy, Tell
from tests.given import TEXT, Answered, Played, at, minutes, opened, person, policy

NETWORK = Desk(
    name="network",
    title="the network department",
    tell=Tell(roles=("network_engineer",), team="network", choose="first"),
    take_within={"S1": minutes(5)},
    done_within={"S1": minutes(60)},
    answer_within={"S1": minutes(15)},
    warnings=(DeskWarn(at=0.5, tell=("takers", "asker")),),
)
FRAUD = Desk(name="fraud", title="the fraud team", tell=Tell(roles=("fraud",)), done_within={"S1": minutes(30)})


class Asking(Played):
    """An issue of which something is put to others; a desk's look-up finds `<desk>-1`, then `-2`, then `-3` in line."""

    def __init__(self, *desks: Desk, answer: bool = True, **more: Any) -> None:
        self.line = ("2", "3")
        rules: Policy = policy(desks=desks or (NETWORK, FRAUD), advice_within={"S1": minutes(10)}, **more)
        super().__init__(opened(rules), answer=answer)

    def found(self, effect: FindResponders, names: tuple[str, ...]) -> Any:
        """The answer to a look-up."""
        if not effect.ask:
            return super().found(effect, names)
        desk = effect.ask.rpartition("-")[0]
        line = tuple(person(f"{desk}-{each}") for each in self.line)
        stand_ins = {f"{desk}-1": tuple({"id": each.id, "why": "next", "is_next": True} for each in line)}
        answer = super().found(effect, (f"{desk}-1",))
        more = {"stand_ins": stand_ins, "beside": line, "lead": person(f"{desk}-lead", "lead")}
        return type(answer).model_validate({**answer.model_dump(), **more})

    def ask(self, who: str, now: Any = None, **more: Any) -> Answered:
        """Who puts something to others: to the network desk, unless said otherwise."""
        return self._do(Ask, who, now, **{"text": TEXT, **({} if "to" in more else {"of": "network"}), **more})

    def take_on(self, who: str, now: Any = None, **more: Any) -> Answered:
        """Who is on it."""
        return self._do(TakeOn, who, now, **more)

    def pass_on(self, who: str, now: Any = None, **more: Any) -> Answered:
        """Who cannot."""
        return self._do(PassOn, who, now, **{"reason": TEXT, **more})

    def complete(self, who: str, now: Any = None, **more: Any) -> Answered:
        """Who has done it, or has an answer."""
        return self._do(Complete, who, now, **{"result": TEXT, **more})

    def leave(self, who: str, now: Any = None, **more: Any) -> Answered:
        """Who is not on it any more."""
        return self._do(Leave, who, now, **more)

    def withdraw(self, who: str, ask: str, now: Any = None) -> Answered:
        """Who says that it is not needed."""
        return self._do(Withdraw, who, now, ask=ask)

    def one(self, ask: str) -> PutAsk:
        """The one of that name."""
        return next(each for each in self.state.asks if each.id == ask)

    def looked_up(self) -> FindResponders:
        """The latest look-up of those to whom something is put."""
        found = [effect for effect in self.effects if isinstance(effect, FindResponders) and effect.ask]
        return found[-1]

    def told_of(self, about: str) -> list[tuple[str, str]]:
        """Who was told, and what was asked of them."""
        return [
            (effect.person.id, effect.asked_of_you)
            for effect in self.effects
            if isinstance(effect, Notify) and effect.about == about
        ]


def everything_asked() -> Asking:
    """Everything that can happen to what is put to others."""
    played = Asking(answer=False)
    played.ask("ray", at(1))
    find = played.looked_up()
    played.send(TakeNoPeople(id="down", turn=find.turn, error="no directory"), at(2))
    played.run_to(at(17))
    played.send(played.found(played.looked_up(), ()), at(17))
    played.pass_on("network-1", at(18))
    played.take_on("network-2", at(19))
    played.leave("network-2", at(20))
    played.pass_on("network-3", at(21))
    played.run_to(at(70))
    played.ask("ray", at(71), of="fraud")
    played.send(played.found(played.looked_up(), ()), at(71))
    played.take_on("fraud-1", at(72))
    played.complete("fraud-1", at(73))
    played.withdraw("ray", "network-1", at(74))
    return played
