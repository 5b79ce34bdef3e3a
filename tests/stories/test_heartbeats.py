"""A source falls silent, is raised as an issue, signs again: the real server with skipped time, HTTP door, record."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import httpx2
from temporalio.testing import WorkflowEnvironment

from client import heartbeats
from client.asking import ask_state
from client.skipping import pass_time
from escalation.heartbeat.watching import Watch
from escalation.issue.identity import IssueId, read_issue_id
from records import reading
from starter.heartbeats import watch_all
from starter.http.app import make_app
from starter.http.doors import Doors
from tests.starter.office import Office, an_office
from tests.stories.api_process import key_for
from worker import build_replayer

_numbers = count(1)


async def until(office: Office, name: str, holds: Callable[[Watch], bool]) -> Watch:
    """Wait in real time until something is true of the watch."""
    watch: Watch | None = None
    for _ in range(500):
        watch = await heartbeats.ask(office.env.client, "main", name)
        if watch is not None and holds(watch):
            return watch
        await asyncio.sleep(0.02)
    raise AssertionError(f"not so: {watch}")


def sender_of(office: Office) -> Callable[[str, str], Awaitable[httpx2.Response]]:
    """Signs by HTTP with a key that is for nothing else."""
    key = key_for(office.db, office.settings, "heartbeat", machine="sample-host")
    app = make_app(Doors(office.settings, given_client=office.env.client))
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://door.example.org")

    async def sign(name: str, sign_id: str) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {key}", **({"Idempotency-Key": sign_id} if sign_id else {})}
        return await http.post(f"/v1/heartbeats/{name}", headers=headers)

    return sign


async def test_a_silent_source_is_an_issue_until_it_signs_again(env: WorkflowEnvironment, tmp_path: Path) -> None:
    name = f"backup-{next(_numbers)}"
    file = tmp_path / "heartbeats.yaml"
    text = f"heartbeats:\n  {name}: {{every: 30 s, grace: 10 s, severity: SEV2, team: platform}}\n"
    file.write_text(text)
    workflow = f"heartbeat/main/{name}"
    with an_office(env, tmp_path, f"heartbeats-{name}", heartbeats=str(file)) as office:
        sign = sender_of(office)
        assert (await sign(name, "run-1")).status_code == 202  # no worker runs yet, and nobody has begun its watch
        async with office.working():
            await watch_all(env.client, office.settings, text)
            watch = await until(office, name, lambda it: it.signs == 1)
            assert (watch.seen_at, watch.due_at) == (watch.signed_at, watch.seen_at + timedelta(seconds=40))
            await pass_time(env.client, workflow, timedelta(seconds=30))
            assert (await until(office, name, lambda _: True)).silence is None
            await pass_time(env.client, workflow, timedelta(seconds=10))
            watch = await until(office, name, lambda it: bool(it.issue))
            issue = read_issue_id(watch.issue)[0]
            assert issue == IssueId(team="platform", source="heartbeat", reference=name)
            state = await ask_state(env.client, issue)
            assert (state.status, state.severity, state.owner) == ("open", "SEV2", "sample-incident-lead")
            assert state.facts.title == f"No sign of life: {name}"
            assert (await sign(name, "run-1")).status_code == 202  # sent again: the same sign, which is no new one
            assert (await sign(name, "run-2")).status_code == 202
            watch = await until(office, name, lambda it: not it.silences)
            assert watch.signs == 2
            assert (await ask_state(env.client, issue)).status == "resolved"
            await office.at_rest(str(issue))
            kinds = [entry.event.kind for entry in reading.timeline(office.db, issue)]
            assert kinds.count("opened") == 1
            assert "resolved" in kinds
            await watch_all(env.client, office.settings, "heartbeats: {}\n")
            ended = await asyncio.wait_for(env.client.get_workflow_handle(workflow).result(), 5)
            assert ended["is_removed"] is True
    # As a worker would that has just been started.
    await build_replayer().replay_workflow(await env.client.get_workflow_handle(workflow).fetch_history())


async def test_a_name_that_is_not_written_and_a_key_for_something_else(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    file = tmp_path / "heartbeats.yaml"
    file.write_text("heartbeats:\n  nightly: {every: 1 h}\n")
    with an_office(env, tmp_path, "heartbeats-refused", heartbeats=str(file)) as office:
        sign = sender_of(office)
        answer = await sign("nightl", "")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_source")
        assert "'nightl' is not known; allowed: nightly; did you mean 'nightly'?" in answer.json()["detail"]
        long = await sign("nightly", "x" * 201)
        assert (long.status_code, long.json()["code"]) == (422, "wrong_input")
        wrong = key_for(office.db, office.settings, "intake", machine="sample-alerts")
        app = make_app(Doors(office.settings, given_client=env.client))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://door.example.org") as http:
            headers = {"Authorization": f"Bearer {wrong}"}
            assert (await http.post("/v1/heartbeats/nightly", headers=headers)).status_code == 403
            assert (await http.get("/v1/heartbeats/nightly", headers=headers)).status_code == 405
            assert (await http.post("/v1/heartbeats/nightly")).status_code == 401
            file.write_text("heartbeats: [")
            assert (await sign("nightly", "")).status_code == 202  # the last good copy stays in use
