"""The rules are pure: what `escalation/` may import and call, by permission rather than by ban.

A rule that reads a clock, draws a number or iterates by hash decides differently in a replay and blocks a running
issue for good; Temporal's sandbox does not look into modules that are passed through, so this is where it is caught.
"""

import ast
from pathlib import Path

import pytest

from tests.structure.tree import modules, shown

MAY_IMPORT = {
    "__future__", "abc", "annotated_types", "base64", "binascii", "bisect", "collections", "copy", "dataclasses",
    "datetime", "decimal", "difflib", "enum", "fractions", "functools", "graphlib", "hashlib", "heapq", "hmac",
    "itertools", "json", "math", "operator", "re", "string", "textwrap", "types", "typing", "typing_extensions",
    "unicodedata", "urllib.parse", "uuid", "zlib", "zoneinfo",
    "pydantic", "pydantic_core", "cel_expr_python",
    "escalation",
}  # fmt: skip
MAY_IMPORT_TOO = {
    # Reads policy text, at the door and never in a workflow.
    "escalation/policy/read_yaml.py": {"ruamel", "yaml"},
    # Resolve holidays once, at the door and never in a workflow.
    "escalation/calendar/feed.py": {"icalendar", "recurring_ical_events"},
    "escalation/calendar/materialise.py": {"holidays"},
    # Text in, people out, at the command line.
    "escalation/people/from_csv.py": {"csv"},
    # Bytes of a mail in, what it says out; at the doors, never in a workflow.
    "escalation/mail/incoming.py": {"email", "html"},
    # Text in, shifts out, and back; at the doors and in the look-up, never in a workflow.
    "escalation/oncall/read_feed.py": {"icalendar", "recurring_ical_events"},
    "escalation/oncall/to_ical.py": {"icalendar"},
}
MAY_NOT_CALL = {
    "now", "utcnow", "today",  # a clock
    "uuid1", "uuid4", "uuid6", "uuid7", "getrandbits", "urandom",  # a draw
    "hash", "id",  # another value in every process
    "open", "print", "input", "read_text", "write_text", "exec", "eval", "compile_command", "__import__",  # the world
    "astimezone()", "fromtimestamp()",  # without a zone: the machine's
}  # fmt: skip


def is_within(module: str, permitted: set[str]) -> bool:
    """Whether the module, or a package it lies in, is permitted."""
    return module in permitted or any(module.startswith(f"{name}.") for name in permitted)


def offences(source: str, also: set[str]) -> list[str]:
    """What in `source` is not allowed to a rule, each with its line."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                taken = [alias.name for alias in names]
            case ast.ImportFrom(module=module):
                taken = [module or "."]
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords):
                zoneless = len(args) + len(keywords) < (2 if name == "fromtimestamp" else 1)
                if name in MAY_NOT_CALL or (zoneless and f"{name}()" in MAY_NOT_CALL):
                    found.append(f"line {node.lineno}: calls {name}")
                continue
            case _:
                continue
        found += [f"line {node.lineno}: imports {name}" for name in taken if not is_within(name, MAY_IMPORT | also)]
    return found


@pytest.mark.parametrize("path", modules("escalation"), ids=shown)
def test_a_rule_is_pure(path: Path) -> None:
    also = MAY_IMPORT_TOO.get(shown(path), set())
    assert offences(path.read_text(encoding="utf-8"), also) == []


@pytest.mark.parametrize(
    ("impure", "why"),
    [
        ("import time", "imports time"),
        ("from temporalio import workflow", "imports temporalio"),
        ("import os.path", "imports os"),
        ("import urllib.request", "imports urllib.request"),
        ("from typings import List", "imports typings"),
        ("from . import other", "imports ."),
        ("at = datetime.now(tz=UTC)", "calls now"),
        ("at = moment.astimezone()", "calls astimezone"),
        ("at = datetime.fromtimestamp(0)", "calls fromtimestamp"),
        ("key = uuid.uuid4()", "calls uuid4"),
        ("order = hash(name)", "calls hash"),
        ("text = path.read_text()", "calls read_text"),
    ],
)
def test_an_impure_rule_would_be_found(impure: str, why: str) -> None:
    assert [offence for offence in offences(impure, set()) if why in offence]


def test_a_pure_rule_passes() -> None:
    assert (
        offences("from datetime import datetime\nat = moment.astimezone(zone)\nkey = uuid.uuid5(space, name)", set())
        == []
    )
