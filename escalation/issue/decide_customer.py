"""Another customer, or the right one at last: the agreement that applies to them counts from here on."""

from escalation.issue import events as e
from escalation.issue.climb import note_missed_targets
from escalation.issue.commands import ChangeCustomer
from escalation.issue.customer import agreement_named, customers_of, targets_with, with_customer
from escalation.issue.deciding import Deciding, Refusal, must_be_open
from escalation.issue.facts import Party

LONGEST_KEY = 200
"""Characters of a customer's key. Ours: as of any other word of a command."""


def decide_change_customer(turn: Deciding, command: ChangeCustomer) -> None:
    """Its targets are those of the new customer's agreement, from their true start and with the pauses."""
    must_be_open(turn)
    old = _instead_of(turn, command)
    note_missed_targets(turn)
    hold = turn.state.hold
    if hold is not None and old is not None and hold.waiting_for == old.key:
        turn.end_hold("customer_changed", turn.now)
    before = turn.state
    customer = Party(
        key=command.customer,
        role=old.role if old is not None else "customer",
        language=command.language,
        zone=command.zone,
    )
    instead_of = old.key if old is not None else None
    after = before.changed(with_customer(before, customer, instead_of, turn.now))
    turn.emit(
        e.CustomerChanged(
            customer=customer,
            instead_of=instead_of,
            agreement=agreement_named(after),
            from_agreement=agreement_named(before),
            targets=targets_with(before, after, turn.now),
            reason=command.reason,
        ),
        turn.now,
    )


def _instead_of(turn: Deciding, command: ChangeCustomer) -> Party | None:
    """The customer who is none any more; None where there was none. Raises `Refusal`."""
    facts = turn.state.facts
    key = command.customer
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        allowed = f"a customer's key, one line of at most {LONGEST_KEY} characters"
        raise Refusal("customer_missing", f"customer {key[:60]!r} is no key; allowed: {allowed}", "input")
    known = customers_of(facts)
    if any(party.key == key for party in known):
        raise Refusal("same_customer", f"{key} is its customer already")
    if key in facts.about:
        raise Refusal("customer_is_about", f"the issue is about {key}, who cannot be its customer", "input")
    if command.instead_of is None:
        if len(known) > 1:
            names = ", ".join(party.key for party in known)
            raise Refusal("which_customer", f"it has several customers; instead_of is one of: {names}", "input")
        return known[0] if known else None
    found = next((party for party in known if party.key == command.instead_of), None)
    if found is None:
        names = ", ".join(party.key for party in known) or "none, so leave it out"
        raise Refusal(
            "unknown_customer", f"instead_of {command.instead_of!r} is no customer of it; allowed: {names}", "input"
        )
    return found
