"""Twenty runs of `make chaos`: every part of the service is broken at random, and every issue is kept all the same."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from chaos.postgres import why_not

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(900)]

RUNS = 20
ROOT = Path(__file__).resolve().parents[2]


def test_every_issue_is_kept_whatever_breaks() -> None:
    seed = int(os.environ.get("STORY_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"STORY_SEED={seed}\n")  # shown where it fails
    ran = subprocess.run(
        [sys.executable, "-m", "chaos", "--runs", str(RUNS), "--seed", str(seed), "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-6000:]
    found = json.loads(ran.stdout)
    assert (found["runs"], found["failed"]) == (RUNS, [])
    assert set(found["on"]) == ({"SQLite"} if why_not() else {"SQLite", "PostgreSQL"})
    # Or it was none: twenty runs have about 60 issues, a thousand pages and 45 faults.
    assert found["issues"] >= 2 * RUNS
    assert found["pages"] >= 10 * RUNS
    assert sum(found["faults"].values()) >= RUNS
    assert found["answers"]["done"] > 0
