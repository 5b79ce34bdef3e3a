"""Wrong calls of every kind: each is a problem document that names what is wrong, and none reaches an issue."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from starter.http.app import make_app
from starter.http.bodies import DEEPEST
from starter.http.doors import Doors
from starter.http.guard import MOST_HEADER_BYTES
from tests.starter.http.conftest import Door, a_door, problem

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"title": ""}, "title", "at least 1 character"),
        ({"title": "  "}, "title", "it is empty"),
        ({"title": "x" * 201}, "title", "200"),
        ({"title": "two\nlines"}, "title", "one line of text"),
        ({"title": 7}, "title", "a valid string"),
        ({"title": None}, "title", "a valid string"),
        ({"severity": "P1"}, "severity", "is not one of policy four-tier-support; allowed: S1, S2, S3, S4"),
        ({"kind": "suport"}, "kind", "'support'"),
        ({"policy": "four-tier"}, "policy", "four-tier-support"),
        ({"team": "nobody"}, "team", "'nobody' is not known; allowed: main, support, platform"),
        ({"source": "Help Desk"}, "source", "is not a name"),
        ({"reference": "4111 1111 1111 1111"}, "reference", "looks like a card number"),
        ({"reference": "x" * 201}, "reference", "200"),
        ({"issue_class": "secret"}, "issue_class", "'sealed'"),
        ({"harm_flags": ["fruad"]}, "harm_flags.0", "'fraud'"),
        ({"harm_flags": "fraud"}, "harm_flags", "a valid list"),
        ({"parties": [{"key": "C-1"}]}, "parties.0.role", "it is missing"),
        ({"parties": [{"key": "C-1", "role": "customer", "name": "x"}]}, "parties.0.name", "there is no such field"),
        ({"about": ["sample-agnet-1"]}, "about", "did you mean 'sample-agent-1'"),
        ({"audience": ["nobody"]}, "audience", "'nobody' is not known"),
        ({"labels": {"vip": 1}}, "labels.vip", "a valid string"),
        ({"contacts": 0}, "contacts", "greater than or equal to 1"),
        ({"contacts": True}, "contacts", "a valid integer"),
        ({"deadlines": ["2026-11-21"]}, "deadlines", "has no time zone"),
        ({"received_at": "2026-11-21T20:10"}, "received_at", "has no time zone"),
        ({"received_at": "2099-01-01T00:00Z"}, "received_at", "is in the future"),
        ({"first_noticed_at": "yesterday"}, "first_noticed_at", "is not an instant"),
        ({"description": "bell \x07"}, "description", "a control character (U+0007)"),
        ({"id": ""}, "id", "at least 1 character"),
        ({"id": "x\ny"}, "id", "id"),
        ({"raiser": "sample-lead-1"}, "raiser", "there is no such field"),
        ({"severty": "S1"}, "severty", "there is no such field"),
    ],
)
async def test_a_wrong_field_is_named(fields: dict[str, Any], field: str, words: str, door: Door) -> None:
    answer = await door.open(door.fresh(), **fields)
    assert answer.status_code == 422, answer.text
    fault = answer.json()["errors"][0]
    assert fault["field"] == field
    assert words in fault["why"]
    assert "4111" not in answer.text


async def test_all_that_is_wrong_in_form_is_said_at_once(door: Door) -> None:
    told = (await door.open(door.fresh(), title=1, contacts="many", nonsense=True)).json()
    assert [fault["field"] for fault in told["errors"]] == ["title", "contacts", "nonsense"]
    assert told["errors"][1]["value"] == "many"


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"{", JSON, 400, "bad_json"),
        (b"", JSON, 400, "bad_json"),
        (b"\xff\xfe", JSON, 400, "bad_json"),
        (b'{"title": "\xff"}', JSON, 400, "bad_json"),
        (b'{"title": NaN}', JSON, 400, "bad_json"),
        (b"[" * 5000 + b"]" * 5000, JSON, 400, "bad_json"),
        (b'{"title": "\\ud800"}', JSON, 400, "bad_json"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), JSON, 422, "too_deep"),
        (b"[]", JSON, 422, "wrong_input"),
        (b"null", JSON, 422, "wrong_input"),
        (b'"title"', JSON, 422, "wrong_input"),
        (b"title=x", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
        (b'{"title": "x"}', {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        (b'{"title": "x"}', {}, 415, "unsupported_media_type"),
        (b'{"title": "x"}', {"Content-Type": ""}, 415, "unsupported_media_type"),
    ],
)
async def test_a_body_that_is_none_is_refused(
    content: bytes, headers: dict[str, str], status: int, code: str, door: Door
) -> None:
    problem(await door.call("POST", "/v1/issues", content=content, headers=headers), status, code)


async def test_a_charset_beside_json_is_json(door: Door) -> None:
    body = json.dumps({"title": "x", "reference": door.fresh()}).encode()
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert (await door.call("POST", "/v1/issues", content=body, headers=headers)).status_code == 202


async def test_a_body_that_is_too_long_is_refused_by_what_comes_not_by_what_is_claimed(door: Door) -> None:
    most = door.doors.settings.api_most_bytes

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(most // 1024 + 2):
            yield b" " * 1024

    told = problem(await door.call("POST", "/v1/issues", content=endless(), headers=JSON), 413, "content_too_large")
    assert told["detail"] == "body: it has more than 1,048,576 bytes; allowed: at most 1,048,576"
    claimed = {**JSON, "Content-Length": str(most + 1)}
    problem(await door.call("POST", "/v1/issues", content=b"{}", headers=claimed), 413, "content_too_large")


async def test_headers_that_are_too_long_are_refused(door: Door) -> None:
    long = {"X-Long": "x" * MOST_HEADER_BYTES}
    problem(await door.call("GET", "/v1/issues", headers=long), 431, "headers_too_long")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/v1", 404, "not_found"),
        ("GET", "/v1/issues/", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("POST", "/v1/issues/desk:X/fly", 404, "not_found"),
        ("DELETE", "/v1/issues", 405, "method_not_allowed"),
        ("PUT", "/v1/issues/desk:X", 405, "method_not_allowed"),
        ("GET", "/v1/issues/desk:X/acknowledge", 405, "method_not_allowed"),
        ("OPTIONS", "/v1/issues", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
    ],
)
async def test_what_is_not_there_is_a_problem_too(method: str, path: str, status: int, code: str, door: Door) -> None:
    answer = await door.call(method, path)
    problem(answer, status, code)
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/v1/issues", "GET, POST"), ("/v1/issues/desk:X", "GET"), ("/v1/issues/desk:X/acknowledge", "POST")],
)
async def test_every_method_of_a_path_is_told(path: str, methods: str, door: Door) -> None:
    assert (await door.call("OPTIONS", path)).headers["allow"] == methods


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("statu=open", "query", "did you mean 'status'"),
        ("status=opn", "status.0", "'open'"),
        ("tier=team_laed", "tier", "did you mean 'team_lead'"),
        ("limit=0", "limit", "greater than or equal to 1"),
        ("limit=many", "limit", "a valid integer"),
        ("owner=nobody", "owner", "'nobody' is not known"),
        ("exhausted=perhaps", "exhausted", "a valid boolean"),
        ("cursor=nonsense", "cursor", "it is none of ours"),
        ("cursor=WzEsMl0=", "cursor", "it is none of ours"),
        ("team=ops", "team", "'ops' is not known"),
    ],
)
async def test_a_wrong_filter_is_named_and_never_an_empty_list(query: str, field: str, words: str, door: Door) -> None:
    fault = problem(await door.call("GET", f"/v1/issues?{query}"), 422, "wrong_input")["errors"][0]
    assert fault["field"] == field
    assert words in fault["why"]


async def test_too_many_calls_of_a_key_and_of_an_address_are_told_when_to_come_again(door: Door) -> None:
    async with a_door(door.office, api_rate=3) as small:
        answers = [await small.call("GET", "/v1/issues") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        told = problem(answers[3], 429, "too_many")
        assert told["detail"].startswith("this key makes more than 3 calls a minute")
        assert 1 <= int(answers[3].headers["retry-after"]) <= 60
        others = [await small.client.get("/healthz") for _ in range(4)]
        assert "this address makes" in problem(others[3], 429, "too_many")["detail"]


async def test_every_answer_forbids_what_a_page_of_others_might_do_with_it(door: Door) -> None:
    for path in ("/v1/issues", "/healthz", "/nope", "/openapi.json"):
        headers = (await door.call("GET", path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


async def test_what_nobody_has_foreseen_is_said_without_its_words(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_doors: Doors) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(Doors, "installed", broken)
    answer = await door.call("GET", "/v1/issues")
    problem(answer, 500, "bug")
    assert "secret" not in answer.text


def test_the_document_is_of_openapi_3_1(door: Door) -> None:
    document = make_app(door.doors).openapi()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
