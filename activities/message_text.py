"""The text that a message shows, read from the record when it is sent, and never in its way.

A page waits a moment for the record's answer. Once one has waited in vain, those after it hardly wait at all, until the
record answers in time again: they go out without it, and say so.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog

from escalation.issue.effects import Notify
from escalation.message import MessageTexts
from records import texts
from records.database import Database

PATIENCE = timedelta(milliseconds=80)
"""How long a page waits for the record's answer at most. Ours: nothing that ails the record may cost a page 100 ms."""
HASTE = timedelta(milliseconds=30)
"""The same while the record is late."""
MOST_AT_ONCE = 8
"""Reads under way while the record is late, beyond which none is begun."""
_LOOKS_S = (0.02, 0.06)
"""Pauses between looks for a text that is not there yet: together no more than the patience."""

_log = structlog.get_logger(__name__)


class MessageText:
    """For one worker."""

    def __init__(self, db: Database, patience: timedelta = PATIENCE) -> None:
        self._db = db
        self._patience_s = patience.total_seconds()
        # Threads of its own: reads that hang on an absent database must not hold up anything else.
        self._readers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="message-text")
        self._under_way: dict[asyncio.Future[dict[str, str]], float] = {}
        self._is_late = False

    async def of(self, effect: Notify) -> MessageTexts:
        """What it shows of what people wrote; of an issue that is not normal, nothing, and it is not even read."""
        refs = {text.ref for text in (effect.title_ref, effect.description, effect.said) if text is not None}
        if effect.issue_class != "normal" or not refs:
            return MessageTexts()
        try:
            found = await self._in_time(effect, refs)
        except Exception as error:  # noqa: BLE001 - whatever ails the record, the page goes out
            _log.warning("message_without_text", issue=str(effect.issue), error=type(error).__name__)
            return MessageTexts(is_unreadable=True)
        return MessageTexts(
            title=found.get(effect.title_ref.ref) if effect.title_ref else None,
            description=found.get(effect.description.ref) if effect.description else None,
            said=found.get(effect.said.ref) if effect.said else None,
            is_unreadable=bool(refs - found.keys()),
        )

    async def _in_time(self, effect: Notify, refs: set[str]) -> Mapping[str, str]:
        """What is kept under them. What came by a signal is kept by an errand of the same step, in the next moments.

        Raises TimeoutError, and whatever the database raises.
        """
        found = await self._look(effect, refs)
        for pause in _LOOKS_S if effect.said is not None else ():
            if refs <= found.keys():
                break
            await asyncio.sleep(pause)
            try:
                found = await self._look(effect, refs)
            except TimeoutError:
                break
        return found

    async def _look(self, effect: Notify, refs: set[str]) -> Mapping[str, str]:
        if self._is_late and len(self._under_way) >= MOST_AT_ONCE:
            raise TimeoutError
        loop = asyncio.get_running_loop()
        reading = asyncio.ensure_future(loop.run_in_executor(self._readers, texts.read, self._db, effect.issue, refs))
        self._under_way[reading] = loop.time()
        reading.add_done_callback(self._ended)
        patience_s = min(HASTE.total_seconds(), self._patience_s) if self._is_late else self._patience_s
        done, _ = await asyncio.wait({reading}, timeout=patience_s)
        if not done:
            self._is_late = True
            raise TimeoutError
        return reading.result()

    def _ended(self, reading: asyncio.Future[dict[str, str]]) -> None:
        took_s = asyncio.get_running_loop().time() - self._under_way.pop(reading)
        if not reading.cancelled() and reading.exception() is None and took_s <= self._patience_s:
            self._is_late = False
