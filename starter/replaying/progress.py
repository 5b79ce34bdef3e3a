"""How far a replay is: a bar on a terminal, and in a pipe nothing until it is done. On stderr, beside the answer."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starter.reader import is_paper


@contextmanager
def progress(words: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar; what it gives is told how much of `total` is done."""
    if is_paper(sys.stderr):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn(words), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=total)
        yield lambda done: bar.update(task, completed=done)
