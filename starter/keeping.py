"""Keeping what people write beside the record, before anything durable refers to it.

A record that is away stops nobody: the reference is given all the same, and the same call made again, with the same
id, keeps the text under it and does nothing twice.
"""

import sys

from escalation.issue.facts import TextRef
from escalation.issue.identity import IssueId
from escalation.masking import LONGEST_TEXT, LONGEST_TITLE, clean_text, mask_cards
from records.database import Database
from starter.failure import WrongInput


def from_stdin(field: str) -> str:
    """The text that is piped in; raises WrongInput for one without end, of which no more is read than says so."""
    most = LONGEST_TEXT * 4
    text = sys.stdin.read(most + 1)
    if len(text) > most:
        raise WrongInput(f"{field}: has more than {most:,} characters; allowed: at most {LONGEST_TEXT:,}")
    return text


def clean(text: str, field: str) -> str:
    """The text of several lines, fit to keep, with card numbers masked; raises WrongInput."""
    return _cleaned(text, field, LONGEST_TEXT, is_one_line=False)


def clean_line(text: str, field: str, longest: int = LONGEST_TITLE) -> str:
    """The same for one line."""
    return _cleaned(text, field, longest, is_one_line=True)


def _cleaned(text: str, field: str, longest: int, *, is_one_line: bool) -> str:
    try:
        return mask_cards(clean_text(text, field, longest, is_one_line=is_one_line))
    except ValueError as error:
        raise WrongInput(str(error)) from None


class Keeper:
    """Keeps the texts of one command of one issue, and remembers which it could not keep."""

    def __init__(self, db: Database | None, command_id: str) -> None:
        self._db = db
        self._command_id = command_id
        self._lies_under: IssueId | None = None
        self._kept_refs: dict[str, bool] = {}
        """What is kept, and whether this call was the first to keep it there."""
        self.lost: list[str] = []
        """The fields whose text could not be kept."""

    def keep(self, issue: IssueId, field: str, masked: str) -> TextRef:
        """How to refer to the text, which is kept unless the record is away. Raises WrongInput for another text."""
        ref = f"{self._command_id}.{field}"
        kept = self._kept(issue, ref, field, masked)
        if kept is None:
            self.lost.append(field)
            return TextRef(ref=ref, length=len(masked))
        return kept

    def _kept(self, issue: IssueId, ref: str, field: str, masked: str) -> TextRef | None:
        if self._db is None:
            return None
        from sqlalchemy.exc import SQLAlchemyError

        from records import texts
        from records.database import RecordBusy

        try:
            kept, is_first = texts.keep_first(self._db, issue, ref, masked)
        except texts.TextConflict:
            raise WrongInput(
                f"id: '{self._command_id}' came before with another {field}; repeat a call with the same words, "
                "or give it a new id"
            ) from None
        except (SQLAlchemyError, RecordBusy):
            return None
        self._lies_under = issue
        self._kept_refs[ref] = is_first
        return kept

    def carry(self, issue: IssueId) -> None:
        """Before the issue is opened as this occurrence: the texts lie under it, if they lay under another one.

        What an earlier call kept under the other stays there too: that one may refer to it.
        """
        if self._db is None or self._lies_under in {None, issue}:
            return
        from sqlalchemy.exc import SQLAlchemyError

        from records import texts
        from records.database import RecordBusy

        before, refs = self._lies_under, self._kept_refs
        assert before is not None
        try:
            new = texts.carry(self._db, before, issue, refs, [ref for ref, is_first in refs.items() if is_first])
        except (SQLAlchemyError, RecordBusy):
            self.lost.extend(ref.removeprefix(f"{self._command_id}.") for ref in refs)
            self._kept_refs = {}
            return
        self._lies_under, self._kept_refs = issue, {ref: ref in new for ref in refs}

    @property
    def notes(self) -> tuple[str, ...]:
        """What to tell who wrote it, if anything."""
        if not self.lost:
            return ()
        again = (
            f"the record is away: {' and '.join(self.lost)} could not be kept. Everything else is done; when the "
            f"record is back, make the same call again with --id {self._command_id} and it will be kept"
        )
        return (again,)
