"""What must be true of an issue whatever broke on its way: pure functions from evidence to findings, in words.

No finding, and the issue was kept. `tests/chaos/test_checks.py` plants each flaw that these must find.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from activities.channels.contract import opaque
from chaos.evidence import Evidence
from escalation.issue.clocks import GRACE
from escalation.issue.effects import Notify
from escalation.issue.effects_of import effects
from escalation.issue.events import Refused, Told
from escalation.issue.evolve import evolve
from escalation.issue.state import IssueState
from tests.stories.dues import Dues, WrongInstant


@dataclass
class Kept:
    """What was found out about one issue."""

    findings: list[str] = field(default_factory=list)
    entries: int = 0
    pages: int = 0
    delayed: int = 0
    """Pages that were tried for so long that the next way was taken, too."""
    doubtful: int = 0
    """Pages that say that they may be a repeat."""
    repeated: int = 0
    """Pages that arrived more than once, marked."""
    deadlines: int = 0
    late: list[timedelta] = field(default_factory=list)
    """By how much deadlines were served late, of those that were."""
    messages: frozenset[str] = frozenset()
    """Message ids that mails of it may have."""


def check(evidence: Evidence) -> Kept:
    """All checks."""
    if not evidence.status:
        return Kept(list(_absent(evidence)))
    folded, notes = _folded(evidence)
    kept = Kept(entries=len(evidence.entries), messages=frozenset(opaque(note.key) for note in notes))
    told = {e.event.message: e.event for e in evidence.entries if isinstance(e.event, Told)}
    kept.pages = len(notes)
    kept.delayed = sum(isinstance(e.event, Told) and e.event.outcome == "delayed" for e in evidence.entries)
    kept.doubtful = sum(event.is_possible_repeat for event in told.values())
    kept.repeated = sum(len(evidence.mails.get(message, ())) > 1 for message in kept.messages)
    for part in (_journal, _commands):
        kept.findings += part(evidence)
    kept.findings += _against_the_workflow(evidence, folded)
    kept.findings += _pages(evidence, notes, told)
    try:
        served = Dues().follow(evidence.entries)
    except WrongInstant as wrong:
        kept.findings.append(f"a deadline: {wrong}")
        served = []
    kept.deadlines = len(served)
    kept.late = [each.late_by for each in served if each.late_by > GRACE]
    short = evidence.issue.short
    kept.findings = [f"{short}: {words}" for words in kept.findings]
    return kept


def _absent(evidence: Evidence) -> Iterator[str]:
    short = evidence.issue.short
    if evidence.is_accepted:
        yield f"{short}: a door said that it was opened, and the server does not know it"
    if evidence.entries:
        yield f"{short}: the record has {len(evidence.entries)} entries, and the server does not know it"


def _journal(evidence: Evidence) -> Iterator[str]:
    """It begins with the opening, ends with the end, and misses nothing between, nor has anything twice."""
    numbers = [entry.number for entry in evidence.entries]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"entries are numbered {numbers}"
    kinds = [entry.event.kind for entry in evidence.entries]
    if kinds[:1] != ["opened"] or kinds.count("opened") != 1:
        yield f"it was opened {kinds.count('opened')} times, and begins with {kinds[:1]}"
    if kinds.count("window_ended") != 1:
        yield f"it ended {kinds.count('window_ended')} times; its last entries: {kinds[-3:]}"
    times = [entry.recorded_at for entry in evidence.entries]
    if times != sorted(times):
        yield "entries are not in the order of time"


def _commands(evidence: Evidence) -> Iterator[str]:
    """What a door said of a command is what the record says of it, with its words; each was carried out once."""
    of_people = [e for e in evidence.entries if e.command and not e.by.is_machine]
    acts = Counter((e.command, e.event.kind) for e in of_people if not isinstance(e.event, Refused))
    for (command, kind), count in acts.items():
        if count > 1:
            yield f"command {command} made {count} entries {kind}"
    done, heard = {command for command, _ in acts}, {e.command for e in of_people}
    for said in evidence.said:
        outcome = said.answer.outcome
        if outcome == "done" and said.id not in done:
            yield f"command {said.id} was answered as done, and is not on record"
        if outcome in {"opened", "done", "stored"} and not said.answer.notes:
            yield from (
                f"command {said.id} was answered as {outcome}, and its {name} is not kept"
                for name in said.texts
                if f"{said.id}.{name}" not in evidence.texts
            )
        if outcome == "missing":
            yield f"command {said.id} was answered as about an issue that is not there ({said.answer.why})"
        if outcome == "stored" and said.id not in heard:
            yield f"command {said.id} was answered as stored, and was neither done nor refused"
        if outcome == "refused" and said.tries == 1 and said.id in done:
            yield f"command {said.id} was answered as refused ({said.answer.why}), and was carried out"


def _folded(evidence: Evidence) -> tuple[IssueState | None, list[Notify]]:
    """The state after all entries, and every message that they asked for."""
    state: IssueState | None = None
    notes: list[Notify] = []
    for entry in evidence.entries if evidence.entries[:1] and evidence.entries[0].event.kind == "opened" else ():
        before, state = state, evolve(state, entry)
        notes += [effect for effect in effects(before, state, entry) if isinstance(effect, Notify)]
    return state, notes


def _against_the_workflow(evidence: Evidence, folded: IssueState | None) -> Iterator[str]:
    """The record is what the workflow decided, all of it, and the workflow came to its end without a failure."""
    if evidence.status != "COMPLETED":
        yield f"its workflow is {evidence.status}"
    if evidence.unwritten:
        yield f"entries that are not known to be on record: {[entry.number for entry in evidence.unwritten]}"
    if evidence.state is not None and folded != evidence.state:
        yield f"the workflow stands elsewhere than its entries say: {_difference(evidence.state, folded)}"
    for found in evidence.audit:
        yield f"escalon audit verify: {found}"
    for failure in evidence.failures:
        yield f"a workflow task failed: {failure[:500]}"


def _difference(state: IssueState, folded: IssueState | None) -> str:
    if folded is None:
        return "there are none"
    one, other = state.model_dump(mode="json"), folded.model_dump(mode="json")
    return "; ".join(f"{name}: {one[name]} and {other[name]}"[:200] for name in one if one[name] != other[name])


def _pages(evidence: Evidence, notes: list[Notify], told: dict[str, Told]) -> Iterator[str]:
    """Every message that was asked for arrived, and that is on record; once, or marked."""
    final = [e.event.message for e in evidence.entries if isinstance(e.event, Told) and e.event.outcome != "delayed"]
    lines = Counter(final)
    for note in notes:
        event = told.get(note.key)
        if event is None:
            yield f"message {note.key} ({note.about}) was asked for, and nothing says what became of it"
            continue
        if event.outcome == "withdrawn":
            continue  # of what is over; that nothing else is called off is for the rules to show
        if event.outcome != "sent":
            yield f"message {note.key} ({note.about}) was not sent but {event.outcome}: {event.error}"
            continue
        if lines[note.key] != 1:
            yield f"message {note.key} is on record {lines[note.key]} times"
        if note.channel == "email":
            yield from _copies(note.key, event, [mail.is_marked for mail in evidence.mails.get(opaque(note.key), ())])
        elif (count := evidence.inbox.count(note.key)) != 1:
            yield f"message {note.key} lies in the inbox {count} times"
    strays = told.keys() - {note.key for note in notes}
    if strays:
        yield f"messages on record that no entry asked for: {sorted(strays)}"


def _copies(key: str, event: Told, marks: list[bool]) -> Iterator[str]:
    """`marks`: of each copy that arrived, whether it is marked. An unmarked one may arrive after a marked one."""
    if not marks:
        yield f"mail {key} is on record as sent, and did not arrive"
    if marks.count(False) > 1:
        yield f"mail {key} arrived {len(marks)} times, of which {marks.count(False)} are not marked"
    if len(marks) > 1 and not event.is_possible_repeat:
        yield f"mail {key} arrived {len(marks)} times, and the record does not say that it may be a repeat"


def nobody_asked_for(mails: Mapping[str, object], messages: frozenset[str]) -> list[str]:
    """Mails that no entry of any issue asked for."""
    return [f"mail {message} was asked for by nobody" for message in mails.keys() - messages]
