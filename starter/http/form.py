"""The five fields of the page to raise an issue: what may be chosen, what was typed, what is wrong with it.

Here a form becomes a request to open an issue. Not here: pages, headers and requests (`raising.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from escalation.issue.facts import Actor
from escalation.issue.identity import reference_for
from escalation.masking import LONGEST_TEXT, LONGEST_TITLE
from escalation.policy.choose import entry_policies
from escalation.policy.directory import Person
from starter.door import OpenRequest, actor_for
from starter.failure import WrongInput
from starter.installation import Installed
from starter.keeping import clean, clean_line

FIELDS = ("title", "description", "about", "severity", "who")
"""In the order of the page."""
SOURCE = "form"
DOOR = "form"
_CONFIDENTIAL = frozenset({"conduct", "privacy"})
"""Kinds whose title does not travel: their issues are restricted."""
_ABOUT = {
    "support": ("A customer needs help", "A service, a payment or an account of theirs"),
    "technical": ("Something technical does not work", "A system is down, slow or wrong"),
    "complaint": ("A complaint", "Somebody is dissatisfied and expects an answer"),
    "conduct": ("Somebody's conduct", "Only those who must will see it"),
    "privacy": ("Personal data", "Lost, shown to others, or asked for; only those who must will see it"),
}


@dataclass(frozen=True)
class Choice:
    """One of several to choose from."""

    value: str
    words: str
    hint: str = ""


@dataclass(frozen=True)
class About:
    """What an issue can be about, and how bad that can be."""

    choice: Choice
    severities: tuple[Choice, ...]
    """Worst first, in the policy's own words."""

    @property
    def field(self) -> str:
        """The form's field that says how bad it is; each policy has its own words for that."""
        return f"severity-{self.choice.value}"


@dataclass
class Typed:
    """A form as it was typed, and what is wrong with it, by field."""

    title: str = ""
    description: str = ""
    about: str = ""
    """A policy, by name."""
    severities: dict[str, str] = field(default_factory=dict)
    """By policy, since the form has a group for each."""
    who: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """How bad it is, in the words of the policy that was chosen; empty: not chosen."""
        return self.severities.get(self.about, "")

    def add(self, name: str, why: str) -> None:
        """Something is wrong with the field; the first thing stays. Problems are in the order of the fields."""
        self.problems.setdefault(name, why)
        self.problems = {each: self.problems[each] for each in FIELDS if each in self.problems}


def abouts(here: Installed) -> tuple[About, ...]:
    """What can be chosen: every policy that issues enter, by its kind, and by legal entity where there are several."""
    policies = entry_policies(here.policies)
    entities = {policy.legal_entity for policy in policies}
    found = []
    for policy in policies:
        words, hint = _ABOUT[policy.kind]
        if len(entities) > 1:
            words = f"{words} ({policy.legal_entity})"
        severities = tuple(Choice(each.name, each.means) for each in policy.severities)
        found.append(About(Choice(policy.name, words, hint), severities))
    return tuple(found)


def read(given: Mapping[str, str], here: Installed) -> Typed:
    """What was typed, with everything that is wrong with it."""
    known = {about.choice.value: about for about in abouts(here)}
    typed = Typed(
        title=given.get("title", ""),
        description=given.get("description", "").replace("\r\n", "\n"),
        about=given.get("about", ""),
        severities={name: given[about.field] for name, about in known.items() if about.field in given},
        who=given.get("who", ""),
    )
    if len(known) == 1:
        typed.about = next(iter(known))
    _check_line(typed, "title", typed.title, "Say in one line what is wrong.", LONGEST_TITLE)
    _check_line(typed, "who", typed.who, "Say who you are, or how you can be reached.", LONGEST_TITLE)
    try:
        clean(typed.description, "description")
    except WrongInput as error:
        typed.add("description", in_words(error.why, "description"))
    if len(typed.description) > LONGEST_TEXT:
        typed.add("description", f"This is longer than {LONGEST_TEXT:,} characters. Please shorten it.")
    chosen = known.get(typed.about)
    if chosen is None:
        typed.add("about", "Choose what it is about.")
    elif typed.severity not in {severity.value for severity in chosen.severities}:
        typed.add("severity", "Choose how bad it is. If you are not sure, take the worse.")
    return typed


def _check_line(typed: Typed, name: str, text: str, if_empty: str, longest: int) -> None:
    try:
        is_empty = not clean_line(text, name, longest)
    except WrongInput as error:
        typed.add(name, in_words(error.why, name))
    else:
        if is_empty:
            typed.add(name, if_empty)


def in_words(why: str, name: str) -> str:
    """A door's sentence about a field, without the field's name, which stands beside it on the page."""
    words = why.removeprefix(f"{name}:").strip()
    return f"{words[:1].upper()}{words[1:]}"


def request_of(typed: Typed, form: str, here: Installed) -> OpenRequest:
    """The request of a form without problems.

    One form is one issue, however often it is sent: the same words change nothing, other words are a further report.
    """
    person = _person(typed.who, here)
    stranger = "" if person else f"Raised on the page by, in their own words: {clean_line(typed.who, 'who')}"
    policy = next(policy for policy in here.policies if policy.name == typed.about)
    words = reference_for(typed.title, typed.description, typed.about, typed.severity, typed.who)
    return OpenRequest(
        raiser=actor_for(person, DOOR) if person else _stranger(typed.who),
        command_id=f"{SOURCE}-{form}-{words}",
        title=typed.title,
        description="\n\n".join(part for part in (typed.description.strip(), stranger) if part),
        policy=policy.name,
        severity=typed.severity,
        source=SOURCE,
        reference=reference_for(form),
        issue_class="restricted" if policy.kind in _CONFIDENTIAL else "normal",
    )


def _person(who: str, here: Installed) -> Person | None:
    """The one person of the directory who has this id, name or mail address."""
    found = here.directory.called(" ".join(who.split()))
    return found[0] if len(found) == 1 else None


def _stranger(who: str) -> Actor:
    """Somebody whom the directory does not know: what they wrote is text, and lies beside the record."""
    return Actor(person=f"{SOURCE}:{reference_for(who.casefold())}", door=DOOR, assurance="asserted")
