"""What a module logs, whatever else of this process logs meanwhile or has set up its logs before."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

import structlog
from structlog.testing import LogCapture


@contextmanager
def logged_by(module: ModuleType) -> Iterator[list[Any]]:
    """Its own lines of any level, with what is bound to their context.

    The module gets a logger that ends here and nowhere else. Structlog's own `capture_logs` sets up the logs of the
    whole process anew: lines of a worker that still runs behind another test would be taken as well, and not a line of
    a logger that was used before and keeps how logs were set up then.
    """
    lines = LogCapture()
    ours = structlog.wrap_logger(
        None,
        processors=[structlog.contextvars.merge_contextvars, lines],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        cache_logger_on_first_use=False,
    )
    with patch.object(module, "_log", ours):
        yield lines.entries
