"""What the rules know is in docs/rules.md, and nothing else is; every effect has its activity, and back."""

import ast
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from client.settings import Settings
from escalation.heartbeat.watching import Report
from escalation.issue import events
from escalation.issue.clocks import What
from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.effects import EFFECTS
from escalation.issue.from_body import Door
from escalation.issue.state import Status
from escalation.storm.digest import SendDigest
from records.database import open_database
from tests.structure.tree import ROOT, modules
from worker import activities

OF_A_BUNDLE: str = SendDigest.model_fields["kind"].default
PAGE = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
REFUSING = {"Refusal": 0, "Rejected": None, "_bad": 0}
"""The calls that refuse, and the place of the code among their arguments; None: only by its name."""


def rows(heading: str) -> list[str]:
    """The first cells of the tables under a heading of the second level, where they are code."""
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    text = next(part for part in section if part.startswith(f"{heading}\n"))
    return re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)


def refusal_codes() -> set[str]:
    """Every code that a refusal in the rules, the workflow and the client can have."""
    return {code for path in modules("escalation", "workflows", "client") for code in _codes(path)}


def _codes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in REFUSING:
            continue
        by_name = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        place = REFUSING[node.func.id]
        by_place = node.args[place : place + 1] if place is not None else []
        for code in by_name or by_place:
            yield from _values(code)


def _values(code: ast.expr) -> list[str]:
    """The text of a code; of `f"unknown_{door}"` one for each door."""
    match code:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return [*_values(body), *_values(orelse)]
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), ast.FormattedValue(value=ast.Name(id="door"))]):
            return [f"{text}{door}" for door in typing.get_args(Door)]
        case ast.Name(id="code"):
            return []
        case _:
            raise AssertionError(f"a code that cannot be read from the source: {ast.unparse(code)}")


def kinds(union: object) -> set[str]:
    """The kinds of a discriminated union."""
    members = typing.get_args(typing.get_args(union)[0])
    return {member.model_fields["kind"].default for member in members}


KNOWN: dict[str, set[str]] = {
    "Commands": {"open", *HUMAN_COMMANDS},
    "Events": kinds(events.Event),
    "Clocks": set(typing.get_args(What)),
    "Refusals": refusal_codes(),
    "What is asked of the world": {*EFFECTS, OF_A_BUNDLE},
    "Climbing": set(typing.get_args(events.Exhausted.model_fields["procedure"].annotation)),
}


@pytest.mark.parametrize("heading", sorted(KNOWN))
def test_the_rules_are_documented_and_nothing_else(heading: str) -> None:
    documented = rows(heading)
    assert sorted(documented) == sorted(KNOWN[heading])


def test_refusals_are_found_in_the_source() -> None:
    assert {"already_acknowledged", "bad_field", "too_long", "unknown_update", "unknown_revision"} <= refusal_codes()


def test_every_state_is_documented() -> None:
    assert re.findall(r"^\| ([a-z]+) \|", PAGE, re.MULTILINE)[: len(typing.get_args(Status)) + 1] == [
        "state",
        *typing.get_args(Status),
    ]


def test_every_command_and_event_says_what_it_is() -> None:
    for model in (*HUMAN_COMMANDS.values(), *typing.get_args(typing.get_args(events.Event)[0]), *EFFECTS.values()):
        assert model.__doc__, model.__name__


async def test_every_effect_has_its_activity_and_every_activity_its_effect(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    client = await Client.connect("127.0.0.1:1", lazy=True)
    db = open_database(settings.record)
    try:
        named = [getattr(each, "__temporal_activity_definition").name for each in activities(client, settings, db)]
    finally:
        db.close()
    assert sorted(named) == sorted([*EFFECTS, Report.model_fields["kind"].default, OF_A_BUNDLE])
