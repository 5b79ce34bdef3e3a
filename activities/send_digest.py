"""The errand that sends a digest: one message about many issues. What is over by then is left out, as far as the
record says so in a moment; where nothing new is left, nothing is sent.
"""

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.addressed import NoAddress, address_of, without_address
from activities.answer_links import AnswerLinks
from activities.attempt import Attempt
from activities.channels.contract import Channel, ChannelRefused, ChannelUnavailable, Envelope
from activities.delivery_log import DeliveryLog
from activities.live_directory import DirectoryUnreadable, LiveDirectory
from escalation.policy.directory import Directory
from escalation.storm.digest import DIGEST, DigestWent, SendDigest, Standing, still
from escalation.storm.digest_text import compose_digest
from records import reading
from records.database import Database

STANDING_WITHIN_S = 1.0
"""How long the record is waited for. Ours: without its answer a digest counts some that are over."""

_log = structlog.get_logger(__name__)


class SendingDigests:
    """The activity, with the ways to people."""

    def __init__(
        self,
        channels: Iterable[Channel],
        directory: LiveDirectory,
        db: Database,
        links: AnswerLinks | None = None,
    ) -> None:
        self._channels = {channel.name: channel for channel in channels}
        self._directory = directory
        self._db = db
        self._log = DeliveryLog(db)
        self._links = links or AnswerLinks()
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="digest")

    @activity.defn
    async def send_digest(self, effect: SendDigest) -> DigestWent:
        """Send it. Fails as `ChannelUnavailable` or `DirectoryUnreadable`, to be retried; as `ChannelRefused`, never to
        be: then its messages go by themselves.
        """
        attempt = Attempt(effect)
        listed = {each.issue for each in effect.listed}
        digest = still(effect, await self._standing(listed))
        if digest is None:
            return DigestWent(dropped=tuple(sorted(listed)))
        address = ""
        try:
            channel = self._channels.get(digest.channel)
            if channel is None:
                raise NoAddress(f"channel {digest.channel!r} is not set up here")
            directory = await asyncio.to_thread(self._directory.knowing, digest.person.id)
            address = address_of(digest.person.id, digest.channel, directory)
            envelope = _envelope(digest, directory, address, attempt)
            answers = self._links.of_digest(digest, address)
            sent = await channel.send(envelope.changed({"answers": answers}))
        except (ChannelRefused, NoAddress) as error:
            words = without_address(address, str(error))
            self._log.ended(digest, attempt.ended("failed_for_good", words).tries[-1])
            raise ApplicationError(words, type="ChannelRefused", non_retryable=True) from None
        except (ChannelUnavailable, DirectoryUnreadable) as error:
            raise self._not_now(digest, attempt, error, without_address(address, str(error))) from None
        reference = without_address(address, sent.reference) if sent.reference is not None else None
        tried = attempt.ended("sent").tries[-1]
        self._log.ended(digest, tried, is_delivered=sent.is_delivered, reference=reference)
        left_out = listed - {each.issue for each in digest.listed}
        return DigestWent(is_delivered=sent.is_delivered, dropped=tuple(sorted(left_out)))

    def _not_now(
        self, digest: SendDigest, attempt: Attempt, error: ChannelUnavailable | DirectoryUnreadable, words: str
    ) -> ApplicationError:
        asked_for = error.retry_after if isinstance(error, ChannelUnavailable) else None
        is_unknown = isinstance(error, ChannelUnavailable) and error.is_outcome_unknown
        noted = attempt.ended("unknown" if is_unknown else "failed_for_now", words, asked_for)
        self._log.ended(digest, noted.tries[-1], next_try_at=attempt.next_at(asked_for))
        attempt.note(noted)
        pause = attempt.pause(asked_for)
        return ApplicationError(words, digest.channel, type=type(error).__name__, next_retry_delay=pause)

    async def _standing(self, issues: set[str]) -> Mapping[str, Standing]:
        """Where they stand; nothing where the record does not answer in time: then all are told of."""
        loop = asyncio.get_running_loop()
        asking = loop.run_in_executor(self._readers, reading.standing_of, self._db, sorted(issues))
        try:
            return await asyncio.wait_for(asking, STANDING_WITHIN_S)
        except Exception as error:  # noqa: BLE001 - whatever ails the record, the digest goes out
            _log.warning("digest_without_standing", error=type(error).__name__)
            return {}


def _envelope(digest: SendDigest, directory: Directory, address: str, attempt: Attempt) -> Envelope:
    zone, language, name = "UTC", "en", digest.person.id
    if directory.has(digest.person.id):
        reader = directory.person(digest.person.id)
        zone, language, name = reader.zone, reader.language, reader.name
    return Envelope(
        message_id=digest.key,
        issue=digest.issue,
        issue_class=digest.issue_class,
        person=digest.person.id,
        address=address,
        about=DIGEST,
        priority=digest.priority,
        at=digest.at,
        message=compose_digest(digest, name, zone, language),
        is_possible_repeat=attempt.is_possible_repeat,
    )
