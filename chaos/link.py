"""A link: a small TCP proxy between two parts, that can be cut in three ways and mended.

Its port stays taken for its whole life, also while it refuses: nobody else gets it in between.
"""

import asyncio
import contextlib
import socket
import struct
from enum import StrEnum

_CHUNK = 1 << 16
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Cut(StrEnum):
    """How a link is cut."""

    REFUSED = "refused"
    """Nobody listens, and what was connected is reset."""
    HANGING = "hanging"
    """Everything is taken and nothing goes through, until it is mended: then it does."""
    RESET = "reset"
    """Every connection is reset, also each new one as soon as it is made."""


class Link:
    """From a port of loopback of its own to another one."""

    def __init__(self, name: str, to_port: int) -> None:
        self.name = name
        self.to_port = to_port
        self.cut: Cut | None = None
        self.passed = 0
        """Pieces of data that went through so far, for whoever waits for the next."""
        self._through = asyncio.Event()
        self._through.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        # A bound socket that never listens: connecting is refused, and the port is nobody else's.
        self._keeper = _bound(0)
        self.port: int = self._keeper.getsockname()[1]

    async def open(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._accept, sock=_bound(self.port))

    async def be_cut(self, how: Cut) -> None:
        """Cut it, until `mend`."""
        self.cut = how
        if how is Cut.HANGING:
            self._through.clear()
            return
        if how is Cut.REFUSED and self._server is not None:
            self._server.close()
            self._server = None
        self._reset_all()

    async def mend(self) -> None:
        """As if nothing had been; nothing happens where it was not cut."""
        self.cut = None
        self._through.set()
        if self._server is None:
            await self.open()

    async def close(self) -> None:
        """End for good."""
        if self._server is not None:
            self._server.close()
        self._reset_all()
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)
        self._keeper.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        onward: asyncio.StreamWriter | None = None
        try:
            if self.cut is Cut.RESET:
                return
            await self._through.wait()
            back, onward = await asyncio.open_connection("127.0.0.1", self.to_port)
            self._writers.add(onward)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, onward))
                both.create_task(self._pump(back, writer))
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            for end in (writer, onward):
                if end is not None:
                    self._writers.discard(end)
                    _reset(end)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            await self._through.wait()
            self.passed += 1
            writer.write(data)
            await writer.drain()
        await self._through.wait()
        with contextlib.suppress(OSError):
            writer.write_eof()

    def _reset_all(self) -> None:
        for writer in list(self._writers):
            _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    taken: socket.socket | None = writer.get_extra_info("socket")
    if taken is not None and not writer.is_closing():
        with contextlib.suppress(OSError):
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()


def _bound(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made
