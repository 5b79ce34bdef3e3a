"""`/answer`: the page of a link in a message. It shows what the link would do; only what is sent from it does it.

Whoever reads mail for viruses or shows previews of links opens them, so to open one never acts. `POST /v1/answers` is
for programs, such as the button of a notification. The token is in the query, which is in no log of ours.
"""

import asyncio
from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from client.channel_settings import ANSWER_PAGE, ANSWER_POST
from escalation.answer_link import LONGEST_TOKEN, NEED_WORDS, is_digest
from escalation.issue.clocks import next_move
from escalation.issue.state import IssueState
from escalation.masking import LONGEST_TEXT, LONGEST_TITLE
from starter.failure import Failed
from starter.http.bodies import JSON, described, read_json, validated
from starter.http.document import problems
from starter.http.doors import Doors, TheDoors
from starter.http.guard import address_of
from starter.http.htmlpage import page, plain_style
from starter.http.link_answers import (
    Link,
    Typed,
    answer_by,
    checklist_above,
    is_read_back_due,
    link_of,
    what_stands_against,
)
from starter.http.problems import Refused, refused
from starter.http.readable import standing

router = APIRouter()
_MOST_FIELDS = 20
_WORDS = {
    "acknowledge": "What do you do next?",
    "accept": "What do you take over, in your own words?",
    "decline": "Why not you?",
    "escalate": "Why does it go up?",
    "confirm": "Is there anything to add?",
    "reopen": "What is not fixed?",
    "take_charge": "What do you do next?",
    "pass_on": "Why not you?",
    "leave": "Why do you leave it?",
    "complete": "What came of it, or what do you advise?",
}
_HEADINGS = {
    "bad_link": "This link does not work",
    "link_expired": "This link has run out",
    "has_left": "This link does not work",
    "no_such_issue": "There is no such issue",
}
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}

Token = Annotated[str, Query(alias="t", max_length=LONGEST_TOKEN, description="The token of the link, as it was sent.")]


class AnswerForm(BaseModel):
    """What may be said with an answer; most need nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(default="", max_length=LONGEST_TEXT, description="Why, or what is done next, in words.")
    until: str = Field(default="", max_length=60, description="Of taking charge: until when, such as 30 min.")
    is_checked: bool = Field(default=False, description="Of sending it up: the text answers its checklist.")
    is_waived: bool = Field(default=False, description="Of sending it up: without the checklist; the text says why.")


class LinkAnswered(BaseModel):
    """What came of it."""

    model_config = ConfigDict(frozen=True)

    act: str = Field(description="The command.")
    about: str = Field(description="The issue, as people write it; of a digest: several.")
    id: str = Field(description="The command's id.")
    words: str = Field(description="What was done, for its sender to read.")


@router.get(ANSWER_PAGE, include_in_schema=False)
async def show(request: Request, doors: TheDoors, t: str = "") -> Response:
    """What the link would do, and how the issue stands. Does nothing."""
    _is_on(doors)
    try:
        link = await link_of(doors, t, address_of(request.scope))
    except (Refused, Failed) as error:
        return _no(error)
    return await _form(doors, link, Typed())


@router.post(ANSWER_PAGE, include_in_schema=False)
async def send(request: Request, doors: TheDoors, t: str = "") -> Response:
    """Do it, and say so; or show the page again, with why not."""
    _is_on(doors)
    try:
        link = await link_of(doors, t, address_of(request.scope))
    except (Refused, Failed) as error:
        return _no(error)
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS))
    ticked = {name: form.get(name, "") == "yes" for name in ("is_checked", "is_waived")}
    typed = Typed(form.get("text", ""), form.get("until", ""), **ticked)
    try:
        words = await answer_by(doors, link, typed)
    except Failed as failure:
        if failure.code == "no_such_issue":
            return _no(failure)
        return await _form(doors, link, typed, failure)
    state = await _state(doors, link)
    lines = _lines(link, state) if state is not None else []
    return _page("answered.html", heading="Noted", about=link.about, words=words, lines=lines)


@router.post(
    ANSWER_POST,
    tags=["answers"],
    operation_id="answer_by_link",
    summary="Answer a message by its link: for the buttons of notifications, and for programs.",
    response_model=LinkAnswered,
    responses={200: {"description": "It is done, or stored until a worker runs."},
               **problems(400, 403, 404, 409, 410, 415, 422)},
    openapi_extra={"requestBody": {**described(AnswerForm)["requestBody"], "required": False}},
)  # fmt: skip
async def answer(request: Request, doors: TheDoors, t: Token) -> LinkAnswered:
    """Do what the link stands for, as the person to whom it was sent. The token is the key: no other is needed."""
    _is_on(doors)
    link = await link_of(doors, t, address_of(request.scope))
    raw = await request.body()
    kind = request.headers.get("content-type", JSON)
    form = validated(AnswerForm, read_json(kind, raw)) if raw else AnswerForm()
    try:
        words = await answer_by(doors, link, Typed(**form.model_dump()))
    except Failed as failure:
        raise refused(failure, form.model_dump()) from None
    return LinkAnswered(act=link.answering.act, about=link.about, id=link.answering.id, words=words)


def _is_on(doors: Doors) -> None:
    if not doors.settings.keys_of_answers:
        raise Refused(404, "not_found", "no links are answered here; its operator says so, by settings")


async def _form(doors: Doors, link: Link, typed: Typed, failure: Failed | None = None) -> Response:
    state, answering = await _state(doors, link), link.answering
    against = what_stands_against(link, state) if state is not None else ""
    due = checklist_above(state) if state is not None and answering.act == "escalate" else ()
    return _page(
        "answer.html",
        refused(failure).status if failure is not None else 200,
        label=link.label,
        about=link.about,
        title=state.facts.title if state is not None else "",
        lines=_lines(link, state) if state is not None else [],
        problem=failure.why if failure is not None else against,
        can_send=not against,
        words_label=_WORDS.get(answering.act, "") if not is_digest(answering) else "",
        needs_words=answering.act in NEED_WORDS or (answering.act == "accept" and is_read_back_due(state)),
        needs_until=answering.act == "take_charge",
        checklist="; ".join(item.ask for item in due),
        typed=typed if typed.until else replace(typed, until="1 h"),
        longest=LONGEST_TITLE,
        name=link.person.name,
    )


async def _state(doors: Doors, link: Link) -> IssueState | None:
    """How it stands; None where that cannot be known now, or is not for them: the page is shown all the same."""
    if is_digest(link.answering):
        return None
    try:
        async with asyncio.timeout(3):
            return (await standing(doors, link.issue, link.person.id)).state
    except (Failed, TimeoutError):
        return None


def _lines(link: Link, state: IssueState) -> list[str]:
    reader = link.reader
    if state.status != "open":
        return [f"It is {state.status}."]
    has_it = f"{reader.person(state.handler)} has it." if state.handler is not None else "Nobody has it yet."
    lines = [f"{has_it} Asked: {state.here.title}."]
    due = next_move(state)
    if due is not None:
        lines.append(reader.sentence(f"{reader.clock(due.at)} ({reader.away(due.at)}): {due.words}."))
    return lines


def _no(error: Refused | Failed) -> Response:
    problem = error if isinstance(error, Refused) else refused(error)
    said = problem.problem
    heading = _HEADINGS.get(said.code, "Not now" if problem.status in {429, 503} else "Not done")
    words = f"{said.detail[:1].upper()}{said.detail[1:]}. Nothing was done."
    return _page("answered.html", problem.status, problem.headers, heading=heading, about="", words=words, lines=[])


def _page(template: str, status: int = 200, headers: dict[str, str] | None = None, **given: object) -> Response:
    return page(template, plain_style(), status, {**_HEADERS, **(headers or {})}, **given)
