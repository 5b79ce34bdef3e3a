"""What is put to others beside the ladder: work of departments, in parallel, with one owner throughout."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.issue.commands import Ask, TakeNoPeople, TakeOn
from escalation.issue.decide import decide
from escalation.issue.effects import FindResponders
from escalation.issue.explain import explain
from escalation.issue.facts import PersonFacts
from escalation.narrate import narrate
from tests.escalation.issue.asking import NETWORK, Asking
from tests.given import TEXT, Played, actor, at, done, holding, minutes, opened, policy, refused


def test_two_departments_work_in_parallel_and_the_late_one_alone_misses_its_time() -> None:
    played = Asking()
    played.acknowledge("first-1", at(1))
    before = played.state
    done(played.ask("first-1", at(2)))
    done(played.ask("first-1", at(3), of="fraud"))
    done(played.take_on("network-1", at(4)))
    done(played.take_on("fraud-1", at(5)))
    done(played.complete("network-1", at(20)))
    played.run_to(at(34))
    network, fraud = played.one("network-1"), played.one("fraud-2")
    assert (network.status, network.missed_at) == ("done", None)
    assert (fraud.status, fraud.missed_at) == ("open", at(33))
    after = played.state
    assert (after.owner, after.handler) == (before.owner, before.handler)
    assert {who for who, _ in played.told_of("ask_news")} >= {"ray", "fraud-lead"}
    done(played.complete("fraud-1", at(40)))
    assert played.one("fraud-2").missed_at == at(33), "a miss stays on record"
    assert narrate(played.entries[-1]).startswith("fraud-1 completed fraud-2, after its time")


def test_nothing_of_it_moves_the_issue_or_its_clocks() -> None:
    played, plain = Asking(), Asking()
    for issue in (played, plain):
        issue.acknowledge("first-1", at(1))
    played.ask("first-1", at(2))
    played.pass_on("network-1", at(3))
    played.take_on("network-2", at(4))
    played.leave("network-2", at(5))
    played.ask("first-1", at(6), to="kim")
    played.complete("kim", at(7), ask="kim-2") if played.one("kim-2").asked == ("kim",) else None
    played.run_to(at(29))
    plain.run_to(at(29))
    same = ("owner", "handler", "tier", "asked", "acknowledge_due_at", "work_due_at", "ceilings", "targets", "hold")
    assert [getattr(played.state, name) for name in same] == [getattr(plain.state, name) for name in same]


def test_who_passes_it_on_is_followed_at_once_by_the_next_one_in_line_until_nobody_is_left() -> None:
    played = Asking()
    played.ask("ray", at(1))
    assert done(played.pass_on("network-1", at(2))) == ["ask_passed_on", "ask_next_asked"]
    assert played.one("network-1").asked == ("network-2",)
    assert played.one("network-1").take_due_at == at(7)
    assert done(played.pass_on("network-2", at(3))) == ["ask_passed_on", "ask_next_asked"]
    assert done(played.pass_on("network-3", at(4))) == ["ask_passed_on", "ask_untaken"]
    assert [who for who, _ in played.told_of("ask_news")] == ["ray", "network-lead"]
    assert "NOBODY IS ON network-1" in played.told_of("ask_news")[0][1]


def test_what_nobody_takes_on_goes_along_the_line_and_then_to_owner_and_lead() -> None:
    played = Asking()
    played.ask("ray", at(1))
    played.run_to(at(6))
    assert played.entries[-1].event.kind == "ask_next_asked"
    assert (played.one("network-1").asked, played.entries[-1].happened_at) == (("network-1", "network-2"), at(6))
    played.run_to(at(16))
    assert played.one("network-1").is_untaken
    assert played.entry("ask_untaken").happened_at == at(16)
    done(played.take_on("network-1", at(17)))
    assert not played.one("network-1").is_untaken


def test_its_time_is_warned_of_once_and_missed_once() -> None:
    played = Asking()
    played.ask("ray", at(0))
    played.take_on("network-1", at(1))
    played.run_to(at(29))
    assert "ask_warned" not in played.kinds()
    played.run_to(at(3 * 60))
    assert played.kinds().count("ask_warned") == played.kinds().count("ask_missed") == 1
    assert played.entry("ask_warned").happened_at == at(30)
    assert [who for who, _ in played.told_of("ask_warned")] == ["network-1", "ray"]
    assert played.entry("ask_missed").happened_at == at(60)


def test_a_late_tick_warns_of_nothing_that_is_missed() -> None:
    played = Asking()
    played.ask("ray", at(0))
    played.take_on("network-1", at(1))
    played.tick(at(90))
    assert "ask_warned" not in played.kinds()
    assert played.event("ask_missed").due_at == at(60)


def test_an_issue_that_waits_for_others_is_not_resolved_before_they_are_done() -> None:
    played = Asking()
    played.ask("ray", at(1), is_awaited=True)
    played.ask("ray", at(1), of="fraud", is_awaited=True)
    played.ask("ray", at(1), what="advice")
    assert refused(played.resolve("ray", at(2))) == "waits_for_others"
    words = "\n".join(explain(played.state, at(2)).lines)
    assert "Waits for: network-1 (the network department: network-1 asked" in words
    done(played.complete("network-1", at(3), ask="network-1"))
    assert "the issue waits for 1 more" in narrate(played.entries[-1])
    assert refused(played.resolve("ray", at(4))) == "waits_for_others"
    done(played.withdraw("ray", "fraud-2", at(5)))
    kinds = done(played.resolve("ray", at(6)))
    assert kinds == ["resolved", "ask_withdrawn"]
    assert {ask.status for ask in played.state.asks} == {"done", "withdrawn"}
    assert ("network-1", "Network-3 is not needed any more: the issue is over.") in played.told_of("ask_over")


def test_a_desk_can_hold_the_issue_while_it_waits_as_far_as_holds_are_allowed() -> None:
    held = NETWORK.model_copy(update={"holds_as": "waiting_vendor"})
    played = Asking(held, hold=holding(at_most=20))
    played.acknowledge("first-1", at(1))
    assert done(played.ask("first-1", at(2), is_awaited=True)) == ["ask_put", "held"]
    assert played.state.hold is not None
    assert (played.state.hold.waiting_for, played.state.hold.until) == ("network-1", at(22))
    assert done(played.complete("network-1", at(10))) == ["ask_answered", "hold_ended"]
    assert played.state.work_due_at == at(38)
    plain = Asking(held)
    assert done(plain.ask("ray", at(2), is_awaited=True)) == ["ask_put"]


def test_what_is_not_awaited_holds_nothing() -> None:
    played = Asking(NETWORK.model_copy(update={"holds_as": "waiting_vendor"}), hold=holding())
    assert done(played.ask("ray", at(2))) == ["ask_put"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"of": "netwrk"}, "unknown_desk"),
        ({"of": "network", "to": "kim"}, "bad_field"),
        ({"of": None}, "bad_field"),
        ({"of": None, "to": "kim", "what": "work"}, "bad_field"),
        ({"of": None, "to": "kim", "skill": "bgp"}, "bad_field"),
        ({"of": "fraud", "what": "advice"}, "not_taken_there"),
    ],
)
def test_what_cannot_be_put_is_refused(given: dict[str, Any], code: str) -> None:
    assert refused(Asking().ask("ray", at(1), **given)) == code


def test_it_is_refused_where_it_is_not_so() -> None:
    played = Asking()
    assert refused(played.take_on("kim", at(1))) == "not_asked"
    played.ask("ray", at(1))
    assert refused(played.take_on("kim", at(2), ask="network-9")) == "unknown_ask"
    assert refused(played.pass_on("kim", at(2), ask="network-1")) == "not_asked"
    assert refused(played.leave("network-1", at(2))) == "not_on_it"
    assert refused(played.complete("kim", at(2), ask="network-1")) == "not_on_it"
    done(played.take_on("network-1", at(3)))
    assert refused(played.take_on("network-1", at(3))) == "already_taken_on"
    assert refused(played.pass_on("network-1", at(3))) == "taken_on"
    done(played.complete("network-1", at(4)))
    assert refused(played.withdraw("ray", "network-1", at(5))) == "ask_over"
    played.ask("ray", at(5))
    played.ask("ray", at(5), what="advice")
    assert refused(played.complete("network-1", at(6))) == "ask_missing"


def test_a_slip_in_its_name_says_which_there_are_and_nothing_of_roles() -> None:
    roles = {**policy().roles, "take_on": ("put_to",), "note": ("anyone",)}
    played = Asking(roles=roles)
    played.ask("ray", at(1))
    slip = played.take_on("max", at(2), ask="network-9")
    assert refused(slip) == "unknown_ask"
    assert str(slip.why) == "ask 'network-9' is not known; allowed: network-1"  # type: ignore[union-attr]
    assert refused(played.take_on("max", at(2), ask="network-1")) == "not_allowed"
    facts = played.state.facts
    for given in ({"issue_class": "sealed"}, {"about": ("max",)}):
        closed = played.state.changed({"facts": facts.changed(given)})
        codes = [
            refused(decide(closed, TakeOn(id="slip", by=actor(who), ask="network-9"), at(2)))
            for who in ("max", "network-1")
        ]
        assert codes == ["not_allowed", "unknown_ask"], "it tells nobody whom it does not concern"


def test_at_a_severity_at_which_a_desk_takes_nothing_it_is_refused() -> None:
    played = Asking()
    played.change_severity("ray", "S2", at(1))
    assert refused(played.ask("ray", at(2))) == "not_taken_there"


def test_no_more_than_a_bounded_number_is_open_at_once_and_those_over_are_forgotten_in_time() -> None:
    played = Asking()
    for count in range(20):
        done(played.ask("ray", at(1 + count / 10)))
    assert refused(played.ask("ray", at(4))) == "too_many_asks"
    for count in range(20):
        done(played.withdraw("ray", f"network-{count + 1}", at(5)))
    for count in range(15):
        done(played.ask("ray", at(6 + count / 10)))
    assert (len(played.state.asks), played.state.asks[-1].id) == (30, "network-35")
    assert sum(each.is_open for each in played.state.asks) == 15


def test_whom_the_issue_is_about_is_never_asked_by_name() -> None:
    rules = policy(advice_within={"S1": minutes(10)})
    played = Played(opened(rules, issue={"about": ("kim",)}))
    command = Ask(id="a", by=played.entries[0].by, to="kim", text=TEXT)
    assert refused(played.send(command, at(1))) == "unfit_person"
    tied = command.changed({"to": "ada", "facts": PersonFacts(id="ada", role="x", ties=("kim",))})
    assert refused(played.send(tied, at(1))) == "unfit_person"


def test_where_nobody_can_be_looked_up_they_are_looked_up_again_and_the_owner_is_told_once() -> None:
    played = Asking(answer=False)
    played.ask("first-1", at(1))
    rules_answer = played.effects[-1]
    assert isinstance(rules_answer, FindResponders)
    assert rules_answer.ask == "network-1"
    played.send(TakeNoPeople(id="x", turn=rules_answer.turn, error="down"), at(1.5))
    assert played.one("network-1").look_again_at == at(16.5)
    assert [who for who, _ in played.told_of("ask_news")] == ["first-1", "ray"]
    played.run_to(at(16.5))
    again = [effect for effect in played.effects if isinstance(effect, FindResponders) and effect.ask]
    assert len(again) == 2
    assert again[1].turn > again[0].turn
    played.send(TakeNoPeople(id="y", turn=again[1].turn, error="down"), at(17))
    assert len(played.told_of("ask_news")) == 2
    played.send(played.found(again[1], ()), at(18))
    assert played.one("network-1").asked == (), "an answer of a look-up that is over counts for nothing"
    played.run_to(at(32))
    last = [effect for effect in played.effects if isinstance(effect, FindResponders) and effect.ask][-1]
    played.send(played.found(last, ()), at(32))
    assert played.one("network-1").asked == ("network-1",)


def test_the_time_of_a_desk_counts_in_its_calendar() -> None:
    sums = "\n".join(explain(_asked().state, at(2)).what_next)
    assert "+ 60 min (done_within of network for S1)" in sums or "+ 1 h (done_within of network for S1)" in sums


def _asked() -> Asking:
    played = Asking()
    played.ask("ray", at(1))
    return played


def test_reopened_it_asks_nothing_of_before() -> None:
    played = Asking()
    played.ask("ray", at(1))
    played.resolve("ray", at(2))
    played.reopen("ray", at(3))
    assert not any(each.is_open for each in played.state.asks)
    played.run_to(at(3) + timedelta(days=1))
    assert "ask_missed" not in played.kinds()
