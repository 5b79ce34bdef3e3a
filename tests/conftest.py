"""Settings for the whole suite; fixtures live in the conftest beside the tests that use them."""

import gc
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Generator, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings

from escalation.policy import read_yaml

# Two busy cores make any deadline per example a coin toss; a property that hangs is caught by the suite's own timeout.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# pytest-xdist sets it in its processes; without it, what the command line prints does not depend on who runs the suite.
os.environ.pop("COLUMNS", None)

# A suite started in the background of a script inherits that Ctrl-C is ignored, and so would all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Workers of tests run in the test's own process, and what they log is not what a command says on stdout.
structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))

# Hundreds of processes of ours are started: each would compile all of it anew, half a second of CPU.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Commands run in the test's own process, thousands of them, and most of what each takes is to read the same YAML again.
_read_anew = read_yaml._events


@lru_cache(maxsize=64)
def _read_once(text: str) -> tuple[Any, ...]:
    return tuple(_read_anew(text, is_long=False))


def _read(text: str, *, is_long: bool) -> Iterator[Any]:
    try:
        return _read_anew(text, is_long=True) if is_long else iter(_read_once(text))
    except Exception:  # noqa: BLE001 - a fault in it comes where it came, after all that stands before it
        return _read_anew(text, is_long=is_long)


read_yaml._events = _read

SLOW, SERVER = 60, 2
"""About how many seconds a test takes that has this mark; others next to none. `slow(300)` says how many it takes."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Half a million objects come to be here, and stay: neither now nor later is garbage looked for among them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side, files that take longest begin first: none of them is still alone under way at the end."""
    if not config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return
    takes: dict[Path, int] = defaultdict(int)
    for item in items:
        slow, is_server = item.get_closest_marker("slow"), item.get_closest_marker("server") is not None
        takes[item.path] += next(iter(slow.args), SLOW) if slow else SERVER if is_server else 0
    items.sort(key=lambda item: -takes[item.path])


pytest_plugins = ["tests.captured", "tests.left_out", "tests.server", "tests.starter.office"]
