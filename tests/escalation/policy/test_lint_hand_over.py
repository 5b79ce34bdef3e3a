"""What is wrong in a policy's hand-overs: times that do not fit, unknown names, and shifts with nobody after them."""

from datetime import UTC, datetime

import pytest

from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.policy.finding import Findings
from escalation.policy.hand_over import HandOver
from escalation.policy.lint_hand_over import lint_next_shifts, teams_are_known
from escalation.policy.model import Tell
from escalation.policy.read_directory import read_directory
from tests.escalation.policy.sample import PEOPLE, found_in, the_finding, with_change
from tests.given import minutes, policy, tier

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUSE = read_directory(PEOPLE, "people.yaml")
TWICE_A_DAY = "layers: { turn: { people: [kim, lee], rotates: hourly, every: 12, handoff: '09:00', from: 2026-11-01 } }"


def written(hand_over: str) -> str:
    """The small policy with that."""
    return with_change("closing:\n", f"hand_over: {{ {hand_over} }}\nclosing:\n")


def test_what_fits_is_right() -> None:
    whole = (
        "before: { high: 30 min, low: 1 h }, accept_within: { high: 30 min, low: 45 min }, tiers: [first], teams: [x]"
    )
    assert found_in(written(whole)) == ()


@pytest.mark.parametrize(
    ("hand_over", "words"),
    [
        ("before: {}, accept_within: {}", "hand_over.before: is empty: nothing is handed over"),
        ("before: { high: 1 h, grave: 1 h }, accept_within: { high: 1 h, grave: 1 h }", "'grave' is not a severity"),
        ("before: { high: 30 min }, accept_within: {}", "hand_over.accept_within: has no time for high"),
        (
            "before: { high: 30 min }, accept_within: { high: 31 min }",
            "hand_over.accept_within.high: '31 min' is longer than before: the shift would be over; allowed: at most",
        ),
        (
            "before: { high: 30 min }, accept_within: { high: 10 min, low: 20 min }",
            "hand_over.accept_within.low: '20 min' has no effect: low is not handed over",
        ),
        (
            "before: { high: 30 min }, accept_within: { high: 10 min }, tiers: [agents]",
            "hand_over.tiers[0]: 'agents' is not a tier",
        ),
        ("accept_within: { high: 10 min }", "hand_over.before: is missing"),
        ("before: { high: soon }, accept_within: { high: 10 min }", "hand_over.before.high: 'soon'"),
    ],
)
def test_what_does_not_fit_is_refused(hand_over: str, words: str) -> None:
    assert any(words in str(finding) for finding in found_in(written(hand_over))), found_in(written(hand_over))


def test_a_worse_severity_has_no_longer_to_be_accepted() -> None:
    slow = "before: { high: 1 h, low: 1 h }, accept_within: { high: 40 min, low: 30 min }"
    assert "hand_over.accept_within.high: '40 min' is longer than that of low" in str(the_finding(written(slow)))


def warned(rota: str, before: float = 30, **more: object) -> list[str]:
    """What is found of a tier that tells this rota."""
    rotas = read_rotas(RotaTexts("rotas.yaml", f"rotas: {{ duty: {{ zone: UTC, {rota} }} }}"), HOUSE)
    handed = HandOver(before={"S1": minutes(before)}, accept_within={"S1": minutes(10)}).model_copy(update=more)
    findings = Findings("policy.yaml")
    pinned = policy(tier("first", tell=Tell(rotas=("duty",))), tier("second"), hand_over=handed)
    lint_next_shifts(pinned, HOUSE, rotas, AT, findings)
    teams_are_known(pinned, HOUSE, findings)
    return [str(finding) for finding in findings.found]


def test_shifts_that_follow_each_other_and_are_long_enough_are_right() -> None:
    assert warned(TWICE_A_DAY) == []
    assert (
        warned("covers: [{ opens: '09:00', closes: '17:00' }], layers: { w: { people: [kim], from: 2026-11-01 } }")
        == []
    )


def test_a_shift_that_is_no_longer_than_the_time_before_is_warned_of() -> None:
    (said,) = warned(TWICE_A_DAY, before=12 * 60)
    assert "warning: hand_over.before: '12 h' is as long as a shift by rota duty or longer: lee's from " in said
    assert "allowed: less than 12 h" in said
    assert warned(TWICE_A_DAY, before=12 * 60, tiers=("second",)) == [], "that tier tells no rota"


def test_nobody_in_the_next_shift_is_warned_of() -> None:
    ends = "layers: { turn: { people: [kim], from: 2026-11-01, until: 2026-11-25 } }"
    (said,) = warned(ends)
    assert "hand_over: has nobody to hand over to by rota duty when the shift of kim ends at Wed 25 Nov 09:00" in said
    assert "warning: " in said


def test_teams_are_those_of_the_directory() -> None:
    (said,) = warned(TWICE_A_DAY, teams=("main", "mian"))
    assert (
        "hand_over.teams[1]: 'mian' is not a team of the directory; allowed: main, other; did you mean 'main'?" in said
    )
