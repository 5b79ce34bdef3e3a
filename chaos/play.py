"""Playing a run: issues are opened and acted on as the plan says, while faults happen; each is seen to its end.

What was sent and what came of it is kept for the checks. Nobody here knows of faults: who gets no answer tries again,
under the same id, or gives up.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from chaos.doors import SOURCE, Answer, Door
from chaos.plan import ACTS_END_S, Act, Plan, Story
from chaos.stage import Stage, ended, status_of
from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.identity import IssueId
from records import reading
from starter.door import holds_text

_TRY_AGAIN_S = 0.3
_INSIST_FOR_S = 120
"""So long after its first try somebody gives up all the same. Longer than any fault."""
_LOOK_S = 0.1
_LAST_WORD_EVERY_S = 1.0
_LATECOMERS_S = 1.0


@dataclass
class Said:
    """One command of somebody's, and what came of it."""

    command: str
    id: str
    person: str
    answer: Answer
    tries: int
    texts: tuple[str, ...] = ()
    """Its fields that hold text."""


@dataclass
class Followed:
    """One issue, from the side of those who use it."""

    story: Story
    opening: Answer
    issue: IssueId
    """Where nobody was answered: the one that it would be."""
    said: list[Said] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        """Whether a door said that it was opened."""
        return self.opening.outcome == "opened"


def texts_of(act: Act) -> tuple[str, ...]:
    """The act's fields that hold text."""
    kind = HUMAN_COMMANDS.get(act.command)
    known = {} if kind is None else kind.model_fields
    return tuple(name for name in act.fields if name in known and holds_text(known[name].annotation))


class Play:
    """Of one run."""

    def __init__(self, stage: Stage, plan: Plan, doors: dict[str, Door]) -> None:
        self.followed: list[Followed] = []
        self.sent = 0
        """Commands that have left so far."""
        self.all_is_mended = asyncio.Event()
        """To be set when the last fault is over."""
        self._stage = stage
        self._plan = plan
        self._doors = doors

    async def all(self) -> None:
        """Every story, side by side, to its end."""
        async with asyncio.TaskGroup() as playing:
            for story in self._plan.stories:
                playing.create_task(self._story(story))

    async def to_the_end(self, followed: Followed) -> None:
        """Resolve it until it is resolved, wait until the record says that it has ended, and for its last message."""
        count, next_word = 0, 0.0
        while True:
            row = await self._row(followed.issue)
            if row is not None and row.status == "ended":
                await ended(self._stage.client, followed.issue)
                return
            now = asyncio.get_running_loop().time()
            if (row is None or row.status == "open") and now >= next_word:
                count += 1
                command_id = f"{followed.story.reference}-last-{count}"
                answer = await self._doors["client"].act(
                    followed.issue, "resolve", "boss", {"outcome": "solved"}, command_id
                )
                followed.said.append(Said("resolve", command_id, "boss", answer, 1))
                next_word = now + _LAST_WORD_EVERY_S
            await asyncio.sleep(_LOOK_S)

    async def _story(self, story: Story) -> None:
        await asyncio.sleep(story.after_s)
        began = asyncio.get_running_loop().time()
        door = self._doors[story.door]
        opening, tries = await self._insist(
            lambda: door.open(story.reference, story.kind, "ray", f"{story.reference}-open"),
            is_insisting=story.is_insisting,
        )
        issue = opening.issue or IssueId(source=SOURCE, reference=story.reference)
        followed = Followed(story, opening, issue)
        self.followed.append(followed)
        followed.said.append(Said("open", f"{story.reference}-open", "ray", opening, tries, ("description",)))
        if followed.is_accepted:
            async with asyncio.TaskGroup() as acting:
                for number, act in enumerate(story.acts, start=1):
                    acting.create_task(self._act(followed, act, number, began))
            await asyncio.sleep(max(0, began + ACTS_END_S - asyncio.get_running_loop().time()))
        else:
            # Its call may lie in a link that hangs: what comes of it is known when all is mended.
            await self.all_is_mended.wait()
            await asyncio.sleep(_LATECOMERS_S)
            if not await self._is_known(issue):
                return
        await self.to_the_end(followed)

    async def _act(self, followed: Followed, act: Act, number: int, began: float) -> None:
        await asyncio.sleep(max(0, began + act.after_s - asyncio.get_running_loop().time()))
        command_id = f"{followed.story.reference}-{number}-{act.command}"
        door = self._doors[act.door]
        if act.command == "open":
            story = followed.story
            answer, tries = await self._insist(
                lambda: door.open(story.reference, story.kind, act.person, command_id), is_insisting=act.is_insisting
            )
            if answer.outcome == "opened" and answer.issue != followed.issue:
                # It was over by then: this is the next occurrence, an issue of its own.
                assert answer.issue is not None
                another = Followed(story, answer, answer.issue)
                self.followed.append(another)
                await self.to_the_end(another)
                return
        else:
            fields = dict(act.fields)
            if "until" in fields:
                fields["until"] = datetime.now(UTC) + timedelta(seconds=fields["until"])
            answer, tries = await self._insist(
                lambda: door.act(followed.issue, act.command, act.person, fields, command_id),
                is_insisting=act.is_insisting,
            )
        followed.said.append(Said(act.command, command_id, act.person, answer, tries, texts_of(act)))

    async def _insist(self, call: Callable[[], Awaitable[Answer]], *, is_insisting: bool) -> tuple[Answer, int]:
        end, tries = asyncio.get_running_loop().time() + _INSIST_FOR_S, 0
        while True:
            self.sent += 1
            tries += 1
            answer = await call()
            if answer.outcome != "unknown" or not is_insisting or asyncio.get_running_loop().time() > end:
                return answer, tries
            await asyncio.sleep(_TRY_AGAIN_S)

    async def _row(self, issue: IssueId) -> reading.IssueRow | None:
        try:
            return await asyncio.to_thread(reading.issue, self._stage.db, issue)
        except SQLAlchemyError:  # the record is away, or was a moment ago
            return None

    async def _is_known(self, issue: IssueId) -> bool:
        return bool(await status_of(self._stage.client, issue))
