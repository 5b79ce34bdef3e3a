"""What a door does to an issue or a command before it is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escalation.issue.commands import Acknowledge, Close, Open, Resolve
from escalation.issue.decide import decide
from escalation.issue.effects import Record
from escalation.issue.evolve import evolve
from escalation.issue.facts import Actor, TextRef
from escalation.issue.identity import IssueId
from escalation.issue.refusal import Rejected
from escalation.issue.standing import snapshot
from escalation.policy.model import Policy
from records import journal, tables, texts
from records.database import Database
from starter.door import OpenRequest, actor_for, prepare_command, prepare_open
from starter.failure import NotDone, WrongInput
from starter.installation import Installed

NOW = datetime(2026, 11, 21, 19, 40, tzinfo=UTC)
MACHINE = Actor(person="alertmanager", door="intake", assurance="system", is_machine=True)
CARD = "4111 1111 1111 1111"
MARK = "what-was-written"
ISSUE = IssueId(source="desk", reference="REF-1")


def request(here: Installed, **more: Any) -> OpenRequest:
    """An issue that an agent brings."""
    agent = actor_for(here.directory.person("sample-agent-1"), "cli")
    return OpenRequest(
        **{
            "raiser": agent,
            "command_id": "c-1",
            "title": "Charged twice",
            "source": "desk",
            "reference": "REF-1",
            **more,
        }
    )


def opening(here: Installed, db: Database | None = None, **more: Any) -> Open:
    """The command that comes of it."""
    return prepare_open(request(here, **more), here, db, NOW).command


def test_the_policy_is_that_of_entity_and_kind(here: Installed) -> None:
    assert opening(here).policies[0].name == "four-tier-support"
    assert opening(here, kind="technical", severity="SEV1").policies[0].name == "technical-sev"


def test_a_policy_can_be_named_instead(here: Installed) -> None:
    command = opening(here, policy="technical-sev", severity="SEV2")
    assert (command.policies[0].name, command.issue.kind, command.match.severity) == (
        "technical-sev",
        "technical",
        "SEV2",
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"policy": "four-tier-suport"}, "did you mean 'four-tier-support'"),
        ({"kind": "suport"}, "did you mean 'support'"),
        ({"kind": "privacy"}, "there are: main/support (four-tier-support), main/technical (technical-sev)"),
        ({"legal_entity": "emea"}, "legal entity 'emea'"),
        ({"kind": "support", "policy": "technical-sev"}, "kind: 'support' is not that of policy technical-sev"),
        ({"legal_entity": "emea", "policy": "technical-sev"}, "legal_entity: 'emea' is not that of policy"),
        ({"severity": "S9"}, "severity: 'S9' is not one of policy four-tier-support; allowed: S1, S2, S3, S4"),
        ({"team": "suport"}, "team: 'suport' is not known; allowed: main, support, platform; did you mean 'support'"),
        ({"source": "Help Desk"}, "source: 'Help Desk' is not a name; allowed: 1 to 40 of a-z"),
        ({"issue_class": "secret"}, "class: 'secret' is not known; allowed: normal, restricted, sealed"),
        ({"harm_flags": ("fruad",)}, "harm: 'fruad' is not known; allowed: vulnerable"),
        ({"about": ("sample-laed-1",)}, "about: 'sample-laed-1' is not known"),
        ({"audience": ("nobody",)}, "audience: 'nobody' is not known"),
        ({"title": ""}, "title: it is empty"),
        ({"title": "x" * 201}, "title 'xxx"),
        ({"title": "two\nlines"}, "title 'two\\nlines' has a line end (U+000A)"),
        ({"title": "red \x1b[31m"}, "a control character (U+001B)"),
        ({"description": "x" * 10_001}, "has 10,001 characters; allowed: at most 10,000"),
        ({"description": "a\x00b"}, "a NUL (U+0000)"),
        ({"reference": CARD}, "reference: it holds what looks like a card number"),
        ({"reference": "x" * 201}, "reference 'xxx"),
        ({"received_at": datetime(2026, 11, 21, 19, 0)}, "received_at: 2026-11-21T19:00:00 has no time zone"),  # noqa: DTZ001
        ({"received_at": NOW + timedelta(hours=1)}, "is in the future"),
        ({"first_noticed_at": NOW + timedelta(hours=1)}, "first_noticed_at: "),
        ({"command_id": ""}, "id: '' cannot name a command"),
        ({"command_id": "x" * 301}, "id "),
    ],
)
def test_wrong_input_is_named(here: Installed, wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongInput) as raised:
        opening(here, **wrong)
    assert says in raised.value.why
    assert raised.value.exit_code == 2


def test_an_issue_that_no_trigger_wants_is_refused_with_the_explanation(here: Installed) -> None:
    picky = _only(here.policies[0], "third contact")
    with pytest.raises(NotDone) as raised:
        opening(Installed((picky,), here.directory))
    assert "'third contact' does not hold." in raised.value.why
    assert raised.value.exit_code == 1
    assert opening(Installed((picky,), here.directory), contacts=3).match.trigger == "third contact"


def _only(policy: Policy, trigger: str) -> Policy:
    return policy.model_copy(update={"triggers": tuple(each for each in policy.triggers if each.name == trigger)})


def test_a_persons_issue_is_theirs_and_a_machines_the_duty_leads(here: Installed) -> None:
    assert opening(here).owner == "sample-agent-1"
    assert opening(here, raiser=MACHINE).owner == "sample-lead-1"
    assert opening(here, raiser=MACHINE, team="platform").owner == "sample-incident-lead"
    customer = Actor(person="C-7781", door="form", assurance="signed_link")
    assert opening(here, raiser=customer).owner == "sample-lead-1"


def test_everybody_who_may_be_asked_when_nobody_can_be_looked_up_comes_along(here: Installed) -> None:
    command = opening(here, about=("sample-lead-1",))
    policy = command.policies[0]
    assert set(command.last_known) == {f"{policy.name}/{tier.name}" for tier in policy.tiers} | {f"{policy.name}/"}
    assert command.last_known["four-tier-support/team_lead"] == (), "never whom it is about"
    assert command.last_known["four-tier-support/"] == ("sample-senior", "sample-manager")
    known = {person.id: person for person in command.people}
    assert {person for ids in command.last_known.values() for person in ids} <= known.keys()
    assert known["sample-agent-1"].limit == {"EUR": "100"}
    assert all("inbox" in person.channels for person in command.people)


def test_a_title_travels_masked_and_the_description_lies_in_the_record(here: Installed, record: Database) -> None:
    command = opening(here, record, title=f"Card {CARD} charged twice", description=f"It was {CARD}.\nTwice.")
    facts = command.issue
    assert facts.title == "Card •••• 1111 charged twice"
    assert facts.description is not None
    assert texts.read(record, facts.id, [facts.description.ref]) == {"c-1.description": "It was •••• 1111.\nTwice."}
    assert facts.description.digest
    assert CARD not in command.model_dump_json()


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
def test_of_an_issue_that_is_not_for_all_not_even_the_title_travels(
    here: Installed, record: Database, issue_class: str
) -> None:
    facts = opening(here, record, title="About a colleague", issue_class=issue_class).issue
    assert facts.title == ""
    assert facts.title_ref is not None
    assert texts.read(record, facts.id, [facts.title_ref.ref]) == {"c-1.title": "About a colleague"}


def test_a_record_that_is_away_stops_nobody_and_the_text_can_be_sent_again(here: Installed, record: Database) -> None:
    asked = request(here, description="It was card 1.")
    away = prepare_open(asked, here, None, NOW)
    ref = TextRef(ref="c-1.description", digest="", length=14)
    assert away.command.issue.description == ref
    assert "description could not be kept" in away.notes[0]
    assert "--id c-1" in away.notes[0]
    again = prepare_open(asked, here, record, NOW)
    assert again.notes == ()
    assert texts.read(record, ISSUE, [ref.ref]) == {ref.ref: "It was card 1."}, (
        "where the first call said that it would be"
    )


def test_a_record_without_tables_counts_as_away(here: Installed, record: Database) -> None:
    with record.engine.begin() as connection:
        tables.metadata.drop_all(connection)
    prepared = prepare_open(request(here, description="text"), here, record, NOW)
    assert prepared.notes
    assert prepared.latest == 0


def test_an_id_names_one_set_of_words(here: Installed, record: Database) -> None:
    opening(here, record, description="one")
    with pytest.raises(WrongInput, match="came before with another description"):
        opening(here, record, description="two")


def test_the_same_words_are_the_same_issue(here: Installed) -> None:
    first, second = (opening(here, reference="", command_id=each).issue.id for each in ("c-1", "c-2"))
    assert first == second
    assert first != opening(here, reference="", title="Charged thrice").issue.id


def test_what_is_over_is_followed_by_the_next_occurrence(here: Installed, record: Database) -> None:
    _on_record(record, here, status="resolved")
    prepared = prepare_open(request(here), here, record, NOW)
    assert (prepared.latest, prepared.command.issue.id.occurrence) == (1, 1), "it can be reopened: the same one"
    _on_record(record, here, status="ended", entries=3)
    prepared = prepare_open(request(here, description="again"), here, record, NOW)
    assert (prepared.latest, prepared.command.issue.id.occurrence) == (1, 2)


def test_the_text_lies_under_the_occurrence_that_is_opened_at_last(here: Installed, record: Database) -> None:
    """The record is behind: what it takes for open has ended, so that the issue is opened as a later one."""
    prepared = prepare_open(request(here, description="again"), here, record, NOW)
    ref = prepared.command.issue.description
    assert ref is not None
    for occurrence in (1, 2, 3):
        prepared.carry(ISSUE.at(occurrence))
    assert texts.read(record, ISSUE.at(3), [ref.ref]) == {ref.ref: "again"}
    assert not any(texts.read(record, ISSUE.at(occurrence), [ref.ref]) for occurrence in (1, 2)), "erased there with it"
    assert texts.keep(record, ISSUE.at(3), ref.ref, "again") == ref, "as the command says"
    assert prepared.notes == ()


def test_what_an_earlier_occurrence_refers_to_stays_there(here: Installed, record: Database) -> None:
    opening(here, record, description="again")
    prepared = prepare_open(request(here, description="again"), here, record, NOW)
    prepared.carry(ISSUE.at(2))
    for occurrence in (1, 2):
        assert texts.read(record, ISSUE.at(occurrence), ["c-1.description"]) == {"c-1.description": "again"}


def test_a_record_that_goes_away_before_the_start_is_said_too(here: Installed, record: Database) -> None:
    prepared = prepare_open(request(here, description="text"), here, record, NOW)
    with record.engine.begin() as connection:
        tables.metadata.drop_all(connection)
    prepared.carry(ISSUE.at(2))
    assert "description could not be kept" in prepared.notes[0]


def _on_record(db: Database, here: Installed, status: str, entries: int = 2) -> None:
    command = opening(here)
    decided = decide(None, command, NOW)
    assert not isinstance(decided, Rejected)
    state = None
    for entry in decided:
        state = evolve(state, entry)
    assert state is not None
    row = snapshot(state).model_copy(update={"status": status, "entries": entries})
    journal.write(db, Record(snapshot=row, entries=decided))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(title=st.text(max_size=250), description=st.text(max_size=400))
def test_any_words_are_either_refused_or_fit_to_keep(here: Installed, title: str, description: str) -> None:
    try:
        command = opening(here, title=title, description=f"{MARK}{description}", reference="")
    except WrongInput as error:
        _is_one_line(error.why)
        return
    facts = command.issue
    assert 0 < len(facts.title) <= 200
    assert "\n" not in facts.title
    assert MARK not in command.model_dump_json(), "free text never travels"
    assert Open.model_validate_json(command.model_dump_json()) == command


def _is_one_line(refusal: str) -> None:
    assert refusal.isprintable()


def command(here: Installed, name: str, db: Database | None = None, **fields: Any) -> Any:
    """A command of the team lead."""
    lead = actor_for(here.directory.person("sample-lead-1"), "cli")
    return prepare_command(name, ISSUE, fields, lead, "c-2", here, db).command


def test_a_command_has_its_texts_beside_the_record(here: Installed, record: Database) -> None:
    made = command(
        here, "resolve", record, outcome="solved", told_customer=f"We credit {CARD} today.", explanation=None
    )
    assert isinstance(made, Resolve)
    assert made.told_customer is not None
    assert texts.read(record, ISSUE, [made.told_customer.ref]) == {"c-2.told_customer": "We credit •••• 1111 today."}
    assert made.explanation is None
    assert (made.by.role, made.by.assurance) == ("team_lead", "asserted")


def test_a_command_goes_out_without_the_record(here: Installed) -> None:
    made = command(here, "acknowledge", next_action="call them", until=NOW)
    assert isinstance(made, Acknowledge)
    assert made.next_action == TextRef(ref="c-2.next_action", digest="", length=9)


def test_another_issue_is_named_in_full(here: Installed) -> None:
    made = command(here, "close", reason="duplicate_of", duplicate_of="desk:REF-9")
    assert isinstance(made, Close)
    assert made.duplicate_of == "main:main:main:desk:REF-9:1"


@pytest.mark.parametrize(
    ("name", "fields", "says"),
    [
        ("acknowlege", {}, "did you mean 'acknowledge'"),
        ("acknowledge", {"untill": NOW}, "field: 'untill' is not known; allowed: next_action, until, take_over_from"),
        ("acknowledge", {"until": datetime(2026, 11, 21)}, "until: '2026-11-21 00:00:00' cannot be used"),  # noqa: DTZ001
        ("acknowledge", {"take_over_from": "sample-laed-1"}, "did you mean 'sample-lead-1'"),
        ("take_charge", {}, "until: it is missing"),
        ("resolve", {}, "outcome: it is missing"),
        ("resolve", {"outcome": "payd"}, "outcome: 'payd' cannot be used; allowed: 'solved', 'workaround'"),
        ("close", {"reason": "done"}, "reason: 'done' cannot be used"),
        ("close", {"reason": "duplicate_of", "duplicate_of": "REF-9"}, "duplicate_of: 'REF-9' is not an issue id"),
        ("release", {"reason": "x" * 10_001}, "has 10,001 characters"),
        ("release", {"reason": "\x07"}, "a control character (U+0007)"),
        ("acknowledge", {"id": "other"}, "field: 'id' is not known"),
    ],
)
def test_a_wrong_command_is_named(here: Installed, name: str, fields: dict[str, Any], says: str) -> None:
    with pytest.raises(WrongInput) as raised:
        command(here, name, **fields)
    assert says in raised.value.why
