"""Issues that exist when the play begins: brought into their state by the commands that lead there.

What happened on the way is before the play: its messages and entries are no part of what the case expects.
"""

from datetime import datetime, timedelta

from escalation.issue.commands import Acknowledge, Command, Escalate, Hold, Snooze
from tests.peers.fields import Unsupported
from tests.peers.given_issues import Start
from tests.peers.issue import Issue
from tests.peers.ladder import EVER
from tests.peers.stage import CUSTOMER, Stage

_EARLIER = timedelta(seconds=1)


def begin_all(stage: Stage) -> None:
    """All of them, at T0. Raises Unsupported for a state that our rules do not lead to."""
    for start in stage.setting.starts:
        _begin(stage, start)


def _begin(stage: Stage, start: Start) -> None:
    t0 = stage.setting.times.t0
    opened_at = t0 + start.created
    if start.state == "resolved" and not start.created:
        opened_at = t0 - _EARLIER
    issue = stage.open(
        opened_at,
        stage.setting.ladder_for(None, start.service),
        by=stage.actor(None),
        reference=stage.reference(start.key, start.summary, start.name),
        service=start.service,
        title=start.summary or start.name,
        names={name for name in (start.name, start.key, start.summary) if name},
    )
    issue.clock.run_to(opened_at)
    _climb_to(stage, issue, start, opened_at)
    acted_at = t0 + start.acted if start.acted is not None else opened_at if start.state == "resolved" else t0
    _bring_into_state(stage, issue, start, max(acted_at, opened_at))
    stage.begun(issue, t0)


def _climb_to(stage: Stage, issue: Issue, start: Start, at: datetime) -> None:
    if start.tier is None or issue.clock.state is None:
        return
    tier = f"tier-{start.tier}"
    if tier != issue.clock.state.tier:
        up = Escalate(id=stage.next_id(), by=stage.actor("operator"), to_tier=tier)
        _do(issue, up, at, start)
        issue.clock.run_to(at)


def _bring_into_state(stage: Stage, issue: Issue, start: Start, at: datetime) -> None:
    state = issue.clock.state
    assert state is not None
    by = stage.actor(start.by or (state.asked[0] if state.asked else "operator"))
    if start.state == "resolved":
        stage.settle(issue, at, by, "resolve")
        return
    if start.state == "acknowledged":
        _do(issue, Acknowledge(id=stage.next_id(), by=by), at, start)
    if start.state == "paused":
        until = at + EVER - timedelta(days=1)
        held = Hold(id=stage.next_id(), by=by, reason="waiting", waiting_for=CUSTOMER, until=until)
        _do(issue, held, at, start)
    if start.state == "snoozed" or start.snoozed_until is not None:
        until = stage.setting.times.t0 + (start.snoozed_until or EVER - timedelta(days=1))
        _do(issue, Snooze(id=stage.next_id(), by=by, until=until), at, start)


def _do(issue: Issue, command: Command, at: datetime, start: Start) -> None:
    answer = issue.clock.send(command, at)
    if not isinstance(answer, tuple):
        raise Unsupported(f"an issue that begins {start.state}: {answer.why}")
