"""What an operator sees on the Temporal server: of a normal issue all that matters, of a sealed one its id alone."""

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
    RemoveSearchAttributesRequest,
)
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from client.converter import data_converter
from client.names import SearchAttributesWrong, register_search_attributes
from escalation.calendar.limit import longest
from escalation.issue.attributes import ATTRIBUTES
from escalation.issue.commands import Acknowledge, Resolve
from escalation.issue.facts import IssueClass
from escalation.issue.identity import IssueId
from tests.given import actor, policy, tier
from tests.server import House, dev_server
from tests.workflows.by_hand import temporal
from tests.workflows.history import events, kind
from tests.workflows.waiting import until_found

pytestmark = pytest.mark.server

TITLE = "Charged twice"
NAMED = {"TIMER_STARTED", "ACTIVITY_TASK_SCHEDULED"}
SIGNED = {"assurance": "signed_in"}


@dataclass(frozen=True)
class Shown:
    """All that the server shows of an issue without decoding an input."""

    summary: str
    details: str
    attributes: dict[str, Any]
    memo: dict[str, Any]
    names: list[str]
    """Of timers and activities, as in the timeline."""
    priorities: set[int]

    def everything(self) -> str:
        """As one text."""
        return json.dumps([self.summary, self.details, self.attributes, self.memo, self.names], default=str)


async def shown(house: House, issue: IssueId) -> Shown:
    """Ask the server."""
    handle = house.handle(issue)
    description = await handle.describe()
    metadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    history = await events(house.client, issue)
    named = [event for event in history if kind(event) in NAMED]
    summaries = [event.user_metadata.summary.data for event in named if event.user_metadata.HasField("summary")]
    scheduled = [e.activity_task_scheduled_event_attributes for e in history if kind(e) == "ACTIVITY_TASK_SCHEDULED"]
    return Shown(
        summary=await description.static_summary() or "",
        details=metadata.current_details,
        attributes={
            pair.key.name: pair.value
            for pair in description.typed_search_attributes
            if pair.key.name.startswith("Escalon")
        },
        memo=dict(await description.memo()),
        names=[json.loads(data) for data in summaries],
        priorities={
            activity.priority.priority_key for activity in scheduled if activity.activity_type.name != "record"
        },
    )


async def opened_as(house: House, issue_class: IssueClass) -> IssueId:
    """An issue of that class that a tier has left, acknowledged by somebody whom we are sure of."""
    facts = {
        "issue_class": issue_class,
        "title": TITLE if issue_class == "normal" else "",
        "raiser": actor("ray", "agent", **SIGNED),
    }
    issue = (await house.open(house.fresh(policy(tier("first", acknowledge=1), tier("second")), issue=facts))).issue
    await house.until(issue, lambda s: bool(s.asked))
    await house.pass_time(issue, longest(tier("first", acknowledge=1).acknowledge_within["S1"]))
    await house.until(issue, lambda s: s.tier == "second" and bool(s.asked))
    done = await house.send(issue, Acknowledge(id="a", by=actor("lee", **SIGNED)))
    assert done.outcome == "done", done
    await house.recorded(issue)
    return issue


async def test_a_normal_issue_can_be_understood_from_there(house: House) -> None:
    issue = await opened_as(house, "normal")
    state = await house.state(issue)
    seen = await shown(house, issue)
    assert seen.summary == f"S1 {TITLE}"
    assert seen.attributes == {
        "EscalonStatus": "open",
        "EscalonTier": "second",
        "EscalonSeverity": "S1",
        "EscalonKind": "support",
        "EscalonEntity": "main",
        "EscalonTeam": "main",
        "EscalonSource": "desk",
        "EscalonNextDeadline": state.work_due_at,
        "EscalonBreached": True,
    }
    assert set(seen.memo) == {"opened_by", "entries"}
    assert "written on the record" in seen.names
    assert [name for name in seen.names if name != "written on the record"] == [
        "look up who is asked at first",
        "nobody has acknowledged: Second is asked",
        "inbox to ann (First): asked",
        "inbox to ben (First): asked",
        "look up who is asked at second",
        "nobody has acknowledged: all tiers' time is up, and the last resort is told",
        "inbox to lee (Second): asked",
        "the time to work is spent: all tiers' time is up, and the last resort is told",
    ]
    assert seen.priorities == {1}
    for words in (
        f"## S1 {TITLE}",
        "**lee works on it; Second is asked.**",
        "| Handler | lee |",
        "| Owner | ray |",
        "| Limits missed | 1 |",
        "### So far",
        "### What comes, if nobody does anything",
        "the time to work is spent: all tiers' time is up, and the last resort is told",
        "### To answer",
        '`{"by": "<your id>"}`',
    ):
        assert words in seen.details


async def test_the_card_follows_the_issue_to_its_end(house: House) -> None:
    issue = await opened_as(house, "normal")
    await house.send(issue, Resolve(id="r", by=actor("lee"), outcome="solved"))
    await house.recorded(issue)
    seen = await shown(house, issue)
    assert "**It is resolved.**" in seen.details
    assert "`confirm` or `reopen`" in seen.details
    assert seen.attributes["EscalonStatus"] == "resolved"
    assert "ray is reminded to have it confirmed" in seen.names[-2:]  # the other one: written on the record


async def test_a_restricted_issue_shows_where_it_stands_but_not_what_it_is(house: House) -> None:
    issue = await opened_as(house, "restricted")
    seen = await shown(house, issue)
    assert seen.summary == f"S1 {issue.short}"
    assert (seen.attributes["EscalonTier"], seen.attributes["EscalonStatus"]) == ("second", "open")
    assert TITLE not in seen.everything()


async def test_a_sealed_issue_shows_its_id_and_nothing_else(house: House) -> None:
    issue = await opened_as(house, "sealed")
    await house.handle(issue).signal("resolve", {"by": "eve", "outcome": "solved"})
    await house.until(issue, lambda s: s.entries == len(house.journal(issue)))
    seen = await shown(house, issue)
    assert seen.summary == issue.short
    assert seen.details == "Sealed. Sign in to Escalon to read it."
    assert seen.attributes == {}
    assert set(seen.memo) == {"opened_by", "entries"}
    assert set(seen.names) == {
        "look up who is asked",
        "inbox: restricted case",
        "next deadline",
        "written on the record",
        "security log: a command was refused",
    }
    for word in (TITLE, "ann", "ben", "lee", "eve", "ray", "boss", "irst", "econd", "small", "Small"):
        assert word not in seen.everything(), word


async def test_free_text_is_nowhere_in_the_history_of_an_issue_that_came_through_our_door(house: House) -> None:
    """Sealed: not even its title; the history of a sealed issue holds opaque ids, and texts by reference alone."""
    issue = await opened_as(house, "sealed")
    whole = (await house.handle(issue).fetch_history()).to_json_dict()
    assert TITLE not in decoded(whole)
    assert "Sample" not in decoded(whole)  # no name of anybody


def decoded(value: Any) -> str:
    """A history with its payloads, as one text."""
    if isinstance(value, dict):
        data = value.get("data")
        inside = b64decode(data).decode(errors="replace") if isinstance(data, str) and "metadata" in value else ""
        return inside + "".join(decoded(item) for item in value.values())
    if isinstance(value, list):
        return "".join(decoded(item) for item in value)
    return str(value)


async def test_issues_are_found_by_their_attributes(house: House) -> None:
    issue = await opened_as(house, "normal")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    query = (
        f"WorkflowType='Escalation' AND EscalonTier='second' AND EscalonBreached=true AND EscalonSource='desk' "
        f"AND EscalonNextDeadline<'{tomorrow.isoformat()}' AND WorkflowId='{issue}'"
    )

    async def look() -> list[str]:
        return [found.id async for found in house.client.list_workflows(query)]

    assert await until_found(look) == [str(issue)]


NAMESPACES = ("plain", "typed", "full")


@pytest.fixture(scope="module")
async def empty() -> AsyncIterator[WorkflowEnvironment]:
    """A server with namespaces that nobody has used."""
    async with dev_server(*[word for name in NAMESPACES for word in ("--namespace", name)]) as environment:
        yield environment


async def client_of(env: WorkflowEnvironment, namespace: str) -> Client:
    """A client for that namespace."""
    address = env.client.service_client.config.target_host
    return await Client.connect(address, namespace=namespace, data_converter=data_converter)


async def registered(client: Client) -> dict[str, int]:
    """The namespace's own search attributes."""
    found = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return {name: kind for name, kind in found.custom_attributes.items() if name.startswith("Escalon")}


async def test_the_project_registers_its_attributes_and_again_without_harm(empty: WorkflowEnvironment) -> None:
    client = await client_of(empty, "plain")
    assert await registered(client) == {}
    await register_search_attributes(client)
    once = await registered(client)
    assert set(once) == set(ATTRIBUTES)
    await register_search_attributes(client)
    assert await registered(client) == once
    one = next(iter(ATTRIBUTES))
    await client.operator_service.remove_search_attributes(
        RemoveSearchAttributesRequest(namespace="plain", search_attributes=[one])
    )
    await register_search_attributes(client)
    assert await registered(client) == once


async def test_an_attribute_of_another_type_is_an_error_that_says_what_to_do(empty: WorkflowEnvironment) -> None:
    client = await client_of(empty, "typed")
    wrong = {"EscalonTier": IndexedValueType.INDEXED_VALUE_TYPE_INT}
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace="typed", search_attributes=wrong)
    )
    with pytest.raises(SearchAttributesWrong) as caught:
        await register_search_attributes(client)
    assert str(caught.value) == (
        "search attribute EscalonTier of namespace 'typed' has type Int; needed: Keyword. Use another namespace, "
        "or remove it: temporal operator search-attribute remove --namespace typed --name EscalonTier"
    )
    assert set(await registered(client)) == {"EscalonTier"}


async def test_where_the_server_refuses_the_command_to_run_is_printed(empty: WorkflowEnvironment) -> None:
    """A server on SQL has room for three dates; somebody else has them."""
    client = await client_of(empty, "full")
    others = {f"Theirs{number}": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME for number in range(3)}
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace="full", search_attributes=others)
    )
    with pytest.raises(SearchAttributesWrong) as caught:
        await register_search_attributes(client)
    words = str(caught.value)
    command = words.partition("to run: ")[2].split()
    assert "the server refused to register search attributes" in words
    assert command[:6] == ["temporal", "operator", "search-attribute", "create", "--namespace", "full"]
    assert "--name EscalonNextDeadline --type Datetime" in words

    await temporal(
        client, "operator", "search-attribute", "remove", "--namespace", "full", "--name", "Theirs0", "--yes"
    )
    ran = await temporal(client, *command[1:])
    assert ran.code == 0, ran.err
    assert set(await registered(client)) == set(ATTRIBUTES)
