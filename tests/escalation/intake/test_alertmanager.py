"""Alertmanager's payloads in our words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escalation.intake.alertmanager import fingerprint_of, firing_began_at, read_alertmanager
from escalation.intake.payload import BadPayload
from escalation.intake.reported import Reported, Taken
from tests.escalation.intake.payloads import alert, webhook

NOW = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
BEGAN = datetime(2026, 11, 20, 10, 0, 0, 123456, tzinfo=UTC)


def read(payload: object) -> Taken:
    return read_alertmanager(payload, NOW)


def only(payload: object) -> Reported:
    taken = read(payload)
    assert taken.not_taken == ()
    (report,) = taken.reported
    return report


def test_what_fires_is_opened() -> None:
    report = only(webhook())
    assert (report.what, report.said, report.is_open_there) == ("open", "firing", True)
    assert report.reference == "00d1ce00d1ce00d1"
    assert report.command_id == "alertmanager:00d1ce00d1ce00d1:2026-11-20T10:00:00.123456+00:00:firing"
    assert report.title == "The payout queue grows"
    assert report.happened_at == report.began_at == BEGAN
    assert report.by.model_dump() == {
        "person": "alertmanager",
        "role": None,
        "door": "intake:alertmanager",
        "assurance": "asserted",
        "is_machine": True,
    }
    assert report.labels == {
        "alertname": "QueueGrows",
        "severity": "critical",
        "queue": "payouts",
        "groupKey": '{}:{alertname="QueueGrows"}',
        "receiver": "escalon",
    }


def test_the_description_holds_all_that_a_responder_wants() -> None:
    said = only(webhook()).description
    assert said.startswith("4,000 wait.\n\nLabels:\n  alertname: QueueGrows\n  queue: payouts\n  severity: critical")
    assert "runbook: https://example.org/r" in said
    assert said.endswith("Where it comes from: https://example.org/graph")


def test_what_no_longer_fires_is_resolved_at_its_end() -> None:
    report = only(webhook(alert(status="resolved", endsAt="2026-11-20T10:04:00Z")))
    assert (report.what, report.is_open_there) == ("resolve", False)
    assert report.happened_at == datetime(2026, 11, 20, 10, 4, tzinfo=UTC)
    assert report.began_at == BEGAN
    assert report.command_id.endswith(":2026-11-20T10:00:00.123456+00:00:resolved")
    assert report.note == "Alertmanager: it no longer fires, since 2026-11-20T10:04:00+00:00."


@pytest.mark.parametrize("ends", [None, "0001-01-01T00:00:00Z"])
def test_an_end_that_nobody_gave_is_when_it_came(ends: str | None) -> None:
    assert only(webhook(alert(status="resolved", endsAt=ends))).happened_at == NOW


def test_an_end_before_the_beginning_is_right_after_it() -> None:
    report = only(webhook(alert(status="resolved", endsAt="2026-11-20T09:00:00Z")))
    assert report.happened_at == BEGAN + timedelta(microseconds=1)


def test_the_same_beginning_is_the_same_command_however_it_is_spelt() -> None:
    one = only(webhook(alert(startsAt="2026-11-20T10:00:00.1234567Z")))
    two = only(webhook(alert(startsAt="2026-11-20T11:00:00.123456+01:00"), groupKey="another", receiver="another"))
    later = only(webhook(alert(startsAt="2026-11-20T10:00:00.123457Z")))
    assert one.command_id == two.command_id != later.command_id


def test_a_command_id_says_when_the_firing_began() -> None:
    firing, resolved = only(webhook()), only(webhook(alert(status="resolved")))
    assert firing_began_at(firing.command_id, firing.reference) == BEGAN
    assert firing_began_at(resolved.command_id, resolved.reference) is None
    assert firing_began_at(firing.command_id, "another") is None
    assert firing_began_at("alertmanager:x:yesterday:firing", "x") is None


@pytest.mark.parametrize(
    ("labels", "value"),
    [
        # prometheus/common, model: the fingerprints that its own tests hold.
        ({}, 14695981039346656037),
        ({"name": "garland, briggs", "fear": "love is not enough"}, 5799056148416392346),
    ],
)
def test_a_missing_fingerprint_is_the_one_that_prometheus_gives(labels: dict[str, str], value: int) -> None:
    assert fingerprint_of(labels) == f"{value:016x}"
    report = only(webhook(alert(fingerprint=None, labels={"status": "x"} | labels)))
    assert report.reference == fingerprint_of({"status": "x"} | labels)


def test_a_fingerprint_that_could_pass_for_a_card_number_is_never_kept() -> None:
    report = only(webhook(alert(fingerprint="4111111111111111")))
    assert "4111111111111111" not in report.model_dump_json()
    again = only(webhook(alert(fingerprint="4111111111111111")))
    assert report.reference == again.reference != only(webhook(alert(fingerprint="5500000000000004"))).reference


@pytest.mark.parametrize(
    ("annotations", "labels", "title"),
    [
        ({"title": "Grafana says"}, {}, "Grafana says"),
        ({"summary": " \n"}, {"alertname": "Down"}, "Down"),
        ({}, {}, "Alert 00d1ce00d1ce00d1"),
        (None, {"alertname": "Card 4111 1111 1111 1111"}, "Card •••• 1111"),
    ],
)
def test_a_title_is_never_empty(annotations: Any, labels: Any, title: str) -> None:
    assert only(webhook(alert(annotations=annotations, labels=labels))).title == title


def test_a_label_of_the_alert_goes_before_one_of_the_group() -> None:
    labels = only(webhook(alert(labels={"receiver": "mine", "code": 503, "is_new": True, "gone": None}))).labels
    assert labels["receiver"] == "mine"
    assert (labels["code"], labels["is_new"]) == ("503", "true")
    assert "gone" not in labels


def test_alerts_keep_their_order_and_bad_ones_their_place() -> None:
    taken = read(webhook(alert(fingerprint="one"), alert(startsAt=None), alert(fingerprint="three"), alert(status="x")))
    assert [report.place for report in taken.reported] == ["$.alerts[0]", "$.alerts[2]"]
    assert [(each.place, each.nature) for each in taken.not_taken] == [("$.alerts[1]", "bad"), ("$.alerts[3]", "bad")]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (alert(status="pending"), "$.alerts[0].status: is 'pending'; allowed: firing or resolved"),
        (alert(status=None), "$.alerts[0].status: is missing; allowed: firing or resolved"),
        (alert(startsAt="now"), "$.alerts[0].startsAt: is 'now'; allowed: an instant with its zone"),
        (
            alert(startsAt="0001-01-01T00:00:00Z"),
            "$.alerts[0].startsAt: is '0001-01-01T00:00:00Z'; allowed: an instant",
        ),
        (alert(status="resolved", endsAt=7), "$.alerts[0].endsAt: is the number 7; allowed: an instant"),
        (alert(labels=["a"]), "$.alerts[0].labels: is a list of 1; allowed: an object"),
        (alert(labels={"a b": {}}), "$.alerts[0].labels['a b']: is an object; allowed: text"),
        (alert(fingerprint="a b"), "$.alerts[0].fingerprint: is 'a b'; allowed: 1 to 200 characters of ASCII"),
        ("alert", "$.alerts[0]: is 'alert'; allowed: an object"),
    ],
)
def test_a_bad_alert_is_named_by_path_value_and_what_is_allowed(broken: Any, says: str) -> None:
    taken = read(webhook(broken))
    assert taken.reported == ()
    assert taken.not_taken[0].why.startswith(says)


@pytest.mark.parametrize("payload", [None, "x", 5, {}, {"alerts": None}, {"alerts": {}}, {"event": {}}])
def test_what_is_no_webhook_is_refused_as_a_whole(payload: object) -> None:
    with pytest.raises(BadPayload):
        read(payload)


def test_several_payloads_in_a_list_and_one_that_is_none() -> None:
    taken = read([webhook(), {"event": {}}, webhook(alert(fingerprint="two"))])
    assert [report.place for report in taken.reported] == ["$[0].alerts[0]", "$[2].alerts[0]"]
    assert taken.not_taken[0].why.startswith("$[1].alerts: is missing; allowed: a webhook of Alertmanager")


def test_what_alertmanager_left_out_is_said() -> None:
    taken = read(webhook(truncatedAlerts=7))
    assert len(taken.reported) == 1
    assert [(each.nature, each.place) for each in taken.not_taken] == [("warning", "$.truncatedAlerts")]
    assert "is the number 7" in taken.not_taken[0].why


def test_no_alerts_is_nothing_to_do() -> None:
    taken = read(webhook() | {"alerts": []})
    assert [each.nature for each in taken.not_taken] == ["nothing_to_do"]


def test_what_grafana_adds_is_left_alone() -> None:
    more = {"orgId": 1, "title": "[FIRING:1]", "state": "alerting", "message": "**Firing**", "version": "1"}
    grafana = alert(silenceURL="https://example.org/s", values={"B": 22.5}, dashboardURL="", panelURL="")
    assert only(webhook(grafana, **more)).what == "open"
