"""Links: what goes through, and each way in which they are cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chaos.link import Cut, Link

_SOON_S = 0.3


@asynccontextmanager
async def linked() -> AsyncIterator[Link]:
    """A link to a server that says everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(100):
                writer.write(data)
        except ConnectionResetError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    link = Link("echo", server.sockets[0].getsockname()[1])
    await link.open()
    try:
        yield link
    finally:
        await link.close()
        server.close()


class Caller:
    """One connection through the link."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def of(cls, link: Link) -> "Caller":
        """Connected."""
        return cls(*await asyncio.open_connection("127.0.0.1", link.port))

    async def says(self, words: bytes) -> bytes:
        """What is said back; raises TimeoutError, or OSError."""
        self._writer.write(words)
        return await self.hears()

    async def hears(self) -> bytes:
        """The next words."""
        return await asyncio.wait_for(self._reader.read(100), _SOON_S)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def test_everything_goes_through_and_is_counted() -> None:
    async with linked() as link:
        caller = await Caller.of(link)
        assert await caller.says(b"hello") == b"hello"
        assert link.passed == 2
        caller.close()


async def test_one_that_hangs_takes_all_and_gives_it_on_when_it_is_mended() -> None:
    async with linked() as link:
        caller = await Caller.of(link)
        assert await caller.says(b"first") == b"first"
        await link.be_cut(Cut.HANGING)
        with pytest.raises(TimeoutError):
            await caller.says(b"second")
        another = await Caller.of(link)
        with pytest.raises(TimeoutError):
            await another.says(b"third")
        await link.mend()
        assert (await caller.hears(), await another.hears()) == (b"second", b"third")
        caller.close()
        another.close()


async def test_one_that_resets_ends_what_is_connected_and_what_connects() -> None:
    async with linked() as link:
        caller = await Caller.of(link)
        assert await caller.says(b"first") == b"first"
        await link.be_cut(Cut.RESET)
        with pytest.raises(ConnectionResetError):
            await caller.hears()
        another = await Caller.of(link)
        with pytest.raises(ConnectionResetError):
            await another.hears()
        await link.mend()
        third = await Caller.of(link)
        assert await third.says(b"again") == b"again"
        third.close()


async def test_one_that_refuses_has_nobody_at_its_port_and_keeps_it() -> None:
    async with linked() as link:
        caller, port = await Caller.of(link), link.port
        assert await caller.says(b"first") == b"first"
        await link.be_cut(Cut.REFUSED)
        with pytest.raises(ConnectionResetError):
            await caller.hears()
        with pytest.raises(ConnectionRefusedError):
            await Caller.of(link)
        await link.mend()
        assert link.port == port
        another = await Caller.of(link)
        assert await another.says(b"again") == b"again"
        another.close()
