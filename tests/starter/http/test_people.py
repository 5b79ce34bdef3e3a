"""`/v1/people`: read and changed one by one, by whom it may be, without writing over what another one has changed."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from client.settings import SHIPPED, Settings
from escalation.people.alter import FIELDS
from escalation.policy.read_directory import read_directory
from records.database import Database
from records.people_changes import between, changes, write
from records.people_pages import PeopleNow, head
from starter.http.app import make_app
from starter.http.doors import Doors
from starter.http.people_forms import OWN, PersonForm
from starter.installation import installed
from starter.keys import create_key
from tests.migrated import migrated

AGENT, OTHER, LEAD = "sample-agent-1", "sample-agent-2", "sample-lead-1"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Office:
    """A door without a server behind it, for people are in the record."""

    def __init__(self, settings: Settings, db: Database, client: httpx2.AsyncClient) -> None:
        self.settings, self.db, self.client = settings, db, client
        here, later = installed(settings), datetime(2027, 1, 1, tzinfo=UTC)
        self._keys: dict[str, str] = {}
        for person in (AGENT, LEAD):
            self._keys[person], _ = create_key(db, here, person=person, scopes=("people",), now=NOW, expires_at=later)
        self._keys["hr"], _ = create_key(db, here, machine="hr", scopes=("people",), now=NOW, expires_at=later)
        self._keys["reader"], _ = create_key(db, here, machine="reader", scopes=("read",), now=NOW, expires_at=later)

    async def call(self, method: str, path: str = "", by: str = "hr", match: str = "", **more: Any) -> httpx2.Response:
        """Call it."""
        headers = {"Authorization": f"Bearer {self._keys[by]}", **({"If-Match": match} if match else {})}
        return await self.client.request(
            method, f"/v1/people{path}", headers={**headers, **more.pop("head", {})}, **more
        )

    async def read(self, person: str) -> tuple[dict[str, Any], str]:
        """A person, and the ETag."""
        answer = await self.call("GET", f"/{person}")
        assert answer.status_code == 200, answer.text
        return answer.json(), answer.headers["etag"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation whose directory is in the record."""
    return Settings(home=tmp_path, people_in="store")


@pytest.fixture
def db(settings: Settings) -> Iterator[Database]:
    """Its record, with the shipped people."""
    made = migrated(settings.record)
    house = read_directory((SHIPPED / "people.yaml").read_text(), "people.yaml")
    write(made, 0, between(None, house), at=NOW, by="sample-operator", door="cli")
    yield made
    made.close()


@pytest.fixture
async def office(settings: Settings, db: Database) -> AsyncIterator[Office]:
    """A door to it."""
    doors = Doors(settings, clock=lambda: NOW)
    transport = httpx2.ASGITransport(make_app(doors))
    async with httpx2.AsyncClient(transport=transport, base_url="http://door.example.org") as client:
        yield Office(settings, db, client)
    doors.close()


def problem(answer: httpx2.Response, status: int, code: str) -> str:
    """The words of the problem that the answer is."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return str(answer.json()["detail"])


def test_the_form_has_every_field_of_a_person() -> None:
    assert {*PersonForm.model_fields} - {"why"} == {*FIELDS}
    assert {*FIELDS} >= OWN


async def test_everybody_part_by_part(office: Office) -> None:
    first = (await office.call("GET", "?limit=10")).json()
    rest = (await office.call("GET", f"?limit=10&after={first['next_after']}")).json()
    assert [each["id"] for each in (*first["people"], *rest["people"])] == list(PeopleNow(office.db).current().ids())
    assert rest["next_after"] is None
    assert problem(await office.call("GET", "?after=nobody"), 404, "unknown_person")
    assert problem(await office.call("GET", "/nobody"), 404, "unknown_person")


async def test_what_was_read_can_be_put_back(office: Office) -> None:
    read, etag = await office.read(AGENT)
    answer = await office.call("PUT", f"/{AGENT}", match=etag, json=read["person"])
    assert (answer.status_code, answer.json()["is_made"], head(office.db)) == (200, False, 1)
    changed = {**read["person"], "zone": "Europe/Paris", "why": "moved"}
    answer = await office.call("PUT", f"/{AGENT}", match=etag, json=changed)
    assert (answer.status_code, answer.json()["is_made"], answer.headers["etag"]) == (200, True, '"2"')
    assert PeopleNow(office.db).current().person(AGENT).zone == "Europe/Paris"
    (latest,) = changes(office.db, 1)
    assert (latest.by, latest.door, latest.why) == ("hr", "api", "moved")


async def test_an_address_with_a_secret_is_not_shown_and_stays(office: Office) -> None:
    secret = "https://hooks.example.org/services/T00/B00/XYZ"
    answer = await office.call("PATCH", f"/{AGENT}", match="*", json={"addresses": {"mattermost": secret}})
    assert answer.status_code == 200, answer.text
    assert "XYZ" not in answer.text
    read, etag = await office.read(AGENT)
    assert (await office.call("PUT", f"/{AGENT}", match=etag, json=read["person"])).status_code == 200
    assert PeopleNow(office.db).current().person(AGENT).addresses["mattermost"] == secret


async def test_of_two_who_read_the_same_the_second_reads_again(office: Office) -> None:
    _, etag = await office.read(AGENT)
    first = await office.call("PATCH", f"/{AGENT}", match=etag, json={"language": "fr"})
    second = await office.call("PATCH", f"/{AGENT}", match=etag, json={"language": "de"})
    assert first.status_code == 200
    assert "read again" in problem(second, 412, "changed_meanwhile")
    read, etag = await office.read(AGENT)
    assert read["person"]["language"] == "fr"
    assert problem(await office.call("PATCH", f"/{AGENT}", json={"language": "de"}), 428, "precondition_required")
    assert problem(await office.call("PUT", f"/{AGENT}", json=read["person"]), 428, "precondition_required")
    assert problem(await office.call("DELETE", f"/{AGENT}"), 428, "precondition_required")
    assert (await office.call("PATCH", f"/{OTHER}", match='"1"', json={"language": "de"})).status_code == 200, (
        "another one's change is no reason to read them again"
    )


async def test_somebody_new_and_gone_again(office: Office) -> None:
    new = {"name": "Sample New", "role": "front_line_agent", "limit": {"EUR": 50.5}}
    made = await office.call("PUT", "/ann", json=new, head={"If-None-Match": "*"})
    assert (made.status_code, made.json()["person"]["addresses"]) == (201, {"inbox": "ann"})
    assert problem(await office.call("PUT", "/ann", json=new, head={"If-None-Match": "*"}), 412, "already_there")
    assert problem(await office.call("PUT", "/bea", match="*", json=new), 404, "unknown_person")
    assert (await office.call("DELETE", "/ann", match="*")).json()["removed"] == 1
    assert not PeopleNow(office.db).current().has("ann")


SCIM = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@pytest.mark.parametrize(
    "body",
    [
        {"active": False},
        {"schemas": [SCIM], "Operations": [{"op": "replace", "path": "active", "value": False}]},
        {"schemas": [SCIM], "Operations": [{"op": "Replace", "value": {"active": "False"}}]},
    ],
)
async def test_who_is_not_active_any_more_has_left(office: Office, body: dict[str, Any]) -> None:
    answer = await office.call("PATCH", f"/{AGENT}", json=body)
    assert (answer.status_code, answer.json()["where"]) == (200, "gone"), answer.text
    assert PeopleNow(office.db).current().person(AGENT).is_gone(NOW)
    assert (await office.call("PATCH", f"/{AGENT}", json=body)).json()["is_made"] is False
    assert (await office.call("PATCH", f"/{AGENT}", json={"active": True})).json()["where"] == "here"


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({"zone": "Europe/Dubln"}, f"people.{AGENT}.zone", "did you mean 'Europe/Dublin'?"),
        ({"addresses": {"sms": "12"}}, f"people.{AGENT}.addresses.sms", "allowed: a phone number with +"),
        ({"deputy": AGENT}, f"people.{AGENT}.deputy", "is this person"),
        (
            {"absences": [{"from": "2026-12-02", "until": "2026-12-01"}]},
            f"people.{AGENT}.absences[0].until",
            "is before",
        ),
        ({"colour": "red"}, "colour", "there is no such field"),
        ({"teams": "main"}, "teams", "cannot be used"),
        ({"Operations": [{"op": "add", "path": "active"}]}, "Operations[0].op", "allowed: replace"),
        ({}, "body", "it says nothing"),
    ],
)
async def test_what_would_make_it_unfit_is_refused_by_field(
    office: Office, body: dict[str, Any], field: str, says: str
) -> None:
    answer = await office.call("PATCH", f"/{AGENT}", match="*", json=body)
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["detail"]
    assert [each["field"] for each in answer.json().get("errors", [{"field": "body"}])] == [field]
    assert head(office.db) == 1


async def test_whoever_leads_a_team_must_be_replaced_first(office: Office) -> None:
    answer = await office.call("PATCH", f"/{LEAD}", json={"active": False})
    assert "teams.main.duty_lead: 'sample-lead-1' has left" in problem(answer, 422, "policy_errors")


async def test_who_may(office: Office) -> None:
    assert (await office.call("PATCH", f"/{OTHER}", by=LEAD, match="*", json={"zone": "UTC"})).status_code == 200
    own = {"absences": [{"from": "2026-12-01"}], "quiet_hours": [{"from": "22:00", "until": "07:00"}]}
    assert (await office.call("PATCH", f"/{AGENT}", by=AGENT, match="*", json=own)).status_code == 200
    for person, body in ((OTHER, {"zone": "UTC"}), (AGENT, {"limit": {"EUR": 10000}}), (AGENT, {"active": False})):
        answer = await office.call("PATCH", f"/{person}", by=AGENT, match="*", json=body)
        assert "is neither operator nor duty lead" in problem(answer, 403, "not_allowed")
    assert problem(await office.call("DELETE", f"/{AGENT}", by=AGENT, match="*"), 403, "not_allowed")
    assert problem(await office.call("GET", by="reader"), 403, "not_in_scope")


async def test_a_change_is_used_at_the_door_itself(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starter.http.now.LOOK_AGAIN_S", 0.0)
    assert (await office.call("GET", by=AGENT)).status_code == 200
    await office.call("PATCH", f"/{AGENT}", json={"active": False})
    assert problem(await office.call("GET", by=AGENT), 403, "has_left")


async def test_where_a_file_counts_nothing_is_changed(settings: Settings, db: Database) -> None:
    doors = Doors(settings.model_copy(update={"people_in": "file"}), clock=lambda: NOW)
    transport = httpx2.ASGITransport(make_app(doors))
    async with httpx2.AsyncClient(transport=transport, base_url="http://door.example.org") as client:
        at_file = Office(settings, db, client)
        assert problem(await at_file.call("GET"), 409, "people_in_file")
        assert problem(await at_file.call("PATCH", f"/{AGENT}", json={"active": False}), 409, "people_in_file")
    doors.close()
