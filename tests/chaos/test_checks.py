"""The checks of a run find each flaw that is planted in the evidence of an issue that was kept, and nothing in that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.channels.contract import opaque
from chaos.checks import check, nobody_asked_for
from chaos.doors import Answer, Outcome
from chaos.evidence import Evidence
from chaos.mailbox import Mail
from chaos.play import Said
from chaos.run import unkept_promises
from escalation.issue.commands import TakeDelivery, TakePeople
from escalation.issue.effects import Notify
from escalation.issue.events import Told
from escalation.issue.facts import Actor
from escalation.issue.identity import IssueId
from records import promised
from records.database import migrate, open_database
from tests.given import Played, at, minutes, opened, person, policy, tier

DELIVERER = Actor(person="escalon", door="email", assurance="system", is_machine=True)


def kept(repeats: int = 0) -> Evidence:
    """Of an issue that nobody answered at first, up to its end; `repeats`: so many mails arrived twice, marked."""
    played = Played(opened(policy(tier("first"), tier("second"))), answer=False)
    mails: dict[str, list[Mail]] = {}
    inbox: list[str] = []
    answered = 0

    def answer() -> None:
        nonlocal answered, repeats
        while answered < len(played.effects):
            effect = played.effects[answered]
            answered += 1
            if effect.kind == "find_responders":
                found = (person(f"{effect.tier or 'boss'}-1", channels=("inbox", "email")),)
                played.send(TakePeople(id=effect.key, turn=effect.turn, people=found, why="on duty"))
            elif isinstance(effect, Notify):
                is_repeat = effect.channel == "email" and repeats > 0
                if effect.channel == "email":
                    repeats -= is_repeat
                    copies = [Mail(effect.key, False), *([Mail(effect.key, True)] if is_repeat else [])]
                    mails[opaque(effect.key)] = copies
                else:
                    inbox.append(effect.key)
                played.send(
                    TakeDelivery(
                        id=effect.key, by=DELIVERER, message=effect.key, person=effect.person.id,
                        channel=effect.channel, about=effect.about, outcome="sent", is_possible_repeat=is_repeat,
                    )
                )  # fmt: skip

    answer()
    for _ in range(2):
        played.tick(played.state.acknowledge_due_at or at(0))
        answer()
    assert played.state.exhausted_at is not None
    played.resolve("ray", at(50))
    answer()
    while played.state.status != "ended":
        due = played.state.confirm_at or played.state.silence_at or played.state.reopen_until
        silence = played.state.silence_at
        due = min(due, silence) if due is not None and silence is not None else due
        assert due is not None
        played.tick(due)
        answer()
    said = [Said("resolve", "command-1", "ray", Answer("done"), 1, ("told_customer",))]
    return Evidence(
        issue=played.state.facts.id, is_accepted=True, said=said, entries=list(played.entries), state=played.state,
        mails=mails, inbox=inbox, texts=frozenset({"command-1.told_customer"}),
    )  # fmt: skip


def told(evidence: Evidence, channel: str) -> int:
    """The place of an entry about a message that went that way."""
    return next(
        place for place, entry in enumerate(evidence.entries)
        if isinstance(entry.event, Told) and entry.event.channel == channel
    )  # fmt: skip


def changed(evidence: Evidence, place: int, **event: Any) -> Evidence:
    """With another event in an entry."""
    entries = list(evidence.entries)
    entry = entries[place]
    entries[place] = entry.model_copy(update={"event": entry.event.model_copy(update=event)})
    return replace(evidence, entries=entries)


def moved(evidence: Evidence) -> Evidence:
    """A tier began half a second before it was due."""
    place = next(n for n, e in enumerate(evidence.entries) if e.event.kind == "tier_began" and n > 2)
    entries = list(evidence.entries)
    early = entries[place].recorded_at - timedelta(seconds=0.5)
    entries[place] = entries[place].model_copy(update={"recorded_at": early, "happened_at": early})
    return replace(evidence, entries=entries)


def without_a_mail(evidence: Evidence) -> Evidence:
    """One mail never arrived."""
    return replace(evidence, mails=dict(list(evidence.mails.items())[1:]))


def copied(evidence: Evidence, is_marked: bool) -> Evidence:
    """One mail arrived twice."""
    (key, copies), *rest = evidence.mails.items()
    return replace(evidence, mails={key: [*copies, Mail(key, is_marked)], **dict(rest)})


def answered(evidence: Evidence, outcome: Outcome, command: str = "command-9") -> Evidence:
    """A door's answer to a command that is not on record, or to one that is."""
    return replace(evidence, said=[*evidence.said, Said("note", command, "ann", Answer(outcome, why="so"), 1)])


def twice(evidence: Evidence) -> Evidence:
    """The resolution is there twice, under two numbers."""
    place = next(n for n, entry in enumerate(evidence.entries) if entry.event.kind == "resolved")
    entry = evidence.entries[place]
    before, after = evidence.entries[: place + 1], evidence.entries[place:]
    again = [each.model_copy(update={"number": each.number + 1}) for each in after]
    return replace(evidence, entries=[*before, *again]) if entry.command else evidence


FLAWS: dict[str, tuple[Callable[[Evidence], Evidence], str]] = {
    "a number missing": (lambda e: replace(e, entries=[*e.entries[:4], *e.entries[5:]]), "entries are numbered"),
    "the end missing": (lambda e: replace(e, entries=e.entries[:-1]), "it ended 0 times"),
    "an entry twice": (lambda e: replace(e, entries=[*e.entries[:4], *e.entries[3:]]), "entries are numbered"),
    "a command twice": (twice, "made 2 entries resolved"),
    "lost by the server": (lambda e: replace(e, status="", entries=[]), "a door said that it was opened"),
    "on record alone": (lambda e: replace(e, status="", is_accepted=False), "the server does not know it"),
    "not at its end": (lambda e: replace(e, status="RUNNING"), "its workflow is RUNNING"),
    "something unwritten": (lambda e: replace(e, unwritten=e.entries[-1:]), "not known to be on record"),
    "a failed task": (lambda e: replace(e, failures=["nondeterminism"]), "a workflow task failed"),
    "a broken chain": (lambda e: replace(e, audit=["changed: entry 3"]), "escalon audit verify: changed: entry 3"),
    "never sent": (lambda e: changed(e, told(e, "inbox"), outcome="delayed"), "was not sent but delayed"),
    "another content": (lambda e: changed(e, told(e, "email"), attempts=7, outcome="failed"), "was not sent"),
    "a state of its own": (
        lambda e: replace(e, state=e.state and e.state.model_copy(update={"owner": "eva"})),
        "stands elsewhere than its entries say: owner",
    ),
    "a page not told": (
        lambda e: replace(e, entries=[each for n, each in enumerate(e.entries) if n != told(e, "inbox")]),
        "nothing says what became of it",
    ),
    "a mail that never came": (without_a_mail, "did not arrive"),
    "an unmarked copy": (lambda e: copied(e, is_marked=False), "of which 2 are not marked"),
    "a copy not on record": (lambda e: copied(e, is_marked=True), "the record does not say"),
    "a message not in the inbox": (lambda e: replace(e, inbox=e.inbox[1:]), "lies in the inbox 0 times"),
    "a message twice in the inbox": (lambda e: replace(e, inbox=[*e.inbox, e.inbox[0]]), "lies in the inbox 2 times"),
    "a deadline served too soon": (moved, "a deadline: "),
    "done and not on record": (lambda e: answered(e, "done"), "was answered as done, and is not on record"),
    "stored and not heard of": (lambda e: answered(e, "stored"), "was neither done nor refused"),
    "a door that does not know it": (lambda e: answered(e, "missing"), "about an issue that is not there"),
    "words that are lost": (lambda e: replace(e, texts=frozenset()), "and its told_customer is not kept"),
    "refused and done": (lambda e: answered(e, "refused", "command-1"), "was answered as refused (so)"),
}


def test_nothing_is_found_in_an_issue_that_was_kept() -> None:
    found = check(kept(repeats=1))
    assert found.findings == []
    assert (found.repeated, found.doubtful, found.late) == (1, 1, [])
    assert found.pages > 5
    assert found.deadlines > 4


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_is_found(flaw: str) -> None:
    plant, words = FLAWS[flaw]
    found = check(plant(kept())).findings
    assert any(words in each for each in found), found


def test_lateness_that_is_on_record_is_counted_and_no_flaw() -> None:
    played = Played(opened(policy(tier("first"), tier("second"))))
    played.tick(at(10) + minutes(2))
    found = check(Evidence(issue=played.state.facts.id, is_accepted=True, entries=list(played.entries)))
    assert found.late == [minutes(2)]
    assert not any("deadline" in each for each in found.findings)


def test_a_mail_that_nobody_asked_for_is_found() -> None:
    evidence = kept()
    messages = check(evidence).messages
    assert nobody_asked_for(evidence.mails, messages) == []
    assert nobody_asked_for({**evidence.mails, "stray": []}, messages) == ["mail stray was asked for by nobody"]


async def test_a_promise_that_nobody_keeps_is_found(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'record.db'}")
    migrate(db)
    issue = IssueId(source="chaos", reference="R-1")
    promised.promise(db, issue, "command-1", at(0))
    found = await unkept_promises(db, within_s=0)
    assert [words for words in found if "command-1" in words] == found != []
    promised.settle(db, str(issue), "command-1")
    assert await unkept_promises(db, within_s=0) == []
    db.close()
