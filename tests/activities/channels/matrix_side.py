"""A Matrix homeserver, as far as its client-server API tells of sending: our user, rooms, and who is in them."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.activities.channels.http_side import Got, answer

TOKEN = "syt_sample_token"
ME = "@escalon:matrix.example.org"
KIM = "@kim:matrix.example.org"
ROOM = "!payments:matrix.example.org"
CLOSED = "!secret:matrix.example.org"
_EVENT = {"msgtype", "body", "format", "formatted_body", "m.mentions", "m.relates_to", "org.escalon.message"}


@dataclass
class MatrixSide:
    """A server; `events` are those that rooms have, by room, transaction and content."""

    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    direct: dict[str, list[str]] = field(default_factory=dict)
    members: dict[tuple[str, str], str] = field(default_factory=lambda: {(ROOM, ME): "join"})
    errors: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    """What the next events are answered."""
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    async def __call__(self, got: Got, writer: asyncio.StreamWriter) -> None:
        """Answer one call."""
        status, said = self._said(got)
        writer.write(answer(status, json.dumps(said), Content_Type="application/json", **self.headers))
        await writer.drain()

    def _said(self, got: Got) -> tuple[int, dict[str, Any]]:
        if got.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Unrecognised access token"}
        path = got.path.removeprefix("/_matrix/client/v3")
        assert path != got.path
        assert "?" not in path
        parts = [unquote(part) for part in path.strip("/").split("/")]
        self.calls.append(f"{got.method} {parts[0]}/{parts[-1] if parts[0] != 'rooms' else parts[2]}")
        match got.method, parts:
            case "GET", ["account", "whoami"]:
                return 200, {"user_id": ME}
            case "GET", ["user", who, "account_data", "m.direct"]:
                assert who == ME
                return (200, self.direct) if self.direct else (404, {"errcode": "M_NOT_FOUND", "error": "None"})
            case "PUT", ["user", who, "account_data", "m.direct"]:
                assert who == ME
                self.direct = got.json
                return 200, {}
            case "GET", ["rooms", room, "state", "m.room.member", who]:
                found = self.members.get((room, who))
                return (200, {"membership": found}) if found else (404, {"errcode": "M_NOT_FOUND", "error": "None"})
            case "POST", ["createRoom"]:
                return self._create(got.json)
            case "PUT", ["rooms", room, "send", "m.room.message", transaction]:
                return self._send(room, transaction, got)
            case _:
                pass
        return 404, {"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"}

    def _create(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        assert asked["is_direct"] is True
        (invited,) = asked["invite"]
        if invited != KIM:
            return 404, {"errcode": "M_NOT_FOUND", "error": "No such user"}
        room = f"!made{len(self.members)}:matrix.example.org"
        self.members |= {(room, ME): "join", (room, invited): "invite"}
        return 200, {"room_id": room}

    def _send(self, room: str, transaction: str, got: Got) -> tuple[int, dict[str, Any]]:
        if self.errors:
            return self.errors.pop(0)
        if self.members.get((room, ME)) != "join":
            return 403, {"errcode": "M_FORBIDDEN", "error": f"User not in room {room}"}
        if len(got.body) > 65_000:
            return 413, {"errcode": "M_TOO_LARGE", "error": "event too large"}
        content = got.json
        assert content.keys() <= _EVENT, content.keys()
        assert (content["msgtype"], content["format"]) == ("m.text", "org.matrix.custom.html")
        known = [place for place, event in enumerate(self.events) if event[:2] == (room, transaction)]
        if not known:
            relates = content.get("m.relates_to")
            assert relates is None or (relates["rel_type"], relates["is_falling_back"]) == ("m.thread", True)
            self.events.append((room, transaction, content))
        return 200, {"event_id": f"$event{known[0] if known else len(self.events) - 1}"}


def first_of_thread(events: list[tuple[str, str, dict[str, Any]]], place: int) -> str:
    """The event that begins the thread of this one."""
    relates = events[place][2].get("m.relates_to")
    return str(relates["event_id"]) if relates else f"$event{place}"


def read(content: dict[str, Any]) -> tuple[str, str, str]:
    """Subject, body and what stands below it, of the plain text."""
    found = re.fullmatch(r"(.*?)\n\n(.*)\n\n(.*?)", content["body"], re.DOTALL)
    assert found is not None
    return found[1], found[2], found[3]
