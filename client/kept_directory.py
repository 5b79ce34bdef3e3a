"""A long directory, read once for each version of its file: every command would wait half a minute for 100,000 people.

What was read and found fit is kept beside the record, under the digest of its text and of what a directory can hold,
readable by its owner alone; only the latest of each file is. A copy that cannot be had, or read, is no reason to fail.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from escalation.policy.directory import Directory
from escalation.policy.finding import Findings, PolicyErrors
from escalation.policy.read_directory import parse_directory

LONG = 256 * 1024
"""Characters from which on it is worth it: some 1,500 people, half a second."""


class KeptDirectory:
    """The copies in one folder. It is made when the first one is kept."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "people"

    def read(self, text: str, file: str) -> Directory:
        """The directory in this text; raises PolicyErrors with everything that is wrong in it."""
        findings = Findings(file)
        directory = self.parse(text, findings)
        if directory is None:
            raise PolicyErrors(findings.in_order())
        return directory

    def parse(self, text: str, findings: Findings) -> Directory | None:
        """As `parse_directory`; where a copy was kept, `findings` knows no lines."""
        whose = hashlib.sha256(findings.file.encode()).hexdigest()[:12]
        if len(text) < LONG:
            self._drop_others(whose, None)  # of when it was longer
            return parse_directory(text, findings)
        copy = self._folder / f"{whose}-{_digest(text)}.json"
        try:
            return Directory.model_validate_json(copy.read_bytes())
        except (OSError, ValidationError):
            pass
        directory = parse_directory(text, findings)
        if directory is not None:
            self._keep(directory, copy, whose)
        return directory

    def _keep(self, directory: Directory, copy: Path, whose: str) -> None:
        name = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".new-", dir=self._folder)  # for its owner alone
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(directory.model_dump_json())
            Path(name).replace(copy)
            self._drop_others(whose, copy)
        except OSError:
            if name is not None:
                Path(name).unlink(missing_ok=True)

    def _drop_others(self, whose: str, copy: Path | None) -> None:
        with suppress(OSError):
            for other in self._folder.glob(f"{whose}-*.json"):
                if other != copy:
                    other.unlink(missing_ok=True)


def _digest(text: str) -> str:
    return hashlib.sha256(_shape().encode() + text.encode(errors="surrogatepass")).hexdigest()


@cache
def _shape() -> str:
    """What a directory can hold in this release: a copy of another one is not taken."""
    return json.dumps(Directory.model_json_schema(), sort_keys=True)
