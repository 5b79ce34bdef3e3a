"""What the door does while the record, the server or its files are not as they should be; and when it is killed."""

import asyncio
import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from temporalio.testing import WorkflowEnvironment

from client.settings import SHIPPED, Settings
from records.database import BUSY_S
from starter.http import keys
from starter.http.app import make_app
from starter.http.doors import Doors
from tests.starter.http.conftest import AGENT, LEAD, Door, a_door, problem
from tests.starter.office import an_office
from tests.starter.running import ESCALON, free_port, surroundings

_logs = itertools.count(1)


async def away(_self: Any) -> None:
    """The record that is not to be had."""


async def test_without_the_record_issues_are_opened_and_acted_on_and_what_is_lost_is_said(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = door.fresh()
    door.key(AGENT)
    await door.doors.keys.look()
    monkeypatch.setattr(Doors, "record", away)
    opened = await door.open(issue, description="All tills.", headers={"Idempotency-Key": f"away-{issue}"})
    assert opened.status_code == 202, opened.text
    assert "the record is away: description could not be kept" in opened.json()["notes"][0]
    noted = await door.act(issue, "note", text="Still so.")
    assert (noted.status_code, noted.json()["outcome"]) == (200, "done")
    again = await door.open(issue, description="All tills.", headers={"Idempotency-Key": f"away-{issue}"})
    assert (again.status_code, again.json()["id"]) == (202, opened.json()["id"])
    assert (await door.call("GET", f"/v1/issues/{issue}")).status_code == 200
    for path in ("/v1/issues", f"/v1/issues/{issue}/timeline"):
        answer = await door.call("GET", path)
        problem(answer, 503, "record_away")
        assert answer.headers["retry-after"]


async def test_without_the_record_nobody_acts_on_what_is_not_theirs_to_read(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = door.fresh()
    door.key(AGENT)
    opened = await door.open(issue, LEAD, issue_class="restricted")
    assert opened.status_code == 202, opened.text
    await door.doors.keys.look()
    monkeypatch.setattr(Doors, "record", away)
    problem(await door.act(issue, "acknowledge", AGENT), 404, "no_such_issue")
    assert (await door.act(issue, "acknowledge", LEAD)).status_code == 200


async def test_a_record_that_others_write_to_holds_up_nobody(
    tmp_path: Path, env: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "FRESH_S", 0.0)
    with an_office(env, tmp_path, "kept-by-others") as office:
        async with a_door(office) as door:
            assert (await door.open(door.fresh())).status_code == 202, "from now on there is a use to be noted"
            with closing(sqlite3.connect(tmp_path / "record.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                began = time.monotonic()
                answers = await asyncio.gather(*(door.open(door.fresh()) for _ in range(3)))
                assert [answer.status_code for answer in answers] == [202] * 3
                assert time.monotonic() - began < BUSY_S / 2


async def test_a_door_that_never_saw_the_record_lets_nobody_in(tmp_path: Path, env: WorkflowEnvironment) -> None:
    doors = Doors(Settings(home=tmp_path / "none"), env.client)
    transport = httpx2.ASGITransport(make_app(doors))
    async with httpx2.AsyncClient(transport=transport, base_url="http://door.example.org") as client:
        answer = await client.get("/v1/issues", headers={"Authorization": f"Bearer esc_{1:012x}_{'a' * 43}"})
        problem(answer, 503, "key_store_away")
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["record"], ready.json()["server"]) == (503, False, True)
    doors.close()


async def test_without_the_server_nothing_is_opened_and_it_is_said_when_to_come_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    doors = Doors(door.office.settings)
    transport = httpx2.ASGITransport(make_app(doors))
    headers = {"Authorization": f"Bearer {door.key(AGENT)}", "Idempotency-Key": "no-server"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://door.example.org", headers=headers) as client:
        body = {"title": "x", "reference": door.fresh()}
        for _ in range(2):  # the first has given its claim back
            answer = await client.post("/v1/issues", json=body)
            problem(answer, 503, "no_server")
            assert answer.headers["retry-after"]
        assert (await client.get("/readyz")).json()["server"] is False
    doors.close()


async def test_policies_are_read_again_when_they_change_and_a_broken_edit_does_not_count(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "policies"))
    more = {"policies": folder, "people": folder / "people.yaml"}
    with an_office(env, tmp_path / "home", "files", **more) as office:
        async with a_door(office) as door:
            assert (await door.open(door.fresh(), policy="four-tier-support")).status_code == 202
            people = folder / "people.yaml"
            good = people.read_text(encoding="utf-8")
            people.write_text(good + "nonsense: [", encoding="utf-8")
            await asyncio.sleep(1.1)
            assert (await door.open(door.fresh())).status_code == 202
            people.write_text(good.replace("Sample Agent One", "Sample Agent Eins"), encoding="utf-8")
            await asyncio.sleep(1.1)
            assert (await door.doors.installed()).names[AGENT] == "Sample Agent Eins"


class Process:
    """`escalon api` as a process."""

    def __init__(self, door: Door, port: int) -> None:
        office = door.office
        self.url = f"http://127.0.0.1:{port}"
        env = surroundings(
            ESCALON_HOME=str(office.settings.home),
            ESCALON_TASK_QUEUE=office.settings.task_queue,
            ESCALON_API_PORT=str(port),
            TEMPORAL_ADDRESS=office.env.client.service_client.config.target_host,
        )
        # A file: a pipe that nobody empties is full one day, and then the process stands still.
        self.log = office.settings.home / f"api-{next(_logs)}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ESCALON), "api"], env=env, stderr=log, start_new_session=True
            )

    @property
    def said(self) -> str:
        """Everything that it has logged."""
        return self.log.read_text(encoding="utf-8")

    async def ready(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + 40
        async with httpx2.AsyncClient() as client:
            while time.monotonic() < end:
                assert self.process.poll() is None, self.said
                try:
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return
                except httpx2.HTTPError:
                    await asyncio.sleep(0.1)
        raise AssertionError("it does not answer")


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    """Those that a test has started, ended with it."""
    started: list[Process] = []
    yield started
    for each in started:
        if each.process.poll() is None:
            os.kill(each.process.pid, signal.SIGKILL)
        each.process.wait()


async def test_a_process_that_is_killed_in_the_middle_of_a_burst_loses_nothing_it_answered(
    door: Door, processes: list[Process]
) -> None:
    """And what it was asked for is done once when the same calls are made again, at the next process."""
    port = free_port()
    processes.append(Process(door, port))
    await processes[0].ready()
    key = door.key(AGENT)
    issues = [door.fresh() for _ in range(30)]

    async def ask(client: httpx2.AsyncClient, issue: str) -> httpx2.Response | None:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"burst-{issue}"}
        source, _, reference = issue.partition(":")
        body = {"title": "Burst", "severity": "S3", "source": source, "reference": reference}
        try:
            return await client.post(f"{processes[0].url}/v1/issues", json=body, headers=headers)
        except httpx2.HTTPError:
            return None

    async with httpx2.AsyncClient(timeout=30) as client:
        asked = [asyncio.create_task(ask(client, issue)) for issue in issues]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        processes[0].process.kill()
        first = await asyncio.gather(*asked)
        processes.append(Process(door, port))
        await processes[1].ready()
        answers: dict[str, httpx2.Response] = {}
        end = time.monotonic() + 60
        while len(answers) < len(issues) and time.monotonic() < end:
            for issue in [each for each in issues if each not in answers]:
                answer = await ask(client, issue)
                if answer is not None and answer.status_code != 409:  # a claim of the one that was killed runs out
                    answers[issue] = answer
            await asyncio.sleep(0.5)
    assert {answer.status_code for answer in answers.values()} == {202}
    for issue, before in zip(issues, first, strict=True):
        if before is not None:
            assert before.json() == answers[issue].json()
        assert (await door.get(f"/v1/issues/{issue}"))["short"] == issue
        entries = (await door.get(f"/v1/issues/{issue}/timeline"))["entries"]
        assert [entry["event"]["kind"] for entry in entries].count("opened") == 1
        assert "opened_again" not in [entry["event"]["kind"] for entry in entries]


async def test_it_ends_when_it_is_told_to(door: Door, processes: list[Process]) -> None:
    processes.append(Process(door, free_port()))
    await processes[0].ready()
    processes[0].process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(processes[0].process.wait, 20) == 0


async def test_a_port_that_is_taken_is_named(door: Door, processes: list[Process]) -> None:
    port = free_port()
    processes.append(Process(door, port))
    await processes[0].ready()
    processes.append(Process(door, port))
    assert await asyncio.to_thread(processes[1].process.wait, 30) == 2
    assert f"ESCALON_API_PORT: 127.0.0.1:{port}" in processes[1].said
