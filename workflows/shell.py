"""The shell: one inbox, one timer, errands beside the loop, one scribe (`scribe.py`). It runs the rules of one subject.

It decides nothing: the rules are an object that is given to it. What it shares with them are the issue's values: state,
entries, commands, effects, refusals, actors, and the types of the search attributes. A command is decided in the breath
in which it is delivered; what it asks of the world runs beside. Handlers never await, so no lock is needed and handing
over is never starved. What people send is worked out to its end before anything of it is taken: a bug of ours that it
meets refuses it. One that our own clock or errands meet fails the workflow task, to be seen and mended.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.common import Priority, SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError

with workflow.unsafe.imports_passed_through():
    from escalation.issue.attributes import ATTRIBUTES
    from escalation.issue.chain import Head, extended
    from escalation.issue.clocks import Due
    from escalation.issue.commands import Command, Tick
    from escalation.issue.effects import Effect, Record
    from escalation.issue.events import Entry
    from escalation.issue.facts import Actor
    from escalation.issue.refusal import Rejected
    from escalation.issue.rules import IssueRules, Step
    from escalation.issue.state import IssueState
    from workflows.errands import CARRIERS, noted, options
    from workflows.scribe import Scribe
    from workflows.tasks import Tasks, this_task

KEPT_LINES = 200
"""Entries kept in memory for the timeline query; the journal holds them all."""

ENTRIES = "entries"
"""The memo with the head of the chain when an entry was decided that left no other event, as a message's."""

FORCED_HISTORY = 12_000
"""History events after which it hands over even while errands are under way. Ours: a quarter of the server's limit."""

FORCED_HISTORY_BYTES = 10_000_000
"""The same by size. Ours: a fifth of the server's limit of 50 MB."""

_KEYS: dict[str, Callable[[str], SearchAttributeKey[Any]]] = {
    "keyword": SearchAttributeKey.for_keyword,
    "datetime": SearchAttributeKey.for_datetime,
    "bool": SearchAttributeKey.for_bool,
}


class Shell:
    """Runs one subject's rules inside a workflow."""

    def __init__(self, rules: IssueRules) -> None:
        self.rules = rules
        self.state: IssueState | None = None
        self.head = Head()
        """The last entry and the hash for it and all before it: against it the record can be held."""
        self.scribe = Scribe(lambda entries: self.rules.record(self._now_state, entries))
        self.errands: dict[str, Effect] = {}
        self.recent: list[Entry] = []
        self._is_changed = True
        self._is_cancelling_refused = False
        self._running: dict[str, asyncio.Task[None]] = {}
        self._is_begun = False
        self._withdrawn: set[str] = set()
        self._broken: Exception | None = None
        self._writing: set[asyncio.Task[None]] = set()
        self._decided_in = self._traced_in = 0
        self._timer: asyncio.Task[None] | None = None
        self._timer_at: datetime | None = None
        self._tasks = Tasks()

    def resume(
        self, state: IssueState, unwritten: tuple[Entry, ...], errands: tuple[Effect, ...], head: Head | None
    ) -> None:
        """Take over from the run before: its errands are run again, better twice than never.

        `head`: None where that run was of a release that kept none.
        """
        self.state, self.head = state, head or Head(number=state.entries)
        self.scribe.add(unwritten)
        for effect in errands:
            self._start(self.rules.again(effect))

    def deliver(self, command: Command, answered: Effect | None = None) -> tuple[Entry, ...] | Rejected:
        """Decide a command of our own and set going what it asks for; raises whatever the rules raise.

        `answered` is the errand of which it is the answer.
        """
        step = self._work_out(command, answered)
        if isinstance(step, Rejected):
            return step
        self._take(step)
        return step.entries

    def deliver_sent(self, command: Command, *, will_record: bool = False) -> tuple[Entry, ...] | Rejected:
        """The same for what somebody sent. Rules that break on it refuse it: nothing that is sent may stop an issue.

        `will_record`: the sender writes the entries that its answer brings, so that they can wait here.
        """
        step = self._try(command)
        if isinstance(step, Rejected):
            return step
        self._take(step, can_wait=will_record)
        if workflow.current_update_info() is not None:
            self._traced_in = this_task()
        if not will_record:  # also of a repeat, whose first copy came with a promise that its sender could not keep
            self.scribe.press()
        return step.entries

    def check_sent(self, command: Command) -> tuple[Entry, ...] | Rejected:
        """What `deliver_sent` would answer, without doing it."""
        step = self._try(command)
        return step if isinstance(step, Rejected) else step.entries

    def check(self, command: Command) -> tuple[Entry, ...] | Rejected:
        """What `deliver` would answer, without doing it; raises whatever the rules raise."""
        step = self._work_out(command)
        return step if isinstance(step, Rejected) else step.entries

    def note_refusal(self, rejected: Rejected, name: str, by: Actor, command_id: str) -> None:
        """Put a refusal on the record, for a door that hears no answer."""
        if self.state is not None and command_id not in self.state.done:
            entry = self.rules.refusal(self.state, rejected, name, by, command_id, workflow.now())
            self._take(self.rules.step(self.state, entry))
            self.guard(rejected, name, by, command_id)

    def guard(self, rejected: Rejected, name: str, by: Actor, command_id: str) -> None:
        """Write a refusal for authority to the security log, outside the workflow."""
        if self.state is not None and rejected.nature == "authority":
            self.start(self.rules.security(self.state, rejected, name, by, command_id, workflow.now()))

    def start(self, effect: Effect) -> None:
        """Run an errand beside the loop, once for its key."""
        if effect.key not in self.errands:
            self._start(effect)

    async def run(self, hand_over: Callable[[], Awaitable[None]]) -> None:
        """Serve the subject until it is over; `hand_over` continues as new and does not return."""
        self._begin()
        writing = asyncio.create_task(self._guarded(self._write_all))
        while not (self.rules.is_over(self._now_state) and self._is_at_rest):
            self._is_changed = False
            if self._broken is not None:
                # As it is, a failed activity would fail the workflow, and with it the issue.
                raise RuntimeError(f"beside the loop: {self._broken!r}") from self._broken
            self._publish()
            self._withdraw()
            self._leave_trace()
            if self._is_to_hand_over:
                await hand_over()
            try:
                await self._wait()
            except asyncio.CancelledError:
                self._refuse_cancelling()
        writing.cancel()

    def _refuse_cancelling(self) -> None:
        """A button in the UI must not make an issue be forgotten: cancelling is refused, on record, and it goes on."""
        task, why = asyncio.current_task(), workflow.cancellation_reason()
        if task is None or why is None or self._is_cancelling_refused:
            raise asyncio.CancelledError
        self._is_cancelling_refused = True
        task.uncancel()
        rejected = Rejected(
            code="cannot_be_cancelled",
            why=f"cancelling the workflow does not end an issue; resolve and close it (reason given: {why[:200]!a})",
            nature="authority",
        )
        by = Actor(person="unknown", door="temporal", assurance="asserted")
        self.note_refusal(rejected, "cancel", by, f"cancel-{workflow.info().run_id}")

    @property
    def _now_state(self) -> IssueState:
        if self.state is None:
            raise ApplicationError("the issue was never opened", type="NotOpen", non_retryable=True)
        return self.state

    @property
    def _is_at_rest(self) -> bool:
        return not self.scribe.is_busy and not self.errands and workflow.all_handlers_finished()

    @property
    def _is_about_to_hear(self) -> bool:
        return any(self.rules.is_answered_soon(effect) for effect in self.errands.values())

    @property
    def _is_to_hand_over(self) -> bool:
        info = workflow.info()
        if info.is_continue_as_new_suggested() and self._is_at_rest:
            return True
        is_long = info.get_current_history_length() > FORCED_HISTORY
        is_large = info.get_current_history_size() > FORCED_HISTORY_BYTES
        return (is_long or is_large) and workflow.all_handlers_finished()

    def _work_out(self, command: Command, answered: Effect | None = None) -> Step | Rejected:
        return self.rules.work_out(self.state, command, workflow.now(), answered=answered)

    def _try(self, command: Command) -> Step | Rejected:
        try:
            step = self._work_out(command)
            if not isinstance(step, Rejected):
                self._try_out(step)
        except Exception as error:  # noqa: BLE001 - whatever it is
            return broke(error)
        return step

    def _try_out(self, step: Step) -> None:
        """Do with a step on trial what is done with it once it is taken; all of it is pure."""
        state = step.state
        if state is None or not step.entries:
            return
        self.rules.record(state, step.entries)
        extended(self.head, str(state.facts.id), step.entries)
        self.rules.card(state, workflow.now())
        self.rules.attributes(state)
        self.rules.priority(state)
        due = self.rules.next_due(state)
        if due is not None:
            self.rules.timer_name(state, due)
        for entry in step.entries:
            self.rules.sentence(entry)
        for effect in step.effects:
            self.rules.summary(effect)

    def _take(self, step: Step, *, can_wait: bool = False) -> None:
        self.state = step.state
        self.head = extended(self.head, str(self._now_state.facts.id), step.entries)
        can_wait = can_wait or self.rules.can_wait(step.entries)
        self.scribe.add(step.entries, can_wait=can_wait and not self.rules.is_over(self._now_state))
        if step.entries:
            self._decided_in = this_task()
        for effect in step.effects:
            self.start(effect)
        self.recent = [*self.recent, *step.entries][-KEPT_LINES:]
        self._is_changed = self._is_changed or bool(step.entries)

    async def _wait(self) -> None:
        """Until something changes or the next instant comes; then do what is due."""
        state = self._now_state
        due = self.rules.next_due(state)
        if due is None:
            self._stop_timer()
        elif due.at <= workflow.now():
            _measure_lateness(due)
            done = self.deliver(Tick())
            if isinstance(done, Rejected) or not done:  # a broken rule or another release's: stop and be seen
                raise RuntimeError(f"{due.what} is due and nothing was done: {done}")
            return
        elif self._timer_at != due.at:
            self._stop_timer()
            self._timer_at = due.at
            summary = self.rules.timer_name(state, due)
            self._timer = asyncio.create_task(workflow.sleep(due.at - workflow.now(), summary=summary[:200]))
        await workflow.wait_condition(self._has_heard)
        if self._timer is not None and self._timer.done():
            self._timer = self._timer_at = None
            if not self._is_changed:
                _measure_lateness(due)
                self.deliver(Tick())

    def _has_heard(self) -> bool:
        """Asked whenever anything comes in."""
        self._tasks.must_have_begun()
        return self._is_changed or (self._timer is not None and self._timer.done())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._timer_at = None

    def _withdraw(self) -> None:
        """Call off what is not wanted any more. Asked once each; what has got through meanwhile has."""
        for key, effect in self.errands.items():
            if key not in self._withdrawn and self.rules.is_moot(self._now_state, effect):
                self._withdrawn.add(key)
                self._running[key].cancel()

    def _begin(self) -> None:
        """Set going what was asked for before the workflow ran.

        Not sooner: an update in the first task gives what was made before it a turn ahead of the loop, and one that is
        refused leaves no trace by which a later worker would know (docs/decisions/0018).
        """
        self._is_begun = True
        for effect in self.errands.values():
            self._set_going(effect)

    def _start(self, effect: Effect) -> None:
        self._traced_in = this_task()
        self.errands[effect.key] = effect
        if self._is_begun:
            self._set_going(effect)

    def _set_going(self, effect: Effect) -> None:
        self._running[effect.key] = asyncio.create_task(self._guarded(partial(self._run, effect)))

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """A bug beside the loop must be seen in the loop: it fails the workflow task, which waits for mended code."""
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - handed to the loop, which raises it
            self._broken = error
            self._is_changed = True

    async def _run(self, effect: Effect) -> None:
        answer = await self._ask_the_world(effect)
        del self.errands[effect.key]
        self._running.pop(effect.key, None)
        self._withdrawn.discard(effect.key)
        if answer is not None:
            self.deliver(answer, effect)
            self._decided_in = this_task()  # also where it came too late to change anything
        self._is_changed = True

    async def _ask_the_world(self, effect: Effect) -> Command | None:
        along = [self.scribe.take_along(effect.key)] if effect.kind in CARRIERS else []
        written_to = 0
        answer: Command | None
        try:
            answer = await workflow.execute_activity(
                effect.kind,
                args=[effect, *along],
                result_type=self.rules.answer_type(effect),
                summary=self.rules.summary(effect)[:200],
                priority=Priority(priority_key=self.rules.priority(self._now_state)),
                **options(effect.kind, self.rules.patience(effect), self.rules.wait(effect, workflow.now())),
            )
            written_to = self.rules.written_to(answer)
        except ActivityError as error:
            if isinstance(error.cause, CancelledError):
                answer = self.rules.on_withdrawn(effect, noted(error))
            else:
                answer = self.rules.on_failure(effect, str(error.cause or error), noted(error))
        self.scribe.came_back(effect.key, written_to)
        return answer

    async def _write_all(self) -> None:
        """The scribe's loop: never in the way of a page, and a step that is about to be answered is written as one."""
        while True:
            await workflow.wait_condition(lambda: self._is_to_write)
            task = asyncio.create_task(self._guarded(partial(self._write, self.scribe.begin())))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _write(self, record: Record) -> None:
        await self.scribe.write(record)
        self._is_changed = True

    @property
    def _is_to_write(self) -> bool:
        return self.scribe.has_work and not self._is_about_to_hear

    def _leave_trace(self) -> None:
        """See to it that a task in which something was decided is not without any event of its own.

        The SDK plays a task without one together with the next, on some workers and not on others; what was heard in
        the two is then decided in another order, and at another instant (docs/decisions/0014).
        """
        if self._decided_in == this_task() and self._traced_in != this_task() and not self._is_to_write:
            workflow.upsert_memo({ENTRIES: self.head.model_dump()})
            self._traced_in = this_task()

    def _publish(self) -> None:
        """Search attributes that changed, and the card; nothing on the last step: the status says it is over."""
        state = self._now_state
        workflow.set_current_details(self.rules.card(state, workflow.now()))
        if self.rules.is_over(state):
            return
        shown = workflow.info().typed_search_attributes
        updates: list[SearchAttributeUpdate[Any]] = []
        for name, value in self.rules.attributes(state).items():
            key = _KEYS[ATTRIBUTES[name]](name)
            if value is None and shown.get(key) is not None:
                updates.append(key.value_unset())
            elif value is not None and shown.get(key) != value:
                updates.append(key.value_set(value))
        if updates:
            workflow.upsert_search_attributes(updates)
            self._traced_in = this_task()


def _measure_lateness(due: Due | None) -> None:
    """From the instant at which something is due to its being done; counted once, never in a replay."""
    if due is not None:
        measured = workflow.metric_meter().create_histogram_timedelta(
            "escalon_tick_lateness", "From the instant at which something is due to its being done.", "duration"
        )
        measured.record(max(timedelta(0), workflow.now() - due.at))


def broke(error: Exception) -> Rejected:
    """The refusal of what our own rules break on; the log says where."""
    workflow.logger.exception("the rules broke on what was sent")
    return Rejected(code="rules_broke", why=f"the rules broke on it: {type(error).__name__}", nature="input")
