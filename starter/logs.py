"""How this process logs: one event a line on stderr, JSON in pipes, colour on a terminal. Never on stdout.

Logs hold facts and opaque ids. What people write, addresses and secrets are taken out here, whoever logged them.
"""

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from structlog.typing import Processor

from escalation.masking import mask_cards
from starter.failure import one_of

LEVELS = ("debug", "info", "warning", "error")

LEFT_OUT = "(left out)"
_NEVER = re.compile(
    r"(?:^|_)(?:title|description|body|subject|text|note|password|secret|token|api_?key|authorization|cookie|address)$",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+\.[a-zA-Z]{2,}")
_CREDENTIALS = re.compile(r"(?<=://)[^\s/@]+@")
_LONGEST = 2000
_FOREIGN = ("temporal_workflow", "temporal_activity")
_IDS = {
    "workflow_id": "issue",
    "run_id": "run",
    "workflow_run_id": "run",
    "workflow_type": "workflow_type",
    "task_queue": "task_queue",
    "activity_id": "activity_id",
    "activity_type": "errand",
    "attempt": "attempt",
    "update_id": "command",
}
"""What the SDK calls them, and what we do: an issue's id is its workflow's."""
OURSELVES = "escalon"
"""The actor of what the system does by itself."""


def set_up(level: str = "info", *, is_json: bool | None = None) -> None:
    """Send all logs of this process to stderr from now on; `is_json` None: where stderr is no terminal."""
    in_json = not sys.stderr.isatty() if is_json is None else is_json
    steps: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            not_while_replaying,
            structlog.stdlib.filter_by_level,
            *steps,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    ending: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        in_words,
        with_actor,
        without_text,
    ]
    if in_json:
        ending += [structlog.processors.JSONRenderer(ensure_ascii=False, default=str)]
    else:
        ending += [structlog.dev.ConsoleRenderer(colors="NO_COLOR" not in os.environ and sys.stderr.isatty())]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=[*steps, temporal_ids], processors=ending)
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx2", "httpcore2", "uvicorn", "alembic", "sqlalchemy.engine", "opentelemetry", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # What the SDK says below that quotes what is sent to and fro.
    logging.getLogger("temporalio").setLevel(max(logging.INFO, root.level))
    _no_ids_in_messages()


def level(given: str) -> str:
    """The log level of that name; raises WrongInput."""
    return one_of("log-level", given.lower(), LEVELS)


def not_while_replaying(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what a workflow logs while its past is replayed: it was logged when it happened."""
    from temporalio import workflow

    if workflow.in_workflow() and workflow.unsafe.is_replaying_history_events():
        raise structlog.DropEvent
    return event


def temporal_ids(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take over which workflow or activity the SDK's own lines are about."""
    record = event.get("_record")
    for name in _FOREIGN:
        details = getattr(record, name, None)
        if isinstance(details, dict):
            event.update({ours: details[theirs] for theirs, ours in _IDS.items() if theirs in details})
    return event


def with_actor(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A line about an issue says who acted; where nobody did, the system itself."""
    if "issue" in event:
        event.setdefault("actor", OURSELVES)
    return event


def in_words(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The exception as kind and message with the place it came from; no values of variables, no source lines."""
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__name__}: {error}"
        event["raised_at"] = _place(error)
    return event


def without_text(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out what must not be in a log: by the name of its field, and by what it looks like."""
    return {key: LEFT_OUT if _is_never(key) else _cleaned(value) for key, value in event.items()}


@lru_cache(maxsize=1024)
def _is_never(name: str) -> bool:
    """Whether a field of this name is left out. The same few names come with every line."""
    return _NEVER.search(name) is not None


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            bare = value
            if "@" in value:  # every address and every URL with credentials has one
                bare = _EMAIL.sub("(e-mail)", _CREDENTIALS.sub("", value))
            bare = mask_cards(bare)
            return bare if len(bare) <= _LONGEST else f"{bare[:_LONGEST]}…"
        case dict():
            return {key: LEFT_OUT if _is_never(str(key)) else _cleaned(part) for key, part in value.items()}
        case list() | tuple():
            return [_cleaned(part) for part in value]
        case _:
            return value


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def _no_ids_in_messages() -> None:
    """The SDK writes its ids into the text of its lines, where no program finds them; `temporal_ids` shows them."""
    from temporalio import activity, workflow

    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
