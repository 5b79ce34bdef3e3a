"""`/raise`: a page on which anybody raises an issue in five fields. Plain HTML: no script, nothing from elsewhere.

Who raises it is what they write (assurance `asserted`), so the page is off unless ESCALON_RAISE_PAGE says where it may
be seen. Forms of other sites are refused by where the browser says that they come from, by the name under which the
page is reached, and by a token that only the page itself gives out. One form is one issue, however often it is sent.
"""

import asyncio
import contextlib
import ipaddress
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from client.opening import OpenAnswer
from escalation.issue.clocks import next_move
from escalation.issue.state import IssueState
from starter.door import PreparedOpen, issue_id, prepare_open
from starter.failure import Failed, WrongInput, as_failure
from starter.http.doors import Doors, TheDoors
from starter.http.form import Typed, abouts, in_words, read, request_of
from starter.http.formtoken import FormTokens, is_form
from starter.http.guard import address_of
from starter.http.limits import Window
from starter.http.problems import RETRY_AFTER_S, refused
from starter.http.raisepages import LABELS, PATH, Banner, form_page, sent_page, words_page
from starter.installation import Installed
from starter.intake import open_prepared
from starter.reader import Reader, machine_zone
from starter.standing import settled

OFF, LOCAL = "off", "local"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_MOST_FIELDS = 50
FORMS_A_MINUTE = 60
"""Forms that are sent from one address: each may wake somebody. Behind a proxy that does not say for whom it asks, of
all together. Ours."""

router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def form(request: Request, doors: TheDoors) -> Response:
    """The form, empty."""
    if (elsewhere := _elsewhere(request, doors)) is not None:
        return elsewhere
    tokens, here = _tokens(request, doors), await doors.installed()
    number = tokens.new_form()
    choices = abouts(here)
    typed = Typed(about=choices[0].choice.value if len(choices) == 1 else "")
    return form_page(choices, typed, number, tokens.for_form(number, doors.clock()))


@router.post(PATH)
async def send(request: Request, doors: TheDoors) -> Response:
    """Open the issue and show it; or the form again, with what is wrong beside each field and all that was typed."""
    if (elsewhere := _elsewhere(request, doors)) is not None:
        return elsewhere
    tokens, here, now = _tokens(request, doors), await doors.installed(), doors.clock()
    given = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS))
    typed = read(given, here)
    number = given.get("form", "")
    is_ours = is_form(number) and tokens.is_good(number, given.get("token", ""), now)
    number = number if is_form(number) else tokens.new_form()

    def again(banner: Banner | None, status: int) -> Response:
        headers = {"Retry-After": str({503: RETRY_AFTER_S, 429: 60}[status])} if status in {503, 429} else {}
        token = tokens.for_form(number, doors.clock())
        return form_page(abouts(here), typed, number, token, banner=banner, status=status, headers=headers)

    if typed.problems:
        return again(None, 422)
    if not is_ours:
        return again(Banner("Please send it once more.", "The page was open for long, and nothing was sent yet."), 403)
    if not _may_send(request):
        return again(_TOO_MANY, 429)
    try:
        prepared, answer = await _open(typed, number, here, doors)
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        return again(*_why_not(failure, typed))
    if answer.sent is not None and answer.sent.outcome == "refused":
        return again(Banner("Nothing was changed.", f"{answer.issue.short}: {answer.sent.why}"), 409)
    if prepared.notes:
        return again(_lost(answer), 503)
    issue = str(answer.issue)
    query = urlencode({"proof": tokens.proof(issue), **({} if answer.is_new else {"again": "1"})})
    return RedirectResponse(f"{PATH}/sent/{quote(issue, safe='')}?{query}", 303)


@router.get(f"{PATH}/sent/{{issue}}")
async def sent(request: Request, doors: TheDoors, issue: str, proof: str = "", again: str = "") -> Response:
    """What was sent and how it stands now, for whoever has sent it."""
    if (elsewhere := _elsewhere(request, doors)) is not None:
        return elsewhere
    if not _tokens(request, doors).is_proof(issue, proof):
        words = "This page can no longer say how it stands. If you have sent it, it is in: ask for it by its number."
        return words_page("Not to be shown", words, 403)
    number = issue_id(issue)[0]
    state: IssueState | None = None
    try:
        state = await settled(await doors.client(), number)
    except Exception as error:
        if as_failure(error) is None:
            raise
    reader = Reader(doors.clock(), machine_zone())
    first = ["This form was sent before: what is new in it was added to the same issue."] if again else []
    title = state.facts.title if state is not None else ""
    return sent_page(number.short, title, first + next_lines(state, reader), reader.clock(reader.now))


def next_lines(state: IssueState | None, reader: Reader) -> list[str]:
    """How it stands and what happens next, for people who do not know our words."""
    if state is None:
        return [
            "It is kept safely. People are told as soon as the service works on it, which it does not at this moment.",
        ]
    if state.status != "open":
        return [f"It is {state.status}. If it is not solved, raise it again and name this number."]
    title = state.here.title
    if state.handler is not None:
        lines = ["Somebody has it and works on it."]
    elif state.asked:
        lines = [f"It was put to {title} just now." if state.entries < _YOUNG else f"It is with {title}."]
    elif state.is_in_maintenance:
        lines = [f"There is maintenance just now; {title} is told when it ends."]
    elif state.is_closed:
        lines = [f"{title[:1].upper()}{title[1:]} is closed now, and is told when it opens."]
    else:
        lines = [f"Whoever is {title} is being looked up and told."]
    due = next_move(state)
    if due is not None:
        when = f"{reader.clock(due.at)} ({reader.away(due.at)})"
        then = due.words.rpartition(": ")[2]
        unless = {"acknowledge": "If nobody answers by", "work": "If it is not solved by"}.get(due.what)
        lines.append(f"{unless} {when}, {then}." if unless else f"At {when}: {due.words}.")
    if state.handler is None:
        lines.append("You need not do anything: it goes up by itself until somebody has it.")
    return lines


_YOUNG = 12
"""Entries of an issue that has just been opened."""


async def _open(typed: Typed, number: str, here: Installed, doors: Doors) -> tuple[PreparedOpen, OpenAnswer]:
    """Open it; raises what can be foreseen, and what cannot."""
    db, client = await doors.record(), await doors.client()
    request = request_of(typed, number, here)
    prepared = await asyncio.to_thread(prepare_open, request, here, db, doors.clock())
    async with doors.turn:
        return prepared, await open_prepared(prepared, client, doors.settings.task_queue)


def _why_not(failure: Failed, typed: Typed) -> tuple[Banner | None, int]:
    """What is said of a failure: beside its field where it has one, else above the form."""
    name = failure.why.partition(":")[0]
    if isinstance(failure, WrongInput) and name in LABELS:
        typed.add(name, in_words(failure.why, name))
        return None, 422
    status = refused(failure).status
    if status == 503:
        words = "What you wrote is still here. Wait a minute, then send it again. If it is urgent, telephone."
        return Banner("It could not be sent now.", words), status
    return Banner("It cannot be sent like this.", failure.why), status


def _lost(answer: OpenAnswer) -> Banner:
    words = (
        f"Its number is {answer.issue.short}, and people are told by its title. What you wrote below could not be "
        "kept: send the form again in a few minutes, unchanged, and it will be added."
    )
    return Banner("It is in, but not all of its text.", words)


def _tokens(request: Request, doors: Doors) -> FormTokens:
    """The tokens of this app."""
    found = getattr(request.app.state, "form_tokens", None)
    if not isinstance(found, FormTokens):
        found = request.app.state.form_tokens = FormTokens(doors.settings.raise_secret.get_secret_value())
    return found


_TOO_MANY = Banner(
    "Too many forms are sent from where you are.",
    "What you wrote is still here. Wait a minute, then send it again. If it is urgent, telephone.",
)


def _may_send(request: Request) -> bool:
    """Count one form from its address; whether that is not too many."""
    found = getattr(request.app.state, "forms_sent", None)
    if not isinstance(found, Window):
        found = request.app.state.forms_sent = Window(FORMS_A_MINUTE)
    return found.hit(address_of(request.scope))


def _is_of_this_machine(address: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(address).is_loopback
    return False


def _elsewhere(request: Request, doors: Doors) -> Response | None:
    """A page that says no, where this request is not for the page or does not come from it."""
    where = doors.settings.raise_page
    if where == OFF:
        return words_page("There is no such page", "It is not switched on here.", 404, has_form=False)
    host = request.headers.get("host", "")
    if where == LOCAL:
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        # The name is whatever the caller says; the address is not.
        is_here = name.lower() in _LOOPBACK and _is_of_this_machine(address_of(request.scope))
        origins = {f"http://{host}", f"https://{host}"}
    else:
        is_here, origins = host.lower() == where.partition("://")[2].lower(), {where}
    if not is_here:
        words = "It is not to be seen under this name. Its operator says where, with ESCALON_RAISE_PAGE."
        return words_page("Not here", words, 403, has_form=False)
    if request.method == "POST":
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site", "same-origin")
        if site != "same-origin" or (origin is not None and origin.lower() not in {each.lower() for each in origins}):
            words = "A form can only be sent from its own page. Nothing was sent."
            return words_page("That came from elsewhere", words, 403)
    return None
