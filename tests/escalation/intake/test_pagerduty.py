"""PagerDuty's events and incidents in our words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from escalation.intake.pagerduty import ABOUT_NO_INCIDENT, EVENTS, read_pagerduty
from escalation.intake.payload import BadPayload
from escalation.intake.reported import Reported, Taken
from escalation.policy.directory import Directory, Person
from tests.escalation.intake.payloads import event, incident

PRIMARY = Person(
    id="sample-primary",
    name="Sample Primary",
    role="primary_on_call",
    addresses={"inbox": "x", "pagerduty": "psample1"},
)
DIRECTORY = Directory(operator="sample-primary", people=(PRIMARY,), teams=())
OCCURRED = datetime(2026, 11, 20, 10, 0, 0, 250000, tzinfo=UTC)
INCIDENT_REFERENCE = {"id": "PSAMPLEINC1", "type": "incident_reference", "summary": "Payouts fail"}


def read(payload: object) -> Taken:
    return read_pagerduty(payload, DIRECTORY)


def only(payload: object) -> Reported:
    taken = read(payload)
    assert taken.not_taken == ()
    (report,) = taken.reported
    return report


def test_a_triggered_incident_is_opened_by_whoever_triggered_it() -> None:
    report = only(event())
    assert (report.what, report.said, report.reference) == ("open", "incident.triggered", "PSAMPLEINC1")
    assert report.command_id == "pagerduty:01SAMPLEINCIDENTTRIGGERED"
    assert report.happened_at == OCCURRED
    assert report.began_at == datetime(2026, 11, 20, 9, 59, tzinfo=UTC)
    assert report.title == "Payouts fail"
    assert report.by.model_dump() == {
        "person": "sample-primary",
        "role": "primary_on_call",
        "door": "intake:pagerduty",
        "assurance": "known_address",
        "is_machine": False,
    }
    assert report.labels == {
        "urgency": "high",
        "status": "triggered",
        "incident_key": "key-1",
        "number": "12",
        "priority": "P2",
        "service": "Payouts",
        "escalation_policy": "Round the clock",
        "teams": "Platform",
        "incident_type": "major",
        "event_type": "incident.triggered",
    }
    assert report.description.endswith("Where it comes from: https://example.org/incidents/PSAMPLEINC1")


@pytest.mark.parametrize(
    ("agent", "person"),
    [
        (None, "pagerduty"),
        ({"type": "user_reference"}, "pagerduty"),
        ({"id": "PNOBODY", "type": "user_reference"}, "pagerduty:PNOBODY"),
        ({"id": "PSAMPLE1", "type": "service_reference"}, "pagerduty:PSAMPLE1"),
        ({"id": "P 1\n", "type": "user_reference"}, "pagerduty"),
        ("kim", "pagerduty"),
    ],
)
def test_whom_the_directory_does_not_know_is_a_machine(agent: Any, person: str) -> None:
    by = only(event(agent=agent)).by
    assert (by.person, by.is_machine, by.assurance, by.role) == (person, True, "asserted", None)


def test_without_a_directory_everybody_is_a_machine() -> None:
    (report,) = read_pagerduty(event()).reported
    assert (report.by.person, report.by.is_machine) == ("pagerduty:PSAMPLE1", True)


@pytest.mark.parametrize(
    ("event_type", "what"),
    [
        ("incident.triggered", "open"),
        ("incident.reopened", "open"),
        ("incident.acknowledged", "acknowledge"),
        ("incident.unacknowledged", "release"),
        ("incident.escalated", "escalate"),
        ("incident.resolved", "resolve"),
        ("incident.delegated", "note"),
        ("incident.reassigned", "note"),
        ("incident.priority_updated", "note"),
        ("incident.service_updated", "note"),
    ],
)
def test_what_each_event_becomes(event_type: str, what: str) -> None:
    assert only(event(event_type)).what == what


@pytest.mark.parametrize(
    ("event_type", "data", "news"),
    [
        ("incident.priority_updated", incident(), "Its priority there is now P2."),
        ("incident.priority_updated", incident(priority=None), "Its priority there is now none."),
        ("incident.delegated", incident(), "Its escalation policy there is now Round the clock."),
        ("incident.service_updated", incident(), "Its service there is now Payouts."),
        ("incident.reassigned", incident(assignees=[]), "Assigned there to: nobody."),
        ("incident.escalated", incident(), "Assigned there to: Sample Primary."),
        (
            "incident.resolved",
            incident(resolve_reason={"type": "merge_resolve_reason"}),
            "Reason there: merge_resolve_reason",
        ),
        ("incident.annotated", {"incident": INCIDENT_REFERENCE, "content": "Rolled\nback."}, "Rolled\nback."),
        ("incident.status_update_published", {"incident": INCIDENT_REFERENCE, "message": "We look."}, "We look."),
        (
            "incident.responder.added",
            {"incident": INCIDENT_REFERENCE, "user": {"summary": "Sample Two"}, "state": "pending", "message": "Come"},
            "Sample Two: pending\n\nCome",
        ),
    ],
)
def test_what_is_new_is_kept_in_words(event_type: str, data: dict[str, Any], news: str) -> None:
    report = only(event(event_type, data))
    head, _, rest = report.note.partition("\n\n")
    assert (
        head
        == f"PagerDuty: {event_type.removeprefix('incident.').replace('_', ' ').replace('.', ' ')} by Sample Primary"
    )
    assert rest == news
    assert report.reference == "PSAMPLEINC1"
    assert report.title == "Payouts fail"


@pytest.mark.parametrize(
    ("event_type", "status", "is_open"),
    [
        ("incident.priority_updated", "triggered", True),
        ("incident.priority_updated", "acknowledged", True),
        ("incident.priority_updated", "resolved", False),
        ("incident.priority_updated", None, None),
        ("incident.acknowledged", None, True),
        ("incident.resolved", None, False),
    ],
)
def test_whether_it_is_open_there(event_type: str, status: str | None, is_open: bool | None) -> None:
    assert only(event(event_type, incident(status=status))).is_open_there is is_open


def test_an_event_that_is_not_known_is_told_with_those_that_are() -> None:
    taken = read(event("incident.exploded"))
    assert taken.reported == ()
    (each,) = taken.not_taken
    assert (each.nature, each.place) == ("not_understood", "$.event.event_type")
    assert each.why.startswith(
        "$.event.event_type: 'incident.exploded' is not understood; understood: incident.triggered,"
    )
    assert all(name in each.why for name in EVENTS)


@pytest.mark.parametrize("event_type", ABOUT_NO_INCIDENT)
def test_what_is_about_no_incident_asks_for_nothing(event_type: str) -> None:
    taken = read({"event": {"event_type": event_type}})
    assert [each.nature for each in taken.not_taken] == ["nothing_to_do"]


def test_messages_of_version_2_and_of_version_3() -> None:
    old = {
        "event": "incident.acknowledge",
        "id": "69a7ced0-0000",
        "created_on": "2026-11-20T10:01:00Z",
        "incident": incident(status="acknowledged"),
        "log_entries": [{"agent": {"id": "PSAMPLE1", "type": "user_reference"}}],
    }
    strange = old | {"event": "incident.explode"}
    taken = read({"messages": [event(), old, strange, 5]})
    assert [(each.place, each.what) for each in taken.reported] == [
        ("$.messages[0].event", "open"),
        ("$.messages[1]", "acknowledge"),
    ]
    assert taken.reported[1].by.person == "sample-primary"
    assert [(each.place, each.nature) for each in taken.not_taken] == [
        ("$.messages[2].event", "not_understood"),
        ("$.messages[3]", "bad"),
    ]


REST = {
    "id": "PSAMPLEINC2",
    "type": "incident",
    "summary": "[#5] Disk full",
    "title": "Disk full",
    "description": "Disk full on the ledger",
    "status": "triggered",
    "created_at": "2026-11-20T09:00:00Z",
    "last_status_change_at": "2026-11-20T09:30:00Z",
    "last_status_change_by": {"id": "PSAMPLE1", "type": "user_reference"},
    "priority": {"summary": "P3", "name": "P3"},
    "urgency": "low",
}


@pytest.mark.parametrize(
    ("status", "what"), [("triggered", "open"), ("acknowledged", "acknowledge"), ("resolved", "resolve")]
)
def test_an_incident_as_the_rest_api_gives_it(status: str, what: str) -> None:
    report = only(REST | {"status": status})
    assert (report.what, report.said) == (what, f"incident.{status}")
    assert report.command_id == f"pagerduty:PSAMPLEINC2:{status}:2026-11-20T09:30:00+00:00"
    assert report.happened_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert report.began_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert report.labels["priority"] == "P3"
    assert report.description.startswith("Disk full on the ledger\n\n")
    wrapped = (
        read({"incidents": [REST | {"status": status}]}).reported
        + read({"incident": REST | {"status": status}}).reported
    )
    assert {each.command_id for each in wrapped} == {report.command_id}


def test_an_incident_that_never_changed_its_status_counts_from_its_creation() -> None:
    report = only({name: value for name, value in REST.items() if name != "last_status_change_at"})
    assert report.happened_at == report.began_at


def test_ids_that_could_pass_for_card_numbers_are_never_kept() -> None:
    number = "4111111111111111"
    report = only(event(data=incident(id=number), id=number))
    assert number not in report.reference + report.command_id


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (event(data={"title": "x"}), "$.event.data.id: is missing; allowed: text"),
        (
            event("incident.annotated", {"id": "P1", "incident": {}}),
            "$.event.data.incident.id: is missing; allowed: text",
        ),
        (event(occurred_at="yesterday"), "$.event.occurred_at: is 'yesterday'; allowed: an instant with its zone"),
        (event(id=None), "$.event.id: is missing; allowed: text"),
        ({"event": {"id": "x"}}, "$.event.event_type: is missing; allowed: text such as incident.triggered"),
        ({"event": {"event_type": 5}}, "$.event.event_type: is the number 5; allowed: text"),
        ({"event": {"event_type": "incident.triggered"}}, "$.event.data: is missing; allowed: an object"),
        (REST | {"status": "gone"}, "$.status: is 'gone'; allowed: triggered or acknowledged or resolved"),
        ({"alerts": []}, "$: is an object without any of them; allowed: an event (`event`)"),
        ("x", "$: is 'x'; allowed: an event (`event`)"),
    ],
)
def test_what_is_bad_is_named_by_path_value_and_what_is_allowed(payload: Any, says: str) -> None:
    with pytest.raises(BadPayload) as caught:
        read(payload)
    assert str(caught.value).startswith(says)


def test_in_a_list_the_good_ones_are_taken() -> None:
    taken = read([event(), event(data={}), [], event("incident.resolved")])
    assert [each.place for each in taken.reported] == ["$[0].event", "$[3].event"]
    assert [(each.place, each.nature) for each in taken.not_taken] == [("$[1]", "bad"), ("$[2]", "bad")]
