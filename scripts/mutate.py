"""Mutation testing of the rules: mutants of `escalation/issue/`, each tried against the pure tests alone.

    python -m scripts.mutate [--sample 600] [--seed 1] [--match running] [--jobs 2]

mutmut makes the mutants, chooses the tests of each, and keeps what it found in `mutants/`. Each run tries all that it
chose, also what an earlier one has tried: whoever stops between goes on by modules (--match). A survivor is a missing
test, or has its reason in `tests/mutation/survivors.toml`: by function, the text of the changed line, and why. Exits
with 1 where one has none.
"""

import argparse
import json
import random
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
MUTMUT = [sys.executable, "-m", "mutmut"]
MUTANTS = ROOT / "mutants/escalation/issue"
REASONS = ROOT / "tests/mutation/survivors.toml"
KILLED, SURVIVED, NO_TESTS, TIMEOUTS = {1, 3}, {0}, {5, 33}, {36, 24, 152, 255}


def verdicts() -> dict[str, int | None]:
    """Every mutant's name, with the exit code of its tests; None: not tried yet."""
    found: dict[str, int | None] = {}
    for path in sorted(MUTANTS.glob("*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def choose(names: list[str], count: int, seed: int) -> list[str]:
    """So many of them, the same ones for the same seed; 0: all."""
    shuffled = sorted(names)
    random.Random(seed).shuffle(shuffled)
    return shuffled[:count] if count else shuffled


def function_of(mutant: str) -> str:
    """`running.recounted` of `escalation.issue.running.x_recounted__mutmut_7`."""
    module, name = mutant.rpartition("__mutmut_")[0].rsplit(".", 1)
    return f"{module.rsplit('.', 1)[-1]}.{name.replace('ǁ', '.').removeprefix('x_').removeprefix('x.')}"


def changed_lines(mutant: str) -> tuple[str, str]:
    """The line as it is, and as the mutant has it."""
    shown = subprocess.run([*MUTMUT, "show", mutant], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = [line for line in shown.splitlines() if line[:1] in {"-", "+"} and line[:3] not in {"---", "+++"}]
    one = [line[1:].strip() for line in lines if line[0] == "-"]
    other = [line[1:].strip() for line in lines if line[0] == "+"]
    return " ".join(one), " ".join(other)


def reason_for(function: str, line: str, mutated: str, reasons: list[dict[str, str]]) -> str | None:
    """Why it may survive; an entry names a function or *, and a part of the line or of what became of it."""
    for entry in reasons:
        is_there = entry["function"] in {function, "*"}
        if is_there and entry.get("line", "") in line and entry.get("mutated", "") in mutated:
            return entry["why"]
    return None


def main() -> int:
    """Make the mutants, try those chosen, say what became of all that were tried."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=600, help="how many mutants; 0: all")
    parser.add_argument("--seed", type=int, default=1, help="chooses them")
    parser.add_argument("--match", default="", help="only those whose name holds this")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    given = parser.parse_args()
    run = [*MUTMUT, "run", "--max-children", str(given.jobs)]
    if not list(MUTANTS.glob("*.meta")):
        subprocess.run([*run, "escalation.issue.running.x_still_ahead*"], cwd=ROOT, check=True)
    names = [name for name in verdicts() if given.match in name]
    chosen = choose(names, given.sample, given.seed)
    subprocess.run([*run, *chosen], cwd=ROOT, check=True)
    found = verdicts()
    return report({name: found.get(name) for name in chosen}, len(found))


def report(tried: dict[str, int | None], known: int) -> int:
    """The summary by module, and every survivor without a reason."""
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8")).get("survivor", [])
    counts: dict[str, Counter[str]] = {}
    unexplained: list[str] = []
    for name, code in tried.items():
        what = _word(code)
        if what == "survived":
            line, mutated = changed_lines(name)
            if reason_for(function_of(name), line, mutated, reasons) is None:
                unexplained.append(f"{name}\n    - {line}\n    + {mutated}")
            else:
                what = "with a reason"
        counts.setdefault(function_of(name).split(".")[0], Counter())[what] += 1
    words = ("killed", "survived", "with a reason", "timeout", "no tests", "other")
    print(f"{'':24}" + "".join(f"{word:>15}" for word in words))
    for module, count in sorted(counts.items()):
        print(f"{module:24}" + "".join(f"{count[word]:>15}" for word in words))
    whole = sum(counts.values(), Counter[str]())
    print(f"{'in all':24}" + "".join(f"{whole[word]:>15}" for word in words))
    print(f"\n{sum(whole.values())} of {known} mutants were tried")
    for each in unexplained:
        print(each)
    return 1 if unexplained else 0


def _word(code: int | None) -> str:
    if code in SURVIVED:
        return "survived"
    if code in KILLED:
        return "killed"
    if code in NO_TESTS:
        return "no tests"
    return "timeout" if code in TIMEOUTS or (code is not None and code < 0) else "other"


if __name__ == "__main__":
    raise SystemExit(main())
