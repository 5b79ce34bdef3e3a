"""What a link in a message stands for, found out of its token, and done as its person. Pages: `answer_pages.py`.

A link that went where one person reads it is as sure as a signed link; one in a room, a topic or a webhook anybody
there could press, and counts as said to be that person's (`asserted`), which a policy need not take.
"""

from dataclasses import dataclass

from escalation.answer_link import LABELS, Answering, is_digest, label_of, read
from escalation.answers_of import OF_ASKS, Act
from escalation.issue.facts import Actor
from escalation.issue.holding import is_read_back_needed
from escalation.issue.identity import IssueId, read_issue_id
from escalation.issue.state import IssueState
from escalation.policy.directory import Person
from escalation.policy.model import ChecklistItem
from starter.answered import LATER, ask_meant, carry_out
from starter.calls import note
from starter.door import actor_for
from starter.failure import NotDone, WrongInput, as_failure
from starter.http.digest_answers import acknowledge_digest
from starter.http.doors import Doors
from starter.http.problems import Refused
from starter.http.readable import hides, not_there, standing
from starter.http.refused_calls import log_refused_call
from starter.installation import Installed
from starter.reader import Reader
from starter.when import instant_ahead

_FIELDS: dict[Act, str] = {
    "acknowledge": "next_action",
    "accept": "read_back",
    "decline": "reason",
    "escalate": "reason",
    "confirm": "statement",
    "reopen": "reason",
    "take_charge": "next_action",
    "pass_on": "reason",
    "leave": "reason",
    "complete": "result",
}
"""By act the field that its words go into."""
_NEED_WORDS = frozenset({"decline", "escalate", "reopen", "pass_on"})
"""What says in our words how it was answered, where whoever answers says nothing."""


@dataclass(frozen=True)
class Typed:
    """What was sent with the page, or by a program."""

    text: str = ""
    until: str = ""
    is_checked: bool = False
    is_waived: bool = False


@dataclass(frozen=True)
class Link:
    """A link whose person is there to use it."""

    answering: Answering
    person: Person
    here: Installed
    reader: Reader
    answer_id: str = ""
    """Of the command, where it is not the link's own: each press of a button is one."""

    @property
    def id(self) -> str:
        """Of the command that it becomes."""
        return self.answer_id or self.answering.id

    @property
    def issue(self) -> IssueId:
        """Which issue it is about; not of a digest."""
        return read_issue_id(self.answering.issue)[0]

    @property
    def about(self) -> str:
        """What it is about, in few words."""
        return "Several issues" if is_digest(self.answering) else self.issue.short

    @property
    def label(self) -> str:
        """What it says."""
        return label_of(self.answering)

    @property
    def by(self) -> Actor:
        """Who acts by it, through which channel, and how sure that is."""
        return actor_for(
            self.person, self.answering.channel, "signed_link" if self.answering.is_personal else "asserted"
        )


async def link_of(doors: Doors, token: str, address: str) -> Link:
    """What the token stands for. Raises Refused where it is none of ours, has run out, or its person has left."""
    answering = read(token, doors.settings.keys_of_answers)
    if answering is None:
        doors.limits.check_wrong_key(address)
        who = Actor(person="answer link", door="link", assurance="asserted")
        await log_refused_call(doors, who, "answer", "bad_link", f"a link is not signed by us (from {address})")
        raise Refused(403, "bad_link", "this link is none of ours, or was cut short; allowed: the whole link")
    now, here = doors.clock(), await doors.installed()
    note(actor=answering.person, **({"issue": answering.issue} if answering.issue else {}))
    if not here.directory.has(answering.person) or here.directory.person(answering.person).is_gone(now):
        raise Refused(403, "has_left", "whose link this is, is not there any more")
    person = here.directory.person(answering.person)
    if answering.good_until < now:
        reader = Reader(now, person.zone)
        when = reader.clock(answering.good_until)
        raise Refused(410, "link_expired", f"this link was good until {when}; allowed: to answer by the issue itself")
    return Link(answering, person, here, Reader(now, person.zone, here.names))


def what_stands_against(link: Link, state: IssueState) -> str:
    """Why it would do nothing any more, in words; empty: nothing is known to."""
    act = link.answering.act
    if state.status == "open":
        if act in OF_ASKS and not any(each.is_put_to(link.person.id) for each in state.asks):
            return "Nothing is put to you here any more."
        if act in {"confirm", "reopen"}:
            return "It is open again, and not said to be fixed any more."
        if act == "escalate" and link.answering.tier not in {"", state.tier}:
            return f"It was sent up already: {state.here.title} is asked now."
        if act == "acknowledge" and state.handler == link.person.id:
            return "You have it already."
        return ""
    if act in {"confirm", "reopen"} and state.status == "resolved":
        return ""
    if act == "reopen" and state.status == "closed":
        return ""
    return f"It is {state.status}: nothing is asked of you any more."


def checklist_above(state: IssueState) -> tuple[ChecklistItem, ...]:
    """What the next tier must be told of this issue."""
    following = state.pinned.next_tier(state.tier)
    items = state.pinned.tier(following).checklist if following is not None else ()
    return tuple(item for item in items if state.severity not in item.waived_for)


def is_read_back_due(state: IssueState | None) -> bool:
    """Whether it is handed over at the end of a shift, and accepted in words alone."""
    is_handed_over = state is not None and state.offer is not None and bool(state.offer.leaving)
    return state is not None and is_handed_over and is_read_back_needed(state)


async def answer_by(doors: Doors, link: Link, typed: Typed) -> str:
    """Do what it stands for, and say so in words. Raises Failed, in words for its reader."""
    try:
        return await _answer(doors, link, typed)
    except Exception as error:
        failure = as_failure(error)
        if failure is None:
            raise
        raise type(failure)(link.reader.sentence(failure.why), failure.code) from None


async def _answer(doors: Doors, link: Link, typed: Typed) -> str:
    answering = link.answering
    client, db = await doors.client(), await doors.record()
    if is_digest(answering):
        is_done, words = await acknowledge_digest(client, db, answering.message, link.by, link.id, link.reader)
        if not is_done:
            raise NotDone(words, "not_done")
        return words
    if await hides(doors, link.issue, link.person.id):
        await log_refused_call(
            doors, link.by, answering.act, "hidden", f"{link.issue.short} is none that they may read"
        )
        raise not_there(link.issue)
    fields = _fields(link, typed)
    if answering.act == "escalate" and typed.is_checked:
        state = (await standing(doors, link.issue, link.person.id)).state
        fields["checked"] = tuple(item.name for item in checklist_above(state))
    if answering.act in OF_ASKS:
        fields["ask"] = await ask_meant(db, answering.message)
    async with doors.turn_of_worker:
        outcome = await carry_out(client, db, link.here, answering.act, link.issue, fields, link.by, link.id)
    return f"{link.issue.short}: noted, {LABELS[answering.act]}.{LATER if outcome == 'stored' else ''}"


def _fields(link: Link, typed: Typed) -> dict[str, object]:
    act, text = link.answering.act, typed.text.strip()
    if act in _NEED_WORDS and not text:
        text = f"Answered by a link ({link.answering.channel}): {LABELS[act]}."
    fields: dict[str, object] = {_FIELDS[act]: text} if act in _FIELDS and text else {}
    if act == "escalate":
        if typed.is_checked and not typed.text.strip():
            raise WrongInput("text: it is empty; allowed: what whoever is asked next needs to know")
        fields |= {"from_tier": link.answering.tier or None, "is_waived": typed.is_waived}
    if act == "complete" and not text:
        raise WrongInput("text: it is empty; allowed: what came of it, or your advice")
    if act == "take_charge":
        if not text:
            raise WrongInput("text: it is empty; allowed: what you do next")
        fields["until"] = instant_ahead(typed.until or "", "until", link.reader.now)
    return fields
