"""Who may send what: roles, relations to the issue, assurance, and nobody whom it is about."""

import pytest

from escalation.issue.authority import may_send
from escalation.issue.facts import Actor, PersonFacts
from escalation.issue.refusal import Rejected
from escalation.policy.model import Policy
from tests.given import CUSTOMER, MACHINE, ROLES, Played, actor, at, done, opened, person, policy, refused, tier
from tests.natures import why_not


def allowing(**roles: tuple[str, ...]) -> Policy:
    """A policy in which these commands have these roles, and anyone may do the rest."""
    return policy(tier("first"), roles={**ROLES, **roles})


def test_a_role_of_the_directory_may() -> None:
    played = Played(opened(allowing(escalate=("team_lead",))))
    assert refused(played.escalate("kim", at(1), by=actor("kim", "agent"))) == "not_allowed"
    assert done(played.escalate("kim", at(1), by=actor("kim", "team_lead")))


def test_a_role_that_the_look_up_brought_counts_too() -> None:
    played = Played(opened(allowing(escalate=("first",))))
    assert done(played.escalate("first-1", at(1)))


def test_a_refusal_names_the_person_their_role_and_who_may() -> None:
    played = Played(opened(allowing(resolve=("team_lead", "handler"))))
    answer = played.resolve("kim", at(1), by=actor("kim", "agent"))
    assert refused(answer) == "not_allowed"
    assert why_not(answer) == "kim, as agent, may not resolve this issue; allowed: team_lead, handler"
    unknown = played.resolve("kim", at(1))
    assert why_not(unknown).startswith("kim, whose role is not known, may not")


@pytest.mark.parametrize("relation", ["asked", "handler", "owner", "raiser", "customer"])
def test_a_relation_to_the_issue_is_as_good_as_a_role(relation: str) -> None:
    issue = {"parties": (CUSTOMER,), "raiser": actor("ray", "agent")}
    played = Played(opened(allowing(release=(relation,), reopen=(relation,)), owner="olga", issue=issue))
    played.acknowledge("hans", at(1))
    who = {
        "asked": actor("first-1"),
        "handler": actor("hans"),
        "owner": actor("olga"),
        "raiser": actor("ray"),
        "customer": actor(CUSTOMER.key),
    }
    for word, by in who.items():
        answer = played.reopen(by.person, at(2), by=by)
        assert refused(answer) == ("already_open" if word == relation else "not_allowed"), word


def test_a_machine_may_do_what_the_policy_gives_to_machines_on_what_a_machine_raised() -> None:
    machines = allowing(open=("anyone", "machine"), resolve=("machine",))
    raised = Played(opened(machines, issue={"raiser": MACHINE}, owner="olga"))
    assert done(raised.resolve("alertmanager", at(1), by=MACHINE)) == ["resolved"]
    assert refused(Played(opened(machines)).resolve("alertmanager", at(1), by=MACHINE)) == "not_allowed"


def test_when_it_is_exhausted_the_last_resort_counts_as_asked() -> None:
    played = Played(opened(allowing(take_charge=("asked",)))).run_to(at(10))
    assert refused(played.take_charge("kim", at(30))) == "not_allowed"
    assert done(played.take_charge("boss", at(30)))


def test_who_is_in_charge_counts_as_handler() -> None:
    played = Played(opened(allowing(resolve=("handler",)))).run_to(at(10))
    played.take_charge("boss", at(30))
    assert done(played.resolve("boss", at(20)))


def test_a_command_that_the_policy_gives_to_nobody_is_nobodys() -> None:
    answer = Played(opened(allowing(close=()))).close("boss", "confirmed", at(1))
    assert why_not(answer).endswith("allowed: nobody")


@pytest.mark.parametrize("name", ["acknowledge", "release", "escalate", "resolve", "confirm", "reopen"])
def test_whom_it_is_about_may_do_nothing_whatever_their_role(name: str) -> None:
    played = Played(opened(issue={"about": ("sue",)}))
    answer = getattr(played, name)("sue", at(1), by=actor("sue", "senior"))
    assert refused(answer) == "not_allowed"
    assert answer.nature == "authority"


def assured(assurance: str, by: str = "kim") -> Actor:
    """Somebody of whom we are so sure."""
    return actor(by, assurance=assurance)


def test_the_policy_says_how_sure_we_must_be() -> None:
    played = Played(opened(policy(assurance={"resolve": "signed_link"})))
    answer = played.resolve("kim", at(1), by=assured("known_address"))
    assert refused(answer) == "assurance_too_low"
    assert isinstance(answer, Rejected)
    assert answer.nature == "authority"
    assert answer.why == "kim is only known address; to resolve this issue needs signed_link"
    assert done(played.resolve("kim", at(1), by=assured("signed_in")))


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
def test_an_issue_that_is_not_normal_is_nobodys_on_their_word_alone(issue_class: str) -> None:
    raiser = assured("signed_in", "ray")
    played = Played(opened(issue={"issue_class": issue_class, "raiser": raiser}))
    assert refused(played.acknowledge("kim", at(1), by=assured("known_address"))) == "assurance_too_low"
    assert done(played.acknowledge("kim", at(1), by=assured("signed_link")))


@pytest.mark.parametrize("issue_class", ["normal", "restricted", "sealed"])
@pytest.mark.parametrize("kind", ["support", "complaint"])
def test_nobody_who_has_something_to_tell_is_turned_away(issue_class: str, kind: str) -> None:
    given = opened(policy(kind=kind), issue={"issue_class": issue_class, "kind": kind, "raiser": assured("asserted")})
    assert Played(given).state.status == "open"


def test_nor_is_a_complaint() -> None:
    raiser = assured("signed_in", "ray")
    played = Played(opened(policy(kind="complaint"), issue={"kind": "complaint", "raiser": raiser}))
    assert refused(played.acknowledge("kim", at(1))) == "assurance_too_low"


def test_a_machine_is_known_by_its_door_unless_it_came_by_signal() -> None:
    played = Played(opened(policy(assurance={"resolve": "signed_link"}), issue={"raiser": MACHINE}))
    forged = MACHINE.model_copy(update={"door": "signal"})
    assert refused(played.resolve("alertmanager", at(1), by=forged)) == "assurance_too_low"
    assert done(played.resolve("alertmanager", at(1), by=MACHINE))


def test_a_role_that_is_claimed_is_no_relation() -> None:
    """Whoever says that their role is `handler` has not acknowledged for it."""
    played = Played(opened(policy(roles={**ROLES, "resolve": ("handler", "owner")})))
    mallory = actor("mallory", "handler")
    assert refused(played.resolve("mallory", at(1), by=mallory)) == "not_allowed"
    done(played.acknowledge("mallory", at(1)))
    assert done(played.resolve("mallory", at(2), by=mallory))


def test_to_say_that_one_is_a_machine_excuses_from_nothing_where_a_person_raised_it() -> None:
    played = Played(opened(issue={"parties": (CUSTOMER,)}))
    assert refused(played.resolve("alertmanager", at(1), by=MACHINE)) == "told_customer_missing"
    assert refused(played.release("alertmanager", at(1), by=MACHINE)) == "not_handler"


def test_the_fallbacks_roles_do_not_count_those_of_the_first_policy_do() -> None:
    strict = policy(tier("upstairs"), name="second", roles=dict.fromkeys(ROLES, ("nobody_has_this",)))
    first = allowing()
    exhaustion = first.exhaustion.model_copy(update={"procedure": "fallback", "fallback": "second"})
    played = Played(opened(first.model_copy(update={"exhaustion": exhaustion}), strict)).run_to(at(10))
    assert played.state.policy == "second"
    assert done(played.acknowledge("kim", at(11)))


def test_a_person_is_known_by_the_latest_look_up() -> None:
    played = Played(opened(people=(person("ray", "agent"), PersonFacts(id="first-1", role="trainee"))))
    assert played.state.people["first-1"].role == "first"


def test_whom_it_is_about_is_offered_no_command_at_all() -> None:
    state = Played(opened(issue={"about": ("sue",)})).state
    assert [name for name in ROLES if may_send(state, person("sue", "senior"), name)] == []
    assert [name for name in ROLES if may_send(state, person("kim", "senior"), name)] == list(ROLES)


def test_whoever_has_a_conflict_is_offered_all_but_what_takes_it() -> None:
    played = Played()
    done(played.decline("first-1", at(1), has_conflict=True))
    refused_to_them = [name for name in ROLES if not may_send(played.state, person("first-1"), name)]
    assert sorted(refused_to_them) == ["accept", "acknowledge", "take_charge", "take_on"]
    assert all(may_send(played.state, person("first-2"), name) for name in ROLES)
