"""`/v1/hand-overs`: who may, and what is wrong. What comes of it: tests/stories/test_hand_over.py."""

from tests.starter.http.conftest import AGENT, LEAD, Door, problem


async def test_where_nothing_is_handed_over_and_who_may_not(door: Door) -> None:
    assert await door.get("/v1/hand-overs") == {"hand_overs": []}
    nothing = await door.call("POST", "/v1/hand-overs/accept", json={"of": LEAD, "id": "all-1"})
    assert (nothing.status_code, nothing.json()["answers"]) == (200, []), nothing.text
    assert nothing.json()["words"] == "Nothing is handed over."
    wrong = await door.call("POST", "/v1/hand-overs/accept", json={"of": "sample-laed-1"})
    assert "did you mean 'sample-lead-1'" in problem(wrong, 422, "wrong_input")["detail"]
    strange = await door.call("POST", "/v1/hand-overs/accept", json={"from": LEAD})
    assert strange.json()["errors"][0]["field"] == "from"
    reads = door.key(AGENT, scopes=("read",))
    problem(await door.call("POST", "/v1/hand-overs/accept", key=reads, json={}), 403, "not_in_scope")
    acts = door.key(AGENT, scopes=("act",))
    problem(await door.call("GET", "/v1/hand-overs", key=acts), 403, "not_in_scope")
