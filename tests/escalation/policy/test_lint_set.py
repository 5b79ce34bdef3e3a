"""Rules between policies and with the directory, found where they stand."""

import pytest

from escalation.oncall.read_rotas import RotaTexts
from escalation.policy.check_set import check_set, read_set
from escalation.policy.choose import choose_policy, entry_policies, policy_named, with_fallbacks
from escalation.policy.finding import PolicyErrors
from escalation.policy.lint_set import lint_set
from escalation.policy.parse import read_policy
from escalation.policy.read_directory import read_directory
from tests.escalation.policy.sample import FILE, PEOPLE, SMALL, line_of, with_change

DIRECTORY = read_directory(PEOPLE, "people.yaml")


def falling_back(name: str, on: str, kind: str = "support") -> str:
    """The small policy under another name, which falls back on `on`."""
    text = with_change("procedure: last_resort", f"procedure: fallback\n  fallback: {on}")
    text = with_change("name: small", f"name: {name}", text)
    return with_change("kind: support", f"kind: {kind}", text)


def problems(texts: dict[str, str]) -> list[str]:
    return [str(finding) for finding in check_set(texts, ("people.yaml", PEOPLE)).findings]


def test_one_policy_and_its_directory_are_fit_for_use() -> None:
    policies, directory = read_set({FILE: SMALL}, ("people.yaml", PEOPLE))
    assert [policy.name for policy in policies] == ["small"]
    assert directory == DIRECTORY


@pytest.mark.parametrize(
    ("old", "new", "field", "problem", "suggestion"),
    [
        ("roles: [agent]", "roles: [agnet]", "tiers[0].tell.roles[0]", "is a role that nobody has", "agent"),
        (
            "people: [kim] }\n    ack",
            "people: [kin] }\n    ack",
            "tiers[1].tell.people[0]",
            "is not in the directory",
            "kim",
        ),
        (
            "last_resort: { people: [kim] }",
            "last_resort: { people: [joe] }",
            "exhaustion.last_resort.people[0]",
            "is not in the directory",
            None,
        ),
        ("roles: [agent]", "roles: [agent], team: mian", "tiers[0].tell.team", "is not a team", "main"),
        ("roles: [expert]", "roles: [expert], team: main", "tiers[2].tell.roles[0]", "nobody in team 'main' has", None),
        ("release: [handler]", "release: [handlr]", "roles.release[0]", "neither a role of the directory", "handler"),
    ],
)
def test_what_the_directory_does_not_know_is_named(
    old: str, new: str, field: str, problem: str, suggestion: str | None
) -> None:
    text = with_change(old, new)
    (finding,) = check_set({FILE: text}, ("people.yaml", PEOPLE)).findings
    assert (finding.field, finding.suggestion) == (field, suggestion)
    assert problem in finding.problem
    assert (finding.file, finding.line) == (FILE, line_of(new, text))


ROTAS = RotaTexts("rotas.yaml", "rotas: {duty: {zone: UTC, layers: {x: {people: [kim], from: 2026-11-02}}}}")


def test_a_rota_that_is_told_must_be_there() -> None:
    people = ("people.yaml", PEOPLE)
    text = with_change("roles: [agent]", "rotas: [duty]")
    checked = check_set({FILE: text}, people, rotas=ROTAS)
    assert checked.findings == ()
    assert checked.rotas is not None
    assert checked.rotas.names == ("duty",)
    for rotas, allowed in ((ROTAS, "duty"), (None, "nothing: there is none")):
        (finding,) = check_set({FILE: text.replace("[duty]", "[dutty]")}, people, rotas=rotas).findings
        assert (finding.field, finding.value, finding.problem) == ("tiers[0].tell.rotas[0]", "dutty", "is not a rota")
        assert (finding.allowed, finding.file, finding.level) == (allowed, FILE, "error")


def test_where_the_rotas_have_errors_it_is_not_said_that_one_is_missing() -> None:
    text = with_change("roles: [agent]", "rotas: [duty]")
    bad = ROTAS._replace(text=ROTAS.text.replace("kim", "kin"))
    checked = check_set({FILE: text}, ("people.yaml", PEOPLE), rotas=bad)
    assert [(finding.file, finding.value) for finding in checked.findings] == [("rotas.yaml", "kin")]
    assert checked.rotas is None
    with pytest.raises(PolicyErrors, match="'kin' is not in the directory"):
        read_set({FILE: text}, ("people.yaml", PEOPLE), bad)


def test_without_a_directory_people_are_not_checked() -> None:
    policy = read_policy(with_change("roles: [agent]", "roles: [nobody_yet]"), FILE)
    assert lint_set([policy], None) == ()
    (finding,) = lint_set([policy], DIRECTORY)
    assert (finding.file, finding.line, finding.value) == ("small", None, "nobody_yet")


def test_two_policies_for_one_kind_and_entity_are_refused() -> None:
    other = with_change("name: small", "name: other")
    (problem,) = problems({FILE: SMALL, "other.yaml": other})
    assert problem.startswith("other.yaml:4: kind: 'support' of legal entity 'main' has a policy already: small")
    elsewhere = with_change("kind: support", "kind: support\nlegal_entity: second", other)
    assert problems({FILE: SMALL, "other.yaml": elsewhere}) == []


def test_one_name_for_two_policies_is_refused() -> None:
    (problem,) = problems({FILE: SMALL, "other.yaml": with_change("kind: support", "kind: technical")})
    assert "name: 'small' is the name of another policy too" in problem


def test_a_sound_fallback_may_be_of_the_same_kind() -> None:
    assert problems({"a.yaml": falling_back("a", on="small"), FILE: SMALL}) == []


def test_a_fallback_must_exist() -> None:
    (problem,) = problems({"a.yaml": falling_back("a", on="smal", kind="technical"), FILE: SMALL})
    assert "exhaustion.fallback: 'smal' is not a policy; allowed: small; did you mean 'small'?" in problem


def test_a_fallback_must_have_the_same_severities_and_entity() -> None:
    other = with_change("legal_entity: x\n", "", "legal_entity: x\n" + SMALL).replace("low", "mild")
    found = problems({"a.yaml": falling_back("a", on="small"), FILE: other})
    assert any("has other severities: high, mild; allowed: a policy with high, low" in problem for problem in found)
    found = problems({"a.yaml": falling_back("a", on="small"), FILE: "legal_entity: x\n" + SMALL})
    assert any("is a policy of legal entity 'x'" in problem for problem in found)


def test_a_circle_of_fallbacks_is_refused_in_each_of_them() -> None:
    texts = {
        "a.yaml": falling_back("a", on="b"),
        "b.yaml": falling_back("b", on="c", kind="technical"),
        "c.yaml": falling_back("c", on="a", kind="privacy"),
    }
    found = problems(texts)
    assert [problem.partition(":")[0] for problem in found if "circle" in problem] == ["a.yaml", "b.yaml", "c.yaml"]
    assert any("leads in a circle: a -> b -> c -> a" in problem for problem in found)


def test_everything_wrong_in_all_files_is_told_together() -> None:
    with pytest.raises(PolicyErrors) as refused:
        read_set({FILE: with_change("kind: support", "kind: hats"), "b.yaml": ""}, ("people.yaml", "operator: nobody"))
    assert {error.file for error in refused.value.errors} == {FILE, "b.yaml", "people.yaml"}


def test_the_policy_is_chosen_by_entity_and_kind() -> None:
    small, first = read_policy(SMALL, FILE), read_policy(falling_back("a", on="small"), "a.yaml")
    assert entry_policies([small, first]) == (first,)
    assert choose_policy([small, first], "main", "support") is first
    assert choose_policy([small], "main", "support") is small
    with pytest.raises(
        ValueError, match=r"no policy for kind 'privacy' of legal entity 'main'.*main/support \(small\)"
    ):
        choose_policy([small], "main", "privacy")
    with pytest.raises(ValueError, match="'smal' is not known; allowed: small; did you mean 'small'"):
        policy_named([small], "smal")


def test_fallbacks_are_pinned_in_order() -> None:
    chain = [
        read_policy(falling_back("a", on="b"), "a"),
        read_policy(falling_back("b", on="small"), "b"),
        read_policy(SMALL, FILE),
    ]
    assert [policy.name for policy in with_fallbacks(chain[0], reversed(chain))] == ["a", "b", "small"]
    assert with_fallbacks(chain[2], chain) == (chain[2],)
    circle = read_policy(falling_back("b", on="a"), "b")
    assert [policy.name for policy in with_fallbacks(chain[0], [chain[0], circle])] == ["a", "b"]
