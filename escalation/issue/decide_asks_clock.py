"""What time and look-ups do with what is put to others: people found, nobody found, warned, not taken, missed."""

from datetime import datetime, timedelta

from escalation.issue import events as e
from escalation.issue.asks import PutAsk
from escalation.issue.clocks import Moment
from escalation.issue.commands_of_errands import TakePeople
from escalation.issue.decide_asks import ask_next, now_of, take_due_at
from escalation.issue.deciding import Deciding
from escalation.issue.facts import PersonFacts
from escalation.issue.state import IssueState

LOOK_AGAIN = timedelta(minutes=15)
"""How soon people are looked up again where nobody could be asked. Ours: a desk that is full is soon less so."""
LOOK_AGAIN_WHEN_MISSED = timedelta(hours=1)
"""The same once its time is up. Ours."""
_MOST_ASKED = 50
"""People to whom one thing is put at once. Ours."""


def looked_up_for(state: IssueState, number: int) -> PutAsk | None:
    """What is put to others for which people are looked up in this turn."""
    return next((each for each in state.asks if each.is_looking and each.is_open and each.turn == number), None)


def take_people_of_ask(
    turn: Deciding, ask: PutAsk, people: tuple[PersonFacts, ...], why: str, found: TakePeople | None
) -> None:
    """To whom it is put; where there is nobody, to their lead, or it waits and they are looked up again."""
    state = turn.state
    people = state.fit_to_ask(people)[:_MOST_ASKED]
    lead = next(iter(state.fit_to_ask([found.lead])), None) if found is not None and found.lead is not None else None
    left_out = found.left_out if found is not None else ()
    is_full = found is not None and found.is_full
    if people:
        reached = e.AskReached(
            ask=ask.id, what=ask.what, turn=ask.turn, people=people, why=why, line=_line(state, people, found),
            lead=lead, left_out=left_out, take_due_at=_take_due_at(turn, ask),
        )  # fmt: skip
        turn.by_clock(reached, turn.now)
        return
    desk = state.policies[0].desk(ask.desk)
    waits = is_full and ask.tell(desk).when_full == "wait"
    if lead is not None and not waits:
        asked = e.AskReached(
            ask=ask.id, what=ask.what, turn=ask.turn, people=(lead,), why=why, lead=lead, is_lead_asked=True,
            is_full=is_full, left_out=left_out, take_due_at=_take_due_at(turn, ask),
        )  # fmt: skip
        turn.by_clock(asked, turn.now)
        return
    is_missed = ask.missed_at is not None
    nobody = e.AskFoundNobody(
        ask=ask.id, what=ask.what, turn=ask.turn, why=why, lead=lead, is_full=is_full, is_again=bool(ask.why),
        left_out=left_out, look_again_at=turn.now + (LOOK_AGAIN_WHEN_MISSED if is_missed else LOOK_AGAIN),
    )  # fmt: skip
    turn.by_clock(nobody, turn.now)


def _take_due_at(turn: Deciding, ask: PutAsk) -> datetime | None:
    """By when it is to be taken on: where nobody could be asked before, so long from now."""
    if ask.take_due_at is not None or ask.what == "advice" or not ask.desk:
        return ask.take_due_at
    return take_due_at(turn.state, turn.state.policies[0].desk(ask.desk), turn.now)


def _line(state: IssueState, people: tuple[PersonFacts, ...], found: TakePeople | None) -> tuple[PersonFacts, ...]:
    """Who is asked next: the stand-ins of those who are asked, in their order, each once."""
    if found is None:
        return ()
    there, facts = {person.id for person in people}, {person.id: person for person in found.beside}
    listed = [each.id for person in people for each in found.stand_ins.get(person.id, ())]
    line = [facts[each] for each in dict.fromkeys(listed) if each in facts and each not in there]
    return state.fit_to_ask(line)[:_MOST_ASKED]


def serve_ask(turn: Deciding, due: Moment, at: datetime) -> None:
    """Do what is due of one: a warning, the next one in line, a miss, another look-up."""
    ask = next(each for each in turn.state.asks if each.id == due.name)
    match due.what:
        case "ask_warn":
            _warn(turn, ask, at)
        case "ask_take":
            is_followed = ask_next(turn, ask, "not_taken", _sole(ask), at)
            if not is_followed:
                turn.by_clock(e.AskUntaken(ask=ask.id, what=ask.what, why="not_taken"), at)
        case "ask_again":
            turn.by_clock(e.AskLookedAgain(ask=ask.id, turn=turn.state.turn + 1), at)
        case _:
            _run_out(turn, ask, due.at, at)


def _run_out(turn: Deciding, ask: PutAsk, due_at: datetime, at: datetime) -> None:
    """Its time is up. A question goes to the next one in line, once; else it is missed, and stays so."""
    is_question = ask.what == "advice" and not ask.is_passed_on
    if is_question and ask_next(turn, ask, "not_answered", _sole(ask), at):
        return
    turn.by_clock(e.AskMissed(ask=ask.id, what=ask.what, due_at=due_at), at)


def _warn(turn: Deciding, ask: PutAsk, at: datetime) -> None:
    """Of several warnings that are due by now the last one says it all."""
    warning = [each for each in ask.warnings if each.at <= turn.now][-1]
    due_at = now_of(turn, ask).due_at or at
    warned = e.AskWarned(ask=ask.id, what=ask.what, share=warning.share, due_at=due_at, tell=warning.tell)
    turn.by_clock(warned, max(at, warning.at))


def _sole(ask: PutAsk) -> str:
    """Who was asked last, in whose place somebody else is asked."""
    return ask.hands[-1] if ask.hands else ""
