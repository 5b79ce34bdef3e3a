"""Who owns what enters: never one whom it is about, and always somebody."""

import pytest

from escalation.issue.decide import decide
from escalation.issue.facts import Actor
from starter.entering import owner_of
from starter.failure import WrongInput
from starter.installation import Installed
from tests.given import MACHINE, refused
from tests.starter.test_door import NOW, opening

CUSTOMER = Actor(person="C-7781", door="form", assurance="signed_link")


@pytest.mark.parametrize("raiser", [MACHINE, CUSTOMER])
def test_whom_it_is_about_does_not_own_it(here: Installed, raiser: Actor) -> None:
    """The duty lead of another team then, and the operator where it is about all of them."""
    about: tuple[str, ...] = ()
    owners = []
    while len(about) < 3:
        owners.append(owner_of(raiser, "main", about, here))
        about = (*about, owners[-1])
    assert owners == ["sample-lead-1", "sample-incident-lead", "sample-operator"]
    with pytest.raises(WrongInput, match="about: it names every duty lead and the operator; allowed"):
        owner_of(raiser, "main", about, here)


def test_the_team_s_own_duty_lead_comes_first(here: Installed) -> None:
    assert owner_of(MACHINE, "platform", ("sample-lead-1",), here) == "sample-incident-lead"
    assert owner_of(MACHINE, "platform", ("sample-incident-lead",), here) == "sample-lead-1"


def test_what_is_about_the_duty_lead_is_opened_with_another_owner_who_can_be_told(here: Installed) -> None:
    command = opening(here, raiser=MACHINE, about=("sample-lead-1",))
    assert command.owner == "sample-incident-lead"
    assert "sample-incident-lead" in [person.id for person in command.people]
    assert isinstance(decide(None, command, NOW), tuple)


def test_who_raises_what_is_about_them_is_refused_in_words(here: Installed) -> None:
    answer = decide(None, opening(here, about=("sample-agent-1",)), NOW)
    assert refused(answer) == "not_allowed"
    assert answer.why == "sample-agent-1 may not open this issue"  # type: ignore[union-attr]
