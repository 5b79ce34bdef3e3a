"""The file of sources that must give signs of life, as text. What it says: `escalation/heartbeat/read_sources.py`."""

from pathlib import Path


class HeartbeatsUnreadable(Exception):
    """The file is there and cannot be read; says why."""


def read_heartbeat_file(path: Path) -> str | None:
    """Its text; None where there is no such file. Raises HeartbeatsUnreadable."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HeartbeatsUnreadable(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise HeartbeatsUnreadable(f"{path} is not UTF-8: byte {error.start}") from None
