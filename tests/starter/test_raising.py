"""The page to raise an issue, as a browser without scripts uses it: the real app, the real server, a worker."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest

from client.asking import ask_state
from client.settings import Settings
from escalation.issue.identity import read_issue_id
from records import reading, texts
from starter.http import raising
from starter.http.app import make_app
from starter.http.doors import Doors
from starter.http.form import Typed, abouts, read, request_of
from starter.http.formtoken import GOOD_FOR, FormTokens
from starter.http.raising import next_lines
from starter.installation import installed
from starter.plan import Plan
from starter.reader import Reader
from tests.starter.office import Office
from tests.starter.running import free_port

HERE = "http://127.0.0.1:8088"
ELSEWHERE = "https://elsewhere.example.org"


class Page(HTMLParser):
    """What a page has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))

    def every(self, *tags: str) -> list[dict[str, str | None]]:
        """The attributes of all tags of these kinds."""
        return [given for tag, given in self.tags if tag in tags]

    def by_id(self, name: str) -> dict[str, str | None]:
        """The one tag with this id."""
        (found,) = [given for _, given in self.tags if given.get("id") == name]
        return found

    @property
    def hidden(self) -> dict[str, str]:
        """What the form sends along."""
        return {str(given["name"]): str(given["value"]) for given in self.every("input") if given["type"] == "hidden"}

    @property
    def words(self) -> str:
        """Its text."""
        body = re.sub(r"<style>.*?</style>|<[^>]+>", " ", self.html, flags=re.DOTALL)
        return " ".join(body.split())


def app_of(office: Office, **more: Any) -> Any:
    """The HTTP door of an office."""
    settings = office.settings.model_copy(update={"raise_page": "local", **more})
    return make_app(Doors(settings, given_client=office.env.client))


@dataclass
class Browser:
    """One visitor."""

    http: httpx2.AsyncClient

    async def open(self) -> Page:
        """Go to the page."""
        answer = await self.http.get("/raise")
        assert answer.status_code == 200
        return Page(answer.text)

    async def send(self, page: Page, headers: dict[str, str] | None = None, **typed: str) -> httpx2.Response:
        """Fill in the form and press the button."""
        filled = {
            "title": "Card payments fail",
            "about": "four-tier-support",
            "severity-four-tier-support": "S3",
            "who": "sample-agent-1",
            **typed,
        }
        sent_by_browser = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"} if headers is None else headers
        return await self.http.post("/raise", data={**page.hidden, **filled}, headers=sent_by_browser)


@pytest.fixture
async def browser(office: Office) -> AsyncIterator[Browser]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app_of(office)), base_url=HERE) as http:
        yield Browser(http)


def issue_of(answer: httpx2.Response) -> str:
    assert answer.status_code == 303, answer.text
    found = re.search(r"/raise/sent/([^?]+)", answer.headers["location"])
    assert found is not None
    return unquote(found[1])


async def test_it_has_five_fields_a_name_for_each_and_nothing_from_elsewhere(browser: Browser) -> None:
    answer = await browser.http.get("/raise")
    page = Page(answer.text)
    named = {str(given["name"]).partition("-")[0] for given in page.every("input", "textarea")} - {"form", "token"}
    assert named == {"title", "description", "about", "severity", "who"}
    labelled = {given["for"] for given in page.every("label")}
    assert {given["id"] for given in page.every("input", "textarea") if given.get("type") != "hidden"} == labelled
    assert len(page.every("fieldset")) == page.html.count("<legend>") == 3
    assert page.every("script", "link", "img", "iframe") == []
    assert not re.search(r"(src|href|action)=\"?\s*(https?:)?//|url\(|@import|\son\w+=", answer.text)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert policy["style-src"].startswith("'sha256-")
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


async def test_it_opens_an_issue_and_says_what_happens_next(browser: Browser, office: Office) -> None:
    page = await browser.open()
    answer = await browser.send(page, description="Since noon.\r\nNothing helped.", who="Sample Agent One")
    issue, _ = read_issue_id(issue_of(answer))
    state = await ask_state(office.env.client, issue)
    assert (state.severity, state.facts.title, state.tier) == ("S3", "Card payments fail", "team_lead")
    raiser = state.facts.raiser
    assert (raiser.person, raiser.assurance, raiser.door) == ("sample-agent-1", "asserted", "form")
    assert state.facts.description is not None
    kept = texts.read(office.db, issue, [state.facts.description.ref])
    assert list(kept.values()) == ["Since noon.\nNothing helped."]

    after = Page((await browser.http.get(answer.headers["location"])).text)
    assert issue.short in after.words
    assert "Card payments fail" in after.words
    assert "the team lead" in after.words
    clock = r"(\w{3} \d+ \w{3} )?\d\d:\d\d"  # with the day late in the evening, when that is tomorrow
    assert re.search(
        rf"If nobody answers by {clock} .*\(in \d+ (min|h).*\), the department manager is asked\.", after.words
    )


async def test_pressing_several_times_is_one_issue(browser: Browser, office: Office) -> None:
    page = await browser.open()
    answers = await asyncio.gather(*(browser.send(page, description="Pressed often.") for _ in range(6)))
    (name,) = {issue_of(answer) for answer in answers}
    issue, _ = read_issue_id(name)
    await office.at_rest(name)
    kinds = [entry.event.kind for entry in reading.timeline(office.db, issue)]
    assert kinds.count("opened") == 1
    assert "opened_again" not in kinds
    assert issue.occurrence == 1


async def test_other_words_in_the_same_form_are_a_further_report(browser: Browser, office: Office) -> None:
    page = await browser.open()
    first = issue_of(await browser.send(page, description="At first."))
    answer = await browser.send(page, description="Also in Cork.")
    assert issue_of(answer) == first
    shown = Page((await browser.http.get(answer.headers["location"])).text)
    assert "was added to the same issue" in shown.words
    await office.at_rest(first)
    issue, _ = read_issue_id(first)
    kinds = [entry.event.kind for entry in reading.timeline(office.db, issue)]
    assert kinds.count("opened") == 1
    assert kinds.count("opened_again") == 1
    # Another form with the same words is another issue: two people may well write the same.
    assert issue_of(await browser.send(await browser.open(), description="At first.")) != first


async def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(browser: Browser) -> None:
    page = await browser.open()
    words = 'a <b>"bold"</b> & \u202e word'
    answer = await browser.send(page, None, **{"severity-four-tier-support": "", "title": " ", "description": words})
    assert answer.status_code == 422
    again = Page(answer.text)
    for name in ("title", "description"):
        field = again.by_id(name)
        assert field["aria-invalid"] == "true"
        said = str(field["aria-describedby"]).split()
        assert f"{name}-problem" in said
        assert all(again.by_id(each) for each in said)
    assert again.by_id("severity-problem")
    assert "aria-invalid" not in again.by_id("who")
    assert again.by_id("who")["value"] == "sample-agent-1"
    assert "a &lt;b&gt;&#34;bold&#34;&lt;/b&gt; &amp;" in answer.text
    assert "<b>" not in answer.text
    assert "checked" in again.by_id("about-1")
    assert again.html.startswith("<!doctype html>")
    assert "<title>Not sent yet: Raise an issue</title>" in again.html
    anchors = [str(given["href"]) for given in again.every("a")]
    assert anchors == ["#title", "#description", "#severity-1-1"]
    assert all(again.by_id(anchor[1:]) for anchor in anchors)
    # It is the same form still: what is put right is sent as it was meant.
    assert again.hidden["form"] == page.hidden["form"]
    assert (await browser.send(again)).status_code == 303


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({"Origin": ELSEWHERE, "Sec-Fetch-Site": "cross-site"}, {}),
        ({"Origin": ELSEWHERE}, {}),
        ({"Origin": "null"}, {}),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-site"}, {}),
        ({"Origin": HERE, "Sec-Fetch-Site": "none"}, {}),
        ({"Origin": HERE, "Host": "rebound.example.org:8088"}, {}),
        ({"Origin": "http://rebound.example.org", "Host": "rebound.example.org"}, {}),
        ({"Origin": HERE}, {"token": ""}),
        ({"Origin": HERE}, {"token": "1.abc"}),
        ({"Origin": HERE}, {"token": "\u0661.abc"}),
        ({"Origin": HERE}, {"form": "0" * 32}),
        ({"Origin": HERE}, {"form": "'><script>"}),
    ],
)
async def test_what_no_page_of_ours_sent_opens_nothing(
    browser: Browser, office: Office, headers: dict[str, str], more: dict[str, str]
) -> None:
    page = await browser.open()
    before = await office.env.client.count_workflows()
    answer = await browser.send(page, headers, title="Forged", **more)
    assert answer.status_code == 403
    assert "script>" not in answer.text
    await asyncio.sleep(0.3)
    assert "Forged" not in [row.title for row in reading.list_issues(office.db, limit=50)]
    assert (await office.env.client.count_workflows()).count >= before.count


async def test_a_browser_that_says_nothing_of_itself_needs_the_token_alone(browser: Browser) -> None:
    assert (await browser.send(await browser.open(), {})).status_code == 303


def test_a_token_is_of_one_form_one_secret_and_one_working_day() -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    tokens = FormTokens("sample")
    form = tokens.new_form()
    token = tokens.for_form(form, now)
    assert tokens.is_good(form, token, now + GOOD_FOR)
    assert FormTokens("sample").is_good(form, token, now)
    assert not tokens.is_good(form, token, now + 1.01 * GOOD_FOR)
    assert not tokens.is_good(tokens.new_form(), token, now)
    assert not FormTokens("other").is_good(form, token, now)
    assert not FormTokens().is_good(form, FormTokens().for_form(form, now), now)
    assert not tokens.is_proof("main:main:main:form:A:1", tokens.proof("main:main:main:form:B:1"))


async def test_how_it_stands_is_shown_to_whoever_sent_it_alone(browser: Browser) -> None:
    answer = await browser.send(await browser.open(), title="Only for its sender")
    shown = await browser.http.get(answer.headers["location"].partition("?")[0] + "?proof=" + "0" * 64)
    assert shown.status_code == 403
    assert "Only for its sender" not in shown.text


async def test_it_is_off_unless_it_is_switched_on(office: Office) -> None:
    app = app_of(office, raise_page="off")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=HERE) as http:
        assert (await http.get("/raise")).status_code == 404
        assert (await http.post("/raise")).status_code == 404


async def test_local_is_for_this_machine_whatever_name_the_caller_gives(office: Office) -> None:
    app = app_of(office)
    for address, status in (("192.0.2.7", 403), ("127.0.0.1", 200), ("::1", 200)):
        transport = httpx2.ASGITransport(app, client=(address, 40000))
        async with httpx2.AsyncClient(transport=transport, base_url=HERE) as http:
            assert (await http.get("/raise")).status_code == status, address


async def test_nobody_wakes_people_without_end(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raising, "FORMS_A_MINUTE", 2)
    for number in (1, 2):
        assert (await browser.send(await browser.open(), title=f"Form {number}")).status_code == 303
    answer = await browser.send(await browser.open(), title="Form 3")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    again = Page(answer.text)
    assert "Too many forms are sent from where you are." in again.words
    assert again.by_id("title")["value"] == "Form 3"


async def test_under_a_name_it_is_there_for_that_name_alone(office: Office) -> None:
    app = app_of(office, raise_page="https://help.example.org")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://help.example.org") as http:
        visitor = Browser(http)
        page = await visitor.open()
        assert (await visitor.send(page, {"Origin": "https://help.example.org"})).status_code == 303
        assert (await visitor.send(page, {"Origin": "http://help.example.org"})).status_code == 403
        assert (await http.get("/raise", headers={"Host": "127.0.0.1"})).status_code == 403


async def test_while_the_server_is_away_nothing_typed_is_lost(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    app = make_app(Doors(office.settings.model_copy(update={"raise_page": "local"})))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=HERE, timeout=30) as http:
        visitor = Browser(http)
        page = await visitor.open()
        answer = await visitor.send(page, description="A long story.")
    assert answer.status_code == 503
    assert answer.headers["retry-after"].isdigit()
    again = Page(answer.text)
    assert "It could not be sent now." in again.words
    assert "A long story." in again.words
    assert again.hidden["form"] == page.hidden["form"]


async def test_while_the_record_is_away_it_is_opened_and_its_text_asked_for_again(
    office: Office, tmp_path: Path
) -> None:
    away = f"sqlite:///{tmp_path / 'none.db'}"
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app_of(office, record_url=away)), base_url=HERE
    ) as http:
        page = await Browser(http).open()
        answer = await Browser(http).send(page, description="Not to be lost.")
    assert answer.status_code == 503
    again = Page(answer.text)
    assert "It is in, but not all of its text." in again.words
    assert "Not to be lost." in again.words
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app_of(office)), base_url=HERE) as http:
        visitor = Browser(http)  # another process by now: its first answer asks to send once more, the form is the same
        once_more = Page((await visitor.send(again, description="Not to be lost.")).text)
        issue, _ = read_issue_id(issue_of(await visitor.send(once_more, description="Not to be lost.")))
    state = await ask_state(office.env.client, issue)
    assert state.facts.description is not None
    kept = texts.read(office.db, issue, [state.facts.description.ref])
    assert list(kept.values()) == ["Not to be lost."]


def filled(who: str, description: str = "") -> Typed:
    severities = {"four-tier-support": "S1"}
    return Typed("x", description, "four-tier-support", severities, who)


def test_who_is_not_in_the_directory_is_named_in_the_text_alone() -> None:
    here = installed(Settings())
    request = request_of(filled(who="Somebody, +353 1 555 0100", description="What happened."), "0" * 32, here)
    assert re.fullmatch(r"form:[a-z2-7]{10}", request.raiser.person)
    assert request.raiser.role is None
    assert request.description == (
        "What happened.\n\nRaised on the page by, in their own words: Somebody, +353 1 555 0100"
    )
    known = request_of(filled(who=" sample-agent-1@EXAMPLE.org "), "0" * 32, here)
    assert (known.raiser.person, known.raiser.role) == ("sample-agent-1", "front_line_agent")


def test_what_is_confidential_by_its_kind_is_restricted_and_entities_are_told_apart() -> None:
    here = installed(Settings())
    support = next(policy for policy in here.policies if policy.name == "four-tier-support")
    conduct = support.model_copy(update={"name": "conduct", "kind": "conduct", "legal_entity": "other"})
    more = replace(here, policies=(*here.policies, conduct))
    typed = Typed(title="x", about="conduct", severities={"conduct": "S1"}, who="y")
    assert request_of(typed, "0" * 32, more).issue_class == "restricted"
    assert request_of(filled(who="y"), "0" * 32, more).issue_class == "normal"
    assert "Somebody's conduct (other)" in [about.choice.words for about in abouts(more)]


def test_where_there_is_one_policy_it_is_not_asked_for() -> None:
    here = installed(Settings())
    one = replace(here, policies=tuple(each for each in here.policies if each.name == "four-tier-support"))
    typed = read({"title": "x", "who": "y", "severity-four-tier-support": "S3"}, one)
    assert (typed.problems, typed.about, typed.severity) == ({}, "four-tier-support", "S3")


def test_without_a_worker_it_says_so() -> None:
    (line,) = next_lines(None, Reader(datetime(2026, 11, 22, tzinfo=UTC)))
    assert "kept safely" in line


def test_up_has_the_page_where_only_this_machine_can_see_it(tmp_path: Path) -> None:
    plan = Plan(home=tmp_path, ip="127.0.0.1", port=1, ui_port=2, health_port=0, api_port=8088)
    assert plan.page == "http://127.0.0.1:8088/raise"
    assert plan.environment({})["ESCALON_RAISE_PAGE"] == "local"
    assert plan.environment({"ESCALON_RAISE_PAGE": "off"})["ESCALON_RAISE_PAGE"] == "off"
    beyond = replace(plan, api_host="0.0.0.0")  # noqa: S104 - said, not listened at
    assert beyond.page == ""
    assert "ESCALON_RAISE_PAGE" not in beyond.environment({})
    assert replace(plan, api_port=0).page == ""
