"""The doors through which people's acts go in; what each answers in one form: done, refused, or nothing known."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from temporalio.client import Client
from temporalio.service import RetryConfig, RPCError

from client.converter import data_converter
from client.opening import Refused, open_issue
from client.runtime import quiet_runtime
from client.sending import NoSuchIssue
from client.settings import Settings
from escalation.issue.identity import IssueId
from records.database import Database, open_database
from starter.door import OpenRequest, actor_for, prepare_command, prepare_open
from starter.failure import NotDone, WrongInput
from starter.installation import Installed, installed
from starter.recording import send_and_record

HOUSE = Path(__file__).with_name("house")
PEOPLE_AND_POLICIES = Settings(policies=HOUSE / "policies", people=HOUSE / "people.yaml")
SOURCE = "chaos"
PATIENCE_S = 15
"""How long a caller waits for a door."""
STORED_AFTER = timedelta(seconds=2.5)
"""How long our own door waits for a worker before it stores the command as a signal."""

Outcome: TypeAlias = Literal["opened", "done", "stored", "refused", "missing", "unknown"]


@dataclass(frozen=True)
class Answer:
    """What a door answered."""

    outcome: Outcome
    issue: IssueId | None = None
    """Of an opening."""
    why: str = ""
    notes: tuple[str, ...] = ()
    """What its sender must hear besides: that a text could not be kept."""


class Door(Protocol):
    """One door. Never raises for what a fault brings about: that is the answer `unknown`."""

    async def open(self, reference: str, kind: str, person: str, command_id: str) -> Answer:
        """Open the issue, or report it again."""

    async def act(
        self, issue: IssueId, command: str, person: str, fields: Mapping[str, Any], command_id: str
    ) -> Answer:
        """Send a command of people. Texts in `fields` are plain words, instants aware."""

    async def close(self) -> None:
        """Let go of everything."""


class ClientDoor:
    """The functions behind the command line, with a record and a connection of their own."""

    def __init__(self, settings: Settings, server: str) -> None:
        self._settings = settings
        self._server = server
        self._db: Database = open_database(settings.record)
        self._here: Installed = installed(settings)
        self._client: Client | None = None

    async def open(self, reference: str, kind: str, person: str, command_id: str) -> Answer:
        """As `escalon open`."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._open(reference, kind, person, command_id)
        except (RPCError, RuntimeError, TimeoutError) as error:
            return Answer("unknown", why=_words(error))
        except (Refused, WrongInput, NotDone) as error:
            return Answer("refused", why=_words(error))

    async def _open(self, reference: str, kind: str, person: str, command_id: str) -> Answer:
        request = OpenRequest(
            raiser=actor_for(self._here.person(person, "person"), "cli"),
            command_id=command_id,
            title=f"Sample {reference}",
            description=f"sample words of {reference}",
            kind=kind,
            source=SOURCE,
            reference=reference,
        )
        prepared = await asyncio.to_thread(prepare_open, request, self._here, self._db, datetime.now(UTC))
        client = await self._connected()
        answer = await open_issue(client, prepared.command, self._settings.task_queue, prepared.latest, prepared.carry)
        if answer.sent is not None and answer.sent.outcome == "refused":
            return Answer("refused", answer.issue, answer.sent.why)
        return Answer("opened", answer.issue, notes=prepared.notes)

    async def act(
        self, issue: IssueId, command: str, person: str, fields: Mapping[str, Any], command_id: str
    ) -> Answer:
        """As `escalon <command>`."""
        by = actor_for(self._here.person(person, "person"), "cli")
        try:
            async with asyncio.timeout(PATIENCE_S):
                prepared = await asyncio.to_thread(
                    prepare_command, command, issue, fields, by, command_id, self._here, self._db
                )
                client = await self._connected()
                sent = await send_and_record(client, self._db, issue, prepared.command, STORED_AFTER)
        except NoSuchIssue as error:
            return Answer("missing", why=_words(error))
        except (RPCError, RuntimeError, TimeoutError) as error:
            return Answer("unknown", why=_words(error))
        except (WrongInput, NotDone) as error:
            return Answer("refused", why=_words(error))
        return Answer(sent.outcome, why=sent.why, notes=prepared.notes)

    async def close(self) -> None:
        """Let go of the record."""
        await asyncio.to_thread(self._db.close)

    async def _connected(self) -> Client:
        """Raises RuntimeError where no server answers."""
        if self._client is None:
            retry = RetryConfig(max_retries=3, max_elapsed_time_millis=2000)
            self._client = await Client.connect(
                self._server, data_converter=data_converter, retry_config=retry, runtime=quiet_runtime()
            )
        return self._client


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
