"""docs/api.md keeps up with the door: its calls are made, its fields, scopes and statuses are those there are."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest

from starter.http.app import make_app
from starter.http.forms import OpenForm
from starter.scopes import SCOPES
from tests.starter.http.conftest import AGENT, Door, listening

PAGE = (Path(__file__).parents[3] / "docs/api.md").read_text(encoding="utf-8")
CALLS = [
    call for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for call in re.split(r"\n(?=curl)", block.strip())
]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed: apt install curl")
async def test_every_call_of_the_page_can_be_made(door: Door) -> None:
    assert len(CALLS) >= 8
    async with listening(door) as url:
        for call in CALLS:
            made = await asyncio.create_subprocess_exec(
                "sh",
                "-c",
                call.replace("curl ", "curl -f ", 1),
                env={"API": url, "KEY": door.key(AGENT), "PATH": "/usr/bin:/bin:/usr/local/bin"},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, err = await made.communicate()
            assert made.returncode == 0, (call, out, err)
            assert json.loads(out), call


def test_the_fields_and_scopes_are_those_that_there_are() -> None:
    listed = PAGE.partition("Its fields are those of")[2].partition("\n\n")[0]
    assert re.findall(r"`([a-z_]+)`", listed) == [*OpenForm.model_fields]
    scopes = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE))
    assert scopes <= set(SCOPES)
    assert {"open", "read", "act", "intake", "on_behalf"} <= scopes


def test_every_status_that_the_document_has_is_explained(door: Door) -> None:
    document = make_app(door.doors).openapi()
    declared = {
        int(status)
        for path in document["paths"].values()
        for operation in path.values()
        for status in operation["responses"]
    }
    explained = {int(status) for status in re.findall(r"\b([45]\d\d)\b", PAGE)}
    assert {status for status in declared if status >= 400} - explained == {500}
