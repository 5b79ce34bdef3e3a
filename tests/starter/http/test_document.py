"""The OpenAPI document is true: schemathesis plays it against the door on the real server, and finds nothing.

WHOLE_DOCUMENT=1 plays every operation, with more examples, for some minutes.
"""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.starter.http.conftest import LEAD, Door, listening

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
WHOLE = "WHOLE_DOCUMENT" in os.environ
EXAMPLES, MOST_S = (20, 600) if WHOLE else (4, 60)
"""For each operation: so that it takes about a minute."""
PLAYED = (
    "^(?!/v1/(answers|mail)$)"
    if WHOLE
    else "^(/v1/issues|/v1/issues/{issue}|/v1/issues/{issue}/"
    "(timeline|explanation|acknowledge|escalate|close|suppress)|/healthz)$"
)
"""All that reads, and of the commands those with every kind of field: the others are made in the same way.

Not of the whole: links, since who makes up twenty a minute is slowed down, and mails, which it cannot make up.
"""
CASES = 50
"""So many at least: fewer means that it did not come far."""
CONFIG = """
[checks]
# A name that no policy knows is refused though its form is right, and what is away is said to be.
positive_data_acceptance.expected-statuses = ["2xx", "401", "403", "404", "409", "422", "503"]

[parameters]
"path.issue" = "{issue}"
"""


@pytest.mark.slow
@pytest.mark.timeout(180 + MOST_S)
async def test_schemathesis_finds_nothing(door: Door, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    issue = door.fresh()
    await door.open(issue)
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG.replace("{issue}", issue))
    async with listening(door) as url:
        process = await asyncio.create_subprocess_exec(
            str(SCHEMATHESIS),
            *("--config-file", str(config), "run", f"{url}/openapi.json"),
            *("--header", f"Authorization: Bearer {door.key(LEAD)}"),
            *("--include-path-regex", PLAYED),
            *("--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES), "--max-time", str(MOST_S)),
            *("--seed", "1", "--continue-on-failure", "--no-color"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
    summary = said.decode()
    assert process.returncode == 0, summary
    passed = re.search(r"generated, ([0-9]+) passed", summary)
    assert passed, summary
    assert int(passed[1]) > CASES, summary
    with capsys.disabled():
        sys.stdout.write(f"\n{summary[summary.rindex(' SUMMARY ') :].partition(chr(10))[2]}")
