"""What a check of the few finds, a check of all finds, and the other way round: nobody is overlooked."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from escalation.people.neighbourhood import neighbourhood
from escalation.policy.absence import Absence
from escalation.policy.directory import Directory, Person, Team
from escalation.policy.finding import Findings
from escalation.policy.lint_directory import lint_directory

IDS = tuple("abcdef")
TEAMS = ("main", "far")
_some = st.none() | st.sampled_from(IDS)


@st.composite
def people(draw: st.DrawFn, id: str) -> Person:  # noqa: A002 - the word of the model
    """Somebody, in whatever may be wrong between people."""
    absences = []
    if draw(st.booleans()):
        day = draw(st.integers(1, 3))
        absences = [Absence(begins=date(2026, 12, day), until=date(2026, 12, day + 1), deputy=draw(_some))]
    return Person(
        id=id,
        name=f"Sample {id}",
        role="first",
        teams=tuple(draw(st.lists(st.sampled_from((*TEAMS, "gone")), max_size=1))),
        addresses={"inbox": draw(st.sampled_from(IDS))},
        deputy=draw(_some),
        manager=draw(_some),
        absences=tuple(absences),
    )


def house(everybody: dict[str, Person]) -> Directory:
    """A directory of these people."""
    teams = tuple(Team(name=name, duty_lead=lead) for name, lead in zip(TEAMS, ("a", "b"), strict=True))
    return Directory(operator="a", people=tuple(everybody.values()), teams=teams)


def fit(directory: Directory) -> bool:
    """Whether nothing is wrong in it."""
    findings = Findings("people.yaml")
    lint_directory(directory, findings)
    return not findings.found


@given(st.data())
def test_a_change_is_refused_among_few_where_it_is_among_all(data: st.DataObject) -> None:
    sound = {name: Person(id=name, name=name, role="first", addresses={"inbox": name}) for name in IDS}
    before = dict(sound)
    for name in data.draw(st.lists(st.sampled_from(IDS), max_size=5)):
        tried = {**before, name: data.draw(people(name))}
        before = tried if fit(house(tried)) else before  # whatever was let in so far is fit for use
    after: dict[str, Person] = dict(before)
    touched = data.draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=2, unique=True))
    for name in touched:
        if data.draw(st.booleans()):
            after[name] = data.draw(people(name))
        else:
            after.pop(name)
    few = neighbourhood(house(before), house(after), touched, ())
    assert fit(few) == fit(house(after))


def test_it_is_small() -> None:
    crowd = {str(n): Person(id=str(n), name="x", role="first", addresses={"inbox": str(n)}) for n in range(1000)}
    a, b, c = (crowd[each] for each in "123")
    crowd |= {
        "1": a.changed({"deputy": "2"}),
        "2": b.changed({"manager": "3"}),
        "9": crowd["9"].changed({"deputy": "1"}),
    }
    everybody = Directory(operator="0", people=tuple(crowd.values()), teams=(Team(name="main", duty_lead="5"),))
    assert c.manager is None
    few = neighbourhood(everybody, everybody, ["1"], ["main"])
    assert sorted(each.id for each in few.people) == ["0", "1", "2", "3", "5", "9"]
