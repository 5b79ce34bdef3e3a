"""A PostgreSQL server that can be stopped in the middle of everything, as by a power cut, and started on what is left.

How it is set up is that of the tests (`tests/records/postgres.py`), save that it keeps what it has committed: fsync.
"""

import asyncio
import os
import pwd
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from chaos.ports import free_port
from tests.records.postgres import programs, why_not

__all__ = ["Postgres", "why_not"]

_ACCOUNTS = ("postgres", "nobody")


class Postgres:
    """In a folder of its own among the temporary ones, since its account may not enter others."""

    def __init__(self) -> None:
        found = programs()
        assert found is not None, why_not()
        self._bin = found
        self.port = free_port()
        self._password = secrets.token_hex(16)
        self._account = _account() if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="escalon-chaos-postgres-"))

    def url(self, port: int) -> str:
        """Its database, at its own port or that of a link to it."""
        return f"postgresql://tester:{self._password}@127.0.0.1:{port}/postgres"

    async def make(self) -> None:
        """Set it up and start it."""
        secret = self._folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self._password, encoding="utf-8")
        if self._account:
            for path in (self._folder, secret):
                shutil.chown(path, self._account)
        await self._run([
            self._bin / "initdb", "-D", self._data, "-U", "tester", "--pwfile", secret, "-A", "scram-sha-256",
            "-E", "UTF8", "--locale=C", "--no-sync",
        ])  # fmt: skip
        await self.start()

    async def start(self) -> None:
        """Start it; after `stop_at_once` it recovers first."""
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        await self._run([*self._control, "-o", settings, "-l", self._folder / "log", "start"])

    async def stop_at_once(self) -> None:
        """Without ending anything first."""
        await self._run([*self._control, "-m", "immediate", "stop"])

    async def remove(self) -> None:
        """Stop it, and delete all of it."""
        try:
            if (self._data / "postmaster.pid").exists():
                await self.stop_at_once()
        finally:
            shutil.rmtree(self._folder)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _control(self) -> list[str | Path]:
        return [self._bin / "pg_ctl", "-D", self._data, "-w", "-t", "60"]

    async def _run(self, command: Sequence[str | Path]) -> None:
        # Into a file: the server that it starts keeps a pipe open.
        with (self._folder / "said").open("ab") as said:
            process = await asyncio.create_subprocess_exec(
                *command, user=self._account, cwd=self._folder, stdout=said, stderr=said
            )
        if await process.wait():
            raise RuntimeError((self._folder / "said").read_text(encoding="utf-8"))


def _account() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _ACCOUNTS if name in names)
