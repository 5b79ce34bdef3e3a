"""What other systems send by HTTP: the same as at the command line, and a status that says whether to send it again."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from client.asking import ask_state
from escalation.intake.reported import Reported, Taken, machine
from escalation.issue.identity import IssueId
from starter.http.app import make_app
from starter.http.doors import Doors
from starter.http.intake import answer
from starter.intake import Outcome
from tests.escalation.intake.payloads import alert, event, webhook
from tests.starter.office import Office
from tests.starter.running import free_port
from tests.stories.api_process import key_for

HERE = "http://127.0.0.1:8088"
NOW = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)


@pytest.fixture
def intake_key(office: Office) -> str:
    return key_for(office.db, office.settings, "intake", machine="sample-alerts")


def client_of(office: Office, key: str, *, has_server: bool = True, **more: Any) -> httpx2.AsyncClient:
    """A sender with this key."""
    settings = office.settings.model_copy(update=more)
    app = make_app(Doors(settings, given_client=office.env.client if has_server else None))
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=HERE, headers=headers, timeout=60)


@pytest.fixture
async def sender(office: Office, intake_key: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(office, intake_key) as http:
        yield http


def came(answered: httpx2.Response) -> list[list[str]]:
    return [row["came"] for row in answered.json()["reports"]]


async def test_from_firing_to_resolved(sender: httpx2.AsyncClient, office: Office) -> None:
    path = "/v1/intake/alertmanager?team=platform"
    firing = webhook(alert(fingerprint="http-1"), alert(fingerprint="http-2"))
    first = await sender.post(path, json=firing)
    assert (first.status_code, came(first)) == (200, [["opened"], ["opened"]])
    issue = IssueId(team="platform", source="alertmanager", reference="http-1")
    assert first.json()["reports"][0]["issue"] == str(issue)
    state = await ask_state(office.env.client, issue)
    assert (state.facts.raiser.person, state.owner) == ("alertmanager", "sample-incident-lead")
    assert (came(await sender.post(path, json=firing))) == [["known"], ["known"]]
    over = webhook(alert(fingerprint="http-1", status="resolved", endsAt="2026-11-20T10:04:00Z"))
    assert (came(await sender.post(path, json=over))) == [["resolved"]]
    assert (await ask_state(office.env.client, issue)).status == "resolved"


async def test_what_cannot_be_read_is_named_and_not_to_be_sent_again(sender: httpx2.AsyncClient) -> None:
    path = "/v1/intake/alertmanager"
    some = await sender.post(path, json=webhook(alert(fingerprint="http-3"), alert(status="x")))
    assert (some.status_code, some.headers["content-type"]) == (422, "application/problem+json")
    assert came(some) == [["opened"]]
    problem = some.json()
    assert problem["code"] == "unreadable"
    assert problem["detail"] == "body: $.alerts[1].status: is 'x'; allowed: firing or resolved"
    assert problem["not_taken"][0]["nature"] == "bad"

    none = await sender.post(path, json={"event": {}})
    assert none.status_code == 422
    assert none.json()["reports"] == []
    no_json = await sender.post(path, content=b"{", headers={"Content-Type": "application/json"})
    assert (no_json.status_code, no_json.json()["code"]) == (400, "bad_json")
    no_text = await sender.post(path, content=b"{}", headers={"Content-Type": "text/plain"})
    assert no_text.status_code == 415
    nobody = await sender.post(f"{path}?team=platfrom", json=webhook(alert()))
    assert nobody.status_code == 422
    assert "did you mean 'platform'?" in nobody.json()["detail"]


async def test_what_asks_for_nothing_is_no_error(sender: httpx2.AsyncClient) -> None:
    nothing = await sender.post("/v1/intake/alertmanager", json=webhook(alerts=[]))
    assert (nothing.status_code, nothing.json()["not_taken"][0]["nature"]) == (200, "nothing_to_do")
    unheard_of = json.loads(json.dumps(event()))
    unheard_of["event"]["event_type"] = "incident.sang"
    sang = await sender.post("/v1/intake/pagerduty", json=unheard_of)
    assert (sang.status_code, sang.json()["not_taken"][0]["nature"]) == (200, "not_understood")


async def test_who_may_not_take_in_does_not(office: Office) -> None:
    async with client_of(office, "") as nobody:
        assert (await nobody.post("/v1/intake/alertmanager", json=webhook(alert()))).status_code == 401
    async with client_of(office, key_for(office.db, office.settings, "open", machine="sample-opener")) as opener:
        refused = await opener.post("/v1/intake/alertmanager", json=webhook(alert()))
    assert (refused.status_code, refused.json()["code"]) == (403, "not_in_scope")


async def test_while_the_server_is_away_it_is_to_be_sent_again(
    office: Office, intake_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    async with client_of(office, intake_key, has_server=False) as sender:
        away = await sender.post("/v1/intake/alertmanager", json=webhook(alert(fingerprint="http-4")))
    assert (away.status_code, away.headers["content-type"]) == (503, "application/problem+json")
    assert away.headers["retry-after"].isdigit()


async def test_too_many_calls_are_an_outage_to_who_takes_4xx_as_final(office: Office, intake_key: str) -> None:
    async with client_of(office, intake_key, api_rate=1) as sender:
        first = await sender.post("/v1/intake/alertmanager", json=webhook(alerts=[]))
        second = await sender.post("/v1/intake/alertmanager", json=webhook(alerts=[]))
    assert (first.status_code, second.status_code) == (200, 503)
    assert second.headers["retry-after"].isdigit()


async def test_who_hangs_up_in_mid_body_is_no_error_of_ours(
    office: Office, intake_key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app(Doors(office.settings, given_client=office.env.client))
    headers = [(b"authorization", f"Bearer {intake_key}".encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/v1/intake/alertmanager", "raw_path": b"/v1/intake/alertmanager", "query_string": b"",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8088),
    }  # fmt: skip
    came: list[Any] = [{"type": "http.request", "body": b'{"al', "more_body": True}, {"type": "http.disconnect"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return came.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert "request_failed" not in capsys.readouterr().out


def outcome(*came: Any, is_for_now: bool = False) -> Outcome:
    report = Reported(
        place="$",
        source="alertmanager",
        said="firing",
        what="open",
        reference="x",
        command_id="x",
        by=machine("alertmanager"),
        happened_at=NOW,
        began_at=NOW,
        title="x",
    )
    return Outcome(report=report, came=came, why="why", is_for_now=is_for_now)


@pytest.mark.parametrize(
    ("outcomes", "status", "code"),
    [
        ([outcome("opened"), outcome("stored")], 200, None),
        ([outcome("opened"), outcome("refused")], 422, "refused"),
        ([outcome("opened", "refused", is_for_now=True), outcome("opened")], 503, "not_done_now"),
        ([outcome("refused"), outcome("refused", is_for_now=True)], 503, "not_done_now"),
    ],
)
def test_the_status_says_whether_to_send_it_again(outcomes: list[Outcome], status: int, code: str | None) -> None:
    answered = answer(outcomes, Taken())
    assert answered.status_code == status
    assert ("retry-after" in answered.headers) == (status == 503)
    body = json.loads(bytes(answered.body))
    assert body.get("code") == code
    assert len(body["reports"]) == 2
