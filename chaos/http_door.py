"""The HTTP door as its callers see it: a key for each person, an idempotency key for each command."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from chaos.doors import PATIENCE_S, PEOPLE_AND_POLICIES, SOURCE, Answer
from chaos.plan import PEOPLE
from escalation.issue.identity import IssueId, read_issue_id
from records.database import Database
from starter.installation import installed
from starter.keys import create_key

_TRY_AGAIN = frozenset({408, 429})
"""Statuses that promise nothing, beside those of 500 and above."""


def keys(db: Database) -> dict[str, str]:
    """A key for everybody who acts, by person."""
    here, now = installed(PEOPLE_AND_POLICIES), datetime.now(UTC)
    return {person: create_key(db, here, person=person, now=now)[0] for person in PEOPLE}


class HttpDoor:
    """`escalon api` behind a link."""

    def __init__(self, port: int, keys: Mapping[str, str]) -> None:
        self._keys = keys
        self._client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S, trust_env=False)

    async def open(self, reference: str, kind: str, person: str, command_id: str) -> Answer:
        """`POST /v1/issues`."""
        body = {
            "title": f"Sample {reference}", "description": f"sample words of {reference}", "kind": kind,
            "source": SOURCE, "reference": reference,
        }  # fmt: skip
        answer = await self._post("/v1/issues", person, body, command_id)
        if isinstance(answer, Answer):
            return answer
        return Answer("opened", read_issue_id(answer["issue"])[0], notes=tuple(answer["notes"]))

    async def act(
        self, issue: IssueId, command: str, person: str, fields: Mapping[str, Any], command_id: str
    ) -> Answer:
        """`POST /v1/issues/{issue}/{command}`."""
        body = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
        answer = await self._post(f"/v1/issues/{issue}/{command}", person, body, command_id)
        if isinstance(answer, Answer):
            return answer
        return Answer(answer["outcome"], why=answer["why"], notes=tuple(answer["notes"]))

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def _post(self, path: str, person: str, body: Mapping[str, Any], command_id: str) -> Answer | dict[str, Any]:
        """What a call that was carried out was answered; else what its refusal comes to."""
        headers = {"Authorization": f"Bearer {self._keys[person]}", "Idempotency-Key": command_id}
        try:
            response = await self._client.post(path, json={**body, "id": command_id}, headers=headers)
            said: dict[str, Any] = response.json()
        except (httpx2.HTTPError, OSError, ValueError) as error:
            return Answer("unknown", why=f"{type(error).__name__}: {error}"[:300])
        if response.is_success:
            return said
        why = f"{response.status_code} {said.get('code')}: {said.get('detail')}"[:300]
        if response.status_code == 404:
            return Answer("missing", why=why)
        is_in_progress = said.get("code") == "in_progress"
        is_over = response.status_code < 500 and response.status_code not in _TRY_AGAIN and not is_in_progress
        return Answer("refused" if is_over else "unknown", why=why)
