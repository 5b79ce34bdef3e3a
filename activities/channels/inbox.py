"""The embedded inbox: messages laid into the record, read with `escalon inbox`. Everybody has one.

Laid in once per message id, so a copy sent again is never seen twice.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from activities.channels.contract import ChannelUnavailable, Envelope, Sent
from records import inbox
from records.database import Database, RecordBusy


class InboxChannel:
    """Delivers to the person itself; needs no address."""

    name = "inbox"

    def __init__(self, db: Database) -> None:
        self._db = db
        # Threads of its own: writers that wait for a locked database must not hold up anything else.
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="inbox")

    async def send(self, envelope: Envelope) -> Sent:
        """Lay the message in, unless it lies there."""
        message = inbox.InboxMessage(
            message=envelope.message_id,
            issue=envelope.issue,
            person=envelope.person,
            about=envelope.about,
            subject=envelope.subject,
            body=envelope.body,
            sent_at=envelope.at,
            is_possible_repeat=envelope.is_possible_repeat,
        )
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, inbox.put, self._db, message)
        except (SQLAlchemyError, RecordBusy, OSError) as error:
            # Its text may quote what was to be written; the kind of failure says enough.
            raise ChannelUnavailable(f"the record cannot be written to ({type(error).__name__})") from error
        return Sent(reference=envelope.message_id, is_delivered=True)
