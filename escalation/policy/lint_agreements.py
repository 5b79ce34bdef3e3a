"""Rules of a policy about its agreements: with whom, what they promise, and that one can be told from another."""

from collections.abc import Callable

from escalation.policy.finding import Findings, listed
from escalation.policy.model import Policy

Rule = Callable[[Policy, Findings], None]


def agreements_are_told_apart(policy: Policy, findings: Findings) -> None:
    """Each customer is named once, one agreement at most is for whoever none names, and each promises something."""
    whose: dict[str, str] = {}
    rest: str | None = None
    for agreement in policy.agreements:
        here = f"agreements.{agreement.name}"
        for place, key in enumerate(agreement.customers):
            if key in whose:
                problem = "is named twice" if whose[key] == agreement.name else f"is named by {whose[key]} already"
                findings.add(f"{here}.customers[{place}]", problem, value=key, allowed="each customer once")
            whose.setdefault(key, agreement.name)
        if not agreement.customers and rest is not None:
            problem = f"is missing: {rest} is for whoever no other one names already, and this would never apply"
            findings.add(f"{here}.customers", problem, allowed="the keys of customers")
        if not agreement.customers:
            rest = rest or agreement.name
        if not agreement.targets and not agreement.without:
            findings.add(f"{here}.targets", "is empty: it would promise what all are promised", allowed="targets")


def what_is_not_promised_is_known(policy: Policy, findings: Findings) -> None:
    """What an agreement leaves out is a target of the policy, and not one of its own; no ladder is fitted to it."""
    own = [target.name for target in policy.targets]
    for agreement in policy.agreements:
        here = f"agreements.{agreement.name}.without"
        theirs = {target.name for target in agreement.targets}
        for place, name in enumerate(agreement.without):
            if name not in own:
                findings.unknown(f"{here}[{place}]", name, "is not a target of the policy", own)
            elif name in theirs:
                allowed = f"only targets that it has not itself: {listed(set(own) - theirs) or 'none'}"
                findings.add(f"{here}[{place}]", "is one of its own targets", value=name, allowed=allowed)


AGREEMENT_RULES: tuple[Rule, ...] = (agreements_are_told_apart, what_is_not_promised_is_known)
