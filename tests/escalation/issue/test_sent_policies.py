"""Policies that come with a command are held to the rules of files, and what a signal says of people is not heard."""

from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.issue.card import card
from escalation.issue.clocks import next_due
from escalation.issue.commands import AdoptPolicy, Reassign
from escalation.issue.explain import explain
from escalation.issue.from_body import MOST_KNOWN, Door, FromBody, read_body
from escalation.issue.refusal import Rejected
from escalation.policy.model import Policy
from tests.given import Played, at, holding, minutes, opened, policy, target, tier
from tests.natures import why_not

SOUND = policy(targets=(target(60),), hold=holding("work"))
FACTS = {"id": "mallory", "role": "senior_manager", "limit": {"EUR": "1000000"}}


def adopt(*policies: Policy | dict[str, Any], door: Door = "signal", **more: Any) -> FromBody | Rejected:
    """What is made of a command that brings these."""
    sent = [each.model_dump(mode="json") if isinstance(each, Policy) else each for each in policies]
    return read_body("adopt_policy", [{"by": "kim", "policies": sent, "reason": "agreed", **more}], "a-1", door)


def changed(place: str, value: Any) -> dict[str, Any]:
    """The sound policy as JSON, with another value at a place such as `tiers.0.name`."""
    sent = SOUND.model_dump(mode="json")
    here: Any = sent
    *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    for part in way:
        here = here[part]
    here[last] = value
    return sent


def test_a_sound_policy_is_taken_whole_by_either_door() -> None:
    for door in get_args(Door):
        read = adopt(SOUND, door=door)
        assert isinstance(read, FromBody), read
        assert isinstance(read.command, AdoptPolicy)
        assert read.command.policies == (SOUND,)


def test_texts_of_a_policy_may_be_long_and_have_lines() -> None:
    told = policy(tier("first", runbook="Say that you have it.\n" * 100), tier("second"))
    assert isinstance(adopt(told), FromBody)


@pytest.mark.parametrize(
    ("place", "value", "code", "words"),
    [
        ("tiers", [], "unsound_policy", "policies[0]: tiers: has no tier that time climbs"),
        ("tiers.1.name", "first", "unsound_policy", "is also the name of tiers[0]"),
        ("tiers.0.is_beside", True, "unsound_policy", "tiers[0].then: is missing"),
        ("tiers.0.acknowledge_within", {"S1": "PT5M"}, "unsound_policy", "has no limit for S2"),
        ("tiers.0.acknowledge_within.S1", "PT0S", "unsound_policy", "is 0 s; allowed: from 1 ms to 3,660 days"),
        ("tiers.0.work_within.S1", "-PT5M", "unsound_policy", "allowed: from 1 ms"),
        ("tiers.0.remind_every", {"S1": "P9999D", "S2": "P9999D"}, "unsound_policy", "to 3,660 days"),
        ("tiers.0.tell.roles", [], "unsound_policy", "tiers[0].tell: tells nobody"),
        ("hold.in_all_at_most.S1", "PT30M", "unsound_policy", "is longer than all holds together may be"),
        ("targets.0.tell", [], "unsound_policy", "targets[0].tell: tells nobody"),
        ("title", "a\x1b[2Jb", "unsound_policy", "policies[0].title has control characters"),
        ("title", "x" * 10_001, "unsound_policy", "policies[0].title has 10,001 characters"),
        ("title", "4111 1111 1111 1111", "unsound_policy", "holds what looks like a card number"),
        ("tiers.0.acknowlege_within", {}, "unknown_field", "policies[0].tiers[0].acknowlege_within"),
        ("hold.capped", True, "unknown_field", "policies[0].hold.capped"),
        ("exhaustion.procedure", "forget_it", "bad_field", "policies.0.exhaustion.procedure"),
        ("severities", "S1", "bad_field", "policies.0.severities"),
    ],
)
def test_a_policy_that_would_stop_or_park_the_issue_is_refused(place: str, value: Any, code: str, words: str) -> None:
    answer = adopt(changed(place, value))
    assert isinstance(answer, Rejected), answer
    assert (answer.code, answer.nature, words in answer.why) == (code, "input", True), answer.why
    assert answer.why.isprintable()
    assert len(answer.why) < 2000


def test_what_is_sent_is_bounded() -> None:
    many = adopt(*(policy(name=f"p{number}") for number in range(11)))
    assert "policies holds 11; allowed: at most 10" in why_not(many)
    heavy = policy(*(tier(f"t{number}", runbook="x" * 9_999) for number in range(21)))
    large = adopt(heavy)
    assert "characters; allowed: at most 200,000" in why_not(large)
    known = adopt(SOUND, last_known={"small/first": [f"p{number}" for number in range(MOST_KNOWN)]})
    assert isinstance(known, Rejected)
    assert known.code == "too_long"


def test_fallbacks_know_the_same_severities_and_have_names_of_their_own() -> None:
    other = policy(name="other", severities=SOUND.severities[::-1])
    answer = adopt(SOUND, other)
    assert "policies[1]" in why_not(answer)
    twice = adopt(SOUND, SOUND)
    assert "'small' twice" in why_not(twice)


def test_what_a_signal_says_of_others_is_not_heard_and_what_our_own_door_says_is() -> None:
    body = {"by": "kim", "to": "mallory", "facts": FACTS}
    by_signal = read_body("reassign", [body], "r-1", "signal")
    by_update = read_body("reassign", [body], "r-1", "update")
    assert isinstance(by_signal, FromBody)
    assert isinstance(by_update, FromBody)
    assert isinstance(by_signal.command, Reassign)
    assert by_signal.command.facts is None
    assert by_update.command.facts.role == "senior_manager"
    adopted = adopt(SOUND, people=[FACTS], last_known={"small/first": ["first-1"]})
    assert isinstance(adopted, FromBody)
    assert (adopted.command.people, adopted.command.last_known) == ((), {"small/first": ("first-1",)})


def test_somebody_who_is_made_known_by_a_signal_has_no_role_by_it() -> None:
    played = Played()
    read = read_body("reassign", [{"by": "ray", "to": "mallory", "facts": FACTS}], "r-1", "signal")
    assert isinstance(read, FromBody)
    played.send(read.command)
    assert played.state.offer is not None
    assert played.state.people["mallory"].role == "unknown"
    assert played.state.people["mallory"].limit == {}


def test_an_issue_goes_on_under_what_was_taken() -> None:
    played = Played()
    sooner = policy(tier("first", acknowledge=4), tier("second"), version=2)
    read = adopt(sooner)
    assert isinstance(read, FromBody)
    played.send(read.command)
    assert played.state.policies == (sooner,)
    assert played.due()["acknowledge"] - played.state.facts.opened_at == minutes(4)
    assert played.run_to(played.now + timedelta(minutes=5)).state.tier == "second"


LIMITS = st.fixed_dictionaries(
    {"S1": st.sampled_from(["PT1S", "PT30S", "PT9M"]), "S2": st.sampled_from(["PT10M", "PT2H"])}
)
FEW = st.sampled_from([{}, {"S1": "PT20S"}, {"S2": "PT1H"}])
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, "", "third", [], {}, {"S1": "PT0S"}, {"S3": "PT5M"}, {"S1": "PT5H", "S2": "PT1H"}]
)
WARNINGS = st.sampled_from([[], [{"at": 0.5, "of": "acknowledge", "tell": ["owner"]}]])
TARGETS = st.sampled_from([[], [{"name": "other", "within": {"S1": "PT1S"}, "tell": ["next_tier"]}]])
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "tiers.0.acknowledge_within": LIMITS,
    "tiers.1.acknowledge_within": LIMITS,
    "tiers.0.work_within": LIMITS | FEW,
    "tiers.1.work_within": LIMITS | FEW,
    "tiers.0.remind_every": FEW,
    "tiers.0.remind_handler_every": LIMITS | FEW,
    "acknowledgement.answer_within": FEW,
    "tiers.0.warnings": WARNINGS,
    "tiers.0.name": st.sampled_from(["zero", "second"]),
    "tiers.1": st.just(tier("third").model_dump(mode="json")),
    "acknowledgement.lapses_after": LIMITS,
    "exhaustion.procedure": st.sampled_from(["restart", "last_resort", "fallback"]),
    "exhaustion.repeats": st.integers(0, 3),
    "exhaustion.last_resort_every": LIMITS,
    "exhaustion.charge_for_at_most": LIMITS,
    "closing.silence_after": st.none(),
    "targets": TARGETS,
    "hold": st.none(),
    "hold.stops": st.sampled_from([[], ["acknowledge"], ["acknowledge", "work"]]),
    "severity_change.clocks": st.sampled_from(["keep", "restart"]),
    "roles": st.just({}),
    "triggers": st.just([]),
}
CHANGED = st.sampled_from(sorted(CHANGES)).flatmap(lambda place: st.tuples(st.just(place), CHANGES[place]))
BROKEN = st.tuples(st.sampled_from(sorted(CHANGES)), JUNK)


@settings(max_examples=200)
@given(changes=st.lists(CHANGED | CHANGED | CHANGED | BROKEN, min_size=1, max_size=4), moment=st.integers(0, 50))
def test_no_policy_that_is_taken_stops_the_issue(changes: list[tuple[str, Any]], moment: int) -> None:
    sent = SOUND.model_dump(mode="json")
    for place, value in changes:
        here: Any = sent
        *way, last = [int(part) if part.isdigit() else part for part in place.split(".")]
        try:
            for part in way:
                here = here[part]
            here[last] = value
        except (KeyError, IndexError, TypeError):
            return
    played = Played(opened(policy(hold=holding("work"), targets=(target(60),)))).run_to(at(moment))
    read = adopt(sent)
    if isinstance(read, Rejected):
        assert read.why.isprintable()
        return
    played.send(read.command)
    first = played.state.facts.opened_at
    for step in range(40):
        due = next_due(played.state)
        assert due is not None
        played.run_to(due.at)
        assert card(played.state, played.now)
        assert explain(played.state, played.now).what_next
        if played.now > first + timedelta(days=2):
            break
        assert step < 39 or played.now > first + timedelta(minutes=moment), "it runs hot"
