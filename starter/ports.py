"""Ports: is one free, who has it where that can be seen (on Linux, of one's own processes), is what serves it ready."""

import errno
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

_LISTENING = "0A"


def why_not_free(ip: str, port: int) -> str | None:
    """Why nothing can listen there now, in words; None where it can."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(ip, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return f"{ip} is not an address of this machine"
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
        except PermissionError:
            return f"port {port} may not be listened at by this user; those from 1024 may"
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                return f"{ip} is not an address of this machine"
            if error.errno != errno.EADDRINUSE:
                return f"{ip}:{port}: {error.strerror}"
            return f"port {port} is in use by {holder(port) or 'a process that is not visible from here'}"
    return None


def holder(port: int) -> str | None:
    """Which process listens at the port, as far as can be seen: its id and its command's first words."""
    sockets = set(_sockets(port))
    if not sockets:
        return None
    for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            links = {str(descriptor.readlink()) for descriptor in (process / "fd").iterdir()}
            if not links & sockets:
                continue
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:  # another user's, or gone by now
            continue
        shown = " ".join([Path(words[0]).name, *words[1:3]]).strip()
        return f"process {process.name} ({shown})"
    return None


def is_ready(url: str) -> bool:
    """Whether what answers there says 200."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _sockets(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                yield f"socket:[{fields[9]}]"
