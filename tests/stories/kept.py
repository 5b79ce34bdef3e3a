"""What every issue keeps through whatever happens to worker and server: looked for in journal, mails and inbox."""

from collections import Counter
from dataclasses import dataclass

from activities.channels.contract import opaque
from escalation.issue.events import Entry, PeopleAsked, Refused, Told
from escalation.issue.identity import IssueId
from records import inbox
from tests.activities.channels.mail_server import MailServer
from tests.server import House
from tests.stories.dues import Dues


@dataclass(frozen=True)
class Kept:
    """One issue after its end."""

    house: House
    issue: IssueId
    entries: list[Entry]

    def check(self, mails: MailServer) -> int:
        """All of it; says how many messages asked somebody."""
        self.numbers_without_gap()
        asked = self.everyone_asked_was_told(mails)
        self.nothing_twice_unless_marked(mails)
        self.deadlines_met_or_their_lateness_on_record()
        self.each_command_once()
        return asked

    def numbers_without_gap(self) -> None:
        """The journal begins with the opening, ends with the end, and misses nothing between."""
        assert [entry.number for entry in self.entries] == list(range(1, len(self.entries) + 1))
        kinds = [entry.event.kind for entry in self.entries]
        assert (kinds[0], kinds.count("opened"), kinds.count("window_ended")) == ("opened", 1, 1)
        times = [entry.recorded_at for entry in self.entries]
        assert times == sorted(times)

    def everyone_asked_was_told(self, mails: MailServer) -> int:
        """Each person asked has the message that asks, by each of their channels, and that is on record. How many."""
        told = {e.event.message: e.event for e in self.entries if isinstance(e.event, Told)}
        mailed = Counter(str(mail["Message-ID"]) for mail in mails.mails)
        asked = 0
        for entry in self.entries:
            for person in entry.event.people if isinstance(entry.event, PeopleAsked) else ():
                for channel in person.channels:
                    key = f"{self.issue}/{entry.number}/{person.id}/{channel}"
                    assert told[key].outcome == "sent", told[key]
                    if channel == "email":
                        assert mailed[f"<{opaque(key)}@example.org>"] >= 1, key
                    else:
                        lying = [m.message for m in inbox.read(self.house.db, person.id, limit=1000)]
                        assert lying.count(key) == 1, (key, lying)
                    asked += 1
        return asked

    def nothing_twice_unless_marked(self, mails: MailServer) -> None:
        """One line on record for a message; a second copy of a mail says that it may be one, on paper and on record."""
        keys = Counter(e.event.message for e in self.entries if isinstance(e.event, Told))
        assert set(keys.values()) <= {1}
        marked = {e.event.message for e in self.entries if isinstance(e.event, Told) and e.event.is_possible_repeat}
        for key in keys:
            copies = [mail for mail in mails.mails if mail["Message-ID"] == f"<{opaque(key)}@example.org>"]
            assert all("(may be a repeat)" in str(mail["Subject"]) for mail in copies[1:]), key
            assert len(copies) < 2 or key in marked, key

    def deadlines_met_or_their_lateness_on_record(self) -> None:
        """What time brought about happened at the instant that was due, or says by how much it came late."""
        assert Dues().follow(self.entries), "time brought about nothing"

    def each_command_once(self) -> None:
        """A command that was sent twice, since its first answer was lost, was carried out once."""
        by_people = [e for e in self.entries if e.command and not e.by.is_machine and not isinstance(e.event, Refused)]
        acts = Counter((entry.command, entry.event.kind) for entry in by_people)
        assert set(acts.values()) == {1}, acts
