"""Rotas in a policy: told with people and roles, also at a severity alone, and said in words."""

from escalation.policy.describe import tell_in_words
from escalation.policy.model import Tell
from tests.escalation.policy.sample import found_in, the_finding, with_change
from tests.given import tier


def test_a_severity_may_tell_further_rotas_each_once() -> None:
    one = tier("first", tell=Tell(rotas=("day", "night")), also_tell={"S1": Tell(rotas=("night", "lead"))})
    assert one.told_for("S1").rotas == ("day", "night", "lead")
    assert one.told_for("S2").rotas == ("day", "night")


def test_it_is_said_in_words() -> None:
    assert (
        tell_in_words(Tell(rotas=("night",), roles=("lead",), people=("kim",))) == "who is on duty by night, lead, kim"
    )


def test_a_rota_is_somebody_to_tell_and_nothing_is_nobody() -> None:
    assert found_in(with_change("tell: { roles: [agent] }", "tell: { rotas: [duty] }")) == ()
    nobody = the_finding(with_change("tell: { roles: [agent] }", "tell: { rotas: [] }"))
    assert "tells nobody; allowed: people, rotas or roles" in str(nobody)
