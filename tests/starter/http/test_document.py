"""The OpenAPI document is true: schemathesis plays it against the door on the real server, and finds nothing."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.starter.http.conftest import LEAD, Door, listening

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
EXAMPLES = 4
"""For each operation: so that it takes about a minute."""
PLAYED = (
    "^(/v1/issues|/v1/issues/{issue}|/v1/issues/{issue}/"
    "(timeline|explanation|acknowledge|escalate|close|suppress)|/healthz)$"
)
"""All that reads, and of the commands those with every kind of field: the others are made in the same way."""
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
@pytest.mark.timeout(240)
async def test_schemathesis_finds_nothing(door: Door, tmp_path: Path) -> None:
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
            *("--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES), "--max-time", "60"),
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
