"""The answer to a command, in a few lines: what happened, who is asked now, what comes next."""

from rich.text import Text

from client.opening import OpenAnswer
from client.sending import Sent
from escalation.issue.clocks import OPENS
from escalation.issue.commands import Open
from escalation.issue.effects import Snapshot
from escalation.issue.state import IssueState
from escalation.message import one_line
from starter.reader import Reader
from starter.showing import console, marked, note, severity
from starter.views.standing import next_line, nobody_yet, standing

_DONE = ("✓", "bold green")


def show_opened(answer: OpenAnswer, state: IssueState | None, command: Open, reader: Reader) -> None:
    """A new issue, or one that was reported again."""
    if answer.sent is not None:
        show_sent(answer.sent, reader)
        return
    out = console()
    how_bad = severity(command.match.severity, command.policies[0].severity(command.match.severity).priority)
    title = one_line(command.issue.title) or f"({command.issue.issue_class})"
    out.print(marked(*_DONE, Text.assemble("opened ", (answer.issue.short, "bold cyan"), " ", how_bad, " ", title)))
    for line in command.match.words.splitlines():
        if "does not hold" not in line:
            out.print(marked(" ", "", Text(line, "dim")))
    if state is None:
        note("no worker answers: it is on the server, and people are told when one runs (`escalon worker`)")
        return
    asked = ", ".join(reader.person(person) for person in state.asked) or nobody_yet(state, reader)
    out.print(marked(" ", "", standing(state, reader)))
    out.print(marked(" ", "", f"Asked: {asked}. Owner: {reader.person(state.owner)}."))
    out.print(marked(" ", "", next_line(state, reader)))


def show_sent(sent: Sent, reader: Reader) -> None:
    """What came of a command; of one that was refused nothing: the error says it."""
    out, short = console(), sent.issue.short
    if sent.outcome == "stored":
        out.print(marked("…", "bold yellow", f"{short}: {sent.why}"))
    if sent.done is None:
        return
    if sent.done.is_repeat:
        out.print(marked(*_DONE, f"{short}: this command came before; nothing was done again"))
    for sentence in sent.done.sentences:
        out.print(marked(*_DONE, f"{short}: {reader.sentence(sentence)}"))
    for line in _stands(sent.done.status, reader):
        out.print(marked(" ", "", line))


def _stands(status: Snapshot, reader: Reader) -> list[str]:
    lines = []
    if status.status == "open":
        nobody = "nobody before it opens" if status.next_due.endswith(OPENS) else "being looked up"
        asked = ", ".join(reader.person(person) for person in status.asked) or nobody
        lines.append(f"Asked at {status.tier}: {asked}. Handler: {reader.person(status.handler)}.")
    if status.next_due_at is None:
        return [*lines, "Nothing more is due: it is over."]
    when = f"{reader.clock(status.next_due_at)} ({reader.away(status.next_due_at)})"
    return [*lines, f"Next: at {when} {one_line(status.next_due)}."]
