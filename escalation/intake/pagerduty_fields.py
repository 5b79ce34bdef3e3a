"""Which field of PagerDuty's objects says what: the incident's id, title, words for triggers, who did it, what is new.

Only what an issue cannot do without is insisted on; of the rest, what is not as it should be is left out.
"""

from datetime import datetime

from escalation.intake.payload import BadPayload, Node
from escalation.intake.reported import Source, What, machine
from escalation.intake.wording import listed_labels, one_line, paragraphs, several_lines
from escalation.issue.facts import Actor
from escalation.policy.directory import Directory

SOURCE: Source = "pagerduty"
_LABELS = ("urgency", "status", "incident_key", "number", "incident_number")
_SUMMARIES = ("priority", "service", "escalation_policy")
_LONGEST_WORD = 1000


def incident_of(data: Node) -> Node:
    """The incident that the data of an event is about: itself, or the one that a note or an update belongs to."""
    incident = data.get("incident")
    return data if incident is None else incident


def actor(agent: Node | None, directory: Directory | None) -> Actor:
    """Who did it: the person of our directory with this PagerDuty id, else the agent by its id, as a machine."""
    if agent is None:
        return machine(SOURCE)
    try:
        which = agent.need("id", "text").identifier()
    except BadPayload:
        return machine(SOURCE)
    is_user = _word(agent, "type") in {"user", "user_reference"}
    person = directory.by_address(SOURCE, which) if directory is not None and is_user else None
    if person is None:
        return machine(SOURCE, which)
    return Actor(person=person.id, role=person.role, door=f"intake:{SOURCE}", assurance="known_address")


def title(incident: Node) -> str:
    """Its title, else its summary, else its id."""
    candidates = (one_line(_word(incident, name)) for name in ("title", "summary"))
    return next((text for text in candidates if text), f"PagerDuty incident {_word(incident, 'id')}")


def labels(incident: Node, said: str) -> dict[str, str]:
    """What triggers may use: `priority` as PagerDuty names it, `urgency`, `service`, and the like."""
    found = {name: _word(incident, name) for name in _LABELS}
    found |= {name: _summary(incident.get(name)) for name in _SUMMARIES}
    found["teams"] = ", ".join(_summaries(incident.get("teams")))
    kind = incident.get("incident_type")
    found["incident_type"] = _word(kind, "name") if kind is not None else ""
    found["event_type"] = said
    return {name: text for name, text in found.items() if text}


def description(incident: Node, said: str) -> str:
    """All that is known of it, for whoever opens it."""
    told = several_lines(_text(incident, "description"))
    return paragraphs(
        "" if told == title(incident) else told,
        f"At PagerDuty:\n{listed_labels(labels(incident, said))}",
        f"Where it comes from: {_word(incident, 'html_url')}" if incident.has("html_url") else "",
    )


def note(said: str, data: Node, incident: Node, agent: Node | None) -> str:
    """What is new in this event."""
    by = f" by {_summary(agent)}" if _summary(agent) else ""
    return paragraphs(f"PagerDuty: {_doing(said)}{by}", _news(said, data, incident))


def began_at(incident: Node, else_at: datetime) -> datetime:
    """When it was created there."""
    created = incident.get("created_at")
    try:
        return created.instant() if created is not None else else_at
    except BadPayload:
        return else_at


def is_open_there(incident: Node, what: What) -> bool | None:
    """By its status; where that is not told, by what happened."""
    match _word(incident, "status"):
        case "triggered" | "acknowledged":
            return True
        case "resolved":
            return False
        case _:
            return None if what == "note" else what != "resolve"


def _doing(said: str) -> str:
    return said.removeprefix("incident.").replace("_", " ").replace(".", " ")


def _news(said: str, data: Node, incident: Node) -> str:
    match said:
        case "incident.annotated":
            return several_lines(_text(data, "content"))
        case "incident.status_update_published":
            return several_lines(_text(data, "message"))
        case "incident.priority_updated":
            return f"Its priority there is now {_summary(incident.get('priority')) or 'none'}."
        case "incident.delegated":
            return f"Its escalation policy there is now {_summary(incident.get('escalation_policy')) or 'none'}."
        case "incident.service_updated":
            return f"Its service there is now {_summary(incident.get('service')) or 'none'}."
        case "incident.reassigned" | "incident.escalated":
            return f"Assigned there to: {', '.join(_summaries(incident.get('assignees'))) or 'nobody'}."
        case "incident.responder.added" | "incident.responder.replied":
            who = _summary(data.get("user")) or _summary(data.get("escalation_policy"))
            return paragraphs(f"{who}: {_word(data, 'state')}", several_lines(_text(data, "message")))
        case "incident.resolved":
            reason = incident.get("resolve_reason")
            return f"Reason there: {_word(reason, 'type')}" if reason is not None and _word(reason, "type") else ""
        case _:
            return ""


def _summary(node: Node | None) -> str:
    """The name of what is referred to: its `summary`, its `name`, or the text itself."""
    if node is None:
        return ""
    if isinstance(node.value, str):
        return one_line(node.value, _LONGEST_WORD)
    return _word(node, "summary") or _word(node, "name")


def _summaries(node: Node | None) -> list[str]:
    if node is None or not isinstance(node.value, list):
        return []
    return [text for text in (_summary(each) for each in node.items()) if text]


def _word(node: Node, name: str) -> str:
    return one_line(_text(node, name), _LONGEST_WORD)


def _text(node: Node, name: str) -> str:
    """The field as text; empty where it is missing, or neither text nor a number."""
    value = node.value.get(name) if isinstance(node.value, dict) else None
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
