"""The workflow of one issue. Thin: it names the messages; the shell runs the rules.

Every human command is an Update, whose validator runs the same `decide`, and a signal of the same name with a plain
JSON body. What is not understood ends on record; nothing that anyone sends can stop an issue.
"""

from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from escalation.issue.carried import Carried, Done, read_input
    from escalation.issue.clocks import Due, deadlines
    from escalation.issue.commands import (
        Acknowledge,
        Close,
        Command,
        Confirm,
        Escalate,
        Open,
        Release,
        Reopen,
        Resolve,
        TakeCharge,
    )
    from escalation.issue.decide import command_name
    from escalation.issue.effects import KeepText, Snapshot
    from escalation.issue.effects_of import snapshot
    from escalation.issue.explain import Explanation, explain
    from escalation.issue.from_signal import read_signal, signal_actor
    from escalation.issue.refusal import Rejected
    from escalation.issue.rules import IssueRules
    from escalation.issue.state import IssueState
    from escalation.narrate import narrate
    from workflows.shell import Shell


@workflow.defn(name="Escalation")
class Escalation:
    """An escalated issue, from the moment it is opened until it can no longer be reopened."""

    @workflow.init
    def __init__(self, given: Any) -> None:
        self._shell = Shell(IssueRules())
        self._signals = 0
        self._unread: str | None = None
        try:
            start = read_input(given)
        except ValidationError as error:
            self._unread = f"not the input of an issue: {error.error_count()} errors, first {error.errors()[0]['loc']}"
            return
        if isinstance(start, Carried):
            self._signals = start.signals
            self._shell.resume(start.state, start.unwritten, start.errands)
            return
        answer = self._shell.deliver(start)
        if isinstance(answer, Rejected):
            self._unread = answer.why

    @workflow.run
    async def run(self, given: Any) -> Snapshot:  # noqa: ARG002 - taken by __init__
        """Where the issue stood at its end. Fails at once where the input is not that of an issue."""
        if self._unread is not None:
            raise ApplicationError(self._unread, type="BadInput", non_retryable=True)
        await self._shell.run(self._hand_over)
        return snapshot(self._state)

    async def _hand_over(self) -> None:
        carried = Carried(
            state=self._state,
            unwritten=tuple(self._shell.unwritten),
            errands=tuple(self._shell.errands.values()),
            signals=self._signals,
        )
        memo = {name: workflow.memo_value(name) for name in workflow.memo()}
        workflow.continue_as_new(args=[carried], memo=memo)

    # What people do. Each as an Update, and as a signal of the same name.

    @workflow.update(name="open", description="The same thing reported again")
    async def report_again(self, command: Open) -> Done:
        """Noted while the issue is open; reopens it while it can be."""
        return self._carry_out(command)

    @workflow.update(name="acknowledge", description="I am working on it")
    async def acknowledge(self, command: Acknowledge) -> Done:
        """Stops the acknowledgement clock, nothing else."""
        return self._carry_out(command)

    @workflow.update(name="release", description="I am not working on it any more")
    async def release(self, command: Release) -> Done:
        """The tier is asked again."""
        return self._carry_out(command)

    @workflow.update(name="escalate", description="Move it up a tier now")
    async def escalate(self, command: Escalate) -> Done:
        """The next tier is asked."""
        return self._carry_out(command)

    @workflow.update(name="take_charge", description="End exhaustion: I do the next action by a time")
    async def take_charge(self, command: TakeCharge) -> Done:
        """Exhaustion ends."""
        return self._carry_out(command)

    @workflow.update(name="resolve", description="It is fixed")
    async def resolve(self, command: Resolve) -> Done:
        """The ladder's clocks stop."""
        return self._carry_out(command)

    @workflow.update(name="confirm", description="The customer says it is fixed")
    async def confirm(self, command: Confirm) -> Done:
        """Closes the issue."""
        return self._carry_out(command)

    @workflow.update(name="close", description="End a resolved issue for a reason")
    async def close(self, command: Close) -> Done:
        """Closes the issue."""
        return self._carry_out(command)

    @workflow.update(name="reopen", description="It is not fixed after all")
    async def reopen(self, command: Reopen) -> Done:
        """The tier where it was is asked again."""
        return self._carry_out(command)

    @report_again.validator
    def _check_open(self, command: Open) -> None:
        self._check(command)

    @acknowledge.validator
    def _check_acknowledge(self, command: Acknowledge) -> None:
        self._check(command)

    @release.validator
    def _check_release(self, command: Release) -> None:
        self._check(command)

    @escalate.validator
    def _check_escalate(self, command: Escalate) -> None:
        self._check(command)

    @take_charge.validator
    def _check_take_charge(self, command: TakeCharge) -> None:
        self._check(command)

    @resolve.validator
    def _check_resolve(self, command: Resolve) -> None:
        self._check(command)

    @confirm.validator
    def _check_confirm(self, command: Confirm) -> None:
        self._check(command)

    @close.validator
    def _check_close(self, command: Close) -> None:
        self._check(command)

    @reopen.validator
    def _check_reopen(self, command: Reopen) -> None:
        self._check(command)

    @workflow.signal(name="open", description="The same thing reported again; sent by doors when no worker answers")
    def open_by_signal(self, *bodies: Any) -> None:
        """See the update."""
        self._take_signal("open", bodies)

    @workflow.signal(name="acknowledge", description='I am working on it: {"by": "<your id>"}')
    def acknowledge_by_signal(self, *bodies: Any) -> None:
        """See the update."""
        self._take_signal("acknowledge", bodies)

    @workflow.signal(name="release", description='I am not working on it any more: {"by": "<your id>"}')
    def release_by_signal(self, *bodies: Any) -> None:
        """See the update."""
        self._take_signal("release", bodies)

    @workflow.signal(name="escalate", description='Move it up: {"by": "<your id>", "is_waived": true}')
    def escalate_by_signal(self, *bodies: Any) -> None:
        """See the update."""
        self._take_signal("escalate", bodies)

    @workflow.signal(name="take_charge", description='{"by": "<your id>", "until": "2026-11-21T12:00:00Z"}')
    def take_charge_by_signal(self, *bodies: Any) -> None:
        """See the update."""
        self._take_signal("take_charge", bodies)

    @workflow.signal(name="resolve", description='It is fixed: {"by": "<your id>", "outcome": "solved"}')
    def resolve_by_signal(self, *bodies: Any) -> None:
        """See the update."""
        self._take_signal("resolve", bodies)

    @workflow.signal(name="confirm", description='The customer says it is fixed: {"by": "<your id>"}')
    def confirm_by_signal(self, *bodies: Any) -> None:
        """See the update."""
        self._take_signal("confirm", bodies)

    @workflow.signal(name="close", description='{"by": "<your id>", "reason": "confirmed"}')
    def close_by_signal(self, *bodies: Any) -> None:
        """See the update."""
        self._take_signal("close", bodies)

    @workflow.signal(name="reopen", description='It is not fixed after all: {"by": "<your id>"}')
    def reopen_by_signal(self, *bodies: Any) -> None:
        """See the update."""
        self._take_signal("reopen", bodies)

    @workflow.signal(dynamic=True)
    def anything_else(self, name: str, bodies: Sequence[RawValue]) -> None:  # noqa: ARG002 - never read
        """A signal of any other name is refused on the record."""
        self._take_signal(name, [])

    # What can be asked.

    @workflow.query(description="Where the issue stands")
    def status(self) -> Snapshot:
        """The row that lists show."""
        return snapshot(self._state)

    @workflow.query(description="The latest entries, one sentence each")
    def timeline(self) -> list[str]:
        """Oldest first; the journal holds them all."""
        return [f"{e.number} {e.happened_at.isoformat(timespec='seconds')} {narrate(e)}" for e in self._shell.recent]

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

    def _check(self, command: Command) -> None:
        """Refuse at once, leaving nothing in history; refusals for authority go on to the security log."""
        answer = self._shell.check(command)
        if isinstance(answer, Rejected) and answer.nature != "authority":
            raise ApplicationError(answer.why, type=answer.code)

    def _carry_out(self, command: Command) -> Done:
        first = self._state.done.get(command.id)
        answer = self._shell.deliver(command)
        if isinstance(answer, Rejected):
            self._shell.guard(answer, command_name(command), command.by, command.id)
            raise ApplicationError(answer.why, type=answer.code)
        numbers = tuple(entry.number for entry in answer) or ((first,) if first else ())
        sentences = tuple(narrate(entry) for entry in answer)
        return Done(status=snapshot(self._state), entries=numbers, sentences=sentences, is_repeat=not answer)

    def _take_signal(self, name: str, bodies: Sequence[Any]) -> None:
        self._signals += 1
        if self._shell.state is None:
            return
        command_id = f"signal-{self._signals}"
        read = read_signal(name, bodies, command_id)
        if isinstance(read, Rejected):
            self._shell.note_refusal(read, name, signal_actor(bodies), command_id)
            return
        answer = self._shell.deliver(read.command)
        if isinstance(answer, Rejected):
            self._shell.note_refusal(answer, name, read.command.by, read.command.id)
            return
        for ref, text in read.texts.items() if answer else ():
            issue = self._state.facts.id
            self._shell.start(KeepText(key=f"{issue}/text/{ref}", issue=issue, ref=ref, text=text))
