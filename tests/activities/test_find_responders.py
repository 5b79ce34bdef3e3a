"""Who is asked when a tier begins."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.find_responders import FindingResponders
from activities.live_directory import LiveDirectory
from escalation.issue.commands import TakePeople, read_command
from escalation.issue.effects import FindResponders
from escalation.issue.facts import CLOCK
from escalation.issue.identity import IssueId
from escalation.policy.model import Tell
from records import journal
from records.database import Database, open_database
from tests.activities.given import PEOPLE
from tests.records.samples import NOON, issue_id, record


def find(tell: Tell, **changed: Any) -> FindResponders:
    """Look up who is told, for the second turn of an issue of team main."""
    issue = IssueId(source="desk", reference="REF-1")
    facts: dict[str, Any] = {
        "key": f"{issue}/find/2",
        "issue": issue,
        "issue_kind": "support",
        "severity": "S2",
        "turn": 2,
        "policy": "four-tier-support",
        "tier": "lead",
        "tell": tell,
        "about": (),
        **changed,
    }
    return FindResponders(**facts)


async def looked_up(directory: LiveDirectory, effect: FindResponders) -> TakePeople:
    """The errand's answer where e-mail, memory and inbox are set up."""
    finding = FindingResponders(directory, ["inbox", "email", "memory"])
    answer = await ActivityEnvironment().run(finding.find_responders, effect)
    assert isinstance(answer, TakePeople)
    return answer


async def test_the_answer_is_a_command_with_facts_and_no_names(directory: LiveDirectory) -> None:
    answer = await looked_up(directory, find(Tell(roles=("lead",))))
    assert (answer.id, answer.turn, answer.by) == ("main:main:main:desk:REF-1:1/find/2", 2, CLOCK)
    (lee,) = answer.people
    assert (lee.id, lee.role, lee.team) == ("lee", "lead", "main")
    assert "Sample" not in answer.model_dump_json()
    assert "example.org" not in answer.model_dump_json()
    assert read_command(answer.model_dump(mode="json")) == answer


async def test_channels_are_those_that_are_set_up_in_the_persons_order_and_always_the_inbox(
    directory: LiveDirectory,
) -> None:
    people = {p.id: p for p in (await looked_up(directory, find(Tell(people=("ann", "ben", "lee"))))).people}
    assert people["ann"].channels == ("email", "inbox")
    assert people["ben"].channels == ("memory", "email", "inbox")
    assert people["lee"].channels == ("memory", "inbox")


async def test_where_only_the_inbox_is_set_up_it_is_the_only_way(directory: LiveDirectory) -> None:
    effect = find(Tell(people=("ben",)))
    answer = await ActivityEnvironment().run(FindingResponders(directory, []).find_responders, effect)
    assert answer.people[0].channels == ("inbox",)


@pytest.mark.parametrize(
    ("tell", "people", "why"),
    [
        (Tell(people=("lee",), roles=("first",)), ["lee", "ann"], "named by the policy and first in team main"),
        (Tell(roles=("first",), team="cards"), ["ben"], "first in team cards"),
        (Tell(roles=("chief",)), [], "nobody found: chief in team main"),
        (Tell(people=("gone",)), [], "nobody found: those named by the policy"),
        (Tell(), [], "nobody found: the policy names nobody"),
    ],
)
async def test_who_is_found_and_why(directory: LiveDirectory, tell: Tell, people: list[str], why: str) -> None:
    answer = await looked_up(directory, find(tell))
    assert [person.id for person in answer.people] == people
    assert why in answer.why


async def test_nobody_is_asked_about_themselves(directory: LiveDirectory) -> None:
    tell = Tell(people=("ann", "lee"))
    answer = await looked_up(directory, find(tell, about=("ann", "zoe")))
    assert [person.id for person in answer.people] == ["lee"]
    assert answer.why == "those named by the policy, without 1 for a conflict of interest"
    empty = await looked_up(directory, find(tell, about=("ann", "lee")))
    assert empty.people == ()
    assert empty.why.startswith("nobody found")


async def test_a_change_of_the_directory_counts_from_the_next_look_up(
    directory: LiveDirectory, people_file: Path
) -> None:
    await looked_up(directory, find(Tell(roles=("lead",))))
    await asyncio.to_thread(people_file.write_text, PEOPLE.replace("first, teams: [main]", "lead, teams: [main]"))
    answer = await looked_up(directory, find(Tell(roles=("lead",))))
    assert [person.id for person in answer.people] == ["ann", "lee"]


async def test_who_has_less_to_do_by_the_record_gets_it(directory: LiveDirectory, db: Database) -> None:
    """Ann has one; Ben, of another team, none. What was given out counts before it is on record."""
    journal.write(db, record(issue_id("B"), 1, 1, asked=("ann",)))
    finding = FindingResponders(directory, ["inbox"], db=db)
    tell = Tell(people=("ann", "ben"), choose="least_loaded")
    chosen = []
    for number in (1, 2, 3):
        at = NOON + timedelta(seconds=number)
        effect = find(tell, key=f"find-{number}", issue=issue_id(f"N-{number}"), at=at)
        answer = await ActivityEnvironment().run(finding.find_responders, effect)
        chosen.append(answer.people[0].id)
    assert (chosen[0], sorted(chosen[1:])) == ("ben", ["ann", "ben"])


async def test_where_the_record_is_away_what_was_given_out_here_must_do(
    directory: LiveDirectory, tmp_path: Path
) -> None:
    away = open_database(f"sqlite:///{tmp_path}/without-tables.db")
    finding = FindingResponders(directory, ["inbox"], db=away)
    tell = Tell(people=("ann", "ben"), choose="round_robin")
    chosen = []
    for number in range(4):
        effect = find(tell, key=f"find-{number}", at=NOON + timedelta(seconds=number))
        answer = await ActivityEnvironment().run(finding.find_responders, effect)
        chosen.append(answer.people[0].id)
    away.close()
    assert chosen[:2] == chosen[2:]
    assert set(chosen) == {"ann", "ben"}


async def test_without_a_directory_it_fails_to_be_retried(tmp_path: Path) -> None:
    with pytest.raises(ApplicationError, match="no directory of people") as caught:
        await looked_up(LiveDirectory(tmp_path / "none.yaml"), find(Tell(roles=("lead",))))
    assert caught.value.type == "DirectoryUnreadable"
    assert not caught.value.non_retryable
