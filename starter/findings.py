"""Showing what a round of the watch gave: for people as a list, for programs as one line of JSON."""

import json
from collections.abc import Mapping
from typing import Any

from rich.text import Text

from starter.showing import console


def show_round(shown: Mapping[str, Any], *, as_json: bool) -> None:
    """Write it to stdout at once, as whoever reads the pipe waits for it."""
    if as_json:
        print(json.dumps(shown, ensure_ascii=False), flush=True)
        return
    out = console()
    if shown["is_well"]:
        out.print(Text("All is well: nothing is found.", "green"))
    for each in shown["open"]:
        mark = ("found ", "bold red") if each["is_seen"] else ("found before, could not be looked at now ", "yellow")
        out.print(Text.assemble(mark, each["title"], (f"  {each['kind']}", "dim")))
        out.print(Text(f"  {each['sentence']}"))
        out.print(Text(f"  since {each['found_at']}. {each['do']}", "dim"))
    for each in shown["ended_in_full"]:
        out.print(Text.assemble(("was found, ended now ", "green"), each["title"], (f"  {each['kind']}", "dim")))
        out.print(Text(f"  {each['sentence']}. Found at {each['found_at']}.", "dim"))
    for kind, why in shown["broken"].items():
        out.print(Text.assemble(("could not look ", "bold yellow"), kind, f": {why}"))
    if shown["untold"]:
        out.print(Text(f"Nobody could be told of {shown['untold']} of these.", "bold red"))
