"""Where an issue stands as one row: what the scribe writes beside the entries, and what lists are read from."""

from escalation.issue import events as e
from escalation.issue.clocks import next_due, next_move
from escalation.issue.effects import Record, Snapshot
from escalation.issue.facts import IssueFacts, Party
from escalation.issue.state import IssueState


def record(state: IssueState, entries: tuple[e.Entry, ...]) -> Record:
    """The scribe's effect for these entries; `state` is the state after the last of them."""
    return Record(snapshot=snapshot(state), entries=entries)


def snapshot(state: IssueState) -> Snapshot:
    """Where the issue stands, as the row that lists are read from."""
    facts = state.facts
    due = next_move(state) or next_due(state)
    return Snapshot(
        issue=facts.id,
        kind=facts.kind,
        issue_class=facts.issue_class,
        harm_flags=facts.harm_flags,
        audience=facts.audience,
        about=facts.about,
        parties=_parties(facts),
        links=facts.links,
        title=facts.title,
        title_ref=facts.title_ref,
        severity=state.severity,
        priority=state.policies[0].severity(state.severity).priority,
        status=state.status,
        policy=state.policy,
        tier=state.tier,
        asked=state.last_resort if state.is_exhausted and state.last_resort else state.asked,
        handler=state.handler,
        owner=state.owner,
        helpers=tuple((person, ask.id) for ask in state.asks for person in ask.in_hand_of),
        raiser=facts.raiser.person,
        is_exhausted=state.is_exhausted,
        is_breached=state.missed > 0,
        opened_at=facts.opened_at,
        received_at=facts.received_at,
        first_noticed_at=facts.first_noticed_at,
        resolved_at=state.resolved_at,
        closed_at=state.closed_at,
        close_reason=state.close_reason,
        next_due_at=due.at if due else None,
        next_due=due.words if due else "",
        entries=state.entries,
        rules_revision=state.rules_revision,
    )


def _parties(facts: IssueFacts) -> tuple[Party, ...]:
    if facts.issue_class == "normal":
        return facts.parties
    return tuple(Party(key=party.key, role=party.role) for party in facts.parties)
