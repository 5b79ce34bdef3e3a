"""PagerDuty's webhooks (version 3) and incidents in our words. Pure; `docs/intake.md` has the mapping.

Understood: an event (`event`), a list of messages (`messages`), and an incident as the REST API gives it, alone, as
`incident` or in `incidents`. Which field holds what: `pagerduty_fields.py`.
"""

from datetime import datetime

from escalation.intake.pagerduty_fields import (
    SOURCE,
    actor,
    began_at,
    description,
    incident_of,
    is_open_there,
    labels,
    note,
    title,
)
from escalation.intake.payload import AN_INSTANT, BadPayload, Node, check_depth, in_words
from escalation.intake.reported import NotTaken, Reported, Taken, What, fit_id, nothing_in, together
from escalation.policy.directory import Directory

EVENTS: dict[str, What] = {
    "incident.triggered": "open",
    "incident.reopened": "open",
    "incident.acknowledged": "acknowledge",
    "incident.unacknowledged": "release",
    "incident.escalated": "escalate",
    "incident.resolved": "resolve",
    "incident.annotated": "note",
    "incident.delegated": "note",
    "incident.priority_updated": "note",
    "incident.reassigned": "note",
    "incident.responder.added": "note",
    "incident.responder.replied": "note",
    "incident.service_updated": "note",
    "incident.status_update_published": "note",
}
"""What each event of an incident becomes. One that is reopened is opened again: that reopens it here."""
ABOUT_NO_INCIDENT = {
    "pagey.ping": "PagerDuty tries the way to us",
    "service.created": "it is about a service, not about an incident",
    "service.deleted": "it is about a service, not about an incident",
    "service.updated": "it is about a service, not about an incident",
}
_BY_STATUS: dict[str, What] = {"triggered": "open", "acknowledged": "acknowledge", "resolved": "resolve"}
_OLD_NAMES = {
    "incident.trigger": "incident.triggered",
    "incident.acknowledge": "incident.acknowledged",
    "incident.unacknowledge": "incident.unacknowledged",
    "incident.resolve": "incident.resolved",
    "incident.assign": "incident.reassigned",
    "incident.escalate": "incident.escalated",
    "incident.delegate": "incident.delegated",
    "incident.annotate": "incident.annotated",
}
"""Names of version 2, which sends `messages`."""
_SHAPES = "an event (`event`), a list of messages (`messages`), or an incident (`id`, `status`, `created_at`)"


def read_pagerduty(payload: object, directory: Directory | None = None, path: str = "$") -> Taken:
    """What a payload (parsed JSON) reports, in its order; `directory` says who of ours clicked there.

    Raises BadPayload where the whole cannot be understood; a part that cannot be is in `not_taken`.
    """
    node = Node(payload, path)
    check_depth(node)
    if payload == []:
        return Taken(not_taken=(nothing_in(node.path),))
    if isinstance(payload, list):
        return together(_part(each, directory) for each in node.items())
    return _any(node, directory)


def _any(node: Node, directory: Directory | None) -> Taken:
    if not isinstance(node.value, dict):
        raise node.bad(_SHAPES)
    for name in ("messages", "incidents"):
        several = node.get(name)
        if several is not None:
            parts = [_part(each, directory) for each in several.items()]
            return together(parts or [Taken(not_taken=(nothing_in(several.path),))])
    event = node.get("event")
    if event is not None:
        return _old_message(node, directory) if isinstance(event.value, str) else _event(event, directory)
    incident = node.get("incident")
    if incident is not None:
        return _incident(incident, directory)
    if node.has("id") and node.has("status"):
        return _incident(node, directory)
    raise BadPayload(node.path, "is an object without any of them", _SHAPES)


def _part(node: Node, directory: Directory | None) -> Taken:
    try:
        return _any(node, directory)
    except BadPayload as error:
        return Taken(not_taken=(NotTaken(place=node.path, nature="bad", why=str(error)),))


def _event(event: Node, directory: Directory | None) -> Taken:
    said = event.need("event_type", "text such as incident.triggered")
    if said.text() not in EVENTS:
        return Taken(not_taken=(_not_an_event_of_ours(said),))
    data = event.need("data", "an object with the incident")
    happened_at = event.need("occurred_at", AN_INSTANT).instant()
    which = event.need("id", "text").identifier()
    return _reported(event, said.text(), data, happened_at, which, event.get("agent"), directory)


def _old_message(message: Node, directory: Directory | None) -> Taken:
    """A message of version 2: the event is a word, the incident lies beside it as the REST API gives it."""
    given = message.need("event", "text such as incident.trigger")
    said = _OLD_NAMES.get(given.text(), given.text())
    if said not in EVENTS:
        return Taken(not_taken=(_not_an_event_of_ours(given),))
    incident = message.need("incident", "an object")
    happened_at = message.need("created_on", AN_INSTANT).instant()
    entries = message.get("log_entries")
    entry = next(entries.items(), None) if entries is not None else None
    agent = entry.get("agent") if entry is not None else None
    which = message.need("id", "text").identifier()
    return _reported(message, said, incident, happened_at, which, agent, directory)


def _incident(incident: Node, directory: Directory | None) -> Taken:
    """An incident as it stands: what its status says has happened, once for each change of the status."""
    status = incident.need("status", " or ".join(_BY_STATUS)).one_of(*_BY_STATUS)
    changed = incident.get("last_status_change_at") or incident.need("created_at", AN_INSTANT)
    which = f"{incident.need('id', 'text').identifier()}:{status}:{changed.instant().isoformat()}"
    said = "incident.reopened" if status == "triggered" and incident.has("reopened_at") else f"incident.{status}"
    agent = incident.get("last_status_change_by")
    return _reported(incident, said, incident, changed.instant(), which, agent, directory)


def _reported(
    place: Node,
    said: str,
    data: Node,
    happened_at: datetime,
    which: str,
    agent: Node | None,
    directory: Directory | None,
) -> Taken:
    incident = incident_of(data)
    reference = fit_id(incident.need("id", "text").identifier())
    what = EVENTS[said]
    report = Reported(
        place=place.path,
        source=SOURCE,
        said=said,
        what=what,
        reference=reference,
        command_id=f"{SOURCE}:{fit_id(which)}",
        by=actor(agent, directory),
        happened_at=happened_at,
        began_at=min(began_at(incident, happened_at), happened_at),
        is_open_there=is_open_there(incident, what),
        title=title(incident),
        description=description(incident, said),
        note=note(said, data, incident, agent),
        labels=labels(incident, said),
    )
    return Taken(reported=(report,))


def _not_an_event_of_ours(said: Node) -> NotTaken:
    reason = ABOUT_NO_INCIDENT.get(said.text())
    if reason is not None:
        return NotTaken(place=said.path, nature="nothing_to_do", why=f"{said.path}: {said.text()}: {reason}")
    allowed = ", ".join((*EVENTS, *ABOUT_NO_INCIDENT))
    why = f"{said.path}: {in_words(said.value).removeprefix('is ')} is not understood; understood: {allowed}"
    return NotTaken(place=said.path, nature="not_understood", why=why)
