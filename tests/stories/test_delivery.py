"""Messages on their way, with real mail servers and webhooks that are away, slow, refuse, hang, redirect and lie.

On the real server; where hours go by they are skipped. What is decided from each answer: tests of the rules.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.channels.contract import opaque
from escalation.issue.commands import Acknowledge, Open, Resolve
from escalation.issue.events import Entry
from escalation.issue.events import Told as ToldEvent
from escalation.issue.identity import IssueId
from records import deliveries, inbox
from tests.activities.channels.http_side import Answering, Got, answer, http_side, says
from tests.activities.channels.http_trials import KEY
from tests.activities.channels.mail_server import CERTIFICATE, MailServer, body_of, mail_server
from tests.given import actor, minutes, policy, tier
from tests.server import House, working
from tests.starter.running import free_port
from tests.stories.failing import in_short, simulated_again
from tests.workflows.history import goes_on
from tests.workflows.scenarios import locked, pending
from tests.workflows.waiting import until_found
from worker import build_replayer

pytestmark = pytest.mark.server

HOUR = minutes(60)
LADDER = policy(tier("first", acknowledge=120, work=240), tier("second", acknowledge=120, work=240))


def people(*, ann: str, ben: str = "", deputy: str = "") -> str:
    """Who is asked first: Ann and, where he has addresses, Ben; then Lee, the duty lead."""
    also = f", deputy: {deputy}" if deputy else ""
    second = f"  ben: {{name: Sample Two, role: first, teams: [main], addresses: {{{ben}}}}}\n" if ben else ""
    return (
        "operator: olga\n"
        "teams: {main: {duty_lead: lee}}\n"
        "people:\n"
        f"  ann: {{name: Sample One, role: first, teams: [main], addresses: {{{ann}}}{also}}}\n{second}"
        "  dora: {name: Sample Deputy, role: deputy, teams: [main], addresses: {email: dora@example.org}}\n"
        "  lee: {name: Sample Lead, role: second, teams: [main], addresses: {email: lee@example.org}}\n"
        "  ray: {name: Sample Raiser, role: agent, teams: [main], addresses: {inbox: ray}}\n"
        "  boss: {name: Sample Boss, role: senior, teams: [main], addresses: {inbox: boss}}\n"
        "  olga: {name: Sample Operator, role: operator, teams: [main], addresses: {inbox: olga}}\n"
    )


@asynccontextmanager
async def reached(
    env: WorkflowEnvironment, home: Path, directory: str, mail_port: int, **more: Any
) -> AsyncIterator[House]:
    """A house that sends by mail and webhook."""
    await asyncio.to_thread((home / "people.yaml").write_text, directory)
    mail = {"smtp_host": "127.0.0.1", "smtp_port": mail_port, "smtp_security": "plain", "mail_from": "e@example.org"}
    hook = {
        "channels": "webhook", "webhook_keys": KEY, "ca_file": str(CERTIFICATE),
        "http_networks": "127.0.0.0/8,::1/128", "http_timeout_s": 1,
    }  # fmt: skip
    async with working(env, home, str(home), **{**mail, **hook, **more}) as house:
        yield house


async def begun(house: House, *asked: str, command: Open | None = None) -> IssueId:
    """Open an issue and wait until these are asked."""
    issue = (await house.open(command or house.fresh(LADDER))).issue
    await house.until(issue, lambda state: set(asked) <= set(state.asked))
    return issue


async def agrees(house: House, command: Open, directory: str) -> None:
    """The simulated clock comes to the same journal, where its world does the same."""
    journal = await house.recorded(command.issue.id)
    again = simulated_again(command, directory, journal, journal[-1].recorded_at)
    assert in_short(again) == in_short(journal)


async def told(
    house: House, issue: IssueId, person: str, channel: str, outcome: str, within_s: float = 20
) -> ToldEvent:
    """What is on record of a message to this person by this channel that ended so, once it is."""

    async def look() -> ToldEvent | None:
        for entry in await house.recorded(issue):
            event = entry.event
            if isinstance(event, ToldEvent) and (event.person, event.channel, event.outcome) == (
                person,
                channel,
                outcome,
            ):
                return event
        return None

    found = await until_found(look, within_s)
    assert found is not None
    return found


def to(mails: MailServer, person: str) -> list[Any]:
    """The mails to this person."""
    return [mail for mail in mails.mails if str(mail["To"]).startswith(f"{person}@")]


def kinds(entries: Iterable[Entry]) -> list[str]:
    """The kinds of the entries but those of messages."""
    return [entry.event.kind for entry in entries if entry.event.kind != "told"]


async def quietly_over(house: House, issue: IssueId) -> None:
    """Nothing of it is left stuck, and it goes its way."""
    done = await house.send(issue, Resolve(id="over", by=actor("ray"), outcome="solved"))
    assert done.outcome == "done"
    await goes_on(house.handle(issue), house.client)
    numbers = [entry.number for entry in await house.recorded(issue)]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_mail_server_that_is_away_for_an_hour_gets_its_mail_and_the_duty_lead_is_asked_meanwhile(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    port = free_port()
    directory = people(ann="email: ann@example.org")
    async with reached(env, tmp_path, directory, port) as house:
        command = house.fresh(LADDER)
        issue = await begun(house, "ann", command=command)
        await house.pass_time(issue, minutes(2.5))
        delayed = await told(house, issue, "ann", "email", "delayed")
        assert delayed.attempts >= 6
        assert {each.outcome for each in delayed.tries} == {"failed_for_now"}
        assert not delayed.is_possible_repeat
        state = await house.until(issue, lambda state: "lee" in state.asked)
        assert (state.tier, state.asked, state.turn) == ("first", ("ann", "lee"), 1)
        await house.pass_time(issue, HOUR - minutes(2.5))
        async with mail_server(port=port) as mails:
            await house.pass_time(issue, minutes(3))
            late = await told(house, issue, "ann", "email", "sent")
            (mail,) = to(mails, "ann")
            assert "(may be a repeat)" not in mail["Subject"]
            assert opaque(delayed.message) in mail["Message-ID"]
        assert late.message == delayed.message
        assert late.attempts > delayed.attempts
        assert (late.is_possible_repeat, late.tries[-1].outcome) == (False, "sent")
        state = await house.state(issue)
        assert (state.tier, state.unreached_at) == ("first", None), "an outage empties no tier"
        await agrees(house, command, directory)
        await quietly_over(house, issue)


async def test_nobody_is_told_an_hour_later_to_act_on_what_is_over(env: WorkflowEnvironment, tmp_path: Path) -> None:
    port = free_port()
    directory = people(ann="email: ann@example.org", ben="inbox: ben")
    async with reached(env, tmp_path, directory, port) as house:
        issue = await begun(house, "ann", "ben")
        await house.pass_time(issue, minutes(2.5))
        delayed = await told(house, issue, "ann", "email", "delayed")
        assert (await house.send(issue, Acknowledge(id="a", by=actor("ben")))).outcome == "done"
        withdrawn = await told(house, issue, "ann", "email", "withdrawn")
        assert (withdrawn.message, withdrawn.next_channel) == (delayed.message, None)
        assert withdrawn.attempts >= delayed.attempts
        await house.pass_time(issue, minutes(2.5))
        assert (await told(house, issue, "lee", "email", "withdrawn")).turn == 1, "who stood in, and has no word yet"
        assert await pending(house, issue, "notify") == 0
        async with mail_server(port=port) as mails:
            await house.pass_time(issue, HOUR)
            assert to(mails, "ann") == []
        await build_replayer().replay_workflow(await house.handle(issue).fetch_history())
        await quietly_over(house, issue)


async def test_of_a_slow_mail_server_each_further_copy_is_marked_and_the_next_channel_is_used(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with mail_server() as mails, http_side() as side:
        ann = f"email: slow-after@example.org, webhook: '{side.url('/ann')}'"
        async with reached(env, tmp_path, people(ann=ann), mails.port, smtp_timeout_s=0.4) as house:
            issue = await begun(house, "ann")
            await house.pass_time(issue, minutes(2.5))
            delayed = await told(house, issue, "ann", "email", "delayed")
            assert delayed.is_possible_repeat
            assert delayed.next_channel == "webhook"
            assert (await told(house, issue, "ann", "webhook", "sent")).attempts == 1
            assert len(side.got) == 1
            await house.send(issue, Acknowledge(id="ack", by=actor("ann")))
            subjects = [mail["Subject"] for mail in to(mails, "slow-after")]
            assert ["(may be a repeat)" in subject for subject in subjects] == [False, *[True] * (len(subjects) - 1)]
            assert len({mail["Message-ID"] for mail in to(mails, "slow-after")}) == 1
            assert (await house.state(issue)).asked == ("ann",), "whom the webhook reached nobody stands in for"
            await quietly_over(house, issue)


async def test_one_of_two_recipients_is_refused_and_is_told_by_the_next_channel(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with mail_server() as mails, http_side() as side:
        ben = f"email: nobody@example.org, inbox: ben, webhook: '{side.url('/ben')}'"
        directory = people(ann="email: ann@example.org", ben=ben)
        async with reached(env, tmp_path, directory, mails.port) as house:
            issue = await begun(house, "ann", "ben")
            refused = await told(house, issue, "ben", "email", "failed")
            assert (refused.attempts, refused.next_channel) == (1, "webhook")
            assert "550" in (refused.error or "")
            assert "nobody@" not in (refused.error or "")
            await told(house, issue, "ben", "webhook", "sent")
            await told(house, issue, "ann", "email", "sent")
            assert (await told(house, issue, "ben", "inbox", "sent")).is_delivered
            assert [len(to(mails, "ann")), len(side.got)] == [1, 1]
            assert side.got[0].json["data"]["person"] == "ben"
            assert (await house.state(issue)).asked == ("ann", "ben")
            rows = await asyncio.to_thread(deliveries.of_issue, house.db, issue)
            slow = ("ben", "webhook", "failed_for_now")  # by a machine that is slow itself
            assert {(row.person, row.channel, row.state) for row in rows} - {slow} == {
                ("ann", "email", "sent"),
                ("ann", "inbox", "delivered"),
                ("ben", "email", "failed_for_good"),
                ("ben", "inbox", "delivered"),
                ("ben", "webhook", "sent"),
            }
            await quietly_over(house, issue)


async def _hang(_: Got, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


@pytest.mark.parametrize(
    ("answering", "outcome", "is_possible_repeat"),
    [
        (_hang, "delayed", True),
        (says(answer(302, Location="https://elsewhere.example.org/")), "failed", False),
        (says(b"+OK I am no web server\r\n"), "delayed", True),
        (says(answer(503, Retry_After="3600")), "delayed", False),
    ],
    ids=["hangs", "redirects", "lies", "asks for an hour"],
)
async def test_a_webhook_that_misbehaves_is_followed_by_mail(
    env: WorkflowEnvironment, tmp_path: Path, answering: Answering, outcome: str, *, is_possible_repeat: bool
) -> None:
    async with mail_server() as mails, http_side(answering) as side:
        ann = f"webhook: '{side.url('/ann')}', email: ann@example.org"
        async with reached(env, tmp_path, people(ann=ann), mails.port) as house:
            issue = await begun(house, "ann")
            if outcome == "delayed" and is_possible_repeat:
                await house.pass_time(issue, minutes(2.5))
            became = await told(house, issue, "ann", "webhook", outcome)
            assert (became.next_channel, became.is_possible_repeat) == ("email", is_possible_repeat)
            await told(house, issue, "ann", "email", "sent")
            assert len(to(mails, "ann")) == 1
            assert (await house.state(issue)).asked == ("ann",)
            if outcome == "failed":
                assert len(side.got) == 1
                assert "elsewhere.example.org" in (became.error or ""), "it says where it was sent, and did not follow"
            await quietly_over(house, issue)


async def test_where_all_channels_of_the_first_responder_are_dead_the_deputy_is_asked(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with mail_server() as mails, http_side(says(answer(410))) as side:
        ann = f"webhook: '{side.url('/ann')}', email: nobody@example.org, inbox: ann"
        directory = people(ann=ann, deputy="dora")
        async with reached(env, tmp_path, directory, mails.port) as house:
            command = house.fresh(LADDER)
            issue = await begun(house, "ann", "dora", command=command)
            await told(house, issue, "dora", "email", "sent")
            (mail,) = to(mails, "dora")
            assert "No channel reaches ann, so you are asked in their place" in body_of(mail)
            entries = await house.recorded(issue)
            assert kinds(entries) == ["opened", "tier_began", "people_asked", "stand_in_asked"]
            asked = next(entry.event for entry in entries if entry.event.kind == "stand_in_asked")
            assert (asked.in_place_of, asked.why) == ("ann", "deputy of ann")
            state = await house.state(issue)
            assert (state.tier, state.turn) == ("first", 1)
            assert state.acknowledge_due_at == state.tier_began_at + 2 * HOUR, "no clock has moved"
            messages = await asyncio.to_thread(inbox.read, house.db, "ann")
            assert [message.issue for message in messages] == [issue], "who was not reached may read it after all"
            await agrees(house, command, directory)
            done = await house.send(issue, Acknowledge(id="ack", by=actor("dora")))
            assert done.outcome == "done"
            await quietly_over(house, issue)


async def test_where_nobody_can_be_reached_the_next_tier_begins(env: WorkflowEnvironment, tmp_path: Path) -> None:
    """Ann and the duty lead who would stand in: refused for good. Lee is asked at the second tier all the same."""
    async with mail_server() as mails:
        directory = people(ann="email: nobody@example.org", ben="email: full@example.org")
        directory = directory.replace("duty_lead: lee", "duty_lead: ray").replace(
            "{inbox: ray}", "{email: spam@example.org}"
        )
        async with reached(env, tmp_path, directory, mails.port) as house:
            command = house.fresh(LADDER)
            issue = await begun(house, "ann", "ben", command=command)
            state = await house.until(issue, lambda state: state.unreached_at is not None)
            assert (state.tier, state.asked) == ("first", ("ann", "ben", "ray"))
            await house.pass_time(issue, minutes(2.1))
            state = await house.until(issue, lambda state: state.tier == "second" and bool(state.asked))
            assert state.why == "nobody_reached"
            await told(house, issue, "lee", "email", "sent")
            entries = await house.recorded(issue)
            assert kinds(entries)[3:] == [
                "stand_in_asked", "nobody_reached", "tier_found_empty", "tier_began", "people_asked",
            ]  # fmt: skip
            began = [entry.happened_at for entry in entries if entry.event.kind == "tier_began"]
            assert began[1] - began[0] == minutes(2)
            await agrees(house, command, directory)
            await quietly_over(house, issue)


async def test_what_became_of_each_attempt_is_on_record_though_the_database_was_away_throughout(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """In real time: the mail server comes up while the record is locked, and the page leaves."""
    port = free_port()
    async with reached(env, tmp_path, people(ann="email: ann@example.org"), port) as house:
        command = house.fresh(LADDER)
        with locked(tmp_path / "record.db"):
            issue = await begun(house, "ann", command=command)
            await asyncio.sleep(1.5)
            async with mail_server(port=port) as mails:

                async def arrived() -> bool:
                    return bool(to(mails, "ann"))

                await until_found(arrived, 15)

                async def is_heard() -> bool:
                    return await pending(house, issue, "notify") <= 1  # the inbox lies in the record

                await until_found(is_heard, 10)
            assert house.journal(issue) == []
        left = await told(house, issue, "ann", "email", "sent", within_s=40)
        assert left.attempts == len(left.tries) >= 2
        assert [each.outcome for each in left.tries] == [*["failed_for_now"] * (left.attempts - 1), "sent"]
        assert all(each.at is not None for each in left.tries)
        assert not left.is_possible_repeat
        entries = await house.recorded(issue)
        assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
        await quietly_over(house, issue)


async def test_a_worker_that_dies_while_it_sends_loses_nothing(env: WorkflowEnvironment, tmp_path: Path) -> None:
    """The first worker hangs with the message and is gone; the next one sends it, marked, and tells of the lost one."""
    is_slow = asyncio.Event()

    async def once(_: Got, writer: asyncio.StreamWriter) -> None:
        if not is_slow.is_set():
            is_slow.set()
            await asyncio.sleep(60)
        writer.write(answer())
        await writer.drain()

    async with http_side(once) as side:
        directory = people(ann=f"webhook: '{side.url('/ann')}'")
        async with reached(env, tmp_path, directory, free_port(), http_timeout_s=12) as house:
            issue = (await house.open(house.fresh(LADDER))).issue
            await asyncio.wait_for(is_slow.wait(), 20)
        async with reached(env, tmp_path, directory, free_port()) as house:
            left = await told(house, issue, "ann", "webhook", "sent", within_s=60)
            assert [each.outcome for each in left.tries] == ["unknown", "sent"]
            assert left.is_possible_repeat
            assert [got.json["data"]["is_possible_repeat"] for got in side.got] == [False, True]
            assert len({got.headers["webhook-id"] for got in side.got}) == 1
            await quietly_over(house, issue)
