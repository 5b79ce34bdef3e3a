"""Wrong input of every kind gets its clear answer, and the issue goes on: no workflow task ever fails for it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from escalation.issue.commands import Acknowledge, Close, Reopen, Resolve
from escalation.issue.events import Entry, Refused
from escalation.issue.identity import IssueId
from tests.given import ROLES, actor, minutes, policy
from tests.server import House
from tests.workflows.by_hand import signal, temporal, update
from tests.workflows.history import failed_tasks, goes_on
from tests.workflows.waiting import logged, until_found

pytestmark = pytest.mark.server

BY_ANN = {"by": "ann"}


def raw(data: bytes, encoding: str = "json/plain") -> RawValue:
    """A payload as somebody's own program might send it."""
    return RawValue(Payload(metadata={"encoding": encoding.encode()}, data=data))


SIGNALS: list[tuple[str, Sequence[Any], str, str]] = [
    ("acknowledge", [], "bad_body", "it came with no body; allowed: one JSON object"),
    ("acknowledge", [BY_ANN, BY_ANN], "bad_body", "it came with 2 bodies; allowed: one JSON object"),
    ("acknowledge", ["ann"], "bad_body", "its body is of type str; allowed: one JSON object"),
    ("acknowledge", [None], "bad_body", "its body is of type NoneType"),
    ("acknowledge", [[BY_ANN]], "bad_body", "its body is of type list"),
    ("acknowledge", [raw(b"\x00\x01", "binary/plain")], "bad_body", "its body is of type bytes"),
    ("acknowledge", [raw(b"\x00\x01", "binary/encrypted")], "bad_body", "its body is of type Undecodable"),
    ("acknowledge", [raw(b"{not json")], "bad_body", "its body is of type Undecodable"),
    ("acknowledge", [raw(b'{"by": "\xff"}')], "bad_body", "its body is of type Undecodable"),
    ("acknowledge", [raw(b'{"by": "\\ud800"}')], "bad_body", "its body is of type Undecodable"),
    ("acknowledge", [raw(b"[" * 100_000)], "bad_body", "its body is of type Undecodable"),
    ("acknowledge", [{}], "bad_field", "by is missing or not a person's id"),
    ("acknowledge", [{"by": "  "}], "bad_field", "by is missing or not a person's id"),
    ("acknowledge", [{"by": {"role": "lead"}}], "bad_field", "by is missing or not a person's id"),
    ("acknowledge", [{"by": "a\x00nn"}], "bad_field", r"by.person 'a\x00nn' has control characters"),
    ("acknowledge", [{"by": "a\u001b[2Jnn"}], "bad_field", "has control characters; allowed: one line of text"),
    ("acknowledge", [{"by": "x" * 301}], "too_long", "by.person has 301 characters; allowed: at most 300"),
    ("acknowledge", [{"by": {"person": "x" * 99_999}}], "too_long", "by.person has 99,999 characters"),
    ("acknowledge", [{**BY_ANN, "untill": "2030-01-01T00:00:00Z"}], "unknown_field", "did you mean until?"),
    ("acknowledge", [{**BY_ANN, "until": "tomorrow"}], "bad_field", "until: Input should be a valid datetime"),
    ("acknowledge", [{**BY_ANN, "until": "2030-01-01T00:00:00"}], "bad_field", "until: Input should have timezone"),
    ("acknowledge", [{**BY_ANN, "until": {"at": 1}}], "bad_field", "until: Input should be a valid datetime"),
    ("acknowledge", [{**BY_ANN, "until": "0001-01-01T00:00:00+14:00"}], "bad_field", "is no instant in UTC"),
    ("acknowledge", [{**BY_ANN, "happened_at": "0001-01-01T00:00:00+14:00"}], "bad_field", "is no instant in UTC"),
    ("acknowledge", [{**BY_ANN, "happened_at": "9999-12-31T23:00:00-14:00"}], "bad_field", "is no instant in UTC"),
    ("acknowledge", [{**BY_ANN, "happened_at": "2999-01-01T00:00:00Z"}], "from_the_future", "is in the future"),
    ("acknowledge", [{**BY_ANN, "id": 7}], "bad_field", "id is not a text of 1 to 300 characters"),
    ("acknowledge", [{**BY_ANN, "id": "x" * 301}], "bad_field", "id is not a text of 1 to 300 characters"),
    ("acknowledge", [{**BY_ANN, "take_over_from": "x" * 301}], "too_long", "take_over_from has 301 characters"),
    (
        "acknowledge",
        [{**BY_ANN, "next_action": "x" * 10_001}],
        "too_long",
        "10,001 characters; allowed:",
    ),
    ("acknowledge", [{**BY_ANN, "next_action": "call\x07 them"}], "bad_field", "has a control character (U+0007)"),
    ("acknowledge", [{**BY_ANN, "next_action": {"ref": "r"}}], "bad_field", "next_action.length: Field required"),
    ("escalate", [{**BY_ANN, "checked": "all"}], "bad_field", "checked: Input should be a valid tuple"),
    ("escalate", [{**BY_ANN, "checked": ["who"]}], "unknown_item", "'who' is not on the checklist of second"),
    ("resolve", [BY_ANN], "bad_field", "outcome: Field required"),
    ("resolve", [{**BY_ANN, "outcome": "fixed"}], "bad_field", "outcome: Input should be 'solved', 'workaround'"),
    ("resolve", [{**BY_ANN, "outcome": "paid"}], "payment_reference_missing", "outcome paid needs it"),
    ("resolve", [{**BY_ANN, "outcome": "paid", "payment_reference": "P" * 301}], "too_long", "has 301 characters"),
    ("take_charge", [BY_ANN], "bad_field", "until: Field required"),
    ("close", [{**BY_ANN, "reason": "bored"}], "bad_field", "reason: Input should be 'confirmed'"),
    ("acknowlege", [BY_ANN], "unknown_signal", "there is no signal 'acknowlege'; did you mean acknowledge?"),
    ("open", [BY_ANN], "bad_field", "issue: Field required"),
    ("tick", [], "unknown_signal", "there is no signal 'tick'"),
    ("take_delivery", [raw(b"?", "x/y")], "unknown_signal", "there is no signal 'take_delivery'"),
    ("n" * 900, [raw(b"?", "x/y")] * 3, "unknown_signal", "there is no signal 'nnnnnn"),
    ("confirm", [BY_ANN], "not_resolved", "it is not resolved; resolve it first"),
]


def refused(entries: list[Entry]) -> list[Refused]:
    """The refusals among these entries."""
    return [entry.event for entry in entries if isinstance(entry.event, Refused)]


async def until_refused(house: House, issue: IssueId) -> list[Entry]:
    """The entries on record, once a refusal is among them."""

    async def look() -> list[Entry]:
        entries = house.journal(issue)
        return entries if refused(entries) else []

    return await until_found(look)


async def test_a_wrong_signal_is_refused_in_words_and_the_issue_goes_on(house: House) -> None:
    issue = (await house.open(house.fresh())).issue
    before = await house.until(issue, lambda s: bool(s.asked))
    handle = house.handle(issue)
    for name, bodies, _, _ in SIGNALS:
        await handle.signal(name, args=bodies)
    await handle.signal("acknowledge", BY_ANN)
    after = await house.until(issue, lambda s: s.handler == "ann")
    found = refused(await house.recorded(issue))
    assert [(given[0][:100], given[2]) for given in SIGNALS] == [(event.command, event.code) for event in found]
    for (_, _, _, words), event in zip(SIGNALS, found, strict=True):
        assert words in event.why, event.why
    assert (after.tier, after.status, after.asked) == (before.tier, before.status, before.asked)
    await goes_on(handle, house.client)


async def test_wrong_signals_by_the_plain_program(house: House) -> None:
    issue = (await house.open(house.fresh())).issue
    await house.until(issue, lambda s: bool(s.asked))
    sent = [
        await signal(house.client, issue, "acknowledge"),
        await signal(house.client, issue, "acknowledge", "--input", '"ann"'),
        await signal(house.client, issue, "acknowledge", "--input", '{"by":"ann"}', "--input", "2"),
        await signal(house.client, issue, "resolve", "--input", "?", "--input-meta", "encoding=nobody/knows"),
        await signal(house.client, issue, "aknowledge", "--input", '{"by":"ann"}'),
    ]
    assert [ran.code for ran in sent] == [0] * 5, sent
    assert (await signal(house.client, issue, "acknowledge", "--input", '{"by":"ann"}')).code == 0
    await house.until(issue, lambda s: s.handler == "ann")
    codes = [event.code for event in refused(await house.recorded(issue))]
    assert codes == ["bad_body", "bad_body", "bad_body", "bad_body", "unknown_signal"]
    await goes_on(house.handle(issue), house.client)


async def test_a_signal_that_brings_an_id_like_ours_hides_no_other(house: House) -> None:
    issue = (await house.open(house.fresh())).issue
    await house.until(issue, lambda s: bool(s.asked))
    await house.handle(issue).signal("acknowledge", {"by": "ben", "id": "signal-2"})
    await house.until(issue, lambda s: s.handler == "ben")
    await house.handle(issue).signal("release", {"by": "ben"})
    await house.until(issue, lambda s: s.handler is None)
    await goes_on(house.handle(issue), house.client)


async def test_free_text_of_a_signal_lies_masked_beside_the_record(house: House) -> None:
    issue = (await house.open(house.fresh())).issue
    await house.until(issue, lambda s: bool(s.asked))
    text = {"by": "ann", "outcome": "solved", "explanation": "refunded to 4111 1111 1111 1111", "id": "r1"}
    await house.handle(issue).signal("resolve", text)
    state = await house.until(issue, lambda s: s.status == "resolved")
    assert "4111" not in state.model_dump_json()
    await goes_on(house.handle(issue), house.client)


UPDATES: list[tuple[str, Sequence[Any], str, str]] = [
    ("acknowledge", [], "bad_body", "it came with no body"),
    ("acknowledge", [BY_ANN, 2], "bad_body", "it came with 2 bodies"),
    ("acknowledge", ["ann"], "bad_body", "its body is of type str"),
    ("acknowledge", [raw(b"?", "nobody/knows")], "bad_body", "its body is of type Undecodable"),
    ("acknowledge", [{}], "bad_field", "by is missing"),
    ("acknowledge", [{**BY_ANN, "untill": 1}], "unknown_field", "did you mean until?"),
    ("acknowledge", [{"by": {"person": "ann", "assurance": "certain"}}], "bad_field", "by is missing or not"),
    ("acknowledge", [{"by": "x" * 301}], "too_long", "by.person has 301 characters"),
    ("acknowledge", [{**BY_ANN, "happened_at": "0001-01-01T00:00:00+14:00"}], "bad_field", "is no instant in UTC"),
    ("acknowledge", [{**BY_ANN, "happened_at": "2026-01-01T00:00:00"}], "bad_field", "should have timezone"),
    ("open", [BY_ANN], "bad_field", "issue: Field required"),
    ("confirm", [BY_ANN], "not_resolved", "it is not resolved; resolve it first"),
    ("reopen", [BY_ANN], "already_open", "it is open already"),
]


TOLD = 5
"""Entries until both who are asked have been told: opened, the tier, its people, and a message to each."""


async def test_a_wrong_update_is_refused_to_its_sender_and_leaves_nothing(house: House) -> None:
    issue = (await house.open(house.fresh())).issue
    await house.until(issue, lambda s: s.entries == TOLD)
    handle = house.handle(issue)
    before = len(await house.recorded(issue))
    for name, bodies, code, words in UPDATES:
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await handle.execute_update(name, args=bodies)
        cause = caught.value.cause
        assert isinstance(cause, ApplicationError)
        assert (cause.type, words in cause.message) == (code, True), cause.message
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await handle.execute_update("acknowlege", BY_ANN)
    assert "known updates: [accept acknowledge adopt_policy" in str(caught.value.cause)
    assert len(await house.recorded(issue)) == before
    await goes_on(handle, house.client)


async def test_updates_by_the_plain_program(house: House) -> None:
    issue = (await house.open(house.fresh())).issue
    await house.until(issue, lambda s: bool(s.asked))
    wrong = await update(house.client, issue, "acknowledge", "--input", '{"by":"ann","untill":1}')
    assert wrong.code == 1
    assert "field 'untill' is not known; did you mean until?" in wrong.err
    right = await update(house.client, issue, "acknowledge", "--input", '{"by":"ann"}')
    assert right.code == 0, right.err
    assert "ann acknowledged it" in right.out
    assert (await house.state(issue)).handler == "ann"
    await goes_on(house.handle(issue), house.client)


async def test_what_somebody_may_not_do_goes_to_the_security_log_whichever_door(house: House) -> None:
    only_handler = policy(roles={**ROLES, "resolve": ("handler",)})
    issue = (await house.open(house.fresh(only_handler))).issue
    await house.until(issue, lambda s: bool(s.asked))
    sent = await house.send(issue, Resolve(id="no-1", by=actor("mallory"), outcome="solved"))
    assert (sent.outcome, sent.code) == ("refused", "not_allowed")
    assert "mallory" in sent.why
    assert "allowed: handler" in sent.why
    ran = await update(house.client, issue, "resolve", "--input", '{"by":"trudy","outcome":"solved"}')
    assert ran.code == 1
    assert "trudy, whose role is not known, may not resolve this issue; allowed: handler" in ran.err
    assert (await signal(house.client, issue, "resolve", "--input", '{"by":"eve","outcome":"solved"}')).code == 0
    entries = await until_refused(house, issue)
    assert [(e.by.person, e.event.code) for e in entries if isinstance(e.event, Refused)] == [("eve", "not_allowed")]
    lines = await logged(house.db, issue, 3)
    assert [(line.by.person, line.by.door, line.command, line.code) for line in lines] == [
        ("mallory", "cli", "resolve", "not_allowed"),
        ("trudy", "update", "resolve", "not_allowed"),
        ("eve", "signal", "resolve", "not_allowed"),
    ]
    assert (await house.state(issue)).status == "open"
    await goes_on(house.handle(issue), house.client)


async def test_cancelling_the_workflow_is_refused_on_record_and_the_issue_goes_on(house: House) -> None:
    issue = (await house.open(house.fresh())).issue
    await house.until(issue, lambda s: bool(s.asked))
    await house.handle(issue).cancel(reason="spring cleaning")
    entries = await until_refused(house, issue)
    assert [event.code for event in refused(entries)] == ["cannot_be_cancelled"]
    assert "spring cleaning" in refused(entries)[0].why
    assert [line.command for line in await logged(house.db, issue, 1)] == ["cancel"]
    await house.pass_time(issue, minutes(10) + timedelta(seconds=1))
    await house.until(issue, lambda s: s.tier == "second" and bool(s.asked))
    assert (await temporal(house.client, "workflow", "cancel", "-w", str(issue))).code == 0
    await goes_on(house.handle(issue), house.client)
    await house.send(issue, Resolve(id="r", by=actor("lee"), outcome="solved"))
    await house.send(issue, Close(id="c", by=actor("lee"), reason="confirmed"))
    await house.pass_time(issue, timedelta(days=14, seconds=1))
    assert (await house.handle(issue).result())["status"] == "ended"


async def test_late_commands_hear_that_it_is_closed_and_then_that_it_is_over(house: House) -> None:
    issue = (await house.open(house.fresh())).issue
    await house.until(issue, lambda s: bool(s.asked))
    await house.send(issue, Resolve(id="r", by=actor("ann"), outcome="solved"))
    again = await house.send(issue, Resolve(id="r2", by=actor("ben"), outcome="solved"))
    assert (again.outcome, again.code) == ("refused", "already_resolved")
    closed = await house.send(issue, Close(id="c", by=actor("ann"), reason="confirmed"))
    late = await house.send(issue, Acknowledge(id="a", by=actor("ben")))
    assert (late.outcome, late.code) == ("refused", "already_closed")
    assert "reopen it if it is not fixed" in late.why
    await house.handle(issue).signal("acknowledge", BY_ANN)
    assert [event.code for event in refused(await until_refused(house, issue))] == ["already_closed"]
    assert await house.send(issue, Close(id="c", by=actor("ann"), reason="confirmed")) == closed
    await house.pass_time(issue, timedelta(days=14, seconds=1))
    assert (await house.handle(issue).result())["status"] == "ended"
    over = await house.send(issue, Reopen(id="o", by=actor("ann")))
    assert (over.outcome, over.code) == ("refused", "ended")
    assert "open it again as a new occurrence" in over.why
    by_signal = await signal(house.client, issue, "reopen", "--input", '{"by":"ann"}')
    assert by_signal.code == 1
    assert "workflow execution already completed" in by_signal.err
    assert (await house.open(house.fresh(issue={"id": issue}))).issue.occurrence == 2
    assert await failed_tasks(house.client, issue) == []


BY_HAND: list[tuple[list[str], str]] = [
    ([], "0 inputs; allowed: one"),
    (["--input", "1", "--input", "2"], "2 inputs; allowed: one"),
    (["--input", "1"], "Input should be a valid dictionary"),
    (["--input", "{}"], "first id: Field required"),
    (["--input", '{"kind":"carried"}'], "first state: Field required"),
    (["--input", "?", "--input-meta", "encoding=nobody/knows"], "Input should be a valid dictionary"),
]


async def test_a_workflow_started_by_hand_with_no_issue_in_it_fails_at_once(house: House) -> None:
    for number, (inputs, words) in enumerate(BY_HAND):
        name = f"by-hand-{number}"
        start = ["workflow", "start", "--type", "Escalation", "--task-queue", house.settings.task_queue, "-w", name]
        assert (await temporal(house.client, *start, *inputs)).code == 0
        handle = house.client.get_workflow_handle(name)
        with pytest.raises(WorkflowFailureError) as caught:
            await handle.result(rpc_timeout=timedelta(seconds=10))
        cause = caught.value.cause
        assert isinstance(cause, ApplicationError)
        assert cause.type == "BadInput"
        assert words in cause.message, cause.message
        assert await failed_tasks(house.client, name) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"owner": ""}, "owner is missing"),
        ({"match": {"enter_at": "third"}}, "tier 'third' is not known; allowed: first, second"),
        ({"match": {"severity": "S9"}}, "severity 'S9' is not known; allowed: S1, S2"),
        ({"rules_revision": 99}, "rules revision 99 is not known"),
        ({"issue": {"opened_at": "0001-01-01T00:00:00+14:00"}}, "is no instant in UTC"),
        ({"policies": []}, "policies is empty"),
    ],
)
async def test_an_opening_that_the_rules_refuse_fails_at_once_by_hand(
    house: House, change: dict[str, Any], words: str
) -> None:
    opening = house.fresh().model_dump(mode="json")
    for field, value in change.items():
        opening[field] = {**opening[field], **value} if isinstance(value, dict) else value
    handle = await house.client.start_workflow(
        "Escalation", opening, id=f"refused-{words}-{house.fresh().id}", task_queue=house.settings.task_queue
    )
    with pytest.raises(WorkflowFailureError) as caught:
        await handle.result(rpc_timeout=timedelta(seconds=10))
    assert words in str(caught.value.cause)
    assert await failed_tasks(house.client, handle.id) == []


async def test_what_our_own_door_let_in_waits_for_a_release_that_can_read_it(house: House) -> None:
    """A newer client meets an older worker: the issue must wait, not be lost."""
    opening = {**house.fresh().model_dump(mode="json"), "rules_revision": 99}
    handle = await house.client.start_workflow(
        "Escalation",
        opening,
        id=f"newer-{house.fresh().id}",
        task_queue=house.settings.task_queue,
        memo={"opened_by": "sample"},
    )
    await until_found(lambda: failed_tasks(house.client, handle.id))
    description = await handle.describe()
    assert description.status is WorkflowExecutionStatus.RUNNING
    assert "opened by another release" in (await failed_tasks(house.client, handle.id))[0]
    await handle.terminate()


async def test_a_whole_issue_started_by_hand_is_an_issue(house: House) -> None:
    opening = house.fresh()
    issue: IssueId = opening.issue.id
    handle = await house.client.start_workflow(
        "Escalation", opening, id=str(issue), task_queue=house.settings.task_queue
    )
    await house.until(issue, lambda s: bool(s.asked))
    assert (await house.open(opening)).is_new is False
    description = await handle.describe()
    assert "EscalonStatus" in {pair.key.name for pair in description.typed_search_attributes}
    await goes_on(handle, house.client)
