"""Values that the rules make without checking are those that pydantic would have made."""

from datetime import UTC, datetime

import pytest

from escalation.issue.events import Entry, PeopleAsked, TargetMissed, TierBegan
from escalation.issue.facts import CLOCK
from escalation.value import Value
from tests.given import Played, person

NOW = datetime(2026, 11, 20, 19, 40, tzinfo=UTC)
EVENT = TargetMissed(target="first", due_at=NOW)
GIVEN: list[tuple[type[Value], dict[str, object]]] = [
    (TargetMissed, {"target": "first", "due_at": NOW, "tell": ("owner",)}),
    (TierBegan, {"turn": 1, "passes": 1, "policy": "p", "tier": "t", "why": "entered", "find_due_at": NOW}),
    (PeopleAsked, {"turn": 1, "tier": "t", "people": (person("ann"),), "how": "looked_up", "why": "on duty"}),
    (Entry, {"number": 1, "happened_at": NOW, "recorded_at": NOW, "by": CLOCK, "command": "", "event": EVENT}),
]


@pytest.mark.parametrize(("kind", "fields"), GIVEN, ids=lambda each: getattr(each, "__name__", ""))
def test_a_trusted_value_is_the_checked_one(kind: type[Value], fields: dict[str, object]) -> None:
    trusted, checked = kind.trusted(**fields), kind(**fields)
    assert trusted == checked
    assert trusted.model_dump_json() == checked.model_dump_json(), "its fields are in their order, too"
    assert trusted.model_fields_set == set(kind.model_fields), "all of them count as given"
    assert kind.model_validate_json(trusted.model_dump_json()) == checked


def test_a_changed_value_is_what_a_copy_with_an_update_is() -> None:
    state = Played().state
    change = {"tier": "second", "turn": 7, "hold": None}
    assert state.changed(change) == state.model_copy(update=change)
    assert state.changed(change).model_fields_set == state.model_copy(update=change).model_fields_set
    assert (state.tier, state.turn) == ("first", 1), "the old one stays"


def test_a_value_that_was_made_so_is_frozen_as_all_are() -> None:
    with pytest.raises(ValueError, match="frozen"):
        TargetMissed.trusted(target="first", due_at=NOW).target = "second"  # type: ignore[misc]
