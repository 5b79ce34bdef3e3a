"""Plans: the same seed gives the same one, all that can break is drawn, and what people say has the form it needs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chaos.dealt import deal
from chaos.doors import PEOPLE_AND_POLICIES
from chaos.figures import Sums
from chaos.lanes import database_of
from chaos.plan import DOORS, FAULTS, FAULTS_END_S, PEOPLE, POLICIES, Plan, kinds_of_faults, plan
from chaos.run import Outcome
from escalation.issue.identity import IssueId
from starter.door import actor_for, prepare_command
from starter.installation import installed


def plans(count: int = 150) -> list[Plan]:
    """As many, on either database."""
    return [plan(7, number, has_postgres=number % 2 == 0) for number in range(count)]


def test_a_seed_gives_one_plan_and_another_seed_another() -> None:
    made = plan(7, 3, has_postgres=True)
    assert made == plan(7, 3, has_postgres=True)
    assert len({"\n".join(each.lines()) for each in plans()}) == 150


def test_every_fault_is_drawn_and_none_that_a_stage_cannot_do() -> None:
    drawn = {(fault.part, fault.how) for each in plans(600) for fault in each.faults}
    assert drawn == {(part, how) for part, ways in FAULTS.items() for how in ways}
    on_a_file = kinds_of_faults(has_postgres=False)
    assert {part for part, _ in on_a_file}.isdisjoint({"worker-record", "door-record"})
    assert ("record", "killed") not in on_a_file
    assert ("record", "locked") not in kinds_of_faults(has_postgres=True)


def test_every_run_has_faults_and_stories_within_its_time() -> None:
    for each in plans():
        assert 1 <= len(each.faults) <= 4
        assert 2 <= len(each.stories) <= 4
        assert all(0 <= fault.after_s <= FAULTS_END_S and fault.for_s > 0 for fault in each.faults)
    assert {story.kind for each in plans() for story in each.stories} == set(POLICIES.values())
    assert {act.door for each in plans() for story in each.stories for act in story.acts} == set(DOORS)


def test_what_people_say_has_the_form_that_a_door_takes() -> None:
    here, now = installed(PEOPLE_AND_POLICIES), datetime.now(UTC)
    acts = [act for each in plans() for story in each.stories for act in story.acts if act.command != "open"]
    assert len({act.command for act in acts}) > 15
    for act in acts:
        fields = dict(act.fields)
        if "until" in fields:
            fields["until"] = now + timedelta(seconds=fields["until"])
        by = actor_for(here.person(act.person, "person"), "cli")
        prepare_command(act.command, IssueId(source="chaos", reference="R-1"), fields, by, "id-1", here, None)


def test_the_house_has_the_people_and_policies_that_are_drawn() -> None:
    here = installed(PEOPLE_AND_POLICIES)
    assert {policy.name: policy.kind for policy in here.policies} == POLICIES
    assert set(PEOPLE) <= set(here.names)


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_a_policy_lies_under_its_name(name: str) -> None:
    assert Path(PEOPLE_AND_POLICIES.policies, f"{name}.yaml").is_file()


@pytest.mark.parametrize("databases", [("postgres", "sqlite"), ("sqlite",), ("postgres",)])
def test_all_kinds_of_faults_are_dealt_to_runs_that_can_do_them_no_two_of_a_part_to_one(
    databases: tuple[str, ...],
) -> None:
    for seed in range(50):
        runs = {each: [n for n in range(1, 9) if database_of(n, databases) == each] for each in databases}
        dealt = deal(seed, runs)
        assert dealt == deal(seed, runs)
        assert sorted(dealt) == list(range(1, 9))
        for number, kinds in dealt.items():
            has_postgres = database_of(number, databases) == "postgres"
            assert set(kinds) <= set(kinds_of_faults(has_postgres=has_postgres))
            assert len({part for part, _ in kinds}) == len(kinds) >= 3
            there = plan(seed, number, has_postgres=has_postgres, dealt=kinds)
            assert sorted((fault.part, fault.how) for fault in there.faults) == sorted(kinds)
            assert list(there.faults) == sorted(there.faults, key=lambda fault: fault.after_s)
        able = {kind for each in databases for kind in kinds_of_faults(has_postgres=each == "postgres")}
        assert {kind for kinds in dealt.values() for kind in kinds} == able
    numbers = {"sqlite": range(1, 9)}
    assert deal(1, numbers) != deal(2, numbers)


def test_a_run_to_which_faults_were_dealt_is_done_again_as_it_was() -> None:
    outcome = Outcome(3, "7/3", "SQLite", findings=["lost"])
    sums = Sums(7, "sqlite", "--deal --runs 8")
    sums.outcomes.append(outcome)
    assert sums.as_json()["failed"][0]["again"] == (
        'make chaos ARGS="--seed 7 --only 3 --database sqlite --deal --runs 8"'
    )
