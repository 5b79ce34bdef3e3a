"""Auditing the record: its rows by themselves, against what workflows keep, and against roots from elsewhere."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from client.finding import Connection
from client.heads import Kept
from escalation.issue.chain import Head
from escalation.issue.identity import IssueId
from escalation.value import Value
from records import people_changes, roots, verifying, versions
from records.database import Database
from records.verifying import Finding

THE_WORKFLOW = "its workflow"
Progress = Callable[[int], None]


class CheckedRoot(Value):
    """A root that the record was held against."""

    file: str
    as_of: str
    issues: int
    signed_by: str
    """The public key; empty: not signed."""
    is_vouched_for: bool
    """By a key of this installation, or one that was given."""


@dataclass
class Audit:
    """What an audit has looked at, and found."""

    issues: int = 0
    entries: int = 0
    findings: list[Finding] = field(default_factory=list)
    compared: int = 0
    """Issues that were held against their workflow."""
    on_server: int = 0
    roots: list[CheckedRoot] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    """What could not be checked, in sentences."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def add(self, found: Sequence[Finding]) -> None:
        """Add what is not known yet: the rows name a change best, and what is held against it later is the same."""
        known = {(each.issue, each.what) for each in self.findings if each.issue}
        changed = {each.issue for each in self.findings if each.issue}
        self.findings += [
            each
            for each in found
            if (each.issue, each.what) not in known and not (each.what == "made_anew" and each.issue in changed)
        ]


def audit_rows(db: Database, audit: Audit, only: IssueId | None, progress: Progress) -> None:
    """Every entry by itself, the table of issues beside them, and without `only` the versions of files."""
    name = str(only) if only is not None else None
    for checked in verifying.check_rows(db, name):
        audit.issues += 1
        audit.entries += checked.entries
        audit.add(checked.findings)
        progress(audit.entries)
    audit.add([each for each in verifying.compare_issues(db) if name in {None, each.issue}])
    if only is None:
        audit.add([Finding(what="version", issue="", detail=words) for words in versions.faults(db)])
        audit.add([Finding(what="directory", issue="", detail=words) for words in people_changes.faults(db)])


def audit_roots(db: Database, audit: Audit, given: Sequence[Path], known: frozenset[str], only: IssueId | None) -> None:
    """Everything that the roots stand for must be there. Raises RootUnreadable."""
    paths = roots.series(given)
    found = {path: roots.read(path, known) for path in paths}
    for path, each in found.items():
        audit.add(each.findings)
        held = roots.hold_against(db, each)
        audit.add([finding for finding in held if only is None or finding.issue == str(only)])
        audit.roots.append(
            CheckedRoot(
                file=str(path),
                as_of=each.root.as_of.isoformat(),
                issues=each.root.issues,
                signed_by=each.signed_by,
                is_vouched_for=each.signed_by in known,
            )
        )
    audit.add(roots.check_series(paths, found))


async def audit_server(
    db: Database, audit: Audit, client: Connection, only: IssueId | None, progress: Progress
) -> None:
    """What every workflow on the server keeps. Raises RPCError where it is away."""
    from client.heads import kept_heads

    silent: list[str] = []
    async for batch in _in_batches(kept_heads(client, only)):
        audit.on_server += len(batch)
        known = {kept.issue: kept.head for kept in batch if kept.head is not None}
        there = verifying.heads(db, known)
        for kept in batch:
            if kept.head is None or (not kept.is_latest and there.get(kept.issue, Head()).number < kept.head.number):
                # A memo may be ahead of the record, and what waits to be written cannot be asked for.
                known.pop(kept.issue, None)
                silent.append(kept.issue)
        audit.compared += len(known)
        unwritten = {kept.issue: kept.unwritten for kept in batch}
        audit.add(verifying.compare(db, known, THE_WORKFLOW, unwritten))
        latest = {kept.issue: kept for kept in batch if kept.is_latest and kept.head is not None}
        audit.add(await _added(client, there, latest))
        progress(audit.on_server)
    if silent:
        example = f", {silent[0]} for one" if len(silent) > 1 else f": {silent[0]}"
        audit.unchecked.append(
            f"{len(silent)} of the server's issues could not be asked how far they are (no worker answered, or they "
            f"were cut off){example}"
        )


async def _added(client: Connection, there: dict[str, Head], latest: dict[str, Kept]) -> list[Finding]:
    """Rows beyond what the workflow has decided, by its own word: asked again, since it may have gone on meanwhile."""
    from client.asking import NoWorker, ask_head
    from client.sending import NoSuchIssue
    from escalation.issue.identity import read_issue_id

    found: list[Finding] = []
    for issue, kept in latest.items():
        number = there.get(issue, Head()).number
        if kept.head is None or number <= kept.head.number:
            continue
        try:
            head = await ask_head(client, read_issue_id(issue)[0])
        except (NoWorker, NoSuchIssue):
            continue
        if number > head.number:
            detail = f"the record has {number} entries, {THE_WORKFLOW} knows of {head.number}"
            found.append(Finding(what="added", issue=issue, number=head.number + 1, detail=detail))
    return found


async def _in_batches(every: AsyncIterator[Kept], size: int = 100) -> AsyncIterator[list[Kept]]:
    batch: list[Kept] = []
    async for kept in every:
        batch.append(kept)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
