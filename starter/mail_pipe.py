"""`escalon mail take`: a mail server's pipe. What can be tried again later ends with the code that they know for it."""

import asyncio
import sys
from datetime import UTC, datetime

from client.connect import connect
from starter.failure import AWAY, Failed, NotDone, WrongInput, as_failure
from starter.installation import installed, record_if_there, settings_now
from starter.mails import MOST_BYTES, Taken, Taking
from starter.showing import note, say_json


class TryLater(NotDone):
    """It may be taken when it is handed over again."""

    exit_code = 75
    """EX_TEMPFAIL of sysexits.h, as mail servers know it."""


def take_from(recipient: str, *, as_json: bool) -> None:
    """Take in what stands on the standard input, and say what became of it. Raises Failed."""
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise WrongInput(f"mail: it is too long; allowed: {MOST_BYTES:,} bytes", "content_too_large")
    try:
        taken = _take(raw, recipient)
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        raise _for_a_mail_server(failure) from None
    if as_json:
        say_json({"outcome": taken.outcome, "words": taken.words, "issue": taken.issue, "command": taken.command,
                  "id": taken.id})  # fmt: skip
    else:
        note(f"{taken.outcome}: {taken.words}")


def _take(raw: bytes, recipient: str) -> Taken:
    settings = settings_now()
    here = installed(settings)
    with record_if_there(settings) as db:
        if db is None:
            raise NotDone("there is no record here", "no_record")
        return asyncio.run(Taking(settings, here, datetime.now(UTC), db, connect).take(raw, recipient))


def _for_a_mail_server(failure: Failed) -> Failed:
    return TryLater(failure.why, failure.code) if failure.code in AWAY else failure
