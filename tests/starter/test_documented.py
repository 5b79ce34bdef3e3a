"""docs/using.md keeps up with the command line: every command, every command of people, every line can be called."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.from_body import read_body
from escalation.issue.refusal import Rejected
from starter.command_fields import own_fields
from starter.main import build_app

PAGE = (Path(__file__).parents[2] / "docs/using.md").read_text(encoding="utf-8")
CALLS = sorted(set(re.findall(r"^ +\$? ?(escalon [^\n|]+)", PAGE, re.MULTILINE)))
SIGNALS = re.findall(r"--name (\S+) --input '([^\n]+)'$", PAGE, re.MULTILINE)


def commands(group: Any = None, before: str = "escalon") -> dict[str, Any]:
    """Every command by how it is called."""
    group = group or typer.main.get_command(build_app())
    found: dict[str, Any] = {}
    for name, each in group.commands.items():
        called = f"{before} {name}"
        found.update(commands(each, called) if hasattr(each, "commands") else {called: each})
    return found


@pytest.mark.parametrize("called", commands())
def test_every_command_is_documented(called: str) -> None:
    assert f"`{called}`" in PAGE


@pytest.mark.parametrize("name", HUMAN_COMMANDS)
def test_every_human_command_has_its_options_and_its_signal_documented(name: str) -> None:
    called = name.replace("_", "-")
    section = PAGE.partition(f"### `escalon {called}`")[2].partition("\n##")[0]
    options = [
        option for option in commands()[f"escalon {called}"].params if option.name in own_fields(HUMAN_COMMANDS[name])
    ]
    assert [option.opts[0] for option in options if option.opts[0] not in section] == []
    assert options or name not in {"acknowledge", "resolve"}, "fields become options"
    assert name in dict(SIGNALS)


@pytest.mark.parametrize(("name", "body"), SIGNALS)
def test_every_body_is_one_that_the_issue_takes(name: str, body: str) -> None:
    read = read_body(name, [json.loads(body)], "signal-1", "signal")
    assert not isinstance(read, Rejected), read


@pytest.mark.parametrize("call", CALLS)
def test_every_call_is_one_that_can_be_made(call: str) -> None:
    words = shlex.split(call)[1:]
    words = words[: words.index("|")] if "|" in words else words
    command, called = typer.main.get_command(build_app()), "escalon"
    while hasattr(command, "commands"):
        called, command = f"{called} {words[0]}", command.commands[words[0]]
        words = words[1:]
    command.make_context(called, words)  # raises for an unknown option, a missing one, too many words


@pytest.mark.parametrize("called", commands())
def test_every_option_says_what_it_is_for(called: str) -> None:
    silent = [each.name for each in commands()[called].params if not getattr(each, "help", None)]
    assert silent == []


@pytest.mark.parametrize("name", HUMAN_COMMANDS)
def test_the_help_says_on_one_line_what_a_person_can_do_and_in_a_panel_of_its_kind(name: str) -> None:
    command = commands()[f"escalon {name.replace('_', '-')}"]
    assert 10 < len(command.short_help) < 80, "the width that a terminal of 100 columns leaves"
    assert command.rich_help_panel.startswith("Act: ")
