"""The rotas that ship: plainly samples, fit for use, without a gap for years."""

from datetime import UTC, datetime, timedelta

from escalation.oncall.duty import gaps, on_duty
from escalation.oncall.read_rotas import RotaTexts, check_rotas
from escalation.policy.read_directory import read_directory
from tests.escalation.policy.sample import POLICIES

TEXT = (POLICIES / "rotas.yaml").read_text(encoding="utf-8")
DIRECTORY = read_directory((POLICIES / "people.yaml").read_text(encoding="utf-8"), "people.yaml")
ROTAS, FOUND = check_rotas(RotaTexts("rotas.yaml", TEXT), DIRECTORY, datetime(2026, 11, 22, tzinfo=UTC))


def test_they_are_fit_for_use_without_a_warning() -> None:
    assert ROTAS is not None
    assert FOUND == ()
    assert ROTAS.names == ("incident-duty", "support-desk")


def test_they_have_no_gap_for_three_years() -> None:
    assert ROTAS is not None
    begins = datetime(2026, 11, 22, tzinfo=UTC)
    assert [gaps(rota, begins, begins + timedelta(days=3 * 366)) for rota in ROTAS.rotas] == [(), ()]


def test_the_week_of_the_override_is_the_one_that_is_meant() -> None:
    assert ROTAS is not None
    rota = ROTAS.rotas[0]
    assert on_duty(rota, datetime(2026, 12, 23, 12, tzinfo=UTC)).people == ("sample-incident-lead",)
    assert on_duty(rota, datetime(2026, 12, 24, 12, tzinfo=UTC)).people == ("sample-primary",)
    assert on_duty(rota, datetime(2026, 12, 27, 12, tzinfo=UTC)).people == ("sample-incident-lead",)


def test_everybody_in_them_is_a_sample() -> None:
    assert ROTAS is not None
    assert all(person.startswith("sample-") for rota in ROTAS.rotas for person in rota.everybody())
    assert all("Sample" in rota.title for rota in ROTAS.rotas)
