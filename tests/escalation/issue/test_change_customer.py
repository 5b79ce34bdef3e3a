"""An issue turns out to be another customer's: what is promised to them counts, from the true start of each clock."""

from datetime import datetime
from typing import Any

from escalation.issue.beside import beside
from escalation.issue.commands import ChangeCustomer
from escalation.issue.events import CustomerChanged, HoldEnded, LadderFitted, TargetMissed, TargetWarned
from escalation.issue.facts import Party
from escalation.issue.standing import snapshot
from escalation.issue.state import IssueState
from escalation.narrate import narrate
from escalation.policy.model import Agreement, Policy, Target, TargetWarn
from escalation.policy.target import agreement_with, promised
from tests.given import TEXT, Played, at, done, holding, minutes, opened, policy, refused, target, tier

EVERYBODY = (
    target(60, "solved", warnings=(TargetWarn(at=0.5, tell=("handler",)),)),
    target(20, "answered", ends="first_response"),
)
GOLD = Agreement(
    name="gold",
    title="Gold customers",
    customers=("globex", "initech"),
    targets=(target(40, "solved", warnings=(TargetWarn(at=0.5, tell=("handler",)),)), target(30, "called")),
    without=("answered",),
)
SLOW = Agreement(name="slow", customers=("umbrella",), targets=(target(200, "solved"),))
PLAIN = (tier("first", 30, 600), tier("second", 30, 600))


def agreed(*agreements: Agreement, **more: Any) -> Policy:
    """A policy with them."""
    return policy(*PLAIN, targets=EVERYBODY, agreements=agreements or (GOLD, SLOW), **more)


def begun(customer: str | None, chosen: Policy | None = None, **more: Any) -> Played:
    """An issue of that customer, opened at minute 0."""
    parties = (Party(key=customer, role="customer", language="en"),) if customer else ()
    return Played(opened(chosen or agreed(), issue={"parties": parties, **more}))


def change(played: Played, customer: str, now: datetime, who: str = "lead", **more: Any) -> Any:
    """It is theirs."""
    return played._do(ChangeCustomer, who, now, customer=customer, reason=TEXT, **more)


def due(played: Played) -> dict[str, datetime]:
    """When each target that runs ends."""
    return {each.name: each.due_at for each in played.state.targets}


class TestWhich:
    """The agreement that applies."""

    def test_the_first_that_names_the_customer_else_the_first_that_names_nobody(self) -> None:
        rest, later = Agreement(name="rest"), Agreement(name="later", customers=("globex",))
        assert agreement_with((rest, GOLD, later), ("globex",)) is GOLD
        assert agreement_with((rest, GOLD, later), ("acme",)) is rest
        assert agreement_with((GOLD, later), ("acme",)) is None
        assert agreement_with((GOLD, SLOW), ("umbrella", "initech")) is GOLD, "in the order in which they are written"
        assert agreement_with((), ("globex",)) is None

    def test_its_targets_take_the_place_of_those_of_the_same_name(self) -> None:
        assert promised(EVERYBODY, None) == EVERYBODY
        assert [each.name for each in promised(EVERYBODY, GOLD)] == ["solved", "called"]
        assert promised(EVERYBODY, GOLD)[0].within["S1"] == minutes(40)

    def test_an_issue_has_the_targets_of_its_customers_agreement(self) -> None:
        assert due(begun("globex")) == {"solved": at(40), "called": at(30)}
        assert due(begun("acme")) == {"solved": at(60), "answered": at(20)}
        assert due(begun(None)) == {"solved": at(60), "answered": at(20)}


class TestChanged:
    """What a change does to the clocks."""

    def test_they_keep_their_true_start(self) -> None:
        played = begun("acme")
        change(played, "globex", at(10))
        assert due(played) == {"solved": at(40), "called": at(30)}
        event = played.event("customer_changed")
        assert (event.agreement, event.from_agreement, event.instead_of) == ("gold", None, "acme")
        assert played.state.facts.customers == ("globex",)
        assert played.run_to(at(40)).state.missed_targets == ("called", "solved")

    def test_they_keep_their_pauses(self) -> None:
        played = begun("acme", agreed(hold=holding("work")))
        played.acknowledge("first-1", at(1))
        played.hold("first-1", at(15), at(5))
        played.run_to(at(15))
        change(played, "globex", at(16))
        assert due(played) == {"solved": at(50), "called": at(40)}

    def test_no_old_warning_is_sent_again_and_no_past_one_is_sent(self) -> None:
        played = begun("acme")
        played.run_to(at(30))
        assert [each.target for each in events(played, TargetWarned)] == ["solved"]
        change(played, "umbrella", at(31))
        assert due(played)["solved"] == at(200)
        played.run_to(at(199))
        assert len(events(played, TargetWarned)) == 1
        other = begun("umbrella")
        change(other, "globex", at(25))
        other.run_to(at(39))
        assert events(other, TargetWarned) == [], "half of 40 minutes was over when nobody had promised them"

    def test_nobody_is_late_for_what_nobody_had_promised(self) -> None:
        played = begun("umbrella")
        change(played, "globex", at(50))
        assert due(played) == {"solved": at(200)}, "neither the 40 minutes nor the 30 are missed"
        assert played.run_to(at(199)).state.missed_targets == ("answered",), "which umbrella was promised"

    def test_a_breach_stays_on_record_also_where_it_was_not_served_yet(self) -> None:
        played = begun("acme")
        played.run_to(at(10))
        change(played, "globex", at(25))
        missed = events(played, TargetMissed)
        assert [(each.target, each.due_at) for each in missed] == [("answered", at(20))]
        change(played, "acme", at(26))
        assert "answered" not in due(played), "what was missed does not come back"
        assert due(played)["solved"] == at(60)

    def test_what_is_promised_no_more_is_withdrawn_and_comes_back_with_its_customer(self) -> None:
        played = begun("acme")
        change(played, "globex", at(5))
        assert "answered" not in due(played)
        change(played, "acme", at(10))
        assert due(played) == {"solved": at(60), "answered": at(20)}

    def test_a_hold_that_waits_for_who_is_no_customer_any_more_is_over(self) -> None:
        played = begun("acme", agreed(hold=holding("work")))
        played.acknowledge("first-1", at(1))
        played.hold("first-1", at(30), at(5), waiting_for="acme")
        change(played, "globex", at(10))
        assert played.state.hold is None
        assert [each.why for each in events(played, HoldEnded)] == ["customer_changed"]
        other = begun("acme", agreed(hold=holding("work")))
        other.acknowledge("first-1", at(1))
        other.hold("first-1", at(30), at(5), waiting_for="bank")
        change(other, "globex", at(10))
        assert other.state.hold is not None

    def test_the_new_customer_is_owed_the_next_word(self) -> None:
        updates = (target(30, "update", ends="updated"),)
        played = begun("acme", policy(*PLAIN, targets=updates))
        played.note("first-1", at(5), is_to_customer=True)
        assert due(played) == {}, "the word is acme's"
        change(played, "globex", at(10))
        assert due(played) == {"update": at(40)}

    def test_the_ladder_is_fitted_again_before_an_earlier_deadline(self) -> None:
        tight = Agreement(name="tight", customers=("globex",), targets=(target(35, "solved"),))
        ladder = (tier("first", 20, 20), tier("second", 20, 20), tier("third", 10))
        played = begun("acme", policy(*ladder, targets=EVERYBODY, agreements=(tight,), fit_ladder_to="solved"))
        assert events(played, LadderFitted) == []
        change(played, "globex", at(1))
        (fitted,) = events(played, LadderFitted)
        assert fitted.due_at == at(35)
        assert played.run_to(fitted.top_hears_at).began()[-1][0] == "third"


class TestWho:
    """Who may, and what is refused."""

    def test_authority_and_reason_are_on_record(self) -> None:
        played = begun("acme")
        change(played, "globex", at(5), language="de", zone="Europe/Berlin")
        entry = played.entry("customer_changed")
        assert isinstance(entry.event, CustomerChanged)
        assert (entry.by.person, entry.event.reason) == ("lead", TEXT)
        assert entry.event.customer == Party(key="globex", role="customer", language="de", zone="Europe/Berlin")
        assert "lead changed its customer to globex (was acme); agreement gold applies now" in narrate(entry)

    def test_a_policy_that_says_nothing_of_it_lets_those_who_may_change_the_severity(self) -> None:
        chosen = agreed()
        roles = {name: who for name, who in chosen.roles.items() if name != "change_customer"}
        only_boss = chosen.model_copy(update={"roles": {**roles, "change_severity": ("boss",)}})
        assert refused(change(begun("acme", only_boss), "globex", at(1), "first-1")) == "not_allowed"
        own = chosen.model_copy(
            update={"roles": {**roles, "change_severity": ("boss",), "change_customer": ("anyone",)}}
        )
        assert done(change(begun("acme", own), "globex", at(1), "first-1")) == ["customer_changed"]

    def test_what_cannot_be_meant_is_refused(self) -> None:
        played = begun("acme", about=("kim",))
        assert refused(change(played, "acme", at(1))) == "same_customer"
        assert refused(change(played, " ", at(1))) == "customer_missing"
        assert refused(change(played, "kim", at(1))) == "customer_is_about"
        assert refused(change(played, "globex", at(1), instead_of="initech")) == "unknown_customer"
        two = begun(None, parties=tuple(Party(key=key, role="customer") for key in ("acme", "initech")))
        assert refused(change(two, "globex", at(1))) == "which_customer"
        change(two, "globex", at(1), instead_of="acme")
        assert two.state.facts.customers == ("globex", "initech")
        played.resolve("first-1", at(2), told_customer=TEXT)
        assert refused(change(played, "globex", at(3))) == "already_resolved"

    def test_an_issue_without_a_customer_gets_one(self) -> None:
        played = begun(None)
        change(played, "globex", at(5))
        assert played.state.facts.customers == ("globex",)
        assert due(played) == {"solved": at(40), "called": at(30)}


def test_it_is_shown_told_and_projected() -> None:
    played = begun("acme")
    assert "Agreement" not in {fact.name for fact in beside(played.state)}
    change(played, "globex", at(5))
    assert ("Agreement", "gold: Gold customers") in {(fact.name, fact.words) for fact in beside(played.state)}
    assert played.told("customer_changed")
    assert [party.key for party in snapshot(played.state).parties] == ["globex"]
    assert IssueState.model_validate_json(played.state.model_dump_json()) == played.state


def events(played: Played, kind: type[Any]) -> list[Any]:
    """Those of that kind."""
    return [entry.event for entry in played.entries if isinstance(entry.event, kind)]


def test_the_clocks_of_a_policy_without_agreements_stay_as_they_are() -> None:
    chosen = policy(*PLAIN, targets=EVERYBODY)
    played = begun("acme", chosen)
    before = due(played)
    change(played, "globex", at(5))
    assert due(played) == before
    assert isinstance(chosen.targets[0], Target)
    assert "what is promised is as it was" in narrate(played.entry("customer_changed"))
