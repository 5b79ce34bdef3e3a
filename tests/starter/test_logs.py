"""What this process logs: one event a line on stderr, never on stdout, and nothing that must not be in a log."""

import json
import subprocess
import sys
from typing import Any

import pytest
import structlog
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from starter.failure import WrongInput
from starter.logs import LEFT_OUT, level, not_while_replaying
from tests.starter.running import surroundings

LOGGING = """
import logging, structlog, sys
from starter import logs
logs.set_up("info", is_json={is_json})
log = structlog.get_logger("ours")
{lines}
"""


def logged(lines: str, *, is_json: bool = True) -> "subprocess.CompletedProcess[str]":
    """Log in a process of its own: how a process logs is set once, for all of it."""
    program = LOGGING.format(lines=lines, is_json=is_json)
    return subprocess.run(
        [sys.executable, "-c", program], env=surroundings(), capture_output=True, text=True, check=True
    )


def events(lines: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged(lines).stderr.splitlines()]


def test_ours_and_theirs_are_lines_of_the_same_form() -> None:
    ran = logged(
        "log.info('working', task_queue='escalon')\nlogging.getLogger('temporalio.core').warning('late %s', 3)"
    )
    assert ran.stdout == ""
    ours, theirs = (json.loads(line) for line in ran.stderr.splitlines())
    assert (ours["event"], ours["logger"], ours["level"], ours["task_queue"]) == ("working", "ours", "info", "escalon")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("late 3", "temporalio.core", "warning")
    assert ours["timestamp"].endswith("Z")


def test_on_a_terminal_it_is_for_people() -> None:
    said = logged("log.warning('working', task_queue='escalon')", is_json=False).stderr
    assert "working" in said
    assert "task_queue=escalon" in said


def test_text_secrets_and_addresses_are_taken_out_by_the_name_of_their_field() -> None:
    (event,) = events(
        "log.info('x', title='Charged twice', body='B', smtp_password='P', api_key='K', address='A', text='T', "
        "nested={'token': 'N', 'count': 3}, context='kept')"
    )
    gone = ("title", "body", "smtp_password", "api_key", "address", "text")
    assert {event[name] for name in gone} == {LEFT_OUT}
    assert event["nested"] == {"token": LEFT_OUT, "count": 3}
    assert event["context"] == "kept"


def test_what_looks_like_one_is_taken_out_wherever_it_stands() -> None:
    (event,) = events(
        "logging.getLogger('x').error('to %s with 4111 1111 1111 1111 at %s', 'kim@example.org', "
        "'postgresql://me:sample@db/escalon')"
    )
    text = json.dumps(event)
    for secret in ("kim@example.org", "4111 1111 1111 1111", "me:sample"):
        assert secret not in text
    assert "postgresql://db/escalon" in text


def test_an_exception_is_one_line_without_values() -> None:
    (event,) = events("try:\n    secret = 'S-1'; {}['missing']\nexcept KeyError:\n    log.exception('failed')")
    assert event["error"] == "KeyError: 'missing'"
    assert "S-1" not in json.dumps(event)
    assert event["raised_at"].startswith("__main__:")


def test_below_the_level_nothing_is_said() -> None:
    assert (
        events("log.debug('x')\nlogging.getLogger('y').debug('z')\nlogging.getLogger('sqlalchemy.engine').info('SQL')")
        == []
    )


def test_what_the_sdk_quotes_is_said_at_no_level() -> None:
    program = LOGGING.replace('"info"', '"debug"').format(
        lines="log.debug('ours')\nfor name in ('temporalio.activity', 'temporalio.worker._activity'):\n"
        "    logging.getLogger(name).debug('quoted')\n    logging.getLogger(name).warning('late')",
        is_json=True,
    )
    said = subprocess.run(
        [sys.executable, "-c", program], env=surroundings(), capture_output=True, text=True, check=True
    ).stderr
    assert [json.loads(line)["event"] for line in said.splitlines()] == ["ours", "late", "late"]
    assert events("logging.getLogger('temporalio.worker').info('x')") != []


def test_a_line_about_an_issue_says_who_acted() -> None:
    without, by_ann, about_none = events(
        "log.info('x', issue='i-1')\nlog.info('x', issue='i-1', actor='ann')\nlog.info('x')"
    )
    assert (without["actor"], by_ann["actor"], "actor" in about_none) == ("escalon", "ann", False)


def test_a_level_that_is_none_is_refused() -> None:
    assert level("WARNING") == "warning"
    with pytest.raises(WrongInput, match="log-level: 'verbose' is not known; allowed: debug, info, warning, error"):
        level("verbose")


SAID: list[str] = []
SEEN: list[str] = []


@workflow.defn
class Talks:
    """Says a line before and after a timer, through the step that drops what is replayed."""

    @workflow.run
    async def run(self) -> None:
        self._say("before")
        await workflow.sleep(0.01)
        self._say("after")

    def _say(self, line: str) -> None:
        SEEN.append(line)
        try:
            not_while_replaying(None, "info", {})
        except structlog.DropEvent:
            return
        SAID.append(line)


@pytest.mark.server
async def test_a_replay_says_nothing_a_second_time(env: WorkflowEnvironment) -> None:
    SAID.clear()
    SEEN.clear()
    without_cache: dict[str, Any] = {"max_cached_workflows": 0, "workflow_runner": UnsandboxedWorkflowRunner()}
    async with Worker(env.client, task_queue="talks", workflows=[Talks], **without_cache):
        await env.client.execute_workflow(Talks.run, id="talks", task_queue="talks")
    assert SEEN == ["before", "before", "after"], "the workflow was replayed"
    assert SAID == ["before", "after"]
