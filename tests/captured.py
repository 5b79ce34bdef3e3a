"""What a failed test's processes logged, cut to its end: what failed must not drown in it. `-v` shows all of it.

Workers of tests log every errand, thousands of lines in a story. Loaded by `conftest.py`.
"""

from collections.abc import Generator

import pytest

LINES = 40
"""So many of each captured stream are kept, the last ones: a screenful."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The report, with the end of what was captured."""
    report = yield
    if item.config.get_verbosity() <= 0:
        report.sections = [(name, last_lines(text)) for name, text in report.sections]
    return report


def last_lines(text: str) -> str:
    """The end of it, and how much is left out."""
    lines = text.splitlines(keepends=True)
    left_out = len(lines) - LINES
    return text if left_out <= 0 else f"({left_out:,} lines before these: -v shows them)\n" + "".join(lines[left_out:])
