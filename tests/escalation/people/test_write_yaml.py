"""A directory that is written reads back as the same."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from escalation.issue.personal_rules import QuietHours
from escalation.people.write_yaml import write_directory
from escalation.policy.absence import Absence
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.own_rules import OwnRules, RuleStep
from escalation.policy.read_directory import read_directory
from tests.escalation.people.lists import BASE
from tests.escalation.policy.sample import POLICIES

_IDS = ["1e5", "true", "null", "0"]
_LINE = (  # printable, as a directory wants it
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda text: bool(text) and text.isprintable())
)
_SOME_LINES = _LINE | st.sampled_from(
    ["yes", "~", "- a", "# a", "a: b", "'", '"', "{", "[a]", "&a", "*a", "!a", "5", "a #b", "\\", "@"]
)
_DAYS = st.dates(date(2000, 1, 1), date(2099, 1, 1))
_RULES = (
    OwnRules(),
    OwnRules(urgent=(RuleStep(channel="inbox"),)),
    OwnRules(ordinary=(RuleStep(channel="inbox", after=timedelta(milliseconds=1500)),)),
    OwnRules(urgent=(RuleStep(channel="inbox", after=timedelta(hours=1), repeat_every=timedelta(minutes=5), times=3),)),
)
_INSTANTS = st.integers(946684800, 4070908800).map(lambda at: datetime.fromtimestamp(at, UTC))


@st.composite
def _people(draw: st.DrawFn, name: str) -> Person:
    begins = draw(_DAYS)
    absence = Absence(begins=begins, until=draw(st.none() | st.just(begins)), why=draw(st.just("") | _SOME_LINES))
    return Person(
        id=name,
        name=draw(_SOME_LINES),
        role=draw(st.sampled_from(["agent", "5", "team lead", "null"])),
        teams=draw(st.sampled_from([(), ("main",)])),
        addresses={"inbox": name},
        limit=draw(st.dictionaries(st.sampled_from(["EUR", "USD"]), st.decimals("0", "99999999", places=2))),
        department=draw(st.none() | _SOME_LINES),
        skills=draw(st.sampled_from([(), ("sql", "c++", "5")])),
        languages=draw(st.sampled_from([(), ("no", "pt-BR")])),
        left_at=draw(st.none() | _DAYS | _INSTANTS),
        absences=(absence,) if draw(st.booleans()) else (),
        rules=draw(st.sampled_from(_RULES)),
        quiet_hours=draw(st.sampled_from([(), (QuietHours(begins=time(22), until=time(7, 30, 5), days=("mon",)),)])),
    )


@given(st.data())
def test_any_directory_reads_back_as_it_was(data: st.DataObject) -> None:
    people = tuple(data.draw(_people(name)) for name in _IDS)
    written = Directory(operator="null", people=people, teams=(Team(name="main", duty_lead="0"),))
    assert read_directory(write_directory(written, "Two lines\nof words"), "people.yaml") == written


def test_what_ships_reads_back_as_it_was() -> None:
    shipped = read_directory((POLICIES / "people.yaml").read_text(encoding="utf-8"), "people.yaml")
    assert read_directory(write_directory(shipped), "people.yaml") == shipped


def test_it_reads_like_one_that_people_write() -> None:
    assert write_directory(BASE.model_copy(update={"people": BASE.people[:1]}), "A sample.") == (
        "# A sample.\n"
        "operator: kim\n"
        "\n"
        "people:\n"
        "  kim:\n"
        "    name: Sample Kim\n"
        "    role: lead\n"
        "    teams: [main]\n"
        "    addresses: { inbox: kim, email: kim@example.org, slack: U0123456789 }\n"
        "    limit: { EUR: 100 }\n"
        "    deputy: lee\n"
        "    manager: lee\n"
        "    department: Support\n"
        "\n"
        "teams:\n"
        "  main:\n"
        "    duty_lead: kim\n"
        "  first-line:\n"
        "    duty_lead: lee\n"
    )


def test_amounts_are_written_out() -> None:
    rich = BASE.people[0].model_copy(update={"limit": {"EUR": Decimal("1E+5")}})
    assert "EUR: 100000" in write_directory(BASE.model_copy(update={"people": (rich,)}))
