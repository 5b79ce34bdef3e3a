"""A child that is kept running: started again ever later, told of in one line, ended even when it will not end."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from starter import child as children
from starter.child import Child, DiedAtOnce


def python(program: str, tmp_path: Path, said: list[str], **more: object) -> Child:
    command = [sys.executable, "-c", program]
    return Child("child", command, dict(os.environ), tmp_path / "logs" / "child.log", said.append, **more)  # type: ignore[arg-type]


async def never() -> bool:
    return False


async def test_one_that_dies_again_and_again_is_started_ever_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "FIRST_WAIT_S", 0.01)
    said: list[str] = []
    child = python("raise SystemExit(3)", tmp_path, said)
    await child.start()
    child.keep()
    async with asyncio.timeout(20):
        while child.starts < 4:  # noqa: ASYNC110 - other processes are waited for
            await asyncio.sleep(0.01)
    await child.stop(5)
    ended = [line for line in said if "ended with exit code 3" in line]
    assert [line.partition("again in ")[2].partition(" s")[0] for line in ended[:3]] == ["0.01", "0.02", "0.04"]
    assert str(tmp_path / "logs" / "child.log") in ended[0]


async def test_one_that_ends_before_it_is_ready_is_said_with_its_last_words(tmp_path: Path) -> None:
    child = python("print('no such file: x'); raise SystemExit(1)", tmp_path, [])
    await child.start()
    with pytest.raises(DiedAtOnce, match=r"child ended with exit code 1; its log ends:\n  no such file: x"):
        await child.until(never, 10)


async def test_one_that_is_never_ready_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    child = python("import time; time.sleep(60)", tmp_path, [])
    await child.start()
    with pytest.raises(TimeoutError):
        await child.until(never, 0.2)
    await child.stop(5)
    assert child.pid is None


async def test_one_that_will_not_end_is_killed(tmp_path: Path) -> None:
    said: list[str] = []
    ready = asyncio.Event()
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    child = python(stubborn, tmp_path, said, on_line=lambda _: ready.set())
    await child.start()
    await asyncio.wait_for(ready.wait(), 10)
    await child.stop(0.2)
    assert said == ["child did not end within 0 s and is killed"]
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


async def test_a_long_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "LOG_AT_MOST", 10)
    child = python("print('x' * 20)", tmp_path, [])
    for _ in range(2):
        await child.start()
        assert child.process is not None
        await child.process.wait()
    assert [path.name for path in sorted(child.log.parent.iterdir())] == ["child.log", "child.log.1"]


async def test_a_program_that_is_not_there_is_an_ending_with_words(tmp_path: Path) -> None:
    child = Child("child", [str(tmp_path / "none")], dict(os.environ), tmp_path / "child.log", print)
    await child.start()
    with pytest.raises(DiedAtOnce, match="No such file"):
        await child.until(never, 10)
