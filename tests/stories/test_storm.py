"""One cause raises many issues at once: each person, of every tier, gets one digest and can answer it, not a page each.

On the real server, with a real mail server. ESCALON_STORM_ISSUES=500 plays it with 500 issues and prints what each
tier was sent; the suite plays 20.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from activities.live_directory import LiveDirectory
from client.asking import NoWorker
from client.bundles import ask_digest
from client.opening import OpenAnswer
from client.skipping import time_of
from escalation.issue.events import Told
from escalation.issue.facts import CauseRef
from escalation.issue.identity import IssueId
from escalation.issue.state import IssueState
from escalation.policy.model import Policy
from escalation.storm.digest import Asked
from records import deliveries
from records.deliveries import Delivery
from starter.digests import Charge, acknowledge_all, digest_for, take_charge_of_all
from starter.failure import NotDone
from starter.installation import Installed
from tests.activities.channels.mail_server import MailServer, body_of, mail_server
from tests.given import actor, minutes, person, policy, tier
from tests.server import House, working
from tests.stories.test_delivery import to
from tests.workflows.history import failed_tasks
from tests.workflows.waiting import until_found
from worker import build_replayer

ISSUES = int(os.environ.get("ESCALON_STORM_ISSUES", "20"))
pytestmark = [pytest.mark.server, pytest.mark.timeout(1800 if ISSUES <= 40 else 7200)]

FEW, MANY = 3, 6
"""Pages by themselves: so many at least and at most, however many issues there are and however busy the machine is."""
DIGESTS = 3 if ISSUES <= 40 else 4
"""And so many digests at each tier: one, and where more keep coming for minutes, ones that stand longer and longer."""
CAUSE = CauseRef(key="0123456789abcdef", name="component payments-api")
LADDER = policy(tier("first", acknowledge=20, work=240), tier("second", acknowledge=20, work=240))
KNOWN: dict[str, Any] = {
    "people": (
        person("ray", "agent"),
        person("ann", channels=("email", "inbox")),
        person("lee", channels=("email",)),
        person("boss", "senior", channels=("email",)),
    ),
    "last_known": {"small/first": ("ann",), "small/second": ("lee",), "small/": ("boss",)},
}
"""Who is asked where a look-up takes too long: the same people, on a machine that is kept busy."""
PEOPLE = """
operator: olga
teams: {main: {duty_lead: lee}}
people:
  ann: {name: Sample One, role: first, teams: [main], addresses: {email: ann@example.org, inbox: ann}}
  lee: {name: Sample Lead, role: second, teams: [main], addresses: {email: lee@example.org}}
  ray: {name: Sample Raiser, role: agent, teams: [main], addresses: {inbox: ray}}
  boss: {name: Sample Boss, role: senior, teams: [main], addresses: {inbox: boss, email: boss@example.org}}
  olga: {name: Sample Operator, role: operator, teams: [main], addresses: {inbox: olga}}
"""


async def left(house: House, person: str, channel: str, number: int = ISSUES, about: str = "asked") -> list[Delivery]:
    """The messages that left for a person by a channel, once there is one for each issue."""

    async def look() -> list[Delivery]:
        begin = datetime.now(UTC) - timedelta(hours=1)
        rows = await asyncio.to_thread(deliveries.told_since, house.db, "main", person, channel, begin)
        pages = [row for row in rows if row.about == about and row.state in {"sent", "delivered"}]
        if len(pages) < number > MANY:  # the machine has enough to do
            await asyncio.sleep(min(number / 100, 1))
        return pages if len(pages) >= number else []

    return await until_found(look, 120 + 4 * ISSUES)


def told(house: House, issues: Sequence[IssueId], person: str, channel: str) -> list[Told]:
    """What each issue has on its own record of its asking them by this channel."""
    events = [entry.event for issue in issues for entry in house.journal(issue)]
    asked = [event for event in events if isinstance(event, Told) and event.about == "asked"]
    return [event for event in asked if (event.person, event.channel) == (person, channel)]


def parted(mails: MailServer, person: str) -> tuple[list[str], list[str]]:
    """Subjects of the mails to a person: pages by themselves, and digests."""
    subjects = [str(mail["Subject"]) for mail in to(mails, person)]
    return [each for each in subjects if "at once" not in each], [each for each in subjects if "at once" in each]


def is_in_digest(row: Delivery) -> bool:
    """Whether the message went with others."""
    return (row.reference or "").startswith("digest:")


async def asked_in(house: House, digest: str) -> Asked | None:
    """What it is about, once a worker that is kept busy answers."""
    try:
        return await ask_digest(house.client, digest)
    except NoWorker:
        return None


async def test_a_storm_of_one_cause_is_told_in_digests_and_answered_by_one(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    (tmp_path / "people.yaml").write_text(PEOPLE)
    async with mail_server() as mails, working(env, tmp_path, str(tmp_path), **_by_mail(mails)) as house:
        issues = [opened.issue for opened in await _opened(house)]
        rows = [*await left(house, "ann", "email"), *await left(house, "ann", "inbox")]
        for channel in ("email", "inbox"):
            alone = sum(row.channel == channel and not is_in_digest(row) for row in rows)
            assert FEW <= alone <= MANY, "the first few go out at once, by themselves"
        pages, digests = parted(mails, "ann")
        assert FEW <= len(pages) <= MANY
        assert 1 <= len(digests) <= DIGESTS

        # Nobody answers: each issue goes on by its own clock, and the next tier is told in digests, too.
        await _pass_time(house, issues, minutes(20) + timedelta(seconds=2))
        above = await left(house, "lee", "email")
        pages_above, digests_above = parted(mails, "lee")
        assert FEW <= len(pages_above) <= MANY
        assert 1 <= len(digests_above) <= DIGESTS
        own = told(house, issues, "ann", "email")
        assert len({event.message for event in own}) == ISSUES, "each issue has its own message on its own record"
        in_digests = sum(event.digest.startswith("digest:main:ann:email:") for event in own)
        assert in_digests == ISSUES - len(pages), "and it says whether that went in a digest"
        assert {state.tier for state in await _states(house, issues)} == {"second"}

        last = max((row.reference or "" for row in above if is_in_digest(row)), key=lambda key: int(key[-1]))
        asked = await until_found(lambda: asked_in(house, last), 60)
        assert asked is not None
        assert (asked.person, sorted(asked.issues)) == ("lee", sorted(map(str, issues)))
        (shown,) = [mail for mail in to(mails, "lee") if last in body_of(mail)]
        assert f"escalon digest {last} --acknowledge-all --as lee" in body_of(shown)

        with pytest.raises(NotDone, match="this digest is somebody else's"):
            await digest_for(house.client, last, "ann")
        lee = actor("lee", "second")
        answers = await acknowledge_all(house.client, house.db, asked, lee, "answer-1")
        assert [each for each in answers if each.outcome != "done"] == []
        assert {state.handler for state in await _states(house, issues)} == {"lee"}
        again = await acknowledge_all(house.client, None, asked, lee, "answer-1")
        assert {(await house.state(issue)).entries for issue in issues[:1]} == {len(await house.recorded(issues[0]))}
        assert [each for each in again if each.outcome != "done"] == [], "the same answer again is carried out once"

        name = last.rpartition("/")[0]
        assert await failed_tasks(house.client, name) == []
        history = await house.client.get_workflow_handle(name).fetch_history()
        await build_replayer().replay_workflow(history)
        _print(mails, asked)


async def test_where_nobody_answers_at_any_tier_the_last_resort_takes_charge_of_all_with_one_answer(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    (tmp_path / "people.yaml").write_text(PEOPLE)
    number = ISSUES if ISSUES > 20 else 6
    short = policy(tier("first", acknowledge=5, work=5), tier("second", acknowledge=5, work=5))
    # The server is shared, and so would be the bundles of one cause.
    other = CAUSE.changed({"key": "fedcba9876543210"})
    async with mail_server() as mails, working(env, tmp_path, str(tmp_path), **_by_mail(mails)) as house:
        issues = [opened.issue for opened in await _opened(house, short, other, number)]
        for person in ("ann", "lee"):
            await left(house, person, "email", number)
            await _pass_time(house, issues, minutes(5) + timedelta(seconds=2))
        assert {state.is_exhausted for state in await _states(house, issues)} == {True}
        await left(house, "boss", "email", number, "last_resort")
        for person in ("ann", "lee", "boss"):
            pages, digests = parted(mails, person)
            assert (len(pages) <= MANY, len(digests) <= DIGESTS) == (True, True), (person, pages, digests)

        async def whole() -> Asked | None:
            mail = [mail for mail in to(mails, "boss") if "digest:main:boss:email:" in body_of(mail)][-1:]
            found = await asked_in(house, body_of(mail[0]).split("escalon digest ")[1].split()[0]) if mail else None
            return found if found is not None and len(found.exhausted) == number else None

        asked = await until_found(whole, 60 + number)
        assert asked is not None
        assert (asked.person, sorted(asked.exhausted), asked.issues) == ("boss", sorted(map(str, issues)), ())
        by, charge = actor("boss", "senior"), Charge("Fail over to the second site", datetime.now(UTC) + minutes(30))
        here = Installed((short,), LiveDirectory(house.settings.people).current())
        answers = await take_charge_of_all(house.client, house.db, asked, by, "answer-1", charge, here)
        assert [each for each in answers if each.outcome != "done"] == []
        assert {state.handler for state in await _states(house, issues)} == {"boss"}
        _print(mails, asked)


async def _pass_time(house: House, issues: Sequence[IssueId], duration: timedelta) -> None:
    """For all of them, so many at a time that looking after them is not what keeps the server busy."""
    places = asyncio.Semaphore(16)
    until: dict[IssueId, datetime] = {}

    async def one(issue: IssueId) -> None:
        async with places:
            while True:
                try:
                    now = await time_of(house.client, str(issue))
                    left = until.setdefault(issue, now + duration) - now
                    return await house.pass_time(issue, left) if left > timedelta() else None
                except RPCError as error:  # a server that is kept busy
                    if error.status != RPCStatusCode.DEADLINE_EXCEEDED:
                        raise

    await asyncio.gather(*(one(issue) for issue in issues))


def _by_mail(mails: MailServer) -> dict[str, Any]:
    return {
        "smtp_host": "127.0.0.1", "smtp_port": mails.port, "smtp_security": "plain", "mail_from": "e@example.org",
        "digest_gather_s": 1.5 if ISSUES <= 40 else 15,
    }  # fmt: skip


async def _opened(
    house: House, ladder: Policy = LADDER, cause: CauseRef = CAUSE, number: int = ISSUES
) -> list[OpenAnswer]:
    places = asyncio.Semaphore(8)  # as intake does it

    async def one() -> OpenAnswer:
        async with places:
            return await house.open(house.fresh(ladder, issue={"causes": (cause,)}, **KNOWN))

    return await asyncio.gather(*(one() for _ in range(number)))


async def _states(house: House, issues: Sequence[IssueId]) -> list[IssueState]:
    places = asyncio.Semaphore(8)

    async def one(issue: IssueId) -> IssueState:
        async with places:
            while True:
                try:
                    return await house.state(issue)
                except NoWorker:  # one that is kept busy
                    await asyncio.sleep(1)

    return list(await asyncio.gather(*(one(issue) for issue in issues)))


def _print(mails: MailServer, asked: Asked) -> None:
    answered = len(asked.issues) + len(asked.exhausted)
    rows = [f"{answered} issues of one cause; told by e-mail:"]
    for name in ("ann", "lee", "boss"):
        pages, digests = parted(mails, name)
        rows.append(f"  {name}: {len(pages)} pages by themselves, {len(digests)} digests {digests}")
    sys.stdout.write("\n".join([*rows, f"  one answer of {asked.person}: {answered} issues"]) + "\n")
