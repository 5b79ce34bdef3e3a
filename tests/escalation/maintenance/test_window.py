"""Which issues fall into a window, and what is wrong with one that is to be set."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escalation.maintenance.window import EVERYTHING, Window, condition_of, faults, window_for
from escalation.policy.match import issue_fields

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def window(condition: str = EVERYTHING, **more: Any) -> Window:
    given = {"id": "mw-1", "mode": "hold", "begins_at": NOW, "until": NOW + HOUR, "condition": condition}
    return Window(**{**given, "by": "lee", "why": "works", "set_at": NOW, **more})


def found(*windows: Window, severity: str = "S2", at: datetime = NOW, **fields: Any) -> str | None:
    given = {"kind": "technical", "source": "alertmanager", "received_at": at, "opened_at": at, **fields}
    one = window_for(windows, issue_fields(**given), severity, at)
    return one.id if one is not None else None


@pytest.mark.parametrize(
    ("at", "is_on"),
    [(NOW - timedelta(seconds=1), False), (NOW, True), (NOW + HOUR - timedelta(seconds=1), True), (NOW + HOUR, False)],
)
def test_it_is_on_from_its_beginning_until_before_its_end(at: datetime, is_on: bool) -> None:
    assert (found(window(), at=at) is not None) is is_on


def test_one_that_was_ended_is_over() -> None:
    assert found(window(ended_at=NOW, ended_by="lee")) is None


def test_source_and_labels_and_condition_must_all_hold() -> None:
    condition = condition_of("issue.team == 'main'", "alertmanager", {"service": "tills", "it's": "a \\ b"})
    labels = {"service": "tills", "it's": "a \\ b"}
    assert found(window(condition), labels=labels) == "mw-1"
    assert found(window(condition), labels={**labels, "service": "web"}) is None
    assert found(window(condition), labels={"service": "tills"}) is None
    assert found(window(condition), labels=labels, source="desk") is None
    assert found(window(condition), labels=labels, team="platform") is None


def test_a_condition_that_fails_on_the_issue_does_not_hold() -> None:
    assert found(window("issue.labels['service'] == 'tills'")) is None


def test_a_severity_that_breaks_through_falls_into_none() -> None:
    assert found(window(through=("S1",)), severity="S1") is None
    assert found(window(through=("S1",)), severity="S2") == "mw-1"


def test_of_several_one_that_holds_and_then_the_longest() -> None:
    quiet = window(id="quiet", mode="quiet", until=NOW + 3 * HOUR)
    longer = window(id="longer", until=NOW + 2 * HOUR)
    assert found(quiet, window(), longer) == "longer"
    assert found(quiet) == "quiet"


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"until": NOW}, "until", "is not after now"),
        ({"begins_at": NOW + HOUR, "until": NOW + HOUR}, "until", "is not after it begins"),
        ({"until": NOW + timedelta(days=32)}, "until", "at most 31 days"),
        ({"begins_at": NOW - HOUR}, "from", "is past"),
        ({"through": ("S9",)}, "through", "'S9' is no severity of any policy"),
        ({"condition": "issue.sorce == 'x'"}, "when", "does not compile"),
        ({"condition": "issue.source"}, "when", "not true or false"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(more: dict[str, Any], field: str, said: str) -> None:
    ((name, problem, allowed),) = faults(window(**more), ["S1", "S2"], NOW)
    assert name == field
    assert said in f"{problem}; allowed: {allowed}"


def test_one_that_is_right_has_no_faults() -> None:
    assert faults(window(through=("S1",)), ["S1", "S2"], NOW) == []
