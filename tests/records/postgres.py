"""A PostgreSQL server of our own for the tests: temporary folder, free port of the loopback, gone afterwards."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_ACCOUNTS = ("postgres", "nobody")
"""Whose rights the server gets where the tests run as root, which it refuses."""


def why_not() -> str | None:
    """Why there can be no server here, or None."""
    if programs() is None:
        return "PostgreSQL is not installed (no initdb on PATH or in /usr/lib/postgresql): apt install postgresql"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed: it comes with escalon[postgres]"
    return None


def programs() -> Path | None:
    """The folder of initdb and postgres, the newest where there are several."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return folders[-1].parent if folders else None


@contextmanager
def running_server() -> Iterator[str]:
    """A server that runs; gives the URL of its database `postgres`."""
    bin_folder = programs()
    assert bin_folder is not None
    account = _account() if os.geteuid() == 0 else None
    password = secrets.token_hex(16)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="escalon-postgres-"))
    try:
        secret = folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password, encoding="utf-8")
        if account:
            for path in (folder, secret):
                shutil.chown(path, account)
        data = folder / "data"

        def run(command: Sequence[str | Path], *, check: bool = True) -> int:
            done = subprocess.run(
                command, user=account, cwd=folder, stdout=subprocess.DEVNULL, timeout=100, check=check
            )
            return done.returncode

        initialise: list[str | Path] = [
            bin_folder / "initdb", "-D", data, "-U", "tester", "--pwfile", secret, "-A", "scram-sha-256",
            "-E", "UTF8", "--locale=C", "--no-sync",
        ]  # fmt: skip
        run(initialise)
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        control: list[str | Path] = [bin_folder / "pg_ctl", "-D", data, "-w", "-t", "60"]
        start: list[str | Path] = [*control, "-o", settings, "-l", folder / "log", "start"]
        if run(start, check=False):
            raise RuntimeError((folder / "log").read_text(encoding="utf-8"))
        try:
            yield f"postgresql://tester:{password}@127.0.0.1:{port}/postgres"
        finally:
            run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder)


def _account() -> str:
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _ACCOUNTS if name in names)
