"""Who is asked where a tier tells a rota: as of the instant at which it began, with the reasoning."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.find_responders import FindingResponders
from activities.live_directory import LiveDirectory
from activities.live_rotas import LiveRotas
from escalation.issue.commands import TakePeople
from escalation.policy.model import Tell
from tests.activities.given import PEOPLE
from tests.activities.test_find_responders import find

ROTAS = """
rotas:
  duty: {zone: UTC, layers: {x: {people: [ann, ben], rotates: daily, from: 2026-11-02}}}
  lead: {zone: UTC, layers: {x: {people: [lee], rotates: daily, from: 2026-11-02}}}
  over: {zone: UTC, layers: {x: {people: [lee], from: 2020-01-01, until: 2020-02-01}}}
"""
ANNS = datetime(2026, 11, 22, 9, tzinfo=UTC)
BENS = datetime(2026, 11, 23, 9, tzinfo=UTC)


async def looked_up(
    people_file: Path, tell: Tell, at: datetime | None, text: str = ROTAS, **more: object
) -> TakePeople:
    """The errand's answer."""
    rotas = people_file.with_name("rotas.yaml")
    rotas.write_text(text)
    finding = FindingResponders(LiveDirectory(people_file), ["inbox"], LiveRotas(rotas))
    answer = await ActivityEnvironment().run(finding.find_responders, find(tell, at=at, **more))
    assert isinstance(answer, TakePeople)
    return answer


@pytest.mark.parametrize(("at", "person"), [(ANNS, "ann"), (BENS, "ben")])
async def test_who_is_on_duty_at_that_instant_is_asked(people_file: Path, at: datetime, person: str) -> None:
    """Not at the instant of the look-up, which may be late."""
    answer = await looked_up(people_file, Tell(rotas=("duty",)), at)
    assert [each.id for each in answer.people] == [person]
    assert answer.why.startswith(f"rota duty: {person} (x: the turn of {person} from ")
    assert "Sample" not in answer.model_dump_json()


async def test_people_rotas_and_roles_are_told_together_each_once(people_file: Path) -> None:
    answer = await looked_up(people_file, Tell(people=("lee",), rotas=("duty", "lead"), roles=("first",)), ANNS)
    assert [each.id for each in answer.people] == ["lee", "ann"]
    assert answer.why.startswith("those named by the policy and rota duty: ann (")
    assert " and rota lead: lee (" in answer.why
    assert " and first in team main" in answer.why


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("over", "nobody found: rota over: nobody (no layer is in force)"),
        ("gone", "nobody found: rota gone: nobody (there is no such rota any more)"),
    ],
)
async def test_nobody_on_duty_is_an_empty_tier_with_a_reason(people_file: Path, name: str, why: str) -> None:
    answer = await looked_up(people_file, Tell(rotas=(name,)), ANNS)
    assert (answer.people, answer.why) == ((), why)


async def test_who_is_absent_is_skipped_and_their_deputy_is_not_asked(people_file: Path) -> None:
    away = "absences: [{from: 2026-11-22, until: 2026-11-22}], deputy: lee, "
    await asyncio.to_thread(people_file.write_text, PEOPLE.replace("Sample One, ", f"Sample One, {away}"))
    answer = await looked_up(people_file, Tell(rotas=("duty",)), ANNS)
    assert [each.id for each in answer.people] == ["ben"]
    assert "ann is absent until Mon 23 Nov 00:00:00 UTC; next in line: ben" in answer.why


async def test_nobody_is_asked_about_themselves(people_file: Path) -> None:
    """In her place the next in line of the rota is on duty."""
    answer = await looked_up(people_file, Tell(rotas=("duty",)), ANNS, about=("ann",))
    assert [each.id for each in answer.people] == ["ben"]
    assert "ann is not asked; next in line: ben)" in answer.why
    assert answer.why.endswith("), without 1 for a conflict of interest")
    alone = await looked_up(people_file, Tell(rotas=("lead",)), ANNS, about=("lee",))
    assert alone.people == ()
    assert alone.why.startswith("nobody found: rota lead: nobody (")


async def test_an_errand_of_a_release_without_rotas_has_no_instant_and_finds_nobody_by_them(people_file: Path) -> None:
    assert (await looked_up(people_file, Tell(rotas=("duty",), people=("lee",)), None)).people[0].id == "lee"


async def test_where_there_never_were_good_rotas_it_fails_to_be_retried(people_file: Path) -> None:
    with pytest.raises(ApplicationError, match=r"no rotas: .*rotas\.yaml:1") as caught:
        await looked_up(people_file, Tell(rotas=("duty",)), ANNS, text="rotas: [")
    assert caught.value.type == "DirectoryUnreadable"
    assert not caught.value.non_retryable


async def test_tiers_that_tell_no_rota_do_without_them(people_file: Path) -> None:
    answer = await looked_up(people_file, Tell(roles=("lead",)), ANNS, text="rotas: [")
    assert [each.id for each in answer.people] == ["lee"]
