"""Real payloads of Alertmanager and PagerDuty, as they are, through the real server to the end of their issues."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from client.settings import SHIPPED, Settings
from escalation.intake.reported import Source, in_order
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from records import texts
from records.database import migrate, open_database
from starter.batch import read_input
from starter.installation import installed
from starter.intake import Into, Outcome, ladder_for, take_in
from tests.real_data import ROOT, payload
from tests.server import House
from worker import build_worker

pytestmark = pytest.mark.server

ALERTS = "zulip_fixtures_apache2/alertmanager_alert.json"
SECOND = timedelta(seconds=1)


def after(minutes: float) -> datetime:
    """So long after the real alerts began to fire."""
    began = payload(ALERTS)["alerts"][0]["startsAt"]
    return datetime.fromisoformat(f"{began[:26]}+00:00") + timedelta(minutes=minutes)


def spelt(instant: datetime) -> str:
    """As Alertmanager writes it, with nanoseconds."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f") + "789Z"


@dataclass(frozen=True)
class Desk:
    """An installation with what ships, and the door for payloads."""

    house: House
    into: Into

    async def take(self, source: Source, *payloads: Any) -> list[Outcome]:
        """The payloads, as the command line takes them from files."""
        raw = "\n".join(json.dumps(each) for each in payloads).encode()
        taken = read_input(source, raw, self.into.here, "-")
        assert taken.not_taken == ()
        return await take_in(in_order(taken.reported), self.into)

    async def asked(self, issue: IssueId) -> IssueState:
        """The state, once somebody is asked."""
        return await self.house.until(issue, lambda state: bool(state.asked))

    async def told(self, issue: IssueId) -> int:
        """How many entries there are, once all of the first tier have been told: nothing more comes by itself then."""
        state = await self.asked(issue)
        ways = sum(len(state.person(person).channels) for person in state.asked)
        kinds: list[str] = []
        while kinds.count("told") < ways:
            kinds = await self.kinds(issue)
        return len(kinds)

    async def kinds(self, issue: IssueId) -> list[str]:
        """The kinds of all entries on record."""
        return [entry.event.kind for entry in await self.house.recorded(issue)]


@pytest.fixture(scope="module")
async def desk(env: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    home = tmp_path_factory.mktemp("intake")
    people = home / "people.yaml"
    # The person who clicked in most of the real events is our sample primary.
    clicked = payload("zulip_fixtures_apache2/pagerduty_triggered_v3.json")["event"]["agent"]["id"]
    people.write_text((SHIPPED / "people.yaml").read_text().replace("PSAMPLE1", clicked))
    settings = Settings(home=home, people=people, task_queue="intake")
    db = open_database(settings.record)
    migrate(db)
    here = installed(settings)
    into = Into(env.client, settings, here, db, ladder_for(here, "", ""), "platform", lambda: datetime.now(UTC))
    async with build_worker(env.client, settings, db):
        yield Desk(House(env, env.client, db, settings), into)
    db.close()


def came(outcomes: list[Outcome]) -> list[tuple[str, ...]]:
    return [outcome.came for outcome in outcomes]


def issues(outcomes: list[Outcome]) -> list[IssueId]:
    found = [outcome.issue for outcome in outcomes]
    assert None not in found
    return [issue for issue in found if issue is not None]


def alerts(reference: str, **more: Any) -> Any:
    """The real webhook, its alerts under names of this test, with other fields; fingerprints stay apart."""
    made = payload(ALERTS)
    for alert in made["alerts"]:
        alert.update(more)
        alert["fingerprint"] = f"{reference}-{alert['fingerprint']}" if reference else alert["fingerprint"]
    made["status"] = more.get("status", made["status"])
    return made


async def test_alertmanager_from_firing_to_the_end_and_again(desk: Desk) -> None:
    outcomes = await desk.take("alertmanager", payload(ALERTS))
    assert came(outcomes) == [("opened",), ("opened",)]
    one, two = issues(outcomes)
    assert [one.reference, two.reference] == [alert["fingerprint"] for alert in payload(ALERTS)["alerts"]]
    for issue in (one, two):
        state = await desk.asked(issue)
        assert (state.severity, state.tier, state.asked[0]) == ("SEV2", "primary", "sample-primary")
        assert (state.owner, state.facts.raiser.person) == ("sample-incident-lead", "alertmanager")
        assert state.facts.title == payload(ALERTS)["alerts"][0]["annotations"]["summary"]
        assert state.facts.first_noticed_at == after(0)
        assert state.match.trigger == "a critical alert"

    # Alertmanager says it again, every repeat_interval: nothing changes.
    before = [await desk.told(issue) for issue in (one, two)]
    assert came(await desk.take("alertmanager", payload(ALERTS), payload(ALERTS))) == [("known",)] * 4
    assert [len(await desk.house.recorded(issue)) for issue in (one, two)] == before

    over = alerts("", status="resolved", endsAt=spelt(after(25)))
    assert came(await desk.take("alertmanager", over)) == [("resolved",), ("resolved",)]
    assert came(await desk.take("alertmanager", over)) == [("known",), ("known",)]
    assert (await desk.house.state(two)).resolved_at == after(25)

    # One fires again within the window: it is reopened. The other one is closed by silence, and ends.
    again = alerts("", startsAt=spelt(after(120)))
    again["alerts"] = again["alerts"][:1]
    assert came(await desk.take("alertmanager", again)) == [("reopened",)]
    assert (await desk.house.state(one)).reopened == 1
    assert came(await desk.take("alertmanager", over)) == [("known",), ("known",)]
    assert (await desk.house.state(one)).status == "open"
    again = deepcopy(again)
    again["alerts"][0] |= {"status": "resolved", "endsAt": spelt(after(180))}
    assert came(await desk.take("alertmanager", again)) == [("resolved",)]

    for issue in (one, two):
        await desk.house.pass_time(issue, timedelta(days=2) + SECOND)
        closed = await desk.house.until(issue, lambda state: state.status == "closed")
        assert closed.close_reason == "silence"
        await desk.house.pass_time(issue, timedelta(days=14) + SECOND)
        assert (await desk.house.handle(issue).result())["status"] == "ended"
        kinds = await desk.kinds(issue)
        assert kinds[0] == "opened"
        assert kinds[-1] == "window_ended"

    # What fires after the end is the next occurrence, and follows the first.
    anew = await desk.take("alertmanager", alerts("", startsAt=spelt(after(60 * 24 * 24))))
    assert came(anew) == [("opened",), ("opened",)]
    for issue in issues(anew):
        assert issue.occurrence == 2
        links = (await desk.house.state(issue)).facts.links
        assert [(link.kind, link.issue) for link in links] == [("follows", str(issue.at(1)))]
    assert came(await desk.take("alertmanager", payload(ALERTS))) == [("reported_again",)] * 2


async def test_an_end_of_what_was_never_here_opens_nothing(desk: Desk) -> None:
    outcomes = await desk.take("alertmanager", alerts("never", status="resolved", endsAt=spelt(after(42))))
    assert came(outcomes) == [("nothing_to_do",)] * 2
    assert [outcome.issue for outcome in outcomes] == [None, None]
    assert outcomes[0].why == "nothing open here: it is not known here"


async def test_what_a_person_resolved_and_still_fires_is_said(desk: Desk) -> None:
    firing = alerts("by-hand")
    issue = issues(await desk.take("alertmanager", firing))[0]
    await desk.house.handle(issue).signal("resolve", {"by": "sample-primary", "outcome": "solved"})
    await desk.house.until(issue, lambda state: state.status == "resolved")
    again = await desk.take("alertmanager", firing)
    assert came(again) == [("known",), ("known",)]
    assert "although it is said to be open there" in again[0].why


PAGERDUTY = {
    name: f"zulip_fixtures_apache2/pagerduty_{name}_v3.json"
    for name in ("triggered", "escalate", "unacknowledged", "acknowledged", "priority_updated", "resolved")
}


async def test_pagerduty_as_it_is(desk: Desk) -> None:
    """Six real events of four incidents, and an incident of the REST API, in the order of their names."""
    bodies = [payload(name) for name in sorted(PAGERDUTY.values())]
    rest = payload("keep_tests_mit/pagerduty_incident_rest.json")
    outcomes = await desk.take("pagerduty", *bodies, rest)
    ids = {name: payload(file)["event"]["data"]["id"] for name, file in PAGERDUTY.items()}
    assert [(each.report.said, each.report.reference, each.came) for each in outcomes] == [
        ("incident.resolved", ids["resolved"], ("nothing_to_do",)),
        ("incident.triggered", ids["triggered"], ("opened",)),
        ("incident.unacknowledged", ids["unacknowledged"], ("opened",)),
        ("incident.acknowledged", ids["unacknowledged"], ("acknowledged",)),
        ("incident.triggered", rest["id"], ("opened",)),
        ("incident.escalated", ids["escalate"], ("opened",)),
        ("incident.priority_updated", ids["escalate"], ("reported_again",)),
    ]
    states = {each.report.reference: await desk.house.state(each.issue) for each in outcomes if each.issue}
    assert {name: state.match.trigger for name, state in states.items()} == {
        ids["triggered"]: "PagerDuty high urgency",
        ids["unacknowledged"]: "PagerDuty high urgency",
        rest["id"]: "PagerDuty priority P3",
        ids["escalate"]: "PagerDuty priority P1",
    }
    assert states[ids["acknowledged"]].handler == "sample-primary"
    assert states[ids["triggered"]].facts.raiser.person == "pagerduty"
    stranger = payload(PAGERDUTY["escalate"])["event"]["agent"]["id"]
    assert states[ids["escalate"]].facts.raiser.person == f"pagerduty:{stranger}"
    assert set(came(await desk.take("pagerduty", *bodies))) == {("known",), ("nothing_to_do",)}


async def test_pagerduty_one_incident_to_its_end(desk: Desk) -> None:
    """The real bodies, made events of one incident by its id and their times."""

    def one(name: str, minute: int, **more: Any) -> Any:
        body = payload(PAGERDUTY[name])
        body["event"]["data"]["id"] = "PSTORY1"
        body["event"]["data"].pop("created_at", None)
        body["event"].update({"occurred_at": f"2026-10-01T02:{minute:02}:00.125Z", "id": f"STORY{minute}", **more})
        return body

    (outcome,) = await desk.take("pagerduty", one("triggered", 1))
    assert outcome.came == ("opened",)
    (issue,) = issues([outcome])
    state = await desk.asked(issue)
    assert (state.facts.raiser.person, state.owner) == ("pagerduty", "sample-incident-lead")

    async def then(name: str, minute: int, word: str, **more: Any) -> IssueState:
        (outcome,) = await desk.take("pagerduty", one(name, minute, **more))
        assert (outcome.came, outcome.issue) == ((word,), issue), outcome.why
        return await desk.house.state(issue)

    state = await then("acknowledged", 2, "acknowledged")
    assert (state.handler, state.acknowledge_due_at) == ("sample-primary", None)
    state = await then("unacknowledged", 12, "released", agent=None)
    assert state.handler is None
    await then("unacknowledged", 13, "nothing_to_do")
    state = await then("escalate", 14, "escalated")
    assert state.tier == "secondary"
    state = await then("acknowledged", 15, "acknowledged")
    assert state.handler == "sample-primary"
    await then("priority_updated", 16, "reported_again")
    state = await then("resolved", 40, "resolved")
    assert state.resolved_at == datetime(2026, 10, 1, 2, 40, 0, 125000, tzinfo=UTC)
    await then("priority_updated", 41, "reported_again")
    await then("resolved", 42, "nothing_to_do")
    assert (await desk.house.state(issue)).status == "resolved"

    await desk.house.pass_time(issue, timedelta(days=2) + SECOND)
    await desk.house.until(issue, lambda state: state.status == "closed")
    await desk.house.pass_time(issue, timedelta(days=14) + SECOND)
    assert (await desk.house.handle(issue).result())["status"] == "ended"

    entries = await desk.house.recorded(issue)
    by = {entry.event.kind: entry.by for entry in entries}
    assert (by["acknowledged"].person, by["acknowledged"].role) == ("sample-primary", "primary_on_call")
    assert by["released"].is_machine
    assert by["resolved"].door == "intake:pagerduty"
    # What the events said lies beside the record.
    kept = texts.read(desk.house.db, issue, ["pagerduty:STORY16.description", "pagerduty:STORY40.explanation"])
    assert kept["pagerduty:STORY16.description"].endswith("Its priority there is now P2.")
    assert kept["pagerduty:STORY40.explanation"].startswith("PagerDuty: resolved by")


@pytest.mark.slow
async def test_without_a_worker_nothing_is_lost(desk: Desk) -> None:
    settings = desk.house.settings.model_copy(update={"task_queue": "nobody-yet"})
    away = replace(desk, into=replace(desk.into, settings=settings))
    opened, over = alerts("away"), alerts("away", status="resolved", endsAt=spelt(after(42)))
    outcomes = await away.take("alertmanager", opened)
    assert came(outcomes) == [("opened",), ("opened",)]
    assert came(await away.take("alertmanager", opened, over)) == [("known",), ("known",), ("stored",), ("stored",)]
    async with build_worker(desk.house.client, settings, desk.house.db):
        for issue in issues(outcomes):
            state = await desk.house.until(issue, lambda state: state.status == "resolved")
            assert state.resolved_at == after(42)
        assert came(await away.take("alertmanager", opened, over)) == [("known",)] * 4


async def test_on_the_command_line(desk: Desk) -> None:
    async def escalon(*arguments: str, stdin: Any = None) -> tuple[int | None, str, str]:
        settings = desk.house.settings
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ESCALON_", "TEMPORAL_"))},
            "TEMPORAL_ADDRESS": str(desk.house.client.service_client.config.target_host),
            "ESCALON_HOME": str(settings.home),
            "ESCALON_PEOPLE": str(settings.people),
            "ESCALON_TASK_QUEUE": settings.task_queue,
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "starter.main", "intake", *arguments),
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, error = await process.communicate(json.dumps(stdin).encode())
        return process.returncode, out.decode(), error.decode()

    webhook = alerts("cli")
    code, out, _ = await escalon("alertmanager", "-", "--team", "platform", "--json", stdin=webhook)
    assert code == 0
    assert [row["came"] for row in json.loads(out)["reports"]] == [["opened"], ["opened"]]

    del webhook["alerts"][0]["status"]
    code, out, _ = await escalon("alertmanager", "-", "--team", "platform", stdin=webhook)
    assert code == 1
    assert "known" in out
    assert "bad: -: $.alerts[0].status: is missing; allowed: firing or resolved" in out

    code, out, error = await escalon("pagerduty", "-", stdin=payload("keep_mit/prometheus__ALERTS.json"))
    assert code == 2
    assert "bad: -: $: is an object without any of them; allowed: an event" in out

    code, _, error = await escalon("alertmanager", "-", "--team", "platfrom", stdin=webhook)
    assert code == 2
    assert "team: 'platfrom' is not known" in error
    assert "did you mean 'platform'?" in error
