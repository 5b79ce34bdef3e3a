"""Reading by HTTP: pages of the list, and what is not there for whom it is none of."""

import asyncio
from typing import Any

import pytest

from client.asking import ask_state
from escalation.issue.identity import read_issue_id
from starter.http import readable
from tests.starter.http.conftest import AGENT, LEAD, MANAGER, Door, problem


async def listed(door: Door, query: str, by: str = AGENT) -> list[str]:
    """The short ids on all pages."""
    found, cursor = [], ""
    while True:
        page = await door.get(f"/v1/issues?{query}{cursor}", by)
        found += [row["short"] for row in page["issues"]]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def on_record(door: Door, *issues: str) -> None:
    """Wait until they are."""
    for issue in issues:
        await door.office.on_record(issue, 1)


async def test_the_list_is_read_page_by_page_with_its_filters(door: Door) -> None:
    source = "pages"
    issues = [f"{source}:P-{number}" for number in range(5)]
    for issue in issues:
        await door.open(issue)
    await on_record(door, *issues)
    assert await listed(door, f"source={source}&limit=2") == issues[::-1]
    assert await listed(door, f"source={source}&limit=5") == issues[::-1]
    assert await listed(door, f"source={source}&severity=S1") == []
    assert await listed(door, f"source={source}&severity=S1&severity=S2&owner={AGENT}&status=open") == issues[::-1]
    assert await listed(door, f"source={source}&overdue=true") == []
    page = await door.get(f"/v1/issues?source={source}&limit=2")
    other = await door.call("GET", f"/v1/issues?source=desk&limit=2&cursor={page['next_cursor']}")
    assert "it belongs to other filters" in problem(other, 422, "wrong_input")["detail"]


async def test_a_restricted_issue_is_there_only_for_those_whom_it_concerns(door: Door) -> None:
    issue = "secret:R-1"
    opened = await door.open(issue, LEAD, issue_class="restricted", audience=[MANAGER])
    assert opened.status_code == 202, opened.text
    await on_record(door, issue)
    for reader in (LEAD, MANAGER):
        assert (await door.get(f"/v1/issues/{issue}", reader))["title"] == "Card payments fail"
        assert await listed(door, "source=secret", reader) == [issue]
    others = "sample-agent-1"
    for path in ("", "/timeline", "/explanation"):
        told = problem(await door.call("GET", f"/v1/issues/{issue}{path}", others), 404, "no_such_issue")
        unknown = problem(await door.call("GET", f"/v1/issues/secret:R-9{path}", others), 404, "no_such_issue")
        assert told["detail"].replace("R-1", "R-9") == unknown["detail"]
    assert await listed(door, "source=secret", others) == []
    told = problem(await door.act(issue, "acknowledge", others), 404, "no_such_issue")
    assert "secret" not in told.get("issue", "")


async def test_the_last_resort_and_who_helps_are_not_hidden_from_though_its_row_does_not_name_them(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = "secret:L-1"
    await door.open(issue, LEAD, issue_class="restricted")
    await on_record(door, issue)
    meant = read_issue_id(issue)[0]
    assert await readable.hides(door.doors, meant, AGENT)
    state = await ask_state(door.office.env.client, meant)
    for field in ("last_resort", "joined"):

        async def asked(*_: Any, field: str = field) -> Any:
            return state.model_copy(update={field: (AGENT,)})

        monkeypatch.setattr(readable, "_asked", asked)
        assert not await readable.hides(door.doors, meant, AGENT), field


async def test_whom_it_is_about_does_not_find_it(door: Door) -> None:
    issue = "about:A-1"
    await door.open(issue, LEAD, about=[AGENT])
    await on_record(door, issue)
    problem(await door.call("GET", f"/v1/issues/{issue}", AGENT), 404, "no_such_issue")
    problem(await door.call("GET", f"/v1/issues/{issue}/timeline", AGENT), 404, "no_such_issue")
    assert await listed(door, "source=about", AGENT) == []
    assert await listed(door, "source=about", LEAD) == [issue]


async def test_pages_are_whole_where_rows_between_are_not_to_be_seen(door: Door) -> None:
    issues = [f"mixed:M-{number}" for number in range(6)]
    for number, issue in enumerate(issues):
        await door.open(issue, LEAD, issue_class="restricted" if number % 2 else "normal")
    await on_record(door, *issues)
    page = await door.get("/v1/issues?source=mixed&limit=2", AGENT)
    assert [row["short"] for row in page["issues"]] == ["mixed:M-4", "mixed:M-2"]
    assert await listed(door, "source=mixed&limit=2", AGENT) == ["mixed:M-4", "mixed:M-2", "mixed:M-0"]


async def test_health_says_what_works(door: Door) -> None:
    alive, ready = await asyncio.gather(door.client.get("/healthz"), door.client.get("/readyz"))
    assert (alive.status_code, alive.json()) == (200, {"alive": True})
    assert (ready.status_code, set(ready.json().values())) == (200, {True})
