"""Small payloads, invented here: the shapes are those of the systems, the contents are nobody's."""

from copy import deepcopy
from typing import Any

ALERT: dict[str, Any] = {
    "status": "firing",
    "labels": {"alertname": "QueueGrows", "severity": "critical", "queue": "payouts"},
    "annotations": {
        "summary": "The payout queue grows",
        "description": "4,000 wait.",
        "runbook": "https://example.org/r",
    },
    "startsAt": "2026-11-20T10:00:00.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "https://example.org/graph",
    "fingerprint": "00d1ce00d1ce00d1",
}
WEBHOOK: dict[str, Any] = {
    "version": "4",
    "groupKey": '{}:{alertname="QueueGrows"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "escalon",
    "groupLabels": {"alertname": "QueueGrows"},
    "commonLabels": {"severity": "critical"},
    "commonAnnotations": {},
    "externalURL": "https://example.org/alertmanager",
    "alerts": [ALERT],
}
INCIDENT: dict[str, Any] = {
    "id": "PSAMPLEINC1",
    "type": "incident",
    "html_url": "https://example.org/incidents/PSAMPLEINC1",
    "number": 12,
    "status": "triggered",
    "incident_key": "key-1",
    "created_at": "2026-11-20T09:59:00Z",
    "title": "Payouts fail",
    "service": {"id": "PSAMPLESVC", "type": "service_reference", "summary": "Payouts"},
    "assignees": [{"id": "PSAMPLE1", "type": "user_reference", "summary": "Sample Primary"}],
    "escalation_policy": {"id": "PSAMPLEEP", "type": "escalation_policy_reference", "summary": "Round the clock"},
    "teams": [{"id": "PSAMPLETEAM", "type": "team_reference", "summary": "Platform"}],
    "priority": {"id": "PSAMPLEPRI", "type": "priority_reference", "summary": "P2"},
    "urgency": "high",
    "resolve_reason": None,
    "incident_type": {"name": "major"},
}
AGENT = {"id": "PSAMPLE1", "type": "user_reference", "summary": "Sample Primary"}


def alert(**more: Any) -> dict[str, Any]:
    """One alert; a field given as None is left out."""
    return _changed(ALERT, more)


def webhook(*alerts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Alertmanager's payload with these alerts, or with the one above."""
    return _changed(WEBHOOK, {"alerts": list(alerts) or [deepcopy(ALERT)], **more})


def incident(**more: Any) -> dict[str, Any]:
    """An incident as webhooks carry it; a field given as None is left out."""
    return _changed(INCIDENT, more)


def event(event_type: str = "incident.triggered", data: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An event in its envelope."""
    made = {
        "id": f"01SAMPLE{event_type.upper().replace('.', '')}",
        "event_type": event_type,
        "resource_type": "incident",
        "occurred_at": "2026-11-20T10:00:00.250Z",
        "agent": AGENT,
        "client": None,
        "data": incident() if data is None else data,
    }
    return {"event": _changed(made, more)}


def _changed(given: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    made = deepcopy(given) | more
    return {name: value for name, value in made.items() if name not in more or more[name] is not None}
