"""The workflow of one issue. Thin: it names the messages; the shell runs the rules.

Every human command is an Update, whose validator runs the same `decide`, and a signal of the same name with a plain
JSON body (`messages.py`). What is not understood ends on record; nothing that anyone sends can stop an issue.
"""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from escalation.issue.carried import Carried, Done, Ended, read_input
    from escalation.issue.chain import Head
    from escalation.issue.clocks import Due, deadlines
    from escalation.issue.effects import KeepText, Snapshot
    from escalation.issue.events import Entry
    from escalation.issue.explain import Explanation, explain
    from escalation.issue.facts import SIGNAL, Actor
    from escalation.issue.from_body import (
        FromBody,
        claimed_actor,
        no_instant,
        read_body,
        read_duplicate,
        read_end_of_maintenance,
        read_look_at_shifts,
    )
    from escalation.issue.from_receipt import EXAMPLE, read_receipt
    from escalation.issue.refusal import Rejected
    from escalation.issue.rules import IssueRules
    from escalation.issue.standing import snapshot
    from escalation.issue.state import IssueState
    from workflows.messages import takes_commands
    from workflows.shell import KEPT_LINES, Shell, broke

WRITE_RECORD = "write_record"
"""The one signal that is no command: it changes nothing of the issue. Also in client/sending.py."""

END_MAINTENANCE = "end_maintenance"
"""The signal of whoever ends a maintenance window. Also in client/maintenance.py."""

LOOK_AT_SHIFTS = "look_at_shifts"
"""The signal of a worker that notices that rotas or absences have changed. Also in client/shifts.py."""

LONGEST_LINE = 500
"""Characters of a line of the timeline that is carried along; the journal holds all of it."""


class NotAnIssue(Exception):
    """The workflow's input is not that of an issue; says why."""


@workflow.defn(name="Escalation")
@takes_commands
class Escalation:
    """An escalated issue, from the moment it is opened until it can no longer be reopened."""

    @workflow.init
    def __init__(self, *given: Any) -> None:
        self._shell = Shell(IssueRules())
        self._signals = 0
        self._earlier: tuple[str, ...] = ()
        self._unread: str | None = None
        try:
            self._begin(given)
        except (ValidationError, NotAnIssue) as error:
            self._unread = _why_unread(error)

    def _begin(self, given: tuple[Any, ...]) -> None:
        if len(given) != 1:
            raise NotAnIssue(f"{len(given)} inputs; allowed: one")
        start = read_input(given[0])
        if isinstance(start, Carried):
            self._signals, self._earlier = start.signals, start.lines
            self._shell.resume(start.state, start.unwritten, start.errands, start.head)
            return
        try:
            answer = no_instant(start) or self._shell.check(start)
        except Exception as error:
            if _is_ours():  # as it is, it might fail the workflow, and with it the issue
                raise RuntimeError(f"the rules broke on it: {error!r}") from error
            raise NotAnIssue(f"the rules broke on it: {type(error).__name__}") from error
        if isinstance(answer, Rejected):
            raise NotAnIssue(answer.why)
        self._shell.deliver(start)

    @workflow.run
    async def run(self, *given: Any) -> Ended:  # noqa: ARG002 - taken by __init__
        """Where the issue stood at its end. Fails at once where the input is not that of an issue.

        One that came through our own door was whole when it was sent: a release that cannot read it waits for one
        that can, by failing the workflow task.
        """
        if self._unread is not None:
            if _is_ours():
                raise RuntimeError(f"opened by another release: {self._unread}")
            raise ApplicationError(self._unread, type="BadInput", non_retryable=True)
        await self._shell.run(self._hand_over)
        return Ended.trusted(**dict(snapshot(self._state)), chain=self._shell.head.chain)

    async def _hand_over(self) -> None:
        carried = Carried(
            state=self._state,
            unwritten=tuple(self._shell.scribe.unwritten),
            errands=tuple(self._shell.errands.values()),
            signals=self._signals,
            lines=tuple(self._lines()),
            head=self._shell.head,
        )
        memo = {name: workflow.memo_value(name, type_hint=RawValue) for name in workflow.memo()}
        workflow.continue_as_new(args=[carried], memo=memo)

    def _lines(self) -> list[str]:
        now = [self._line(entry) for entry in self._shell.recent]
        return [*self._earlier, *now][-KEPT_LINES:]

    def _line(self, entry: Entry) -> str:
        line = f"{entry.number} {entry.happened_at.isoformat(timespec='seconds')} {self._shell.rules.sentence(entry)}"
        return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"

    # What is sent. What people send is added by `takes_commands`: each command as an Update and as a signal.

    @workflow.update(name="take_duplicate", description="Another issue repeats this one; sent by that issue's errand")
    def take_duplicate(self, *bodies: Any) -> Done:
        """Records it, so that the other one may be closed."""
        return self._carry_out("take_duplicate", _read(read_duplicate, bodies, _update_id(), is_strict=False))

    @take_duplicate.validator
    def _check_duplicate(self, *bodies: Any) -> None:
        self._check(_read(read_duplicate, bodies, _update_id()))

    @workflow.signal(name="take_receipt", description=f"A message did not arrive; sent by the HTTP door: {EXAMPLE}")
    def take_receipt(self, *bodies: Any) -> None:
        """Its reader is told by their next channel, where what it says is not over."""
        self._take_signal("take_receipt", bodies, read_receipt)

    @workflow.signal(name=WRITE_RECORD, description="Write on record what waits to be; sent by doors and the watch: {}")
    def write_record(self, *_: Any) -> None:
        """Nothing that waits for a sender or for the next step waits any longer."""
        self._shell.scribe.press()

    @workflow.signal(
        name=END_MAINTENANCE, description='The window that it is in was ended: {"window": "…", "by": "kim"}'
    )
    def end_maintenance(self, *bodies: Any) -> None:
        """An issue that is in that window goes its way; another does not notice."""
        self._take_signal(END_MAINTENANCE, bodies, read_end_of_maintenance)

    @workflow.signal(name=LOOK_AT_SHIFTS, description='Rotas or absences have changed: {"id": "…", "by": "kim"}')
    def look_at_shifts(self, *bodies: Any) -> None:
        """Until when whoever has it is on duty is looked up now; where shifts are not followed, nothing."""
        self._take_signal(LOOK_AT_SHIFTS, bodies, read_look_at_shifts)

    @workflow.signal(dynamic=True)
    def anything_else(self, name: str, bodies: Sequence[RawValue]) -> None:  # noqa: ARG002 - never read
        """A signal of any other name is refused on the record."""
        self.take_signal(name, [])

    # What can be asked.

    @workflow.query(description="Where the issue stands")
    def status(self) -> Snapshot:
        """The row that lists show."""
        return snapshot(self._state)

    @workflow.query(description="The latest entries, one sentence each")
    def timeline(self) -> list[str]:
        """Oldest first; the journal holds them all."""
        return self._lines()

    @workflow.query(description="Entries that are decided and not known to be on record, oldest first")
    def unwritten(self) -> list[Entry]:
        """For whoever shows the timeline: the record may have them by now."""
        return list(self._shell.scribe.unwritten)

    @workflow.query(description="The number of the last entry, and the hash that stands for it and all before it")
    def head(self) -> Head:
        """What an audit holds the record against."""
        return self._shell.head

    @workflow.query(description="Why it is here, and why what comes next is due then")
    def explanation(self) -> Explanation:
        """As of the issue's last step."""
        return explain(self._state, workflow.now())

    @workflow.query(name="deadlines", description="All that is due, earliest first")
    def next_deadlines(self) -> list[Due]:
        """Instants in UTC."""
        return list(deadlines(self._state))

    @workflow.query(description="The whole state, as JSON")
    def state(self) -> IssueState:
        """What `decide` looks at."""
        return self._state

    @property
    def _state(self) -> IssueState:
        if self._shell.state is None:
            raise ApplicationError("the issue was never opened", type="NotOpen")
        return self._shell.state

    def check(self, name: str, bodies: Sequence[Any]) -> None:
        """Refuse at once, leaving nothing in history; refusals for authority go on to the security log."""
        self._check(_read(read_body, name, bodies, _update_id(), "update"))

    def _check(self, read: FromBody | Rejected) -> None:
        answer = read if isinstance(read, Rejected) else self._shell.check_sent(read.command)
        if isinstance(answer, Rejected) and answer.nature != "authority":
            raise ApplicationError(answer.why, type=answer.code)

    def carry_out(self, name: str, bodies: Sequence[Any]) -> Done:
        """Carry out what was let in; what an earlier release has let in may hold fields that this one does not know."""
        return self._carry_out(name, _read(read_body, name, bodies, _update_id(), "update", is_strict=False))

    def _carry_out(self, name: str, read: FromBody | Rejected) -> Done:
        if isinstance(read, Rejected):
            raise ApplicationError(read.why, type=read.code)
        command = read.command
        first = self._state.done.get(command.id)
        answer = self._shell.deliver_sent(command, will_record=read.will_record)
        if isinstance(answer, Rejected):
            self._shell.guard(answer, name, command.by, command.id)
            raise ApplicationError(answer.why, type=answer.code)
        self._keep_texts(read, answer)
        numbers = tuple(entry.number for entry in answer) or ((first,) if first else ())
        sentences = tuple(self._shell.rules.sentence(entry) for entry in answer)
        return Done(
            status=snapshot(self._state),
            entries=numbers,
            sentences=sentences,
            is_repeat=not answer,
            unwritten=tuple(self._shell.scribe.unwritten) if read.will_record else (),
        )

    def take_signal(self, name: str, bodies: Sequence[Any]) -> None:
        """Carry it out, or put on record why not."""
        self._take_signal(name, bodies, lambda bodies, command_id: read_body(name, bodies, command_id, "signal"))

    def _take_signal(self, name: str, bodies: Sequence[Any], reader: Callable[..., FromBody | Rejected]) -> None:
        if self._shell.state is None:
            return
        command_id = self._next_signal_id()
        read = _read(reader, bodies, command_id)
        if isinstance(read, Rejected):
            self._shell.note_refusal(read, name, _claimed(bodies), command_id)
            return
        answer = self._shell.deliver_sent(read.command)
        if isinstance(answer, Rejected):
            self._shell.note_refusal(answer, name, read.command.by, read.command.id)
        else:
            self._keep_texts(read, answer)

    def _next_signal_id(self) -> str:
        """An id for a command that brings none; senders choose freely, so one of theirs may look like ours."""
        while True:
            self._signals += 1
            if f"signal-{self._signals}" not in self._state.done:
                return f"signal-{self._signals}"

    def _keep_texts(self, read: FromBody, made: tuple[Entry, ...]) -> None:
        for ref, text in read.texts.items() if made else ():
            issue = self._state.facts.id
            self._shell.start(KeepText(key=f"{issue}/text/{ref}", issue=issue, ref=ref, text=text))


def _read(reader: Callable[..., FromBody | Rejected], *given: Any, **more: Any) -> FromBody | Rejected:
    """What the reader makes of it; what it breaks on is refused too."""
    try:
        return reader(*given, **more)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return broke(error)


def _claimed(bodies: Sequence[Any]) -> Actor:
    try:
        return claimed_actor(bodies, "signal")
    except Exception:  # noqa: BLE001 - whatever it is
        return Actor(person="unknown", door=SIGNAL, assurance="asserted")


def _update_id() -> str:
    update = workflow.current_update_info()
    return update.id if update is not None else "update"


def _is_ours() -> bool:
    """Whether it was started through our own door, which starts nothing that the rules refuse."""
    return bool(workflow.memo_value("opened_by", default=""))


def _why_unread(error: ValidationError | NotAnIssue) -> str:
    if isinstance(error, NotAnIssue):
        return f"not the input of an issue: {error}"
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "input"
    return f"not the input of an issue: {error.error_count()} errors, first {place}: {first['msg'][:120]}"
