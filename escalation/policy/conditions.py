"""The conditions of triggers: CEL over `issue`, in a declared environment, so that a misspelt field does not compile.

One condition compiles once. CEL is safe with hostile text: no loops without bound, linear regular expressions.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from cel_expr_python import cel
from cel_expr_python.ext import ext_strings

from escalation.policy.finding import nearest

LONGEST = 2000
"""Characters of one condition."""

_TEXT, _WORDS = cel.Type.STRING, cel.Type.List(cel.Type.STRING)


@dataclass(frozen=True)
class IssueField:
    """One field of `issue` that a condition may use."""

    name: str
    type: cel.Type
    type_in_words: str
    means: str


ISSUE_FIELDS: Final = (
    IssueField("kind", _TEXT, "text", "support, technical, complaint, conduct or privacy"),
    IssueField("severity", _TEXT, "text", "the severity given by whoever raised it; empty where none was given"),
    IssueField("source", _TEXT, "text", "the system or desk it came from, such as `alertmanager`"),
    IssueField("title", _TEXT, "text", "the one line that names it"),
    IssueField("text", _TEXT, "text", "the description as it came in; read at the door and never kept with the match"),
    IssueField(
        "labels", cel.Type.Map(_TEXT, _TEXT), "map of text", "whatever the source says beside, such as `severity`"
    ),
    IssueField(
        "harm", _WORDS, "list of text", "harm flags: vulnerable, no_access_to_funds, fraud, safety, legal, press"
    ),
    IssueField("org", _TEXT, "text", "the organisation"),
    IssueField("legal_entity", _TEXT, "text", "the legal entity"),
    IssueField("team", _TEXT, "text", "the team that takes it in"),
    IssueField("class", _TEXT, "text", "normal, restricted or sealed"),
    IssueField("raised_by_machine", cel.Type.BOOL, "true or false", "no person raised it"),
    IssueField("raiser_role", _TEXT, "text", "the raiser's role in the directory; empty where they have none"),
    IssueField("contacts", cel.Type.INT, "whole number", "contacts about it in the last 14 days, this one included"),
    IssueField("reopened", cel.Type.INT, "whole number", "how often it was reopened or came back"),
    IssueField("received_at", cel.Type.TIMESTAMP, "instant", "when it reached us"),
    IssueField("opened_at", cel.Type.TIMESTAMP, "instant", "when it is opened here: the present of the decision"),
    IssueField(
        "deadlines",
        cel.Type.List(cel.Type.TIMESTAMP),
        "list of instants",
        "dates that the customer must keep or was promised",
    ),
)

_ENVIRONMENT: Final = cel.NewEnv(
    variables={f"issue.{each.name}": each.type for each in ISSUE_FIELDS}, extensions=[ext_strings.ExtStrings()]
)
_POSITION = re.compile(r"<input>:(\d+):(\d+): (.*)")
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_LABEL_BY_DOT = re.compile(r"issue\.labels\.(\w+)(?!\w|\s*\()")
_LABEL_BY_KEY = re.compile(r"issue\.labels\[\s*(?:\"([^\"]*)\"|'([^']*)')\s*\]")
_FAILURES: Final = {
    "NOT_FOUND": "something that it reads is not there",
    "INVALID_ARGUMENT": "a value is not of the kind that it needs",
    "OUT_OF_RANGE": "a value is out of range",
    "INTERNAL": "it takes too many steps",
}

Condition = Callable[..., Any]
"""A compiled condition; takes `data`, the values of the declared variables, and gives a CEL value."""


class BadCondition(ValueError):
    """A condition that does not compile, or fails on an issue; says why, on one line."""

    def __init__(self, why: str, suggestion: str | None = None) -> None:
        super().__init__(why)
        self.suggestion = suggestion
        """The field that was likely meant, where a name is misspelt."""


@lru_cache(maxsize=1024)
def compile_condition(text: str) -> Condition:
    """The condition, compiled; raises BadCondition."""
    if len(text) > LONGEST:
        raise BadCondition(f"has {len(text)} characters; allowed: at most {LONGEST}")
    try:
        compiled = _ENVIRONMENT.compile(text)
    except (RuntimeError, TypeError) as error:
        complaint = _first_complaint(str(error))
        raise BadCondition(complaint, _meant(complaint)) from None
    if compiled.return_type() != cel.Type.BOOL:
        raise BadCondition(f"gives {compiled.return_type().name().lower()}, not true or false")
    run: Condition = compiled.eval
    return run


def holds(condition: Condition, data: dict[str, object]) -> bool:
    """Whether the condition holds; raises BadCondition where it fails on these values."""
    try:
        result = condition(data=data)
    except (RuntimeError, TypeError, ValueError) as error:
        raise BadCondition(_failure(str(error))) from None
    if result.type() != cel.Type.BOOL:
        # CEL hands a failure back as a value.
        raise BadCondition(_failure(str(result.plain_value())))
    return bool(result.value())


def unguarded_labels(text: str) -> tuple[str, ...]:
    """Labels that a condition reads without asking first whether they are there: it would fail on many issues."""
    bare = _STRING.sub("''", text)
    by_dot = [
        label for label in _LABEL_BY_DOT.findall(bare) if f"has(issue.labels.{label})" not in bare.replace(" ", "")
    ]
    by_key = [double or single for double, single in _LABEL_BY_KEY.findall(text)]
    by_key = [key for key in by_key if not re.search(rf"[\"']{re.escape(key)}[\"']\s+in\s+issue\.labels", text)]
    return tuple(dict.fromkeys(by_dot + by_key))


def _failure(error: str) -> str:
    """Why it failed, by kind alone: CEL's own words can quote the issue's text, which must not get into the record."""
    return _FAILURES.get(error.partition(":")[0], "it could not be evaluated")


def _first_complaint(error: str) -> str:
    found = _POSITION.search(error)
    if found is None:
        return "is not text that CEL can read" if "incompatible" in error else _one_line(error)
    line, column, complaint = found.groups()
    complaint = complaint.replace("(in container '')", "").partition(" expecting ")[0].strip()
    return f"does not compile: line {line}, column {column}: {complaint}"


def _meant(complaint: str) -> str | None:
    unknown = re.search(r"undeclared reference to 'issue\.(\w+)", complaint)
    field = nearest(unknown[1], [each.name for each in ISSUE_FIELDS]) if unknown else None
    return f"issue.{field}" if field else None


def _one_line(error: str) -> str:
    return " ".join(error.split())[:200]
