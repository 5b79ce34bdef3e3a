"""The figures of all runs together, while they go on and at the end."""

import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from chaos.run import Outcome


class Sums:
    """Of all runs so far."""

    def __init__(self, seed: int, database: str, options: str = "") -> None:
        """`options`: further ones, without which a run would have another plan."""
        self.seed = seed
        self._database = database
        self._options = options
        self.outcomes: list[Outcome] = []
        self._began = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        """One more run; what was found in it is told at once."""
        self.outcomes.append(outcome)
        if outcome.findings:
            lines = [f"run {outcome.number} ({outcome.database}) failed:", *(f"  {each}" for each in outcome.findings)]
            lines += [f"  evidence: {outcome.folder}", f"  again: {self._again(outcome)}"]
            print("\n".join(lines), file=sys.stderr, flush=True)

    @property
    def failed(self) -> list[Outcome]:
        """Runs in which something was found."""
        return [each for each in self.outcomes if each.findings]

    def _again(self, outcome: Outcome) -> str:
        more = "" if self._database == "both" else f" --database {self._database}"
        more += f" {self._options}" if self._options else ""
        return f'make chaos ARGS="--seed {self.seed} --only {outcome.number}{more}"'

    def _sum(self, name: str) -> int:
        return sum(getattr(each, name) for each in self.outcomes)

    def as_json(self) -> dict[str, Any]:
        """Everything, for programs."""
        faults: Counter[str] = sum((each.faults for each in self.outcomes), Counter())
        answers: Counter[str] = sum((each.answers for each in self.outcomes), Counter())
        names = ("issues", "not_accepted", "entries", "pages", "delayed", "doubtful", "repeated", "deadlines", "late")
        return {
            "seed": self.seed,
            "runs": len(self.outcomes),
            "on": dict(Counter(each.database for each in self.outcomes)),
            **{name: self._sum(name) for name in names},
            "worst_late_s": round(max([0.0, *(each.worst_late_s for each in self.outcomes)]), 3),
            "answers": dict(sorted(answers.items())),
            "faults": dict(sorted(faults.items())),
            "seconds": round(time.monotonic() - self._began, 1),
            "longest_run_s": round(max([0.0, *(each.seconds for each in self.outcomes)]), 1),
            "failed": [
                {"run": each.number, "findings": each.findings, "folder": each.folder, "again": self._again(each)}
                for each in self.failed
            ],
        }

    def line(self) -> str:
        """In a few words, beside the bar."""
        faults = sum(each.faults.total() for each in self.outcomes)
        return (
            f"{self._sum('issues')} issues, {self._sum('entries')} entries, {self._sum('pages')} pages, "
            f"{faults} faults, {len(self.failed)} failed"
        )

    def table(self) -> str:
        """At the end, for people."""
        found = self.as_json()
        table = Table("", "", title=f"make chaos, seed {self.seed}", show_header=False, title_justify="left")
        on = ", ".join(f"{count} on {name}" for name, count in sorted(found["on"].items()))
        rows = [
            ("runs", f"{found['runs']} ({on})"),
            ("failed", str(len(self.failed))),
            ("issues", f"{found['issues']}; openings that were never answered: {found['not_accepted']}"),
            ("entries", str(found["entries"])),
            ("answers to commands", _counted(found["answers"])),
            ("pages", str(found["pages"])),
            ("  late, another way was taken too", str(found["delayed"])),
            ("  doubtful, and marked", str(found["doubtful"])),
            ("  of these, arrived twice", str(found["repeated"])),
            ("deadlines served", str(found["deadlines"])),
            ("  late, and on record", f"{found['late']}, worst {found['worst_late_s']:.1f} s"),
            ("faults", str(sum(found["faults"].values()))),
            *((f"  {name}", str(count)) for name, count in found["faults"].items()),
            ("time", f"{found['seconds']:.0f} s, longest run {found['longest_run_s']:.0f} s"),
        ]
        for row in rows:
            table.add_row(*row)
        console = Console(file=sys.stdout, width=110)
        with console.capture() as captured:
            console.print(table)
        again = [f"again: {self._again(each)}" for each in self.failed]
        return "\n".join([captured.get().rstrip(), *again])

    @staticmethod
    def remove(folder: Path) -> None:
        """Nothing was found: nothing is kept."""
        shutil.rmtree(folder, ignore_errors=True)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


@contextmanager
def progress(total: int, to: TextIO) -> Iterator[Callable[[Sums], None]]:
    """A bar with figures; in a pipe, a line for each run."""
    if not to.isatty():
        yield lambda sums: print(f"{len(sums.outcomes)}/{total}: {sums.line()}", file=to, flush=True)
        return
    columns = (
        TextColumn("runs"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[line]}"),
    )
    with Progress(*columns, console=Console(file=to)) as bar:
        task = bar.add_task("", total=total, line="")
        yield lambda sums: bar.update(task, completed=len(sums.outcomes), line=sums.line())
