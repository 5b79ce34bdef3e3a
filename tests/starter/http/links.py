"""What tests of links at the door need: a door that has them, and the links of a message that has left."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from activities.answer_links import AnswerLinks
from escalation.answer_link import Answering, sign
from escalation.answers_of import Act
from escalation.issue.facts import PersonFacts
from tests.escalation.sample_notify import notify
from tests.starter.http.conftest import LEAD, Door, a_door
from tests.starter.http.phones import whole

KEY = "sample-key-sample-key-sample-key-1234"
URL = "https://escalon.example.org/door"
SETTINGS: dict[str, Any] = {"answer_keys": SecretStr(f"{KEY},{'o' * 32}"), "answer_url": URL}


@asynccontextmanager
async def links_door(door: Door, **settings: Any) -> AsyncIterator[Door]:
    """The same door, whose messages have links."""
    async with a_door(door.office, **SETTINGS, **settings) as made:
        yield made


def tokens(issue: str, address: str = "kim@example.org", person: str = LEAD, **changed: Any) -> dict[str, str]:
    """The token of each link of a message about this issue that asked the person just now, by its act."""
    effect = notify(
        key=f"{whole(issue)}/7/{person}/email",
        issue=whole(issue),
        person=PersonFacts(id=person, role="team_lead"),
        **{"channel": "email", "at": datetime.now(UTC), "until": None, **changed},
    )
    return {link.act: token_in(link.url) for link in AnswerLinks(URL, KEY).of(effect, address)}


def token_in(url: str) -> str:
    """The token of a link."""
    (token,) = parse_qs(urlsplit(url).query)["t"]
    return token


def token(issue: str, act: Act = "acknowledge", key: str = KEY, digest: str = "", **changed: Any) -> str:
    """A token of this kind, whatever message it came in; or digest, of whichever issues."""
    facts: dict[str, Any] = {
        "message": f"{whole(issue)}/7/{LEAD}/email",
        "issue": str(whole(issue)),
        "person": LEAD,
        "channel": "email",
        "act": act,
        "tier": "team_lead",
        "is_personal": True,
        "good_until": datetime.now(UTC) + timedelta(days=1),
        **({"message": digest, "issue": "", "tier": ""} if digest else {}),
        **changed,
    }
    return sign(Answering(**facts), key)
