"""Who may send a command: roles, relations to the issue, assurance, and conflicts of interest."""

from escalation.issue.commands import Command
from escalation.issue.deciding import Refusal
from escalation.issue.facts import ASSURANCES, SIGNAL, Actor, PersonFacts
from escalation.issue.state import IssueState
from escalation.policy.model import Assurance, Policy

RELATIONS = ("asked", "handler", "owner", "offered", "put_to", "raiser", "customer", "machine", "anyone")


_TAKES_IT = {"acknowledge", "accept", "take_charge", "take_on"}


def check_authority(state: IssueState, command: Command, name: str) -> None:
    """Raises `Refusal` of nature authority where this actor may not send this command to this issue."""
    by = command.by
    if by.person in state.facts.about:
        raise Refusal("not_allowed", f"{by.person} may not {_verb(name)} this issue", "authority")
    if by.person in state.excluded and name in _TAKES_IT:
        raise Refusal("conflict", f"{by.person} has a conflict of interest in this issue", "authority")
    allowed = roles_for(state.policies[0], name)
    if "anyone" not in allowed and relations(state, by).isdisjoint(allowed):
        role = f"as {by.role}" if by.role else "whose role is not known"
        raise Refusal(
            "not_allowed",
            f"{by.person}, {role}, may not {_verb(name)} this issue; allowed: {', '.join(allowed) or 'nobody'}",
            "authority",
        )
    least = least_assurance(state, state.policies[0], name)
    # A machine is known by its door; one that came by signal has only its own word for being one.
    is_known_machine = acts_as_machine(state, by) and by.door != SIGNAL
    if not is_known_machine and ASSURANCES.index(by.assurance) < ASSURANCES.index(least):
        raise Refusal(
            "assurance_too_low",
            f"{by.person} is only {by.assurance.replace('_', ' ')}; to {_verb(name)} this issue needs {least}",
            "authority",
        )


LIKE = {"change_customer": "change_severity"}
"""Commands of later releases of which a policy need say nothing: who may send the other one may send these."""


def roles_for(policy: Policy, name: str) -> tuple[str, ...]:
    """Who may send this command."""
    return policy.roles.get(name) or policy.roles.get(LIKE.get(name, ""), ())


def may_send(state: IssueState, person: PersonFacts, name: str) -> bool:
    """Whether this person, once it is sure that it is them, may send this command to the issue as it stands."""
    if person.id in state.facts.about or (person.id in state.excluded and name in _TAKES_IT):
        return False
    sure = Actor(person=person.id, role=person.role, door="message", assurance="signed_in")
    return not relations(state, sure).isdisjoint(roles_for(state.policies[0], name))


def acts_as_machine(state: IssueState, by: Actor) -> bool:
    """A machine answers for what a machine raised; elsewhere saying so opens nothing and excuses from nothing."""
    return by.is_machine and state.facts.raiser.is_machine


def relations(state: IssueState, by: Actor) -> frozenset[str]:
    """The words of a policy's `roles` that are true of this actor."""
    person = by.person
    known = state.people.get(person)
    roles = {by.role, known.role if known else None} - {None, *RELATIONS}  # a role cannot be named like a relation
    held = {"anyone", *(role for role in roles if role)}
    in_charge = state.charge.person if state.charge else None
    true_of = {
        "asked": person in state.asked or (state.exhausted_at is not None and person in state.last_resort),
        "handler": person in {state.handler, in_charge},
        "owner": person == state.owner,
        "offered": state.offer is not None and person == state.offer.to,
        "put_to": any(ask.is_put_to(person) for ask in state.asks),
        "raiser": person == state.facts.raiser.person,
        "customer": person in state.facts.customers,
        "machine": acts_as_machine(state, by),
    }
    return frozenset(held | {word for word, is_true in true_of.items() if is_true})


def least_assurance(state: IssueState, policy: Policy, name: str) -> Assurance:
    """What the policy asks; on a complaint or an issue that is not of class normal, never less than a signed link.

    Reporting is not acting: nobody who has a leak or a complaint to tell is turned away, whatever the policy.
    """
    if name == "open":
        return "asserted"
    asked = policy.assurance.get(name, "asserted")
    if policy.kind != "complaint" and state.facts.issue_class == "normal":
        return asked
    return asked if ASSURANCES.index(asked) >= ASSURANCES.index("signed_link") else "signed_link"


_VERBS = {
    "take_charge": "take charge of",
    "note": "write a note on",
    "attempt": "put on record what was tried on",
    "change_severity": "change the severity of",
    "change_customer": "change the customer of",
    "hold": "put on hold",
    "adopt_policy": "adopt another policy for",
    "de_escalate": "hand down",
    "ask": "put anything to others for",
    "take_on": "take on work for",
    "pass_on": "pass on work for",
    "complete": "complete work for",
    "leave": "leave work for",
    "withdraw": "withdraw what is put to others for",
}


def _verb(name: str) -> str:
    return _VERBS.get(name, name.replace("_", " "))
