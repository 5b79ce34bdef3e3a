"""One issue as a person reads it: where it stands, who has it, its clocks, what comes next, how to answer."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from escalation.answering import cli_answers
from escalation.issue.authority import may_send
from escalation.issue.beside import beside
from escalation.issue.clocks import Due, deadlines, next_move
from escalation.issue.facts import IssueClass
from escalation.issue.state import IssueState
from escalation.message import one_line
from escalation.narrate import why_began
from starter.reader import Reader
from starter.showing import grid, pairs, severity
from starter.views.clocks import Running, bar, bar_style, running

_BAR = 24
_SOON = 6
"""How many of the things to come are shown."""
_STATUS_STYLES = {"open": "bold", "resolved": "bold green", "closed": "green", "ended": "dim"}


def standing(state: IssueState, reader: Reader) -> Text:
    """In one line: who has it, or that nobody does."""
    if state.status != "open":
        at = {"resolved": state.resolved_at, "closed": state.closed_at}.get(state.status)
        since = f" since {reader.clock(at)}" if at else ""
        why = f" ({state.close_reason.replace('_', ' ')})" if state.close_reason else ""
        return Text(f"It is {state.status}{since}{why}.", _STATUS_STYLES[state.status])
    if state.charge is not None:
        return Text(
            f"{reader.person(state.charge.person)} is in charge until {reader.clock(state.charge.until)}.", "bold"
        )
    if state.is_exhausted:
        return Text("NOBODY HAS IT. All tiers' time is up: somebody must take charge.", "bold white on red")
    if state.hold is not None:
        whom = one_line(state.hold.waiting_for) if state.facts.issue_class == "normal" else "somebody"
        return Text(f"On hold until {reader.clock(state.hold.until)}: {whom} is waited for.", "bold magenta")
    asked = f"{state.here.title} is asked"
    if state.is_closed and state.opens_at is not None:
        asked = f"{state.here.title} is closed and opens {reader.clock(state.opens_at)}"
        if state.is_in_maintenance:
            asked = f"a maintenance window holds it until {reader.clock(state.opens_at)}"
    if state.handler is not None:
        return Text(f"{reader.person(state.handler)} has it; {asked}.", "bold green")
    return Text(f"Nobody has it yet; {asked}.", "bold yellow")


def title_of(state: IssueState, text: str | None = None) -> str:
    """The title, or for an issue that is not of class normal what may stand in its place."""
    return one_line(state.facts.title or text or "") or f"({state.facts.issue_class})"


def heading(state: IssueState, text: str | None = None) -> Text:
    """Severity, title, id."""
    priority = state.policies[0].severity(state.severity).priority if _knows(state) else 3
    return Text.assemble(
        severity(state.severity, priority), "  ", (title_of(state, text), "bold"), "  ", (state.facts.id.short, "cyan")
    )


def _knows(state: IssueState) -> bool:
    return any(each.name == state.severity for each in state.policies[0].severities)


def standing_view(
    state: IssueState,
    reader: Reader,
    *,
    title: str | None = None,
    description: str | None = None,
    hidden: Collection[str] = (),
) -> RenderableType:
    """The whole view, but for the lines that can be pasted; `hidden` are facts that this reader does not see."""
    parts: list[RenderableType] = [heading(state, title), standing(state, reader), "", _facts(state, reader, hidden)]
    if description:
        rows = [one_line(row) for row in description.splitlines()]
        parts += ["", Text("What was written", "bold"), Padding(Text("\n".join(rows)), (0, 0, 0, 2))]
    if running(state):
        parts += ["", Text("Clocks", "bold"), clocks_view(state, reader)]
    coming = coming_view(state, reader)
    if coming is not None:
        parts += ["", Text("What comes, if nobody does anything", "bold"), coming]
    return Group(*parts)


def moving_view(state: IssueState, reader: Reader, title: str | None = None) -> RenderableType:
    """What moves, in few lines, for a screen that is looked at again and again."""
    asked = _people(state.asked, reader) or nobody_yet(state, reader)
    rows: list[tuple[str, Text | str]] = [("Asked", f"{state.tier}: {asked}"), ("Owner", reader.person(state.owner))]
    if state.joined:
        rows.insert(1, ("Also on it", _people(state.joined, reader)))
    if state.missed:
        rows.append(("Limits missed", Text(str(state.missed), "red")))
    clocks = [clocks_view(state, reader)] if running(state) else []
    return Group(heading(state, title), standing(state, reader), pairs(rows), *clocks, Text(next_line(state, reader)))


def nobody_yet(state: IssueState, reader: Reader) -> str:
    """Why nobody is asked yet."""
    if state.is_closed and state.opens_at is not None:
        if state.is_in_maintenance:
            return f"a maintenance window holds it until {reader.clock(state.opens_at)}"
        return f"it is closed and opens {reader.clock(state.opens_at)}"
    return "being looked up"


def _facts(state: IssueState, reader: Reader, hidden: Collection[str]) -> RenderableType:
    facts, policy = state.facts, state.pinned
    missed = f"{state.missed} time limit{'s' if state.missed != 1 else ''}" if state.missed else "none"
    rows: list[tuple[str, Text | str]] = [
        ("Asked", _people(state.asked, reader) or f"nobody yet: {nobody_yet(state, reader)}"),
        ("Handler", reader.person(state.handler)),
        ("Owner", reader.person(state.owner)),
        ("Tier", f"{state.tier}: {state.here.title}, since {reader.clock(state.tier_began_at)}, {_began(state)}"),
        ("Severity", f"{state.severity}: {policy.severity(state.severity).means}"),
        ("Opened", f"{reader.full(facts.opened_at)}, by {reader.person(facts.raiser.person)}"),
    ]
    rows += [(fact.name, reader.sentence(fact.words)) for fact in beside(state, hides_parties="parties" in hidden)]
    if state.joined:
        rows.insert(2, ("Also on it", _people(state.joined, reader)))
    if facts.received_at != facts.opened_at:
        rows.append(("Received", reader.full(facts.received_at)))
    if facts.parties and "parties" not in hidden:
        rows.append(("Concerns", ", ".join(one_line(f"{each.role} {each.key}") for each in facts.parties)))
    if facts.harm_flags and "harm_flags" not in hidden:
        rows.append(("Harm", Text(", ".join(facts.harm_flags), "red")))
    rows += [(link.kind.replace("_", " ").capitalize(), one_line(link.issue)) for link in facts.links]
    rows += [
        ("Limits missed", Text(missed, "red") if state.missed else missed),
        ("Policy", f"{policy.title} ({policy.name}, version {policy.version})"),
    ]
    if facts.issue_class != "normal":
        rows.insert(0, ("Class", Text(_class_words(facts.issue_class), "magenta")))
    return pairs(rows)


def _class_words(issue_class: IssueClass) -> str:
    return f"{issue_class}: what was written is shown to those whom it concerns"


def _began(state: IssueState) -> str:
    return why_began(state.why)


def _people(people: Sequence[str], reader: Reader) -> str:
    return ", ".join(reader.person(person) for person in people)


def clocks_view(state: IssueState, reader: Reader, width: int = _BAR) -> RenderableType:
    """Each clock that moves the issue, as a bar."""
    rows: list[tuple[Text | str, ...]] = []
    for clock in running(state):
        share = clock.share(reader.now)
        style = bar_style(share)
        shown = bar(share, width, style) if clock.began_at is not None else Text("")
        rows.append((f"  {clock.name}", shown, Text(_left(clock, reader), style), reader.clock(clock.due.at)))
    return grid(*rows, right=2)


def _left(clock: Running, reader: Reader) -> str:
    left = clock.left(reader.now)
    return left if left.endswith("late") else f"{left} left"


def coming_view(state: IssueState, reader: Reader) -> RenderableType | None:
    """What is due, earliest first."""
    dues = deadlines(state)
    if not dues:
        return None
    rows: list[tuple[Text | str, ...]] = []
    for due in dues[:_SOON]:
        style = "bold" if due.moves else ""
        late = "red" if due.at < reader.now - timedelta(seconds=1) else "dim"
        when = Text(reader.away(due.at), late)
        rows.append((f"  {reader.clock(due.at)}", when, Text(one_line(due.words), style)))
    if len(dues) > _SOON:
        rows.append(("", "", Text(f"and {len(dues) - _SOON} more", "dim")))
    return grid(*rows)


def next_line(state: IssueState, reader: Reader) -> str:
    """The next instant that moves the issue, in words."""
    due: Due | None = next_move(state)
    if due is None:
        return "Nothing more is due."
    return f"If nobody does anything: at {reader.clock(due.at)} ({reader.away(due.at)}) {one_line(due.words)}."


def commands_now(state: IssueState, person: str = "") -> tuple[str, ...]:
    """The commands that make sense now and that this reader may send, the likeliest first."""
    likely = _likely(state, person)
    if person not in state.people:  # what the directory says of them is not known here
        return likely
    return tuple(name for name in likely if may_send(state, state.person(person), name))


def _likely(state: IssueState, person: str) -> tuple[str, ...]:
    if state.status == "resolved":
        return ("confirm", "reopen", "close")
    if state.status == "closed":
        return ("reopen",)
    if state.status == "ended":
        return ()
    if state.is_exhausted:
        return ("take_charge", "resolve")
    if state.offer is not None and person == state.offer.to:
        return ("accept", "decline")
    agree = ("cancel",) if state.cancel_asked_by not in {None, person} else ()
    if state.hold is not None:
        return ("resume", "escalate", "resolve", *agree)
    if person and person == state.handler:
        return ("resolve", "escalate", "release", *agree)
    return ("acknowledge", "escalate", "resolve", *agree)


def answer_lines(state: IssueState, person: str) -> list[Text]:
    """How to answer now, as lines to paste, each under what it means. `person` is who reads."""
    following = state.pinned.next_tier(state.tier)
    checklist = [item.name for item in state.pinned.tier(following).checklist] if following else []
    answers = cli_answers(commands_now(state, person), state.facts.id, person or "YOU", checklist)
    lines = [Text("\nTo answer", "bold")] if answers else []
    for answer in answers:
        lines += [Text(f"  {answer.means}", "dim"), Text(f"    {answer.line}", "cyan")]
    return lines
