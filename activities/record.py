"""The activities that write to the record: entries, texts, refusals. How that is done: `records/`.

Synchronous: they run in the worker's thread pool. Their names are the effects' kinds. Failures say what happened
without quoting SQL or anybody's text, since they are kept in Temporal's history.

One that ran out of time is not cut short by an exception thrown into its thread: thrown between taking the writers'
lock and letting go of it, it keeps every other writer out for ever (seen).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from escalation.issue.effects import KeepText, LogRefusal, Record
from records import journal, refusals, texts
from records.database import Database, RecordBusy


class RecordKeeping:
    """The scribe's hands: one object per worker, made with the open record."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @activity.defn(name="record", no_thread_cancel_exception=True)
    def record(self, effect: Record) -> None:
        """Write the entries and the issue's row.

        Fails as `JournalConflict`, `JournalGap` or `RecordUnavailable`, all to be retried: the first two because an
        entry must never be dropped, and each attempt is seen by whoever watches.
        """
        with _named_failures(self._db):
            journal.write(self._db, effect)

    @activity.defn(name="keep_text", no_thread_cancel_exception=True)
    def keep_text(self, effect: KeepText) -> None:
        """Keep the text, masked. Fails for good as `TextConflict` or `TextTooLong`: trying again changes neither."""
        with _named_failures(self._db):
            texts.keep(self._db, effect.issue, effect.ref, effect.text)

    @activity.defn(name="log_refusal", no_thread_cancel_exception=True)
    def log_refusal(self, effect: LogRefusal) -> None:
        """Write the refusal to the security log."""
        with _named_failures(self._db):
            refusals.log(self._db, effect)


@contextmanager
def _named_failures(db: Database) -> Iterator[None]:
    """Give each failure the type by which workflows and operators know it."""
    try:
        yield
    except (journal.JournalConflict, journal.JournalGap) as error:
        raise ApplicationError(str(error), type=type(error).__name__) from None
    except (texts.TextConflict, texts.TextTooLong) as error:
        raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from None
    except (SQLAlchemyError, RecordBusy) as error:
        reason = getattr(error, "orig", None) or error
        first_line = next(iter(str(reason).splitlines()), type(reason).__name__)
        raise ApplicationError(
            f"the record {db} cannot be written to: {first_line}", type="RecordUnavailable"
        ) from None
