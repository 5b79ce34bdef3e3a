"""What `escalon up` says once everything runs: where to look, and what to type first."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from rich.text import Text

from client.connect import DEFAULT_ADDRESS
from escalation.issue.identity import IssueId
from starter.plan import Plan
from starter.showing import console

_USUAL_HOME = ".escalon"


def show_panel(plan: Plan, sample: IssueId | None, somebody: str, key: Path | None = None) -> None:
    """Write it to stdout. `somebody`: an id of the directory to act as; `key`: where an API key of theirs lies."""
    us = program()
    out = console()
    out.print(Text.assemble("\n", ("Escalon is running.", "bold green"), f" Its state stays in {_shown(plan.home)}."))
    if sample is not None:
        out.print(Text("A sample issue is climbing; nobody answers it, so it is at the top within a minute.", "bold"))
    rows: list[tuple[str, str]] = []
    if exports := _exports(plan):
        rows.append(("elsewhere, first", f"export {' '.join(exports)}"))
    if sample is not None:
        rows.append(("see it climb", f"{us} watch {sample.short}"))
        rows.append(("stop it", f"{us} acknowledge {sample.short} --as {somebody}"))
    if not plan.address:
        rows.append(("Temporal UI", f"{plan.ui}/namespaces/default/workflows"))
    if plan.page and os.environ.get("ESCALON_RAISE_PAGE") != "off":
        rows.append(("raise an issue", f"{plan.page} in a browser"))
    if plan.api:
        rows.append(("HTTP", f"{plan.api}/openapi.json"))
        if key is None:
            rows.append(("let somebody in", f"{us} key create --for {somebody}"))
        else:
            shown = shlex.quote(_shown(key))
            rows.append(("try it", f'curl -H "Authorization: Bearer $(cat {shown})" {plan.api}/v1/issues'))
    if plan.health_port:
        rows.append(("health, metrics", f"http://127.0.0.1:{plan.health_port}/healthz, /readyz and /metrics"))
    rows += [
        ("open an issue", f'{us} open "Card payments fail" --as {somebody}'),
        ("list them", f"{us} list"),
        ("read an inbox", f"{us} inbox --as {somebody}"),
        ("what is wrong", f"{us} selfwatch --once"),
        ("logs", _shown(plan.home / "logs")),
        ("stop", "Ctrl-C"),
    ]
    for name, value in rows:  # no table: a command that a narrow terminal wraps can still be copied
        out.print(Text.assemble((f"{name:<17}", "dim"), value), soft_wrap=True)
    sys.stdout.flush()


def program() -> str:
    """How to call this installation's `escalon` from the current folder."""
    script = Path(sys.executable).with_name("escalon")
    found = shutil.which("escalon")
    if found is not None and Path(found).resolve() == script.resolve():
        return "escalon"
    return shlex.quote(_shown(script))


def _exports(plan: Plan) -> list[str]:
    """What another terminal needs so that its commands reach this one."""
    needed = []
    if plan.home != Path(_USUAL_HOME).absolute():
        needed.append(f"ESCALON_HOME={shlex.quote(str(plan.home))}")
    if plan.server != DEFAULT_ADDRESS:
        needed.append(f"TEMPORAL_ADDRESS={plan.server}")
    return needed


def _shown(path: Path) -> str:
    here = Path.cwd()
    return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)
