"""What a run left out, and why: named in one block at its end. Where `CI` is `true`, leaving out is a failure.

`ESCALON_WITHOUT` names Debian packages, blanks between them, that a machine cannot have (`.ci/programs` says which):
what is left out for want of one of them is no failure, and is named all the same. Loaded by `conftest.py`.
"""

import os
import re
from collections import Counter
from collections.abc import Generator

import pytest

ON_A_DATABASE = re.compile(r"\[(?:.*-)?(sqlite|postgresql)(?:-.*)?\]$")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that is left out fails where it must not be."""
    report = yield
    why = reason(report)
    if why and is_failure(why):
        report.outcome = "failed"
        report.longrepr = f"left out, which fails where CI is true: {why}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many tests of the record ran on which database, and what was left out."""
    told = terminalreporter
    ran = [report.nodeid for report in told.stats.get("passed", [])]
    databases = Counter(found[1] for node in ran if (found := ON_A_DATABASE.search(node)))
    if databases:
        counts = f"{databases['sqlite']} on SQLite, {databases['postgresql']} on PostgreSQL"
        told.write_line(f"tests of the record that passed: {counts}")
    left_out = Counter(filter(None, map(reason, told.stats.get("skipped", []))))
    if left_out:
        told.section("left out", sep="=", yellow=True, bold=True)
        for why, count in sorted(left_out.items()):
            told.write_line(f"{count} {'test' if count == 1 else 'tests'}: {why}")


def reason(report: pytest.TestReport) -> str:
    """Why it was left out; nothing where it was not."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return ""
    why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return why.removeprefix("Skipped: ")


def is_failure(why: str) -> bool:
    """Whether this run must not leave anything out for that reason."""
    cannot_have = os.environ.get("ESCALON_WITHOUT", "").split()
    is_excused = any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", why) for name in cannot_have)
    return os.environ.get("CI") == "true" and not is_excused
