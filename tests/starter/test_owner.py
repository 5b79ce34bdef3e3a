"""Who owns what enters: never one whom it is about, and always somebody."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from escalation.issue.decide import decide
from escalation.issue.facts import Actor
from escalation.policy.absence import Absence
from escalation.policy.model import Tell
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


XMAS = datetime(2026, 12, 25, 9, tzinfo=UTC)
AWAY: dict[str, Any] = {"absences": (Absence(begins=date(2026, 12, 21), until=date(2026, 12, 28)),)}
GONE: dict[str, Any] = {"left_at": date(2026, 11, 30)}


def with_people(here: Installed, **changed: dict[str, Any]) -> Installed:
    """The same house, in which these people (`_` for `-`) are otherwise."""
    by_id = {name.replace("_", "-"): change for name, change in changed.items()}
    people = tuple(person.model_copy(update=by_id.get(person.id, {})) for person in here.directory.people)
    return replace(here, directory=here.directory.model_copy(update={"people": people}))


@pytest.mark.parametrize("why", [AWAY, GONE])
def test_in_place_of_a_duty_lead_who_is_not_there_their_deputy_owns_it(here: Installed, why: dict[str, Any]) -> None:
    house = with_people(here, sample_lead_1=why)
    assert owner_of(MACHINE, "main", (), house, XMAS) == "sample-lead-2"
    assert owner_of(MACHINE, "main", (), house, datetime(2026, 11, 1, tzinfo=UTC)) == "sample-lead-1"
    assert owner_of(MACHINE, "main", ("sample-lead-2",), house, XMAS) == "sample-incident-lead"


def test_where_nobody_is_there_it_is_the_duty_lead_all_the_same(here: Installed) -> None:
    house = with_people(here, sample_lead_1=AWAY, sample_lead_2=AWAY, sample_incident_lead=AWAY, sample_operator=AWAY)
    assert owner_of(MACHINE, "main", (), house, XMAS) == "sample-lead-1"


def test_the_last_known_people_are_those_who_are_there(here: Installed) -> None:
    leads = Tell(roles=("team_lead",))
    house = with_people(here, sample_lead_1=AWAY)
    assert [person.id for person in house.told(leads, "main", XMAS)] == ["sample-lead-2"]
    assert house.told(leads, "main", XMAS, ("sample-lead-2",)) == ()


def test_whoever_has_left_acts_no_more(here: Installed) -> None:
    house = with_people(here, sample_lead_1=GONE)
    with pytest.raises(WrongInput, match="--as: 'sample-lead-1' has left; allowed: somebody who is still there"):
        house.acting("sample-lead-1", "--as", XMAS)
    assert house.acting("sample-lead-1", "--as", datetime(2026, 11, 30, 12, tzinfo=UTC)).id == "sample-lead-1"
    assert house.acting("sample-lead-2", "--as", XMAS).id == "sample-lead-2"
