"""What is wrong in who gets an issue: choices without effect, skills and amounts that nobody has."""

from decimal import Decimal

import pytest

from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.policy.finding import Findings
from escalation.policy.lint_routing import somebody_is_able
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from tests.escalation.policy.sample import found_in, the_finding, with_change
from tests.given import policy, tier

HOUSE = read_directory(
    """
operator: olga
teams: { main: { duty_lead: olga } }
people:
  ann: { name: Sample, role: first, addresses: { inbox: ann }, skills: [refunds], limit: { EUR: 100 } }
  olga: { name: Sample, role: operator, addresses: { inbox: olga }, skills: [databases], limit: { EUR: 900 } }
""",
    "people.yaml",
)
ROTAS = read_rotas(
    RotaTexts("rotas.yaml", "rotas: { duty: { zone: UTC, layers: { w: { people: [olga], from: 2026-11-02 } } } }"),
    HOUSE,
)


@pytest.mark.parametrize(
    ("tell", "words"),
    [
        ("at_most: 2", "tiers[0].tell.at_most: '2' has no effect where nobody is chosen out of them"),
        ("choose: everybody, at_most: 2", "has no effect where everybody is chosen"),
        ("choose: any", "tiers[0].tell.choose: 'any'"),
        ("choose: first, at_most: 0", "tiers[0].tell.at_most: '0'"),
        ("authority: { EUR: 0 }", "tiers[0].tell.authority.EUR: '0' is no amount; allowed: more than 0"),
        ("skills: [refunds, refunds]", "tiers[0].tell.skills[1]: 'refunds' is written twice; allowed: each once"),
        ("language: german", "tiers[0].tell.language: 'german'"),
    ],
)
def test_a_choice_without_effect_is_refused(tell: str, words: str) -> None:
    said = str(the_finding(with_change("tell: { roles: [agent] }", f"tell: {{ roles: [agent], {tell} }}")))
    assert words in said


def test_also_tell_adds_people_and_no_choice() -> None:
    also = "tell: { roles: [agent] }\n    also_tell: { high: { roles: [lead], skills: [refunds] } }"
    said = str(the_finding(with_change("tell: { roles: [agent] }", also)))
    assert "tiers[0].also_tell.high: says who of them gets it; allowed: skills, authority, language, choose" in said


def test_all_of_it_together_is_right() -> None:
    whole = "skills: [refunds], authority: { EUR: 500 }, language: preferred, choose: least_loaded, at_most: 2"
    assert found_in(with_change("tell: { roles: [agent] }", f"tell: {{ roles: [agent], {whole} }}")) == ()


@pytest.mark.parametrize(
    ("tell", "words"),
    [
        (Tell(roles=("first",), skills=("refund",)), "'refund' is a skill that nobody has"),
        (Tell(roles=("first",), skills=("databases",)), "are skills that nobody has whom it tells"),
        (Tell(roles=("first", "operator"), skills=("databases", "refunds")), "nobody has all of them"),
        (Tell(people=("ann",), authority={"EUR": Decimal(500)}), "whom it tells; allowed: at most 100"),
        (Tell(rotas=("duty",), authority={"EUR": Decimal(901)}), "allowed: at most 900"),
    ],
)  # fmt: skip
def test_what_nobody_has_whom_it_tells_is_refused(tell: Tell, words: str) -> None:
    findings = Findings("small.yaml")
    somebody_is_able(policy(tier("first", tell=tell)), HOUSE, ROTAS, findings)
    (finding,) = findings.found
    assert finding.level == "error"
    assert words in str(finding)


def test_what_somebody_has_is_right() -> None:
    for tell in (
        Tell(roles=("first",), skills=("refunds",), authority={"EUR": Decimal(100)}),
        Tell(rotas=("duty",), skills=("databases",), authority={"EUR": Decimal(900)}),
    ):
        findings = Findings("small.yaml")
        somebody_is_able(policy(tier("first", tell=tell)), HOUSE, ROTAS, findings)
        assert findings.found == []
