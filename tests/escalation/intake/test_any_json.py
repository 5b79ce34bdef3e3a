"""Whatever comes, the adapters answer with reports or with their own error; what they report can be carried out."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from escalation.intake.alertmanager import read_alertmanager
from escalation.intake.pagerduty import EVENTS, read_pagerduty
from escalation.intake.payload import BadPayload
from escalation.intake.plan import plan, plan_unseen
from escalation.intake.reported import Reported, Taken, in_order
from escalation.issue.identity import IssueId
from escalation.masking import LONGEST_TEXT, LONGEST_TITLE, clean_text, mask_cards
from tests.escalation.intake.payloads import alert, event, incident, webhook

NOW = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
TEXT = st.text(st.characters(codec=None, categories=None), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """A payload of the right shape, in which some values are anything."""
    return _damage(draw, draw(whole), draw(st.floats(0, 0.4)))  # type: ignore[no-any-return]


def _damage(draw: st.DrawFn, value: Any, share: float) -> Any:
    if draw(st.floats(0, 1)) < share / 4:
        return draw(JSON)
    if isinstance(value, dict):
        return {name: _damage(draw, each, share) for name, each in value.items()}
    if isinstance(value, list):
        return [_damage(draw, each, share) for each in value]
    return draw(JSON) if draw(st.floats(0, 1)) < share else value


WEBHOOKS = st.builds(
    lambda status: webhook(alert(status=status), alert(fingerprint=None)), st.sampled_from(["firing", "resolved"])
)
EVENTS_OF_ALL_TYPES = st.builds(event, st.sampled_from([*EVENTS]))
INCIDENTS = st.builds(
    lambda status: incident(status=status), st.sampled_from(["triggered", "acknowledged", "resolved"])
)


def check(taken: Taken) -> bool:
    for report in taken.reported:
        can_be_carried_out(report)
    for each in taken.not_taken:
        assert each.why.isprintable()
    return sorted(in_order(taken.reported), key=lambda each: each.happened_at) == list(in_order(taken.reported))


def can_be_carried_out(report: Reported) -> None:
    """It passes the doors, it can be named, written as JSON and read back, and there is something to do for it."""
    issue = IssueId(source=report.source, reference=report.reference)
    assert len(str(issue)) < 900
    assert clean_text(report.command_id, "id", 300, is_one_line=True) == report.command_id
    assert mask_cards(report.command_id) == report.command_id
    assert mask_cards(report.reference) == report.reference
    assert clean_text(report.title, "title", LONGEST_TITLE, is_one_line=True) == report.title != ""
    for text in (report.description, report.note):
        assert mask_cards(clean_text(text, "text", LONGEST_TEXT)) == text
    assert report.began_at <= report.happened_at
    assert Reported.model_validate_json(report.model_dump_json()) == report
    assert plan(report, None)
    assert plan_unseen(report)


def check_reading(read: Callable[[], Taken]) -> None:
    try:
        taken = read()
    except BadPayload as error:
        said = str(error)
        is_fit = said.startswith("$") and said.isprintable()
    else:
        is_fit = check(taken)
    assert is_fit


@given(JSON)
def test_anything(payload: Any) -> None:
    check_reading(lambda: read_alertmanager(payload, NOW))
    check_reading(lambda: read_pagerduty(payload))


@given(damaged(WEBHOOKS))
def test_a_damaged_webhook_of_alertmanager(payload: dict[str, Any]) -> None:
    check_reading(lambda: read_alertmanager(payload, NOW))


@given(damaged(EVENTS_OF_ALL_TYPES | INCIDENTS))
def test_a_damaged_event_of_pagerduty(payload: dict[str, Any]) -> None:
    check_reading(lambda: read_pagerduty(payload))
