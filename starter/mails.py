"""Mails that come in: an answer to a message becomes a command or a note, a bounce a receipt.

By `escalon mail take` and `POST /v1/mail`.

An answer is taken by the token of the message that it answers, and from the address that the message went to. Nothing
is sent back from here, to nobody: a mail that answers itself comes to an end. What cannot be taken is kept nowhere.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, cast

from client.finding import Connection
from client.settings import Settings
from escalation.issue.effects import About
from escalation.mail.incoming import Fate, Incoming, Report, read_mail
from escalation.mail.reply_address import is_of, named_so, read_token, token_in
from escalation.policy.directory import Person
from escalation.reply import fields_of, on_ask, read_reply
from escalation.short_message import is_taken_over
from escalation.storm.digest import DIGEST
from records import deliveries
from records.database import Database
from records.deliveries import Delivery, State
from starter.answered import LATER, ask_meant, carry_out, who_has_it
from starter.digests import acknowledge_all, digest_for, in_words
from starter.door import actor_for
from starter.failure import NotDone, WrongInput
from starter.installation import Installed
from starter.not_arrived import tell_not_arrived
from starter.reader import Reader

Outcome: TypeAlias = Literal["done", "stored", "receipt", "ignored"]
CHANNEL = "email"
ANSWERED_WITHIN = timedelta(days=30)
"""How old the message may be that a mail answers. Ours."""
REPORTED_WITHIN = timedelta(days=7)
"""How old the message may be that a report is about. Ours: mail servers give up after five days."""
MOST_BYTES = 26_214_400
"""Of a mail at the command line. Ours: what most mail servers take."""
_STATES: dict[Fate, State] = {"failed": "failed_for_good", "delayed": "failed_for_now", "delivered": "delivered"}
_WORST: tuple[Fate, ...] = ("failed", "delayed", "delivered")
_SAYS: dict[str, str] = {
    "1.1": "no such mailbox",
    "1.2": "no such domain",
    "1.10": "its domain takes no mail",
    "2.1": "the mailbox is closed",
    "2.2": "the mailbox is full",
    "2.3": "it is too long",
    "4.1": "no answer from there",
    "4.4": "no way there",
    "4.7": "it took too long",
    "7.1": "it is refused there",
    "7.26": "our mail is not signed as they want it",
}
"""By status (RFC 3463) without its first number."""


@dataclass(frozen=True)
class Taken:
    """What became of a mail."""

    outcome: Outcome
    words: str
    issue: str = ""
    """Short; of a digest, or of what is ignored, empty."""
    command: str = ""
    id: str = ""


@dataclass(frozen=True)
class Taking:
    """What is needed to take mails in."""

    settings: Settings
    here: Installed
    now: datetime
    db: Database
    connect: Callable[[], Awaitable[Connection]]

    async def take(self, raw: bytes, recipient: str = "") -> Taken:
        """Take one in; `recipient` is where it was delivered to, where the mail does not say so.

        Raises WrongInput and NotDone where it cannot be taken, or the issue refuses it, and what record and server
        raise.
        """
        keys = self.settings.keys_of_answers
        if not self.settings.mail_reply_to or not keys:
            raise NotDone("no mail is taken in here: ESCALON_MAIL_REPLY_TO says where it comes back to", "mail_is_off")
        mail = read_mail(raw)
        named = self._named(mail, recipient)
        if mail.is_report:
            return await self._report(mail, named)
        if mail.is_automatic:
            return Taken("ignored", f"no person wrote it ({mail.is_automatic})")
        if mail.sender in {self.settings.mail_from.lower(), self.settings.mail_reply_to.lower()}:
            return Taken("ignored", "it is from our own address")
        if named is None:
            raise WrongInput(
                "mail: it answers no message of ours; allowed: a reply to one, to the address that it asks for",
                "not_a_reply",
            )
        return await self._answer(mail, named)

    def _named(self, mail: Incoming, recipient: str) -> str | None:
        """What names the message that it answers: by the address that it went to, else by the ids that it answers."""
        settings = self.settings
        domain = settings.mail_from.lower().rpartition("@")[2]
        given = [token_in(address, settings.mail_reply_to) for address in (recipient, *mail.recipients)]
        given += [before for before, behind in mail.answers if behind == domain]
        for token in given:
            if token is not None and (named := read_token(token, settings.keys_of_answers)) is not None:
                return named
        return None

    async def _answer(self, mail: Incoming, named: str) -> Taken:
        person = self._sender(mail)
        row = await asyncio.to_thread(self._answered, person, named)
        reply = read_reply(mail.words)
        if reply is None:
            raise WrongInput(
                "mail: there are no words of its sender in it; allowed: ack, or anything to note", "no_words"
            )
        by = actor_for(person, CHANNEL, "known_address")
        command_id = _id(mail, named)
        client = await self.connect()
        if row.about == DIGEST:
            if reply.command != "acknowledge":
                raise WrongInput(
                    "mail: it answers several issues at once; allowed: ack, for all of them", "not_for_all"
                )
            asked = await digest_for(client, row.message, person.id)
            answers = await acknowledge_all(client, self.db, asked, by, command_id)
            return Taken("done", in_words(answers), "", reply.command, command_id)
        if reply.command == "acknowledge" and is_taken_over(cast(About, row.about)):
            reply = reply.changed({"command": "accept", "takes_over": False})
        if reply.command == "note" and mail.attachments:
            lost = f"{mail.attachments} attachment{'s' if mail.attachments > 1 else ''}"
            reply = reply.changed({"text": f"{reply.text}\n\n({lost} of this mail: not kept.)"})
        fields = fields_of(reply, f"Answered by e-mail: {reply.command}.")
        name: str = reply.command
        if (asked_of := on_ask(cast(About, row.about), reply, "Answered by e-mail.")) is not None:
            name, fields = asked_of
            fields["ask"] = await ask_meant(self.db, row.message)
        try:
            if reply.takes_over:
                fields["take_over_from"] = await who_has_it(client, row.issue, person.id)
            outcome = await carry_out(client, self.db, self.here, name, row.issue, fields, by, command_id)
        except NotDone as refused:
            reader = Reader(self.now, person.zone, self.here.names)
            raise NotDone(f"{row.issue.short}: not done: {reader.sentence(refused.why)}", refused.code) from None
        words = f"{row.issue.short}: {name.replace('_', ' ')} noted.{LATER if outcome == 'stored' else ''}"
        return Taken(outcome, words, row.issue.short, name, command_id)

    def _sender(self, mail: Incoming) -> Person:
        """Who wrote it; raises NotDone."""
        person = self.here.directory.by_address(CHANNEL, mail.sender) if mail.sender else None
        if person is None or person.is_gone(self.now):
            raise NotDone("mail: it is not from the address of anybody here", "unknown_sender")
        return person

    def _answered(self, person: Person, named: str) -> Delivery:
        """The message to them that is named so; raises NotDone."""
        since = self.now - ANSWERED_WITHIN
        for row in deliveries.told_since(self.db, self.settings.org, person.id, CHANNEL, since):
            if is_of(named, row.message):
                return row
        raise NotDone("mail: the message that it answers went to another address, or is too old", "unknown_message")

    async def _report(self, mail: Incoming, named: str | None) -> Taken:
        if named is None or not mail.reports:
            return Taken("ignored", "it is a report about no message of ours")
        report = min(mail.reports, key=lambda each: _WORST.index(each.fate))
        row = await asyncio.to_thread(self._reported, named)
        if row is None:
            return Taken("ignored", "it is a report about a message that is not known any more")
        error = None if report.fate == "delivered" else _says(report)
        await asyncio.to_thread(deliveries.take_receipt, self.db, row, _STATES[report.fate], error)
        if error is not None and row.state not in {"delivered", "read"}:
            # Also where it is no news: a first try may not have got through to the issue, which hears of it once.
            client = await self.connect()
            await tell_not_arrived(client, self.db, row, error, self.now - REPORTED_WITHIN)
        return Taken("receipt", error or "the mail server says that it is delivered", row.issue.short)

    def _reported(self, named: str) -> Delivery | None:
        since = self.now - REPORTED_WITHIN
        message = named_so(named, deliveries.messages_since(self.db, self.settings.org, CHANNEL, since))
        return deliveries.last_attempt(self.db, message) if message is not None else None


def _says(report: Report) -> str:
    """What the report says, in our words: its own may hold an address."""
    meaning = _SAYS.get(report.status.partition(".")[2], "")
    said = " ".join(part for part in (report.status, f"({meaning})" if meaning else "") if part)
    fate = "it failed" if report.fate == "failed" else "it is delayed"
    return f"the mail server says {fate}{f', {said}' if said else ''}"


def _id(mail: Incoming, named: str) -> str:
    """Of the command that it becomes: the same mail twice is done once."""
    what = f"{named} {mail.message_id or mail.words}"
    return f"mail-{hashlib.sha256(what.encode('utf-8', 'replace')).hexdigest()[:40]}"
