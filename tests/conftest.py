"""Settings for the whole suite; fixtures live in the conftest beside the tests that use them."""

import os
import signal
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

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

SLOW, SERVER = 60, 2
"""About how many seconds a test takes that has this mark; others next to none."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Side by side, files that take longest begin first: none of them is still alone under way at the end."""
    if not config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return
    takes: dict[Path, int] = defaultdict(int)
    for item in items:
        is_slow, is_server = (item.get_closest_marker(mark) is not None for mark in ("slow", "server"))
        takes[item.path] += SLOW if is_slow else SERVER if is_server else 0
    items.sort(key=lambda item: -takes[item.path])


pytest_plugins = ["tests.left_out", "tests.server", "tests.starter.office"]
