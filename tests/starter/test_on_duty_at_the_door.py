"""What a door pins of rotas: who is on duty as it is opened, for the case that nobody can be looked up later."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from client.settings import SHIPPED, Settings
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.oncall.rota import Rotas
from escalation.policy.model import Policy, Tell
from starter.door import prepare_open
from starter.failure import WrongInput
from starter.http import now
from starter.installation import Installed, check_installed, check_people, installed
from tests.starter.test_door import NOW, request

ROTAS = """
rotas:
  desk:
    zone: UTC
    layers: {x: {people: [sample-agent-1, sample-agent-2], rotates: daily, from: 2026-11-20}}
"""


def on_duty_first(here: Installed, rotas: Rotas) -> Installed:
    """The same where the first tier tells a rota."""

    def told(policy: Policy) -> Policy:
        first, *others = policy.tiers
        return policy.model_copy(
            update={"tiers": (first.model_copy(update={"tell": Tell(rotas=("desk",)), "also_tell": {}}), *others)}
        )

    return replace(here, policies=tuple(told(policy) for policy in here.policies), rotas=rotas)


@pytest.mark.parametrize(("days", "person"), [(0, "sample-agent-2"), (1, "sample-agent-1")])
def test_the_last_known_of_a_tier_are_those_on_duty_when_it_was_opened(here: Installed, days: int, person: str) -> None:
    rotas = read_rotas(RotaTexts("rotas.yaml", ROTAS), here.directory)
    at = NOW + timedelta(days=days)
    command = prepare_open(request(here), on_duty_first(here, rotas), None, at).command
    first = command.policies[0].tiers[0].name
    assert command.last_known[f"four-tier-support/{first}"] == (person,)
    assert person in {each.id for each in command.people}


@pytest.fixture
def folder(tmp_path: Path) -> Settings:
    """An installation whose policies tell a rota."""
    for file in ("people.yaml", "four-tier-support.yaml", "technical-sev.yaml"):
        text = (SHIPPED / file).read_text()
        (tmp_path / file).write_text(text.replace("tell: { roles: [front_line_agent] }", "tell: { rotas: [desk] }"))
    (tmp_path / "rotas.yaml").write_text(ROTAS)
    return Settings(policies=tmp_path, people=tmp_path / "people.yaml")


def test_rotas_beside_the_directory_are_installed_with_it(folder: Settings) -> None:
    assert "rotas: [desk]" in (folder.policies / "four-tier-support.yaml").read_text()
    assert installed(folder).rotas.names == ("desk",)
    check_installed(folder)
    check_people(folder)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ROTAS.replace("  desk:", "  dsk:"), "tiers[0].tell.rotas[0]: 'desk' is not a rota; allowed: dsk"),
        (ROTAS.replace("sample-agent-2", "sample-agent-9"), "'sample-agent-9' is not in the directory"),
    ],
)
def test_nothing_starts_with_rotas_that_cannot_be_used(folder: Settings, text: str, why: str) -> None:
    folder.rotas_file.write_text(text)
    with pytest.raises(WrongInput) as refused:
        check_installed(folder)
    assert why in refused.value.why


def test_a_worker_does_not_start_with_rotas_that_cannot_be_used(folder: Settings) -> None:
    folder.rotas_file.write_text("rotas: [")
    with pytest.raises(WrongInput, match=r"rotas\.yaml:1"):
        check_people(folder)
    named = folder.model_copy(update={"rotas": str(folder.policies / "none.yaml")})
    with pytest.raises(WrongInput, match="ESCALON_ROTAS: there is no file"):
        check_people(named)


async def test_the_http_door_reads_rotas_and_feeds_anew_when_they_have_changed(
    folder: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(now, "LOOK_AGAIN_S", 0)
    here = now.InstalledNow(folder)
    assert (await here.now()).rotas.names == ("desk",)
    await asyncio.to_thread(folder.rotas_file.write_text, f"{ROTAS}  more: {{zone: UTC, feed: {{file: team.ics}}}}\n")
    assert (await here.now()).rotas.names == ("desk",), "the last good copy: there is no such feed yet"
    empty = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:sample\nEND:VCALENDAR\n"
    await asyncio.to_thread(folder.rotas_file.with_name("team.ics").write_text, empty)
    assert (await here.now()).rotas.names == ("desk", "more")
