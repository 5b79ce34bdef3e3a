"""`make bench`: figures in ratios, each with what it means and how to make it again. Linux.

Progress goes to standard error, the figures to standard output, with --json as one object. Nothing here passes or
fails: what must hold is held by tests (tests/workflows/test_costs.py), and a ratio by whoever reads it.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import api, lateness, oracle, people, reading
from bench.beside import Compared, compare
from bench.stand import Cpu

PARTS = ("beside", "lateness", "api", "reading", "calendar", "people")


def main() -> int:
    """Measure what was asked for; the exit code."""
    asked = _arguments()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        for part in PARTS:
            if asked.only in {None, part}:
                found[part] = _MEASURED[part](Path(folder) / part, asked, _progress(part))
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        for part, figures in found.items():
            print(_SHOWN[part](figures))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    parser.add_argument("--pairs", type=int, default=5, help="pairs of rounds, ours and the naive one")
    parser.add_argument("--stories", type=int, default=12, help="issues at once in each round")
    parser.add_argument("--issues", type=int, default=30, help="issues whose pages' lateness is measured")
    parser.add_argument("--starts", type=int, default=400, help="issues that are opened in each round of the HTTP door")
    parser.add_argument("--runs", type=int, default=3, help="replays of the log")
    parser.add_argument("--questions", type=int, default=20_400, help="questions of working time to both libraries")
    parser.add_argument("--lookups", type=int, default=200, help="of people in the record")
    parser.add_argument("--seed", type=int, default=1, help="of the calendars and questions")
    default = Path(os.environ.get("ESCALON_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=default, help="folder of the log; default ESCALON_DATA")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args()


def _progress(part: str) -> Callable[[str], None]:
    return lambda words: print(f"{part}: {words}", file=sys.stderr, flush=True)


def _beside(home: Path, asked: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    home.mkdir()
    compared = asyncio.run(compare(home, asked.pairs, asked.stories, say))
    return {
        "again": f'make bench ARGS="--only beside --pairs {asked.pairs} --stories {asked.stories}"',
        "cpu_ours_by_naive": {
            "server": _ratios(compared, lambda cpu: cpu.server),
            "worker": _ratios(compared, lambda cpu: cpu.worker),
            "both": _ratios(compared, lambda cpu: cpu.server + cpu.worker),
        },
        "ours": {"actions": compared.ours.total, "events": compared.ours.events, "tasks": compared.ours.tasks},
        "naive": {"actions": compared.naive.total, "events": compared.naive.events, "tasks": compared.naive.tasks},
    }


def _ratios(compared: Compared, of: Callable[[Cpu], float]) -> dict[str, Any]:
    return {"median": round(compared.ratio(of), 2), "pairs": [round(ratio, 2) for ratio in compared.ratios(of)]}


def _lateness(home: Path, asked: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    late = asyncio.run(lateness.measure(home, asked.issues, say))
    figures = {"first_page_ms": late.first, "page_when_due_ms": late.due}
    return {
        "again": f'make bench ARGS="--only lateness --issues {asked.issues}"',
        **{
            name: {
                "median": round(late.median(each)),
                "nine_of_ten": round(late.ninth(each)),
                "worst": round(max(each)),
            }
            for name, each in figures.items()
        },
    }


def _api(home: Path, asked: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    rates = asyncio.run(api.measure(home, asked.pairs, asked.starts, say))
    by_door = {"door_by_sdk": rates.door, "door_with_text_and_key_by_sdk": rates.door_with_text}
    return {
        "again": f'make bench ARGS="--only api --pairs {asked.pairs} --starts {asked.starts}"',
        **{
            name: {
                "median": round(rates.ratio(rounds), 2),
                "pairs": [round(ratio, 2) for ratio in rates.ratios(rounds)],
                "starts_a_second": [round(each.rate) for each in rounds],
                "door_cpu_ms_each": round(statistics.median(each.door_ms for each in rounds), 2),
                "server_cpu_ms_each": round(statistics.median(each.server_ms for each in rounds), 2),
            }
            for name, rounds in by_door.items()
        },
        "sdk_starts_a_second": [round(each.rate) for each in rates.sdk],
    }


def _reading(home: Path, asked: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    try:
        read = reading.measure(home, asked.data, asked.runs, say)
    except reading.NoLog as missing:
        return {"skipped": str(missing)}
    return {
        "again": f'make bench ARGS="--only reading --runs {asked.runs} --data {asked.data}"',
        "replay_by_csv": round(read.ratio, 2),
        "replay_cpu_s": [round(seconds, 2) for seconds in read.replays],
        "csv_cpu_s": [round(seconds, 2) for seconds in read.readings],
    }


def _calendar(home: Path, asked: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:  # noqa: ARG001
    each = 100
    found = oracle.compare(asked.seed, -(-asked.questions // each), each, say)
    return {
        "again": f'make bench ARGS="--only calendar --questions {asked.questions} --seed {asked.seed}"',
        "asked": found.asked,
        "compared": found.compared,
        "left_out": found.left_out,
        "differing": list(found.differing),
        "speed_ours_by_theirs": round(found.theirs_s / found.ours_s, 2),
        "us_each": {
            "ours": round(found.ours_s / found.compared * 1e6, 1),
            "theirs": round(found.theirs_s / found.compared * 1e6, 1),
        },
    }


def _people(home: Path, asked: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    found = people.measured(home, asked.lookups, say)
    return {
        "again": f'make bench ARGS="--only people --lookups {asked.lookups}"',
        **people.ratios(found),
        "measured": {name: round(value, 2 if name.endswith("_s") else 0) for name, value in found.items()},
    }


def _show_people(found: dict[str, Any]) -> str:
    us = found["measured"]
    lines = [
        "Looking up whom a tier tells, in the record: of 100,000 people beside of 100 (goal: under 2)",
        f"  first of its team   x{found['first_look_many_by_few']}  {us['first_look_100000_us']} us",
        f"  after a change      x{found['after_a_change_many_by_few']}  {us['after_a_change_100000_us']} us",
        f"  as of a change      x{found['as_of_many_by_few']}  {us['as_of_100000_us']} us",
        f"  by memory           x{found['first_look_by_memory']}, again x{found['again_by_memory']}",
        f"  once: taken in {us['taken_in_100000_s']} s; everybody as of a change {us['whole_as_of_100000_s']} s",
    ]
    return "\n".join([*lines, f"  again: {found['again']}", ""])


def _show_beside(found: dict[str, Any]) -> str:
    cpu = found["cpu_ours_by_naive"]
    lines = ["CPU of the same story, ours divided by a naive hand-written workflow (under 1: ours takes less)"]
    lines += [f"  {name:<7} x{cpu[name]['median']:.2f}  pairs {cpu[name]['pairs']}" for name in cpu]
    lines += [
        f"  {name:<7} {found[name]['actions']} billable actions, {found[name]['events']} history events, "
        f"{found[name]['tasks']} workflow tasks, to the workflow's end"
        for name in ("ours", "naive")
    ]
    return "\n".join([*lines, f"  again: {found['again']}", ""])


def _show_lateness(found: dict[str, Any]) -> str:
    lines = ["Lateness of pages on an idle server (goal: under 100 ms at the median when a tier's time is up)"]
    for name, words in (("page_when_due_ms", "when a tier's time is up"), ("first_page_ms", "after the opening")):
        each = found[name]
        lines.append(
            f"  {words:<25} median {each['median']} ms, nine of ten {each['nine_of_ten']} ms, worst {each['worst']} ms"
        )
    return "\n".join([*lines, f"  again: {found['again']}", ""])


def _show_api(found: dict[str, Any]) -> str:
    lines = [
        "Issues opened by one process of the HTTP door, as a share of the SDK's rate of starting them (goal: 0.90)"
    ]
    for name, words in (
        ("door_by_sdk", "title alone"),
        ("door_with_text_and_key_by_sdk", "with text and idempotency key"),
    ):
        each = found[name]
        lines.append(f"  {words:<29} x{each['median']:.2f}  pairs {each['pairs']}")
        cpu = f"CPU of each: door {each['door_cpu_ms_each']} ms, server {each['server_cpu_ms_each']} ms"
        lines.append(f"  {'':<29} {each['starts_a_second']} a second, {cpu}")
    lines.append(f"  {'the SDK':<29} {found['sdk_starts_a_second']} a second")
    return "\n".join([*lines, f"  again: {found['again']}", ""])


def _show_reading(found: dict[str, Any]) -> str:
    title = "CPU of the simulated replay of the log, as a multiple of reading it with csv.DictReader (goal: under 10)"
    if "skipped" in found:
        return f"{title}\n  skipped: {found['skipped']}\n"
    figures = f"x{found['replay_by_csv']}  replay {found['replay_cpu_s']} s, csv {found['csv_cpu_s']} s"
    return f"{title}\n  {figures}\n  again: {found['again']}\n"


def _show_calendar(found: dict[str, Any]) -> str:
    differ = f"{len(found['differing'])} of {found['compared']} differ"
    cpu = f"{found['us_each']['ours']} us of CPU a question by {found['us_each']['theirs']} us"
    lines = [
        "Working time by opening-hours-py beside ours: answers that differ (goal: none), and speed (goal: over 1)",
        f"  {differ}; {found['left_out']} of {found['asked']} left out, which are answered otherwise by design",
        *(f"  {each}" for each in found["differing"][:10]),
        f"  ours is x{found['speed_ours_by_theirs']} as fast: {cpu}, with writing out each calendar's years",
    ]
    return "\n".join([*lines, f"  again: {found['again']}", ""])


_MEASURED = {
    "beside": _beside,
    "lateness": _lateness,
    "api": _api,
    "reading": _reading,
    "calendar": _calendar,
    "people": _people,
}
_SHOWN = {
    "beside": _show_beside,
    "lateness": _show_lateness,
    "api": _show_api,
    "reading": _show_reading,
    "calendar": _show_calendar,
    "people": _show_people,
}


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # the SDK may abort at the interpreter's end
