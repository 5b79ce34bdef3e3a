"""The errand that tells one person by one channel: address and names from the directory, text from the record, now.

Neither may stop a page: without the record it goes out without the text, and says so; without the directory it
still lies in the inbox. Whether to try another channel or another person is decided by the rules, from the answer.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.addressed import NoAddress, address_of, without_address
from activities.along import WritingAlong
from activities.answer_links import AnswerLinks
from activities.attempt import Attempt
from activities.channels.contract import Channel, ChannelRefused, ChannelUnavailable, Envelope, Sent
from activities.delivery_log import DeliveryLog
from activities.gathering import BY_ITSELF, GATHERED, Gathering
from activities.live_directory import DirectoryUnreadable, LiveDirectory
from activities.message_text import PATIENCE as TEXT_PATIENCE
from activities.message_text import MessageText
from activities.observed import WAITS
from activities.turns import THROTTLED, Turns
from escalation.issue.commands import TakeDelivery
from escalation.issue.delivery import Noted, Outcome, Waits
from escalation.issue.effects import Notify, Record
from escalation.issue.facts import Actor
from escalation.message import compose
from escalation.policy.directory import INBOX, Directory
from escalation.storm.bundle import Became
from escalation.storm.turn_taking import is_late, until_late
from records.database import Database

RECORD_PATIENCE = timedelta(seconds=1)
"""How long a message into the inbox keeps its place on the worker, where others keep the record that it is laid into.
A worker has a hundred places, and pages that go other ways need them."""
_WAITS: dict[Waits, str] = {
    "rule": "it waits, as the person's rule says",
    "quiet_hours": "it waits for the end of the person's quiet hours",
}


class Notifying:
    """Tells people through the channels that are set up."""

    def __init__(
        self,
        channels: Iterable[Channel],
        directory: LiveDirectory,
        db: Database,
        text_patience: timedelta = TEXT_PATIENCE,
        record_patience: timedelta = RECORD_PATIENCE,
        gathering: Gathering | None = None,
        turns: Turns | None = None,
        links: AnswerLinks | None = None,
    ) -> None:
        self._channels = {channel.name: channel for channel in channels}
        self._directory = directory
        self._text = MessageText(db, text_patience)
        self._along = WritingAlong(db)
        self._log = DeliveryLog(db)
        self._laying_in = _LayingIn(record_patience)
        self._gathering = gathering
        self._links = links or AnswerLinks()
        self._turns = turns

    @activity.defn(name="notify")
    async def notify(self, effect: Notify, along: Record | None = None) -> TakeDelivery:
        """Send the message; the answer says what became of it, and of the entries that came `along`.

        Fails as `ChannelUnavailable` or `DirectoryUnreadable`, to be retried after the delay that the other side
        asked for. What can never succeed is an answer, not a failure; and so is that its patience is over.
        """
        writing = self._along.begin(along)
        told = await self._tell(effect)
        return told.model_copy(update={"written_to": await self._along.ended(writing)})

    async def _tell(self, effect: Notify) -> TakeDelivery:
        attempt = Attempt(effect)
        wait = attempt.waits_for()
        if wait is not None and effect.waits is not None:
            why = _WAITS[effect.waits]
            self._log.waits(effect, attempt.number, attempt.now, why)
            raise _for_now(effect, why, WAITS, wait)
        if wait is not None:
            raise _for_now(effect, "the other side has asked for time", "ChannelUnavailable", wait)
        for lost in attempt.lost:
            self._log.ended(effect, lost)
        gathered = await self._gathering.turn(effect, attempt) if self._gathering is not None else BY_ITSELF
        if gathered.what == "waits":
            # Noted by `turn`, with the bundle: the next attempt asks that one.
            raise _for_now(effect, "it goes with others, in a digest", GATHERED, gathered.wait, attempt.before)
        if gathered.what == "late":
            return self._late(effect, attempt, "its digest has not left yet")
        if gathered.what != "by_itself":
            return self._in_digest(effect, attempt, gathered)
        turn = self._turns.wait(effect, attempt) if self._turns is not None else timedelta()
        if turn > timedelta():
            why = "so many messages have gone there that it waits"
            if is_late(effect, attempt.waited_for):
                return self._late(effect, attempt, why)
            attempt.note_waiting(attempt.before.bundle)
            turn = until_late(effect, turn, attempt.waited_for)
            raise _for_now(effect, why, THROTTLED, turn, attempt.before)
        queued = self._log.begun(effect, attempt.number, attempt.now)
        try:
            return await self._try(effect, attempt)
        finally:
            queued.cancel()

    async def _try(self, effect: Notify, attempt: Attempt) -> TakeDelivery:
        address = ""
        try:
            channel = self._channel(effect)
            directory = await self._people(effect)
            address = address_of(effect.person.id, effect.channel, directory)
            envelope = await self._envelope(effect, directory, address, is_possible_repeat=attempt.is_possible_repeat)
            if channel.name == INBOX:
                sent = await self._laying_in.hand_over(channel, envelope)
            else:
                sent = await channel.send(envelope)
        except (ChannelRefused, NoAddress) as error:
            noted = attempt.ended("failed_for_good", without_address(address, str(error)))
            self._log.ended(effect, noted.tries[-1])
            return _answer(effect, attempt, noted, "failed")
        except (ChannelUnavailable, DirectoryUnreadable) as error:
            return self._not_now(effect, attempt, error, without_address(address, str(error)))
        noted = attempt.ended("sent")
        reference = without_address(address, sent.reference) if sent.reference is not None else None
        self._log.ended(effect, noted.tries[-1], is_delivered=sent.is_delivered, reference=reference)
        return _answer(effect, attempt, noted, "sent", is_delivered=sent.is_delivered)

    def _not_now(
        self, effect: Notify, attempt: Attempt, error: ChannelUnavailable | DirectoryUnreadable, words: str
    ) -> TakeDelivery:
        """Answers that other ways are to be taken, once the patience is over; until then raises, to be retried."""
        asked_for = error.retry_after if isinstance(error, ChannelUnavailable) else None
        is_unknown = isinstance(error, ChannelUnavailable) and error.is_outcome_unknown
        noted = attempt.ended("unknown" if is_unknown else "failed_for_now", words, asked_for)
        next_try_at = attempt.next_at(asked_for)
        if attempt.is_given_up(asked_for):
            self._log.ended(effect, noted.tries[-1], next_try_at=next_try_at if asked_for else attempt.now)
            return _answer(effect, attempt, noted, "delayed", ask_again_at=next_try_at if asked_for else None)
        self._log.ended(effect, noted.tries[-1], next_try_at=next_try_at)
        attempt.note(noted)
        # Without what it came from: its words may hold the address, and all of it more than the server keeps.
        raise _for_now(effect, words, type(error).__name__, attempt.pause(asked_for), noted) from None

    def _in_digest(self, effect: Notify, attempt: Attempt, gathered: Became) -> TakeDelivery:
        """The answer for a message that others went along with, or that was over before its digest left."""
        is_told = gathered.what == "went"
        if gathered.what == "lost":
            noted = attempt.ended("failed_for_good", gathered.error)
            self._log.ended(effect, noted.tries[-1])
            return _answer(effect, attempt, noted, "failed").model_copy(update={"digest": gathered.digest})
        noted = attempt.ended("sent" if is_told else "failed_for_now", None if is_told else "over before its digest")
        if is_told:
            tried = noted.tries[-1]
            self._log.ended(effect, tried, is_delivered=gathered.is_delivered, reference=gathered.digest)
        outcome: Outcome = "sent" if is_told else "withdrawn"
        answer = _answer(effect, attempt, noted, outcome, is_delivered=gathered.is_delivered)
        return answer.model_copy(
            update={"digest": gathered.digest, "is_joined": gathered.is_joined, "error": None, "tries": ()}
        )

    def _late(self, effect: Notify, attempt: Attempt, why: str) -> TakeDelivery:
        """The answer for a message that has waited as long as it may, for its digest or its turn: it waits on."""
        noted = attempt.ended("failed_for_now", why)
        self._log.ended(effect, noted.tries[-1], next_try_at=attempt.now)
        return _answer(effect, attempt, noted, "delayed")

    def _channel(self, effect: Notify) -> Channel:
        try:
            return self._channels[effect.channel]
        except KeyError:
            usable = ", ".join(sorted(self._channels))
            raise NoAddress(f"channel {effect.channel!r} is not set up here; set up: {usable}") from None

    async def _people(self, effect: Notify) -> Directory | None:
        try:
            return await asyncio.to_thread(self._directory.knowing, effect.person.id)
        except DirectoryUnreadable:
            if effect.channel == INBOX:
                return None
            raise

    async def _envelope(
        self, effect: Notify, directory: Directory | None, address: str, *, is_possible_repeat: bool
    ) -> Envelope:
        zone, language = "UTC", "en"
        names: Mapping[str, str] = {}
        zones: Mapping[str, str] = {}
        if directory is not None:
            names, zones = directory.names(), await asyncio.to_thread(_zones, directory, effect.leaving)
            if directory.has(effect.person.id):
                reader = directory.person(effect.person.id)
                zone, language = reader.zone, reader.language
        written = await self._text.of(effect)
        told = written.model_copy(update={"names": names, "zones": zones})
        return Envelope(
            message_id=effect.key,
            issue=effect.issue,
            issue_class=effect.issue_class,
            person=effect.person.id,
            address=address,
            about=effect.about,
            priority=effect.priority,
            at=effect.at,
            # In a thread, as names may be looked up in the record.
            message=await asyncio.to_thread(
                compose, effect, told, zone, language, is_possible_repeat=is_possible_repeat
            ),
            is_possible_repeat=is_possible_repeat,
            answers=self._links.of(effect, address),
        )


def _zones(directory: Directory, people: Iterable[str]) -> dict[str, str]:
    try:
        return {who: directory.person(who).zone for who in people if directory.has(who)}
    except (LookupError, OSError):  # cannot be looked up now: without them the message goes out all the same
        return {}


class _LayingIn:
    """Messages on their way into the inbox, which lies in the record. While one of them is stuck no more are begun."""

    def __init__(self, patience: timedelta) -> None:
        self._patience_s = patience.total_seconds()
        self._under_way: dict[asyncio.Task[Sent], float] = {}

    async def hand_over(self, channel: Channel, envelope: Envelope) -> Sent:
        """As the channel does it, within a moment; raises ChannelUnavailable where the record takes longer.

        What is under way then goes on, and may lie there when it is tried again: the inbox keeps one copy.
        """
        now = asyncio.get_running_loop().time()
        if any(now - since > self._patience_s for since in self._under_way.values()):
            raise ChannelUnavailable("the record is kept by others, and messages wait for it already")
        sending = asyncio.create_task(channel.send(envelope))
        self._under_way[sending] = now
        sending.add_done_callback(self._ended)
        done, _ = await asyncio.wait({sending}, timeout=self._patience_s)
        if not done:
            raise ChannelUnavailable("the record is kept by others")
        return sending.result()

    def _ended(self, sending: asyncio.Task[Sent]) -> None:
        del self._under_way[sending]
        if not sending.cancelled():
            sending.exception()  # looked at, whether anybody still waits for it or not


def _for_now(
    effect: Notify, words: str, kind: str, pause: timedelta | None, noted: Noted | None = None
) -> ApplicationError:
    # The channel and earlier attempts beside it, for the watch: the server does not show an activity's input. Then, in
    # short, what the attempts left: with the last failure no heartbeat comes back (workflows/errands.py).
    left = (noted or Noted()).changed({"tries": ()}).model_dump(mode="json")
    # What only waits is nothing that a log should warn of.
    only_waits = kind in {WAITS, GATHERED, THROTTLED}
    category = ApplicationErrorCategory.BENIGN if only_waits else ApplicationErrorCategory.UNSPECIFIED
    return ApplicationError(
        words, effect.channel, effect.earlier, left, type=kind, next_retry_delay=pause, category=category
    )


def _answer(
    effect: Notify,
    attempt: Attempt,
    noted: Noted,
    outcome: Outcome,
    *,
    is_delivered: bool = False,
    ask_again_at: datetime | None = None,
) -> TakeDelivery:
    is_sent = outcome == "sent"
    has_waited = attempt.before.held > 0
    return TakeDelivery(
        id=effect.key,
        by=Actor(person="escalon", door=effect.channel, assurance="system", is_machine=True),
        message=effect.key,
        person=effect.person.id,
        channel=effect.channel,
        about=effect.about,
        turn=effect.turn,
        outcome=outcome,
        attempts=attempt.number,
        # Of one that left, whether an earlier copy may have; else whether any may, for the copies that come.
        is_possible_repeat=attempt.is_possible_repeat if is_sent else attempt.is_possible_repeat or noted.is_unknown,
        is_delivered=is_delivered,
        error=None if is_sent else noted.tries[-1].error,
        tries=() if is_sent and len(noted.tries) == 1 else noted.tries,
        is_later=effect.earlier > 0,
        ask_again_at=ask_again_at,
        waits=effect.waits,
        waited_until=effect.not_before if effect.waits else None,
        waited_s=round(attempt.waited_for.total_seconds()) if has_waited else 0,
    )
