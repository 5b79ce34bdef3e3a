"""The verdicts for a reader, a line each, and for a program, one JSON object."""

import json
from collections import Counter
from collections.abc import Iterable

from tests.peers.scenario import Verdict


def lines(verdicts: Iterable[Verdict]) -> list[str]:
    """A line for each case, and the sum as the last line."""
    known = list(verdicts)
    found = [_line(verdict) for verdict in known]
    left_out = sum(verdict.word == "not portable" for verdict in known)
    if left_out:
        found.append(f"not counted: {left_out} not portable, kept for information")
    return [*found, summary(known)]


def summary(verdicts: Iterable[Verdict]) -> str:
    """The sum; cases that are not portable are no part of it."""
    count = Counter(verdict.word for verdict in verdicts)
    return (
        f"peers: {count['passed']} passed, {count['failed']} failed, "
        f"{count['unsupported']} unsupported, {count['other convention']} other convention"
    )


def as_json(verdicts: Iterable[Verdict]) -> str:
    """All of it as one object."""
    known = list(verdicts)
    count = Counter(verdict.word for verdict in known)
    return json.dumps(
        {
            "passed": count["passed"],
            "failed": count["failed"],
            "unsupported": count["unsupported"],
            "other_convention": count["other convention"],
            "not_portable": count["not portable"],
            "scenarios": [
                {
                    "id": verdict.scenario.id,
                    "title": verdict.scenario.title,
                    "area": verdict.scenario.area,
                    "file": verdict.scenario.file,
                    "verdict": verdict.word.replace(" ", "_"),
                    "why": list(verdict.why),
                    "refused": list(verdict.refused),
                }
                for verdict in known
            ],
        },
        indent=2,
        ensure_ascii=False,
    )


def _line(verdict: Verdict) -> str:
    said = "; ".join(verdict.why) if verdict.why else verdict.scenario.title
    return f"{verdict.word:<16}  {verdict.scenario.id}  {said}"
