"""`POST /v1/twilio/…`: what Twilio tells us of messages and calls, the keys that people press and what they text back.

Only where ESCALON_TWILIO_CALLBACK says under which URL it reaches us. Every request is signed with the account's token
over that URL and the form (X-Twilio-Signature); one that is not is refused before anything of it is looked at.
"""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from starlette.responses import Response

from client.channel_settings import TWILIO_KEYS, TWILIO_REPLIES, TWILIO_STATUS
from escalation.issue.facts import Actor
from escalation.message import one_line
from escalation.policy.directory import Person
from escalation.reply import ALL, TextReply, read_text
from escalation.spoken import language_of
from escalation.spoken_words import VOICES, WORDS
from escalation.storm.digest import DIGEST
from records import deliveries
from records.database import Database
from records.deliveries import Delivery, State
from starter.http.digest_answers import without_covered
from starter.http.doors import Doors, TheDoors
from starter.http.guard import address_of
from starter.http.phone_answers import answer, answer_all, meant
from starter.http.problems import RETRY_AFTER_S, Refused
from starter.http.refused_calls import log_refused_call
from starter.not_arrived import tell_not_arrived

KEPT = timedelta(days=7)
"""How old a message may be whose receipt is looked for. Ours: Twilio gives up after four hours."""
WRITTEN_WITHIN_S = (0.2, 0.4, 0.8, 1.6)
"""A receipt can be faster than the worker's line in the log that it is about: pauses between looks for it."""
_STATES: dict[str, State] = {
    "delivered": "delivered",
    "read": "read",
    "completed": "delivered",
    "undelivered": "failed_for_good",
    "failed": "failed_for_good",
    "canceled": "failed_for_good",
    "busy": "failed_for_good",
    "no-answer": "failed_for_good",
}
"""Of messages and of calls; all other words mean that it is under way."""
_MOST_FIELDS = 100
_LONGEST_WORDS = 300

router = APIRouter(include_in_schema=False)


@router.post(TWILIO_STATUS)
async def status(request: Request, doors: TheDoors) -> Response:
    """Note what became of a message or call."""
    form = await _form(request, doors)
    said = form.get("MessageStatus") or form.get("CallStatus") or ""
    state = _STATES.get(said)
    if state is None:
        return Response(status_code=204)
    db = await _record(doors)
    row = await _told(doors, db, form)
    if row is None:
        raise Refused(404, "no_such_message", "no message or call of ours is known by this id")
    code = form.get("ErrorCode", "")
    detail = f", error {code}" if code.isascii() and code.isdigit() and code != "0" else ""
    error = None if state in {"delivered", "read"} else f"Twilio says {said}{detail}"
    await asyncio.to_thread(deliveries.take_receipt, db, row, state, error)
    if error is not None and row.state not in {"delivered", "read"}:
        # Also where it is no news: a first try may not have got through to the issue, which hears of it once.
        client = await doors.client()
        async with doors.turn:
            await tell_not_arrived(client, db, row, error, doors.clock() - KEPT)
    return Response(status_code=204)


@router.post(TWILIO_KEYS)
async def keys(request: Request, doors: TheDoors) -> Response:
    """Do what the key stands for that was pressed in a call, and say so."""
    form = await _form(request, doors)
    row = await _told(doors, await _record(doors), form)
    directory = (await doors.installed()).directory
    if row is None or row.channel != "voice" or not directory.has(row.person):
        return _say(None, is_done=False)
    person = directory.person(row.person)
    if person.is_gone(doors.clock()):
        return _say(person, is_done=False)
    digit = form.get("Digits", "")[:1]
    answered = await answer(doors, person, "voice", TextReply(digit=digit), row, f"twilio-{form['CallSid']}-{digit}")
    return _say(person, is_done=answered.is_done)


@router.post(TWILIO_REPLIES)
async def replies(request: Request, doors: TheDoors) -> Response:
    """Do what a text message answers, and text back what came of it. To strangers nothing is said."""
    form = await _form(request, doors)
    here, now = await doors.installed(), doors.clock()
    person = here.directory.by_address("sms", form.get("From", ""))
    if person is None or person.is_gone(now):
        return _xml("")
    reply = read_text(form.get("Body", ""))
    if reply is None:
        return _text("Answer with the digit of what you mean, such as 1, or in a word, such as ack.")
    is_all, answer_id = reply.named.lower() == ALL, f"twilio-{form.get('MessageSid', '')[:64]}"
    rows = await meant(await _record(doors), doors.settings.org, person.id, "" if is_all else reply.named, now)
    if is_all and rows:
        return _text((await answer_all(doors, person, "sms", reply, rows, answer_id)).words)
    if len(rows) > 1 and any(row.about == DIGEST for row in rows):
        rows = await without_covered(await doors.client(), rows, person.id)
    if len(rows) > 1:
        shorts = ", ".join(row.issue.short for row in rows[:5])
        return _text(
            f"You are asked about {len(rows)} issues: {shorts}. Name yours: {reply.said} {rows[0].issue.short}"
        )
    if not rows:
        return _text(f"You are not asked about {one_line(reply.named)[:40] or 'anything'} by text message now.")
    answered = await answer(doors, person, "sms", reply, rows[0], answer_id)
    return _text(answered.words)


async def _form(request: Request, doors: Doors) -> Mapping[str, str]:
    """The form, which is Twilio's and about our account. Raises Refused."""
    settings = doors.settings
    token = settings.twilio_token.get_secret_value()
    if not settings.twilio_callback or not token:
        raise Refused(404, "not_found", "nothing is taken in from Twilio here; its operator says so, by settings")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Refused(415, "unsupported_media_type", "Content-Type: allowed: application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(
            (await request.body()).decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise Refused(400, "bad_form", "body: it is no form") from None
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = signature(token, f"{settings.twilio_callback}{request.url.path}{query}", pairs)
    given = request.headers.get("x-twilio-signature", "")
    form = dict(pairs)
    if not hmac.compare_digest(wanted.encode(), given.encode()) or form.get("AccountSid") != settings.twilio_account:
        address = address_of(request.scope)
        doors.limits.check_wrong_key(address)
        who = Actor(person="twilio", door="twilio", assurance="asserted", is_machine=True)
        await log_refused_call(doors, who, "come in", "bad_signature", f"a signature is not Twilio's (from {address})")
        raise Refused(403, "bad_signature", "X-Twilio-Signature: this is not signed with our account's token")
    return form


def signature(token: str, url: str, pairs: list[tuple[str, str]]) -> str:
    """What Twilio signs a form with: HMAC-SHA1, in Base64, of the URL and all fields in the order of their names."""
    signed = url + "".join(name + value for name, value in sorted(pairs))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


async def _record(doors: Doors) -> Database:
    db = await doors.record()
    if db is None:
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        raise Refused(503, "record_away", "the record is away; allowed: to try again", headers=headers)
    return db


async def _told(doors: Doors, db: Database, form: Mapping[str, str]) -> Delivery | None:
    """The attempt that Twilio speaks of, as soon as the worker has written it down."""
    reference = form.get("CallSid") or form.get("MessageSid") or form.get("SmsSid") or ""
    if not reference:
        return None
    since = doors.clock() - KEPT
    for pause_s in (*WRITTEN_WITHIN_S, 0.0):
        row = await asyncio.to_thread(deliveries.of_reference, db, ("sms", "voice"), reference, since)
        if row is not None or not pause_s:
            return row
        await asyncio.sleep(pause_s)
    return None


def _say(person: Person | None, *, is_done: bool) -> Response:
    language = language_of(person.language if person is not None else "en")
    words = WORDS[language]
    said = escape(words.done if is_done else words.not_done)
    return _xml(f'<Say language="{VOICES[language]}">{said}</Say>')


def _text(words: str) -> Response:
    return _xml(f"<Message>{escape(one_line(words)[:_LONGEST_WORDS])}</Message>")


def _xml(inside: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>', media_type="text/xml")
