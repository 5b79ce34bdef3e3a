"""PagerDuty's Events API and Opsgenie's Alert API as they are documented: strict, with alerts that can be closed."""

import asyncio
import json
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.activities.channels.http_side import Got, answer

ROUTING_KEY = "0123456789abcdef0123456789ABCDEF"
OTHER_ROUTING_KEY = "f" * 32
API_KEY = "01234567-89ab-cdef-0123-456789abcdef"
OTHER_API_KEY = "ffffffff-ffff-ffff-ffff-ffffffffffff"


@dataclass
class PagerSide(ABC):
    """What both have: answers to come, and what was taken."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    """Bodies, with the path they went to."""
    open: set[str] = field(default_factory=set)
    """Alerts that ring, by their id."""
    rung: int = 0
    errors: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, got: Got, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        assert got.method == "POST"
        if not got.headers["content-type"].startswith("application/json"):
            status, said = 415, {"message": "Unsupported media type"}
        elif self.errors:
            status, said = self.errors.pop(0)
        else:
            status, said = self.said(got)
        writer.write(answer(status, json.dumps(said), Content_Type="application/json", **self.headers))
        await writer.drain()

    @abstractmethod
    def said(self, got: Got) -> tuple[int, dict[str, Any]]:
        """The answer to one that is fit to be looked at."""

    def ring(self, alert: str) -> None:
        """An alert is opened, or heard of again."""
        self.rung += alert not in self.open
        self.open.add(alert)


class PagerDutySide(PagerSide):
    """One integration, by its key."""

    def said(self, got: Got) -> tuple[int, dict[str, Any]]:
        """As the Events API answers an event."""
        event = got.json
        errors = [*_event_errors(event)]
        if got.path != "/v2/enqueue":
            return 404, {}
        if len(event.get("routing_key", "")) != 32:
            errors.append("Length of 'routing_key' is incorrect (should be 32 characters)")
        elif event["routing_key"] != ROUTING_KEY:
            errors.append("'routing_key' is unknown")
        if errors:
            return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
        self.taken.append(event)
        if event["event_action"] == "trigger":
            self.ring(event["dedup_key"])
        else:
            self.open.discard(event["dedup_key"])
        return 202, {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}


def _event_errors(event: dict[str, Any]) -> list[str]:
    known = {"routing_key", "event_action", "dedup_key", "payload", "client", "client_url", "links"}
    errors = [f"'{name}' is unknown" for name in event.keys() - known]
    if event.get("event_action") not in {"trigger", "acknowledge", "resolve"}:
        errors.append("'event_action' is wrong")
    if not 0 < len(event.get("dedup_key", "")) <= 255:
        errors.append("'dedup_key' is wrong")
    if event.get("event_action") != "trigger":
        return errors
    payload = event.get("payload", {})
    if not 0 < len(payload.get("summary", "")) <= 1024 or not payload.get("source"):
        errors.append("'payload.summary' or 'payload.source' is wrong")
    if payload.get("severity") not in {"critical", "error", "warning", "info"}:
        errors.append("'payload.severity' is wrong")
    datetime.fromisoformat(payload["timestamp"])
    assert payload.keys() <= {"summary", "source", "severity", "timestamp", "class", "custom_details"}
    assert all(link.keys() == {"href", "text"} for link in event.get("links", ()))
    return errors


class OpsgenieSide(PagerSide):
    """One integration, by its key."""

    def said(self, got: Got) -> tuple[int, dict[str, Any]]:
        """As the Alert API answers a request."""
        if got.headers.get("authorization") != f"GenieKey {API_KEY}":
            return 401, {"message": "Could not authenticate", "took": 0.001, "requestId": "r0"}
        url, body = urlsplit(got.path), got.json
        closes = re.fullmatch(r"/v2/alerts/([\w-]+)/close", url.path)
        if url.path != "/v2/alerts" and closes is None:
            return 404, {"message": "No such resource"}
        errors = _close_errors(body) if closes else _alert_errors(body)
        if errors:
            said = "Request body is not processable. Please check the errors."
            return 422, {"message": said, "errors": errors, "took": 0.0, "requestId": "r0"}
        if closes:
            assert parse_qs(url.query) == {"identifierType": ["alias"]}
            self.open.discard(closes[1])
        else:
            self.ring(body["alias"])
        self.taken.append({**body, "path": got.path})
        return 202, {"result": "Request will be processed", "took": 0.3, "requestId": f"request-{len(self.taken)}"}


def _close_errors(body: dict[str, Any]) -> dict[str, str]:
    assert body.keys() <= {"source", "user", "note"}
    return {"note": "too long"} if len(body.get("note", "")) > 25_000 else {}


def _alert_errors(body: dict[str, Any]) -> dict[str, str]:
    limits = {"message": 130, "alias": 512, "description": 15_000, "entity": 512, "source": 100, "user": 100}
    others = {"priority", "details", "responders"}
    errors = dict.fromkeys(body.keys() - limits.keys() - others, "unknown")
    errors |= {name: "too long" for name, longest in limits.items() if len(body.get(name, "")) > longest}
    if not body.get("message"):
        errors["message"] = "Message can not be empty."
    if body.get("priority") not in {"P1", "P2", "P3", "P4", "P5"}:
        errors["priority"] = "unknown"
    assert all(isinstance(value, str) for value in body["details"].values())
    for responder in body.get("responders", ()):
        assert responder.keys() == {"type", "username"}
    return errors
