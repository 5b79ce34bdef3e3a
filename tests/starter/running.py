"""An `escalon up` of a test's own: a real process on free ports and a folder of its own, ended whatever happens."""

import contextlib
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ESCALON = Path(sys.executable).with_name("escalon")
READY_WITHIN_S = 60
_logs = itertools.count(1)


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def surroundings(**more: str) -> dict[str, str]:
    """The environment of the test run, without any setting of ours or Temporal's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ESCALON_", "TEMPORAL_"))}
    return {**kept, "NO_COLOR": "1", **more}


def escalon(*arguments: str, env: Mapping[str, str], within_s: float = 60) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end."""
    command = [sys.executable, str(ESCALON), *arguments]
    return subprocess.run(command, env=dict(env), capture_output=True, text=True, timeout=within_s, check=False)


def belonging(home: Path) -> dict[int, str]:
    """Every process that lives whose state is in the folder, by id, with its command."""
    wanted = f"ESCALON_HOME={home}".encode()
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                found[int(process.name)] = (process / "cmdline").read_bytes().decode().replace("\0", " ").strip()
    return found


class Up:
    """One `escalon up`."""

    def __init__(
        self,
        home: Path,
        *options: str,
        port: int | None = None,
        ui_port: int | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self.port = port or free_port()
        self.ui_port = ui_port or free_port()
        self.api_port = free_port()
        self.log = home.with_name(f"{home.name}-{next(_logs)}.log")
        self.env = surroundings(ESCALON_HOME=str(home), TEMPORAL_ADDRESS=f"127.0.0.1:{self.port}")
        chosen = ("--home", str(home), "--port", str(self.port), "--ui-port", str(self.ui_port))
        options = ("--api-port", str(self.api_port), *options)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ESCALON), "up", *chosen, *options],
                env=dict(env or surroundings()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Everything that it has written."""
        return self.log.read_text(encoding="utf-8")

    def until_said(self, words: str, within_s: float = READY_WITHIN_S, times: int = 1) -> str:
        """Wait until it has written this."""
        end = time.monotonic() + within_s
        while self.said.count(words) < times:
            assert self.process.poll() is None or words in self.said, f"ended without {words!r}:\n{self.said}"
            assert time.monotonic() < end, f"not {words!r} within {within_s} s:\n{self.said}"
            time.sleep(0.05)
        return self.said

    def ready(self) -> "Up":
        """Wait until everything runs."""
        self.until_said("Ctrl-C")
        return self

    def pid(self, child: str) -> int:
        """The process of a child, the latest."""
        found = re.findall(rf"^{child} +is (?:ready|started again) \(process (\d+)\)", self.said, re.MULTILINE)
        return int(found[-1])

    def escalon(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run one command against it."""
        return escalon(*arguments, env=self.env)

    def end(self, how: signal.Signals = signal.SIGINT, within_s: float = 40) -> int:
        """End it with a signal; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(within_s)


@contextlib.contextmanager
def up(home: Path, *options: str, port: int | None = None, ui_port: int | None = None) -> Iterator[Up]:
    """One that runs, and does not any more when the test is over."""
    running = Up(home, *options, port=port, ui_port=ui_port)
    try:
        yield running.ready()
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.end()
        for pid in belonging(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        running.process.kill()
        running.process.wait()
