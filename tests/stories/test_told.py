"""How people are told: the mail server is dead, the first responder away, the second declines; and who sleeps, sleeps.

On the real server, where time is skipped. What is decided of each message: tests of the rules.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from escalation.issue.commands import Acknowledge, Decline
from escalation.issue.facts import TextRef
from records import deliveries
from tests.activities.channels.http_side import http_side
from tests.given import actor, minutes, policy, tier
from tests.starter.running import free_port
from tests.stories.test_delivery import agrees, begun, kinds, quietly_over, reached, told
from worker import build_replayer

pytestmark = pytest.mark.server

LADDER = policy(tier("first", acknowledge=30, work=240), tier("second", acknowledge=120, work=240))
AWAY = "absences: [{from: 2020-01-01, until: 2100-01-01}]"
ALL_DAY_BUT_AN_HOUR = "quiet_hours: [{from: '%02d:00', until: '%02d:00'}]"


def people(ann: str, ben: str, lee: str) -> str:
    """Ann and Ben are asked first, then Lee; everybody's mail server is the same one."""
    return (
        "operator: olga\nteams: {main: {duty_lead: lee}}\npeople:\n"
        f"  ann: {{name: Sample One, role: first, teams: [main], addresses: {{email: ann@example.org}}, {ann}}}\n"
        f"  ben: {{name: Sample Two, role: first, teams: [main], {ben}}}\n"
        f"  lee: {{name: Sample Lead, role: second, teams: [main], {lee}}}\n"
        "  ray: {name: Sample Raiser, role: agent, teams: [main], addresses: {inbox: ray}}\n"
        "  boss: {name: Sample Boss, role: senior, teams: [main], addresses: {inbox: boss}}\n"
        "  olga: {name: Sample Operator, role: operator, teams: [main], addresses: {inbox: olga}}\n"
    )


async def test_the_mail_server_is_dead_the_first_is_away_and_the_second_declines(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with http_side() as side:
        ben = (
            f"addresses: {{email: ben@example.org, webhook: '{side.url('/ben')}'}}, "
            "rules: {urgent: [{channel: email}, {channel: webhook, after: 1m}]}"
        )
        lee = (
            f"addresses: {{email: lee@example.org, webhook: '{side.url('/lee')}'}}, "
            "rules: {urgent: [{channel: webhook}, {channel: email, after: 5m}]}"
        )
        directory = people(AWAY, ben, lee)
        async with reached(env, tmp_path, directory, free_port()) as house:
            command = house.fresh(LADDER)
            issue = await begun(house, "ben", command=command)
            assert (await house.state(issue)).asked == ("ben",)
            assert side.got == [], "his rule is not due"
            await house.pass_time(issue, minutes(1.1))
            second = await told(house, issue, "ben", "webhook", "sent")
            began_at = (await house.state(issue)).tier_began_at
            assert second.waits == "rule"
            assert second.waited_until is not None
            await agrees(house, command, directory)
            assert minutes(1) <= second.waited_until - began_at < minutes(1.1)
            done = await house.send(issue, Decline(id="no", by=actor("ben"), reason=TextRef(ref="no.reason", length=9)))
            assert done.outcome == "done", done
            state = await house.until(issue, lambda state: state.asked == ("lee",))
            assert (state.tier, state.why) == ("second", "everybody_declined")
            assert (await told(house, issue, "lee", "webhook", "sent")).waits is None
            assert [got.path for got in side.got] == ["/ben", "/lee"]
            assert (await house.send(issue, Acknowledge(id="ack", by=actor("lee")))).outcome == "done"
            called_off = await told(house, issue, "lee", "email", "withdrawn")
            assert (called_off.waits, called_off.attempts) == ("rule", 1)
            entries = await house.recorded(issue)
            asked = next(entry.event for entry in entries if entry.event.kind == "people_asked")
            assert "ann is away" in asked.why
            assert kinds(entries)[2:] == [
                "people_asked", "declined", "tier_began", "people_asked", "acknowledged",
            ]  # fmt: skip
            await build_replayer().replay_workflow(await house.handle(issue).fetch_history())
            await quietly_over(house, issue)


async def test_what_is_ordinary_waits_for_the_end_of_quiet_hours_and_the_log_says_until_when(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with http_side() as side:
        now = datetime.now(UTC)
        quiet = ALL_DAY_BUT_AN_HOUR % ((now.hour - 1) % 24, (now.hour + 2) % 24)
        ben = f"addresses: {{webhook: '{side.url('/ben')}'}}, {quiet}"
        directory = people(AWAY, ben, "addresses: {email: lee@example.org}")
        slow = policy(tier("first", acknowledge=600, work=1200), tier("second", acknowledge=600, work=1200))
        async with reached(env, tmp_path, directory, free_port()) as house:
            command = house.fresh(slow, severity="S2")
            issue = await begun(house, "ben", command=command)
            entries = await house.recorded(issue)
            asked = next(entry.event for entry in entries if entry.event.kind == "people_asked")
            until, asked_at = asked.quiet["ben"], (await house.state(issue)).tier_began_at
            rows = await asyncio.to_thread(deliveries.of_issue, house.db, issue)
            (row,) = (row for row in rows if row.channel == "webhook")
            assert (row.state, row.next_try_at) == ("queued", until)
            assert row.error == "it waits for the end of the person's quiet hours"
            await house.pass_time(issue, minutes(30))
            assert side.got == []
            await house.pass_time(issue, until - asked_at - minutes(29.5))
            sent = await told(house, issue, "ben", "webhook", "sent")
            assert (sent.waits, sent.waited_until, sent.attempts) == ("quiet_hours", until, 1)
            assert len(side.got) == 1
            await agrees(house, command, directory)
            await quietly_over(house, issue)
