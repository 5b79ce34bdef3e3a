"""Telling the operator's contact: every channel of theirs that is set up, so that one that is broken hides nothing."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime

import structlog

from activities.channels.contract import Channel, ChannelRefused, ChannelUnavailable, Envelope, opaque
from activities.live_directory import DirectoryUnreadable, LiveDirectory
from escalation.issue.effects import About
from escalation.message import Message
from escalation.policy.directory import INBOX, Person
from selfwatch.book import Finding, News
from selfwatch.record_checks import watch_issue
from selfwatch.wording import ended_message, found_message

_log = structlog.get_logger(__name__)


class OperatorTold:
    """Tells whoever the directory names as operator."""

    def __init__(self, channels: Iterable[Channel], directory: LiveDirectory, org: str) -> None:
        self._channels = {channel.name: channel for channel in channels}
        self._directory = directory
        self._org = org

    async def tell(self, news: News, at: datetime, without: Collection[str] = ()) -> News:
        """Tell it; returns that part of it which at least one channel has taken over. Some may be left out."""
        try:
            operator = await asyncio.to_thread(self._operator)
        except (DirectoryUnreadable, KeyError) as error:
            _log.critical("operator_unknown", error=str(error))
            return News()
        ways = [way for way in self._channels if way not in without and (way in operator.addresses or way == INBOX)]
        is_found, is_ended = True, True
        if news.found or news.again:
            message = found_message(news, at, operator.zone)
            is_found = await self._send(operator, ways, message, "warned", (*news.found, *news.again), at)
        if news.ended:
            message = ended_message(news, at, operator.zone)
            is_ended = await self._send(operator, ways, message, "resolved", news.ended, at)
        return News(
            found=news.found if is_found else (),
            again=news.again if is_found else (),
            ended=news.ended if is_ended else (),
        )

    def _operator(self) -> Person:
        directory = self._directory.current()
        return self._directory.knowing(directory.operator).person(directory.operator)

    async def _send(
        self,
        operator: Person,
        ways: list[str],
        message: Message,
        about: About,
        findings: tuple[Finding, ...],
        at: datetime,
    ) -> bool:
        named = "|".join(f"{each.found.key}@{each.found_at.isoformat()}" for each in findings)
        envelopes = [
            Envelope(
                message_id=f"watch/{about}/{opaque(f'{named}|{at.isoformat()}')}/{channel}",
                issue=watch_issue(self._org),
                person=operator.id,
                address=operator.addresses.get(channel, operator.id),
                about=about,
                priority=1 if about == "warned" else 4,
                at=at,
                message=message,
            )
            for channel in ways
        ]
        taken = await asyncio.gather(*(self._by(way, each) for way, each in zip(ways, envelopes, strict=True)))
        if not any(taken):
            _log.critical("operator_not_told", operator=operator.id, channels=ways, findings=len(findings))
        return any(taken)

    async def _by(self, channel: str, envelope: Envelope) -> bool:
        try:
            await self._channels[channel].send(envelope)
        except (ChannelRefused, ChannelUnavailable) as error:
            _log.warning("channel_failed", channel=channel, error=str(error).replace(envelope.address, "(address)"))
            return False
        return True
