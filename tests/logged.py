"""What a module logs, whatever else of this process has set up its logs before."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

import structlog
from structlog.testing import capture_logs


@contextmanager
def logged_by(module: ModuleType) -> Iterator[list[Any]]:
    """Its lines, with what is bound to their context.

    A logger that was used keeps how logs were set up then, such as by a command that a test ran in this process: the
    module gets a new one.
    """
    with (
        patch.object(module, "_log", structlog.get_logger()),
        capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines,
    ):
        yield lines
