"""Alerts that come while a window is on, by HTTP, on the real server: held, released at its end, by hand, or never."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import text
from temporalio.testing import WorkflowEnvironment

from client.asking import ask_state
from client.skipping import pass_time
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from records import reading
from starter.http.app import make_app
from starter.http.doors import Doors
from tests.escalation.intake.payloads import alert, webhook
from tests.given import minutes
from tests.starter.office import Office, an_office
from tests.stories.api_process import key_for
from worker import build_replayer


class Sender:
    """A machine whose key is for intake and for maintenance."""

    def __init__(self, office: Office) -> None:
        key = key_for(office.db, office.settings, "intake", "maintenance", machine="sample-alerts")
        app = make_app(Doors(office.settings, given_client=office.env.client))
        headers = {"Authorization": f"Bearer {key}"}
        transport = httpx2.ASGITransport(app)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://door.example.org", headers=headers)

    async def post(self, path: str, body: Any) -> Any:
        """What is answered, which is a success."""
        answer = await self.http.post(f"/v1/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def fires(self, *names: str, **more: Any) -> None:
        """Alerts of the tills."""
        labels = {"alertname": "Slow", "service": "tills"}
        alerts = [alert(fingerprint=name, labels=labels, **more) for name in names]
        await self.post("intake/alertmanager?team=platform", webhook(*alerts))


async def until(office: Office, issue: IssueId, holds: Callable[[IssueState], bool]) -> IssueState:
    """Wait in real time until something is true of the issue."""
    state: IssueState | None = None
    for _ in range(400):
        state = await ask_state(office.env.client, issue)
        if holds(state):
            return state
        await asyncio.sleep(0.02)
    raise AssertionError(f"not so: {state}")


async def test_what_fires_in_a_window_is_held_and_then_goes_its_way(env: WorkflowEnvironment, tmp_path: Path) -> None:
    waits, solved, sooner = (IssueId(team="platform", source="alertmanager", reference=f"mw-{each}") for each in "abc")
    with an_office(env, tmp_path, "maintenance") as office:
        async with office.working():
            sender = Sender(office)
            asked = {"until": "1 h", "why": "the tills move", "labels": {"service": "tills"}, "through": ["SEV1"]}
            window = await sender.post("maintenance", {**asked, "source": "alertmanager", "id": "mw-tills"})
            assert (window["by"], window["state"], window["is_new"]) == ("sample-alerts", "on", True)
            assert (await sender.post("maintenance", {**asked, "source": "alertmanager", "id": "mw-tills"}))[
                "is_new"
            ] is False
            await sender.fires("mw-a", "mw-b", "mw-c")
            await sender.fires("mw-b", status="resolved", endsAt="2026-11-20T10:04:00Z")
            for issue in (waits, sooner):
                state = await ask_state(env.client, issue)
                assert (state.is_in_maintenance, state.asked, state.findings) == (True, (), ())
            assert (await ask_state(env.client, solved)).status == "resolved"

            opened_at = (await ask_state(env.client, waits)).facts.opened_at
            await pass_time(env.client, str(waits), minutes(61))
            state = await until(office, waits, lambda it: bool(it.asked))
            assert (state.maintenance, state.facts.opened_at, state.why) == (None, opened_at, "maintenance_over")

            ended = await sender.post("maintenance/mw-tills/end", {"why": "done early"})
            assert sooner.short in ended["released"]
            state = await until(office, sooner, lambda it: bool(it.asked))
            assert state.maintenance is None
            await sender.fires("mw-d")  # nobody holds what comes afterwards
            after = IssueId(team="platform", source="alertmanager", reference="mw-d")
            assert (await ask_state(env.client, after)).maintenance is None
            for issue in (waits, solved, sooner):
                await office.at_rest(str(issue))
            told = {issue: [e.event.kind for e in reading.timeline(office.db, issue)].count("told") for issue in
                    (waits, solved, sooner)}  # fmt: skip
            assert told[solved] == 0
            assert min(told[waits], told[sooner]) > 0
    for issue in (waits, sooner):
        await build_replayer().replay_workflow(await env.client.get_workflow_handle(str(issue)).fetch_history())


async def test_who_may_and_what_is_wrong(env: WorkflowEnvironment, tmp_path: Path) -> None:
    with an_office(env, tmp_path, "maintenance-refused") as office:
        sender = Sender(office)

        async def refused(body: dict[str, Any], path: str = "maintenance", **more: Any) -> tuple[int, str]:
            answer = await sender.http.post(f"/v1/{path}", json=body, **more)
            return answer.status_code, answer.json()["detail"]

        right = {"until": "1 h", "why": "works", "everything": True}
        status, why = await refused({**right, "everything": False})
        assert (status, "when: no issues are named" in why) == (422, True)
        status, why = await refused({**right, "through": ["SEV9"]})
        assert (status, "through: 'SEV9' is no severity of any policy; allowed: S1" in why) == (422, True)
        status, why = await refused({"until": "1 h", "why": "works", "when": "issue.sorce == 'x'"})
        assert (status, "when: '(issue.sorce == 'x')' does not compile" in why) == (422, True)
        status, why = await refused({**right, "until": "2020-01-01T00:00Z"})
        assert (status, "is not after now" in why) == (422, True)
        status, why = await refused({"why": "x"}, "maintenance/mw-none/end")
        assert (status, "window: 'mw-none' is not known" in why) == (422, True)
        agent = key_for(office.db, office.settings, "maintenance", person="sample-agent-1")
        status, why = await refused(right, headers={"Authorization": f"Bearer {agent}"})
        assert (status, "may not set a maintenance window; allowed: " in why) == (403, True)
        ordinary = key_for(office.db, office.settings, person="sample-lead-1")
        assert (await refused(right, headers={"Authorization": f"Bearer {ordinary}"}))[0] == 403
        with office.db.engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM maintenance_windows")).scalar() == 0
