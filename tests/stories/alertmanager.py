"""The real Alertmanager as a process, and a Prometheus that says to it, every moment, what fires and what is over.

Alertmanager keeps alerts in memory alone, so Prometheus says everything again and again; here a thread does.
"""

import contextlib
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx2

from tests.starter.running import free_port, surroundings

NAMES = ("prometheus-alertmanager", "alertmanager")
_SAYS_EVERY_S = 0.5

# It forgets what it has sent after twice the repeat_interval, and then never says that it is over: hence not shorter.
CONFIG = """
route:
  receiver: escalon
  group_by: [alertname]
  group_wait: 200ms
  group_interval: 1s
  repeat_interval: 60s
receivers:
  - name: escalon
    webhook_configs:
      - url: {url}
        send_resolved: true
        max_alerts: 0
        http_config:
          authorization:
            credentials_file: {key}
"""


def why_not() -> str | None:
    """Why there can be no Alertmanager here, or None."""
    if program() is None:
        return "Alertmanager is not installed (no prometheus-alertmanager on PATH): apt install prometheus-alertmanager"
    return None


def program() -> str | None:
    """The program, by the name of Debian's package or its own."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Alertmanager:
    """One Alertmanager with a folder and a port of its own, which outlive its processes."""

    def __init__(self, home: Path, url: str, key: str) -> None:
        self._home = home
        self._home.mkdir()
        secret = home / "key"
        secret.touch(mode=0o600)
        secret.write_text(key, encoding="utf-8")
        (home / "config.yml").write_text(CONFIG.format(url=url, key=secret), encoding="utf-8")
        self.port = free_port()
        self.log = home / "log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it on what is left, and wait until it answers."""
        found = program()
        assert found is not None
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    found, f"--config.file={self._home / 'config.yml'}", f"--storage.path={self._home / 'data'}",
                    f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=",
                    "--data.maintenance-interval=1s", "--log.level=debug",
                ],
                env=surroundings(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        end = time.monotonic() + 20
        while not self._is_ready():
            assert self._process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/-/ready", timeout=2).status_code == 200
        except httpx2.TransportError:
            return False

    @property
    def said(self) -> str:
        """Its log."""
        return self.log.read_text(encoding="utf-8")

    def sent(self) -> tuple[int, int]:
        """How many notifications by webhook it has tried, and how many of them failed, since it was started."""
        metrics = httpx2.get(f"{self.url}/metrics", timeout=5).text
        return tuple(  # type: ignore[return-value]
            int(float(line.rpartition(" ")[2]))
            for name in ("requests_total", "requests_failed_total")
            for line in metrics.splitlines()
            if line.startswith(f'alertmanager_notification_{name}{{integration="webhook"}}')
        )

    def kill(self, *, is_forgetting: bool = False) -> None:
        """SIGKILL, in the middle of whatever it does; `is_forgetting`: its data is lost with it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if is_forgetting:
            shutil.rmtree(self._home / "data")


class Prometheus:
    """What says to Alertmanager what fires, until told to stop."""

    def __init__(self, to: Alertmanager) -> None:
        self._to = to
        self._alerts: dict[str, dict[str, object]] = {}
        self._changing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def fire(self, name: str, severity: str, summary: str, **labels: str) -> None:
        """From now on this fires."""
        with self._changing:
            self._alerts[name] = {
                "labels": {"alertname": name, "severity": severity, **labels},
                "annotations": {"summary": summary, "description": f"Sample: {summary}."},
                "startsAt": datetime.now(UTC).isoformat(),
                "generatorURL": "http://prometheus.example.org/graph",
            }

    def end(self, name: str) -> None:
        """It fires no longer."""
        with self._changing:
            self._alerts[name]["endsAt"] = datetime.now(UTC).isoformat()

    def _run(self) -> None:
        while not self._stop.wait(_SAYS_EVERY_S):
            with self._changing:
                said = json.dumps(list(self._alerts.values()))
            headers = {"Content-Type": "application/json"}
            with contextlib.suppress(httpx2.TransportError):  # it is away: said again in a moment
                httpx2.post(f"{self._to.url}/api/v2/alerts", content=said, headers=headers, timeout=5)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)


@contextmanager
def alertmanager(home: Path, url: str, key: str) -> Iterator[tuple[Alertmanager, Prometheus]]:
    """Both, running; gone afterwards."""
    manager = Alertmanager(home, url, key)
    manager.start()
    try:
        with Prometheus(manager) as prometheus:
            yield manager, prometheus
    finally:
        manager.kill()
