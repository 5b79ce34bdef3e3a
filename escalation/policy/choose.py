"""Which policy an issue gets, and what is pinned with it.

The ladder is a function of legal entity and kind. A policy that another one of its kind falls back on is not chosen
itself: it is climbed after that one.
"""

from collections.abc import Iterable

from escalation.policy.finding import listed, nearest
from escalation.policy.model import Policy


def entry_policies(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """The policies that issues enter: all but the fallbacks of others of the same legal entity and kind."""
    known = tuple(policies)
    fallbacks = {
        (policy.exhaustion.fallback, policy.legal_entity, policy.kind)
        for policy in known
        if policy.exhaustion.procedure == "fallback" and policy.exhaustion.fallback != policy.name
    }
    return tuple(policy for policy in known if (policy.name, policy.legal_entity, policy.kind) not in fallbacks)


def choose_policy(policies: Iterable[Policy], legal_entity: str, kind: str) -> Policy:
    """The policy for issues of this legal entity and kind; raises ValueError that says which there are."""
    known = entry_policies(policies)
    for policy in known:
        if (policy.legal_entity, policy.kind) == (legal_entity, kind):
            return policy
    there = listed(f"{policy.legal_entity}/{policy.kind} ({policy.name})" for policy in known) or "none at all"
    raise ValueError(f"no policy for kind '{kind}' of legal entity '{legal_entity}'; there are: {there}")


def policy_named(policies: Iterable[Policy], name: str) -> Policy:
    """The policy of this name; raises ValueError that says which there are."""
    known = {policy.name: policy for policy in policies}
    if name in known:
        return known[name]
    meant = nearest(name, known)
    hint = f"; did you mean '{meant}'?" if meant else ""
    raise ValueError(f"policy: '{name}' is not known; allowed: {listed(known) or 'none at all'}{hint}")


def with_fallbacks(policy: Policy, policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """What is pinned into an issue: its policy and, after it, the fallbacks it can fall back on, in order.

    Raises ValueError where one is not known. A chain that leads back to itself, which lint refuses, ends there.
    """
    known = tuple(policies)
    chain = [policy]
    while chain[-1].exhaustion.procedure == "fallback" and chain[-1].exhaustion.fallback is not None:
        following = policy_named(known, chain[-1].exhaustion.fallback)
        if following.name in {each.name for each in chain}:
            break
        chain.append(following)
    return tuple(chain)
