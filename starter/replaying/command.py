"""What `escalon replay` does: finds the log, plays it on the clock that was chosen, and shows what came of it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starter.failure import REFUSED, one_of
from starter.replaying.logfile import find_log, format_named
from starter.replaying.outcome import Replayed
from starter.replaying.progress import progress
from starter.replaying.simulated import replay_file
from starter.replaying.view import replayed_json, show_replayed
from starter.showing import say_json

CLOCKS = ("simulated", "server")
SERVER_CASES = 200
"""Cases on the server's clock unless said otherwise: a few minutes on two cores."""


def replay_from(
    file: str,
    format_name: str,
    clock: str,
    cases: int | None,
    data: Path,
    build_worker: Callable[..., Any],
    *,
    as_json: bool,
) -> int:
    """Replay and show; the exit code. Raises WrongInput, NotDone."""
    one_of("--clock", clock, CLOCKS)
    format_named(format_name)
    path = find_log(file, data)
    if clock == "simulated":
        if cases is None:
            with progress(f"replaying {path.name}", path.stat().st_size) as on_bytes:
                done = replay_file(path, format_name, on_bytes=on_bytes)
        else:
            with progress(f"replaying {cases} cases of {path.name}", cases) as on_cases:
                done = replay_file(path, format_name, cases=cases, on_cases=on_cases)
        _show(done, as_json=as_json)
        return 0
    from starter import logs
    from starter.replaying.on_server import replay_on_server

    logs.set_up("critical")
    most = cases or SERVER_CASES
    with progress(f"replaying {most} cases of {path.name} on a server", most) as on_cases:
        done = asyncio.run(replay_on_server(path, format_name, most, build_worker, on_cases))
    _show(done, as_json=as_json)
    return REFUSED if done.agreement is not None and not done.agreement.is_whole else 0


def _show(done: Replayed, *, as_json: bool) -> None:
    if as_json:
        say_json(replayed_json(done))
    else:
        show_replayed(done)
