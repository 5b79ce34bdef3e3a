"""`escalon` run inside the test, as the console script runs it but for its leaving."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from starter.main import run


@dataclass(frozen=True)
class Ran:
    """What a command line said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout; anything beside it is an error."""
        return json.loads(self.out)


class CommandLine:
    """Runs command lines; what they print is caught."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Ran:
        """Run one."""
        self._capsys.readouterr()
        code = run(arguments)
        said = self._capsys.readouterr()
        return Ran(code, said.out, said.err)
