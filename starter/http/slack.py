"""`POST /v1/slack/actions`: buttons that are pressed in Slack, which says who pressed them, and signs it.

Only with the app's signing secret (ESCALON_SLACK_SECRET). Whoever presses acts, whomever the message was for: a channel
is read by many, and the issue decides whose answer counts. What came of it only they are shown, where they pressed.
"""

import asyncio
import hashlib
import hmac
import json
import ssl
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from client.channel_settings import SLACK_ACTIONS
from escalation.answer_link import read
from escalation.issue.facts import Actor
from escalation.policy.directory import Directory, Person
from starter.calls import note
from starter.failure import Failed, as_failure
from starter.http.doors import Doors, TheDoors
from starter.http.guard import address_of
from starter.http.link_answers import Link, Typed, answer_by
from starter.http.problems import Refused
from starter.http.refused_calls import log_refused_call
from starter.reader import Reader

AGE_S = 300
"""How old a request may be, and how far ahead: five minutes, as Slack's documentation says."""
WITHIN_S = 2.0
"""Slack waits for three seconds; what takes longer goes on."""
RESPONSE_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
"""Where what came of it may be sent."""
MEMBER = "slack_member"
"""Under which somebody's id in Slack stands where their `slack` address is a channel's."""
_RESPOND_WITHIN_S = 10.0
_MOST_FIELDS = 20

router = APIRouter(include_in_schema=False)
_under_way: set[asyncio.Task[None]] = set()
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Press:
    """One button that was pressed."""

    member: str
    token: str
    stamp: str
    """Slack's time of it, which tells one press from the next."""
    respond_to: str

    @property
    def id(self) -> str:
        """Of the command that it becomes."""
        words = f"{self.member} {self.stamp} {self.token}"
        return f"slack-{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()[:40]}"


@router.post(SLACK_ACTIONS)
async def actions(request: Request, doors: TheDoors) -> Response:
    """Do what the button stands for, as who pressed it."""
    press = _press(await _payload(request, doors))
    if press is not None:
        task = asyncio.create_task(_answer(doors, press))
        _under_way.add(task)
        task.add_done_callback(_ended)
        await asyncio.wait({task}, timeout=WITHIN_S)
    return Response(status_code=200)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What Slack signs a request with: v0, HMAC-SHA256 over version, time stamp and body."""
    return f"v0={hmac.new(secret.encode(), b'v0:' + stamp.encode() + b':' + body, hashlib.sha256).hexdigest()}"


async def _payload(request: Request, doors: Doors) -> dict[str, Any]:
    """What Slack says, which it has signed just now. Raises Refused."""
    secret = doors.settings.slack_secret.get_secret_value()
    if not secret:
        raise Refused(404, "not_found", "nothing is taken in from Slack here; its operator says so, by settings")
    body = await request.body()
    stamp = request.headers.get("x-slack-request-timestamp", "")
    is_recent = stamp.isascii() and stamp.isdigit() and len(stamp) < 12
    is_recent = is_recent and abs(doors.clock().timestamp() - int(stamp)) <= AGE_S
    given = request.headers.get("x-slack-signature", "")
    if not is_recent or not hmac.compare_digest(signature(secret, stamp, body).encode(), given.encode()):
        address = address_of(request.scope)
        doors.limits.check_wrong_key(address)
        who = Actor(person="slack", door="slack", assurance="asserted", is_machine=True)
        await log_refused_call(doors, who, "come in", "bad_signature", f"a signature is not Slack's (from {address})")
        raise Refused(403, "bad_signature", "X-Slack-Signature: this is not signed with our app's secret, just now")
    try:
        form = dict(parse_qsl(body.decode("utf-8"), max_num_fields=_MOST_FIELDS))
        payload = json.loads(form.get("payload", ""))
    except ValueError:
        raise Refused(400, "bad_form", "body: it is no form with a payload of JSON") from None
    if not isinstance(payload, dict):
        raise Refused(400, "bad_form", "payload: it is no object")
    return payload


def _press(payload: dict[str, Any]) -> Press | None:
    """The button of ours that was pressed; None: another thing, such as a button that opens a page."""
    pressed = payload.get("actions")
    first = pressed[0] if isinstance(pressed, list) and pressed and isinstance(pressed[0], dict) else {}
    user = payload.get("user")
    member = user.get("id") if isinstance(user, dict) else None
    token, respond_to = first.get("value"), payload.get("response_url")
    if payload.get("type") != "block_actions" or not isinstance(member, str) or not isinstance(token, str):
        return None
    return Press(member, token, str(first.get("action_ts", "")), respond_to if isinstance(respond_to, str) else "")


async def _answer(doors: Doors, press: Press) -> None:
    try:
        words = await _answered(doors, press)
    except Failed as failure:
        words = f"Not done: {failure.why}"
    except Refused as refused:
        words = f"Not done: {refused.problem.detail}"
    except Exception as error:
        failure_or_none = as_failure(error)
        if failure_or_none is None:
            raise
        words = f"Not done: {failure_or_none.why}"
    await _respond(doors, press, words)


async def _answered(doors: Doors, press: Press) -> str:
    """What came of it, in words. Raises Failed and Refused."""
    answering = read(press.token, doors.settings.keys_of_answers)
    now, here = doors.clock(), await doors.installed()
    if answering is None:
        raise Refused(403, "bad_link", "this button is none of ours")
    person = _who(here.directory, press.member)
    if person is None or person.is_gone(now):
        raise Refused(403, "unknown_member", f"nobody here has {press.member} as their address in Slack")
    note(actor=person.id, **({"issue": answering.issue} if answering.issue else {}))
    if answering.good_until < now:
        raise Refused(410, "link_expired", "this button has run out; answer by the issue itself")
    # Slack has seen to it who presses: as sure as a link that nobody else can have.
    pressed = answering.changed({"person": person.id, "channel": "slack", "is_personal": True})
    link = Link(pressed, person, here, Reader(now, person.zone, here.names))
    return await answer_by(doors, replace(link, answer_id=press.id), Typed())


def _who(directory: Directory, member: str) -> Person | None:
    return directory.by_address("slack", member) or directory.by_address(MEMBER, member)


async def _respond(doors: Doors, press: Press, words: str) -> None:
    """Show it to who pressed, and to nobody else."""
    parts = urlsplit(press.respond_to)
    if parts.scheme != "https" or parts.hostname not in RESPONSE_HOSTS:
        return
    shown = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    content = {"response_type": "ephemeral", "replace_original": False, "text": shown}
    trust = ssl.create_default_context()
    if doors.settings.ca_file:
        trust.load_verify_locations(cafile=doors.settings.ca_file)
    try:
        async with httpx2.AsyncClient(timeout=_RESPOND_WITHIN_S, trust_env=False, verify=trust) as client:
            await client.post(press.respond_to, json=content)
    except (httpx2.HTTPError, OSError) as error:  # it is done, or not, all the same
        _log.info("slack_not_told", error=type(error).__name__)


def _ended(task: asyncio.Task[None]) -> None:
    _under_way.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("slack_not_answered", error=type(error).__name__)
