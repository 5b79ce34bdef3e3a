"""The other side of channels over HTTP: a real server on loopback, over TLS, that keeps what it gets and misbehaves.

What it answers is written to the socket as it stands, so that it can also break the rules of HTTP.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, TypeAlias

from activities.channels.http_post import HttpPost, PostSettings
from tests.activities.channels.mail_server import CERTIFICATE

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


Answering: TypeAlias = Callable[[Got, asyncio.StreamWriter], Awaitable[None]]


def answer(status: int = 200, body: bytes | str = b"", **headers: str) -> bytes:
    """A whole answer; underscores in names of headers become dashes."""
    content = body.encode() if isinstance(body, str) else body
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Sample\r\n{named}Content-Length: {len(content)}\r\n\r\n".encode() + content


def says(raw: bytes) -> Answering:
    """To every request the same."""

    async def say(_: Got, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return say


@dataclass
class HttpSide:
    """A server; `answering` decides what it says to a request, which is kept in `got` before."""

    answering: Answering
    host: str = "localhost"
    ip: str = "127.0.0.1"
    port: int = 0
    has_tls: bool = True
    got: list[Got] = field(default_factory=list)
    opened: int = 0
    _server: asyncio.Server | None = None

    def url(self, path: str = "/") -> str:
        """An address here."""
        return f"{'https' if self.has_tls else 'http'}://{self.host}:{self.port}{path}"

    async def start(self) -> None:
        """Listen, on the port that it had."""
        tls = None
        if self.has_tls:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(CERTIFICATE)
        self._server = await asyncio.start_server(self._serve, self.ip, self.port, ssl=tls, limit=2**20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections."""
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *rest = head.rstrip("\r\n").split("\r\n")
            headers = {name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rest)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            method, path, _ = first.split(" ")
            got = Got(method, path, headers, body)
            self.got.append(got)
            await self.answering(got, writer)
        with suppress(ConnectionError, ssl.SSLError):
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def http_side(answering: Answering | None = None, **changed: Any) -> AsyncIterator[HttpSide]:
    """A server until the end of the block; without `answering` it takes everything."""
    side = HttpSide(answering or says(answer()), **changed)
    await side.start()
    try:
        yield side
    finally:
        await side.stop()


def http_post(**changed: Any) -> HttpPost:
    """What channels send through, allowed to call this machine and trusting its sample certificate."""
    settings: dict[str, Any] = {
        "timeout": timedelta(seconds=10),
        "networks": LOOPBACK,
        "ca_file": str(CERTIFICATE),
        **changed,
    }
    return HttpPost(PostSettings(**settings))
