"""Messages that do not leave: found with a mail server that is away, and ended when it is there again."""

import asyncio
from datetime import UTC, datetime

import pytest
from temporalio.testing import WorkflowEnvironment

from client.opening import open_issue
from records import reading
from selfwatch.rounds import all_checks
from tests.activities.channels.mail_server import mail_server
from tests.given import person
from tests.selfwatch.stand import Stand, open_keys, quick_issue
from tests.starter.running import free_port
from worker import build_worker

pytestmark = pytest.mark.server

KINDS = ("server_unreachable", "record_unreachable", "messages_stuck")


async def test_a_mail_server_that_is_away(stand: Stand, env: WorkflowEnvironment) -> None:
    port = free_port()
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "plain", "mail_from": "escalon@example.org"}
    settings = stand.settings.model_copy(update=mail)
    people = settings.people.read_text()
    settings.people.write_text(people.replace("{inbox: ann}", "{inbox: ann, email: ann@example.org}"))
    command = quick_issue(
        "UNSENT",
        people=(person("ray", "agent"), person("ann", channels=("email",))),
        last_known={"small/first": ("ann",)},
    )
    issue = command.issue.id
    watch = stand.watch({kind: all_checks()[kind] for kind in KINDS})
    async with build_worker(env.client, settings, stand.db):
        began = datetime.now(UTC)
        await open_issue(env.client, command, settings.task_queue)
        async with asyncio.timeout(20):
            while f"messages_stuck/{issue}" not in open_keys(report := await watch.round()):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        assert (datetime.now(UTC) - began).total_seconds() > 2, "it was tried again before it was told of"
        (found,) = report.open
        assert found.found.detail.startswith("by email: while connecting: ")
        assert str(port) in found.found.detail
        assert "ann" not in found.found.detail
        assert command.issue.title not in found.found.detail
        async with mail_server(port=port) as there:
            async with asyncio.timeout(30):
                while (await watch.round()).open:  # noqa: ASYNC110 - the retry is waited for
                    await asyncio.sleep(0.2)
            assert [each["To"] for each in there.mails][:1] == ["ann@example.org"]
    assert [each.ended_at is None for each in stand.findings(open_only=False)] == [False]
    assert reading.issue(stand.db, issue) is not None
