"""`escalon api` as a process at a fixed port: killed, and started on what is left. And keys to come in with."""

import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from client.settings import Settings
from records.database import Database
from starter.installation import installed
from starter.keys import create_key
from tests.starter.running import ESCALON, free_port, surroundings

_PATIENCE_S = 90


class ApiProcess:
    """The HTTP door of a home folder."""

    def __init__(self, settings: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        self._environment = surroundings(**{**settings, "ESCALON_API_PORT": str(self.port)})
        self._log = log
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """Its log."""
        return self._log.read_text(encoding="utf-8")

    def start(self) -> None:
        """Start it and wait until issues can be opened."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ESCALON), "api"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + _PATIENCE_S
        while not self._is_ready():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx2.TransportError:
            return False

    def kill(self) -> None:
        """SIGKILL, in the middle of whatever it does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def key_for(db: Database, settings: Settings, *scopes: str, person: str = "", machine: str = "") -> str:
    """A new key, as `escalon key create` makes it."""
    here = installed(settings)
    return create_key(db, here, person=person, machine=machine, scopes=scopes, now=datetime.now(UTC))[0]
