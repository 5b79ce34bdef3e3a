"""Each channel with its other side, so that one contract can be tried on all: what arrives, and how to make trouble."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from activities.channels.contract import ChannelUnavailable
from activities.channels.email import EmailChannel, EmailSettings
from activities.channels.inbox import InboxChannel
from activities.channels.memory import MemoryChannel
from records import inbox
from tests.activities.channels.further_trials import (
    matrix_trial,
    opsgenie_trial,
    pagerduty_trial,
    sms_trial,
    voice_trial,
)
from tests.activities.channels.http_trials import (
    apprise_trial,
    mattermost_trial,
    ntfy_trial,
    slack_trial,
    teams_trial,
    webhook_trial,
)
from tests.activities.channels.mail_server import MailServer, body_of, mail_server
from tests.activities.channels.trial import Arrived, Trial
from tests.migrated import migrated


@asynccontextmanager
async def memory_trial(_: Path) -> AsyncIterator[Trial]:
    """The fake."""
    channel = MemoryChannel()
    channel.refused.add("nobody")

    def arrived() -> list[Arrived]:
        return [Arrived(e.address, e.message_id, e.thread_id, e.subject, e.body) for e in channel.sent]

    async def go_away() -> None:
        channel.trouble = ChannelUnavailable("away")

    async def come_back() -> None:
        channel.trouble = None

    yield Trial(channel, "kim", arrived, go_away, come_back, refused_address="nobody")


@asynccontextmanager
async def inbox_trial(folder: Path) -> AsyncIterator[Trial]:
    """The inbox over a record in the folder; it goes away as tables do in a restore."""
    db = migrated(f"sqlite:///{folder}/record.db")

    def arrived() -> list[Arrived]:
        lying = inbox.read(db, "kim")
        return [Arrived(m.person, m.message, str(m.issue), m.subject, m.body) for m in reversed(lying)]

    async def rename(table: str, to: str) -> None:
        with db.writing() as connection:
            connection.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))

    try:
        yield Trial(InboxChannel(db), "kim", arrived, lambda: rename("inbox", "away"), lambda: rename("away", "inbox"))
    finally:
        db.close()


@asynccontextmanager
async def email_trial(_: Path) -> AsyncIterator[Trial]:
    """E-mail to a real server, which goes away by closing its port."""
    async with AsyncExitStack() as running:
        servers: list[MailServer] = [await running.enter_async_context(mail_server())]
        port = servers[0].port
        settings = EmailSettings(
            host="127.0.0.1",
            port=port,
            security="plain",
            sender="escalon@example.org",
            timeout=timedelta(seconds=10),
        )

        def arrived() -> list[Arrived]:
            return [
                Arrived(
                    to,
                    str(mail["Message-ID"]),
                    str(mail["References"]),
                    str(mail["Subject"]),
                    body_of(mail).replace("\r\n", "\n").removesuffix("\n"),
                )
                for server in servers
                for mail, recipients in zip(server.mails, server.recipients, strict=True)
                for to in recipients
            ]

        async def come_back() -> None:
            servers.append(await running.enter_async_context(mail_server(port=port)))

        yield Trial(EmailChannel(settings), "kim@example.org", arrived, running.aclose, come_back, "nobody@example.org")


TRIALS: dict[str, Callable[[Path], AbstractAsyncContextManager[Trial]]] = {
    "memory": memory_trial,
    "inbox": inbox_trial,
    "email": email_trial,
    "webhook": webhook_trial,
    "slack": slack_trial,
    "teams": teams_trial,
    "mattermost": mattermost_trial,
    "ntfy": ntfy_trial,
    "apprise": apprise_trial,
    "sms": sms_trial,
    "voice": voice_trial,
    "matrix": matrix_trial,
    "pagerduty": pagerduty_trial,
    "opsgenie": opsgenie_trial,
}
