"""What the watch can find: the kinds, what each means in words, and what to do about it.

How each is looked for: the modules of checks beside this one. `docs/operating.md` has a section for each kind.
"""

from typing import NamedTuple

from pydantic import Field

from escalation.issue.identity import IssueId, read_issue_id
from escalation.value import Value


class Kind(NamedTuple):
    """One kind of finding."""

    title: str
    """What is wrong, in a few words."""
    do: str
    """What to do about it, in a sentence or two."""


KINDS: dict[str, Kind] = {
    "server_unreachable": Kind(
        "the Temporal server does not answer",
        "Start it, or mend the way to it. Nothing is lost, but nothing moves: no timer fires and nobody is told.",
    ),
    "record_unreachable": Kind(
        "the record cannot be read",
        "Start its database, or mend the way to it. Issues go on and people are told; what happens is written later.",
    ),
    "no_worker_polling": Kind(
        "no worker asks for work",
        "Start one with `escalon worker`, or look into the log of the one that should run. Until then nobody is told.",
    ),
    "issue_stuck": Kind(
        "an issue cannot go on: its tasks fail again and again",
        "Look at its page in the Temporal UI and at the worker's log; a worker with mended code takes it up again. "
        "Until then tell whoever is asked yourself.",
    ),
    "overdue_on_server": Kind(
        "an issue's deadline has passed and nothing was done",
        "See whether a worker runs and keeps up. Until then tell whoever is asked yourself.",
    ),
    "overdue_on_record": Kind(
        "something was due for an issue, and there is no entry that it was done",
        "See whether a worker runs and whether the record keeps up. If the issue does not run on the server any more, "
        "open it again.",
    ),
    "record_lags": Kind(
        "what happened to an issue is not yet on record",
        "See whether the worker can write to the record's database; the failure is on the issue's page in the "
        "Temporal UI. The issue itself goes on; lists and timelines show it late.",
    ),
    "inbox_fails": Kind(
        "the inbox does not take messages",
        "See whether the record's database has room and can be written to. Other channels go on.",
    ),
    "record_altered": Kind(
        "the record lacks what was on it yesterday",
        "Look with `escalon audit verify`, also with the copies of the roots that lie elsewhere. Where a backup was "
        "restored, move the old roots away; else find out who can write to the record's database.",
    ),
    "root_not_written": Kind(
        "today's root of the record could not be written",
        "Mend the folder or the key. What is cut off or made anew meanwhile could not be shown later.",
    ),
    "messages_stuck": Kind(
        "messages do not leave",
        "Mend the way to the channel's server, or its settings. They are tried again until they leave; until then tell "
        "whoever is asked yourself.",
    ),
    "retention_short": Kind(
        "the Temporal namespace forgets too soon what has ended",
        "Have it keep longer what has ended: `temporal operator namespace update --retention`. Nothing that runs is "
        "lost; of what has ended, its history is.",
    ),
    "policies_unusable": Kind(
        "the policies cannot be used as they are",
        "Mend the file that `escalon policy check` names. Issues that run keep the policy that they were opened with; "
        "until then none can be opened.",
    ),
    "rotas_unusable": Kind(
        "the rotas cannot be used as they are",
        "Mend the file; `escalon policy check` says what is wrong, and where. Who is on duty is read from "
        "the last good copy.",
    ),
    "left_and_needed": Kind(
        "somebody who has left is needed",
        "Name somebody who stays in the policy, or as operator or duty lead. Until then their deputies are asked, or "
        "nobody.",
    ),
    "feed_stale": Kind(
        "a feed that rotas or calendars take from the web is older than it may be",
        "See to it that its host answers with iCalendar text, and that its copy can be written; `escalon feed fetch` "
        "says what is wrong. The last good copy is in use.",
    ),
    "directory_unusable": Kind(
        "the directory of people cannot be used as it is",
        "Mend the file, or the way to the record where it is kept there; the last good copy stays in use by those who "
        "have read one.",
    ),
}


class Found(Value):
    """Something that is wrong now."""

    kind: str
    issue: str | None = None
    """The full id of the issue that it is about."""
    detail: str = Field(max_length=600)
    """One sentence with instants in UTC; nothing that anybody wrote, no names."""

    @property
    def key(self) -> str:
        """Names the thing that is wrong: the same while it lasts."""
        return f"{self.kind}/{self.issue}" if self.issue else self.kind

    @property
    def issue_id(self) -> IssueId | None:
        """The issue; None also where its workflow has a name that no issue has."""
        try:
            return read_issue_id(self.issue)[0] if self.issue else None
        except ValueError:
            return None

    @property
    def sentence(self) -> str:
        """What is wrong, and with what."""
        where = self.issue_id
        about = f"{where.short if where else self.issue}: " if self.issue else ""
        return f"{about}{self.detail}"
