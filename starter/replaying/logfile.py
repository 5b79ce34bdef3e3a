"""The file of a log: found, opened whatever it is packed in, read row by row, and how far that is.

Which formats there are, and the policy that each replays under, is here too; what rows mean is `escalation/intake/`.
"""

import csv
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, NamedTuple

from client.settings import SHIPPED
from escalation.intake.logged import BadLog, LogFormat, LogReader, Row
from escalation.intake.uci498 import FORMAT as UCI498
from escalation.policy.model import Policy
from escalation.policy.parse import read_policy
from starter.failure import WrongInput, one_of

FORMATS = {UCI498.name: UCI498}
"""Every format that can be replayed. A new one is a module in `escalation/intake/`, a policy and a line here."""
DATA = Path("../shared/data")
"""Where logs lie that are not found as they are named, unless ESCALON_DATA says otherwise."""
_ENDINGS = (".csv", ".csv.xz")


class Log(NamedTuple):
    """A log that is open."""

    format: LogFormat
    reader: LogReader
    rows: Iterator[Row]
    policy: Policy


def format_named(name: str) -> LogFormat:
    """The format; raises WrongInput."""
    return FORMATS[one_of("--format", name, FORMATS)]


def policy_of(chosen: LogFormat) -> Policy:
    """The policy whose clocks are counted, as it ships."""
    return read_policy((SHIPPED / "samples" / chosen.policy).read_text(encoding="utf-8"), chosen.policy)


def find_log(name: str, data: Path) -> Path:
    """The file as it is named, else in the data folder; raises WrongInput."""
    if not name.endswith(_ENDINGS):
        raise WrongInput(f"FILE: '{name}' is not known by its ending; allowed: {' and '.join(_ENDINGS)}")
    path = Path(name)
    if not path.is_file() and (data / name).is_file():
        path = data / name
    if not path.is_file():
        raise WrongInput(f"FILE: there is no {name}, here or in {data}; name its folder with --data or ESCALON_DATA")
    return path


@contextmanager
def open_log(
    path: Path, chosen: LogFormat, policy: Policy | None = None, on_bytes: Callable[[int], None] | None = None
) -> Iterator[Log]:
    """The log, open. `on_bytes` hears now and then how many bytes of the file have been read.

    Raises WrongInput where it is not of this format, or cannot be read: then also while its rows are taken.
    """
    policy = policy or policy_of(chosen)
    try:
        with path.open("rb") as raw, _plain(path, raw) as plain, TextIOWrapper(plain, "utf-8", newline="") as text:
            reader = csv.reader(text)
            header = next(reader, [])
            yield Log(chosen, chosen.reader(header, policy), _rows(reader, raw, on_bytes), policy)
    except BadLog as error:
        raise WrongInput(f"FILE: {path.name} is not of format {chosen.name}: {error}") from None
    except (lzma.LZMAError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise WrongInput(f"FILE: {path.name} cannot be read: {error}") from None
    except OSError as error:
        raise WrongInput(f"FILE: {path.name} cannot be read: {error.strerror or error}") from None


@contextmanager
def _plain(path: Path, raw: IO[bytes]) -> Iterator[IO[bytes]]:
    if path.suffix == ".xz":
        with lzma.open(raw) as unpacked:
            yield unpacked
    else:
        yield raw


_TELL_EVERY = 1000


def _rows(reader: "csv._reader", raw: IO[bytes], on_bytes: Callable[[int], None] | None) -> Iterator[Row]:  # type: ignore[name-defined]
    if on_bytes is None:
        for row in reader:
            yield reader.line_num, row
        return
    for row in reader:
        line = reader.line_num
        if line % _TELL_EVERY == 0:
            on_bytes(raw.tell())
        yield line, row
