"""The links of a message: what can be answered by them, signed, under the URL where people reach the HTTP door."""

from collections.abc import Iterable
from urllib.parse import quote

from client.channel_settings import ANSWER_PAGE, ANSWER_POST
from client.settings import Settings
from escalation.answer_link import Answering, AnswerLink, answerings, answerings_of_digest, label_of, sign
from escalation.issue.effects import Notify
from escalation.policy.addresses import is_read_by_one
from escalation.storm.digest import SendDigest


class AnswerLinks:
    """For one installation; without a URL there are none."""

    def __init__(self, url: str = "", key: str = "") -> None:
        self._url = url if key else ""
        self._key = key

    @classmethod
    def by(cls, settings: Settings) -> "AnswerLinks":
        """As the settings say."""
        return cls(settings.answer_url, next(iter(settings.keys_of_answers), ""))

    def of(self, effect: Notify, address: str) -> tuple[AnswerLink, ...]:
        """Those of a message that goes to this address."""
        ways = answerings(effect, is_personal=is_read_by_one(effect.channel, address))
        if not effect.is_read_back_needed:
            return self._made(ways)
        return tuple(link.model_copy(update={"is_read_back": link.act == "accept"}) for link in self._made(ways))

    def of_digest(self, digest: SendDigest, address: str) -> tuple[AnswerLink, ...]:
        """Those of a digest that goes to this address."""
        return self._made(answerings_of_digest(digest, is_personal=is_read_by_one(digest.channel, address)))

    def _made(self, ways: Iterable[Answering]) -> tuple[AnswerLink, ...]:
        if not self._url:
            return ()
        return tuple(self._link(way) for way in ways)

    def _link(self, way: Answering) -> AnswerLink:
        token = quote(sign(way, self._key), safe="")
        return AnswerLink(
            act=way.act,
            label=label_of(way),
            url=f"{self._url}{ANSWER_PAGE}?t={token}",
            post_url=f"{self._url}{ANSWER_POST}?t={token}",
        )
