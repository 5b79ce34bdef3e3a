"""What is shown on the server: search attributes, headline, card, timer. Of a sealed issue nothing but its id."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.issue.attributes import ATTRIBUTES, attributes
from escalation.issue.card import SEALED, card, headline, timer_name
from escalation.issue.clocks import next_due
from escalation.issue.facts import IssueFacts
from tests.given import Played, actor, at, opened, policy, tier

SECRET = "About the director"


def classed(issue_class: str) -> Played:
    """An issue of that class; its title was forced upon it, past the model that would have dropped it."""
    command = opened(issue={"issue_class": issue_class, "raiser": actor("ray", assurance="signed_in")})
    forced = IssueFacts.model_construct(**{**dict(command.issue), "title": SECRET})
    return Played(command.model_copy(update={"issue": forced}))


def test_the_table_of_attributes_keeps_to_the_servers_budget() -> None:
    kinds = list(ATTRIBUTES.values())
    assert kinds.count("keyword") <= 10
    assert max(kinds.count("datetime"), kinds.count("bool")) <= 3


def test_the_attributes_of_an_open_issue() -> None:
    assert attributes(Played().state) == {
        "EscalonStatus": "open",
        "EscalonTier": "first",
        "EscalonSeverity": "S1",
        "EscalonKind": "support",
        "EscalonEntity": "main",
        "EscalonTeam": "main",
        "EscalonSource": "desk",
        "EscalonNextDeadline": at(10),
        "EscalonBreached": False,
    }


def test_every_attribute_is_of_its_type() -> None:
    types: dict[str, Any] = {"keyword": str, "datetime": type(at(0)), "bool": bool}
    for name, value in attributes(Played().run_to(at(10)).state).items():
        assert isinstance(value, types[ATTRIBUTES[name]])


def test_status_says_exhausted_until_somebody_takes_charge() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    assert attributes(played.state)["EscalonStatus"] == "exhausted"
    played.take_charge("boss", at(40))
    assert attributes(played.state)["EscalonStatus"] == "open"
    played.resolve("boss", at(20))
    assert attributes(played.state)["EscalonStatus"] == "resolved"


def test_what_is_over_has_no_next_deadline() -> None:
    played = Played()
    played.resolve("first-1", at(1))
    played.confirm("ray", at(2))
    played.run_to(at(2) + timedelta(days=14))
    assert attributes(played.state)["EscalonNextDeadline"] is None


def test_a_sealed_issue_shows_its_id_and_nothing_else() -> None:
    played = classed("sealed")
    due = next_due(played.state)
    assert due is not None
    assert attributes(played.state) == {}
    assert headline(played.state) == "desk:REF-1"
    assert card(played.state, at(1)) == SEALED
    assert timer_name(played.state, due) == "next deadline"


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
def test_the_title_of_an_issue_that_is_not_normal_is_shown_nowhere(issue_class: str) -> None:
    played = classed(issue_class)
    shown = (headline(played.state), card(played.state, at(1)), str(attributes(played.state)))
    assert not [text for text in shown if SECRET in text]


def test_the_card_says_where_it_stands_who_has_it_and_what_comes() -> None:
    played = Played()
    shown = card(played.state, at(1))
    assert shown.startswith("## S1 Charged twice\n\n**Nobody has it yet; First is asked.**")
    assert "| Tier | First, since Fri 20 Nov 19:40:00 UTC: it enters there |" in shown
    assert "| Next | Fri 20 Nov 19:50:00 UTC: nobody has acknowledged: Second is asked |" in shown
    played.acknowledge("first-1", at(2))
    assert "**first-1 works on it; First is asked.**" in card(played.state, at(2))
    assert "- Fri 20 Nov 19:42:00 UTC: first-1 acknowledged it" in card(played.state, at(2))


def test_the_card_shouts_when_nobody_has_it() -> None:
    played = Played(opened(policy(tier("first")))).run_to(at(10))
    assert "**NOBODY HAS IT" in card(played.state, at(10))
    assert "`take_charge`" in card(played.state, at(10))
    played.take_charge("boss", at(40))
    assert "**boss took charge until Fri 20 Nov 20:20:00 UTC.**" in card(played.state, at(11))


@pytest.mark.parametrize(("act", "says"), [("resolve", "`confirm` or `reopen`"), ("confirm", "`reopen`")])
def test_the_card_says_how_to_answer_as_it_stands(act: str, says: str) -> None:
    played = Played()
    played.resolve("first-1", at(1))
    if act == "confirm":
        played.confirm("ray", at(2))
    assert says in card(played.state, at(3))
