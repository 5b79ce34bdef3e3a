"""Policies that come with a command: what they must be before an issue may go on under them.

Doors of ours send policies that were checked as files are; anybody can send an update or a signal. A ladder that lacks
a tier, or a limit of no time at all, would stop the issue or park it. Conditions of triggers are not looked at: they
are evaluated at the doors, and never for an issue that runs. Decisions hang on this: it may become more lenient only.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from escalation.masking import LONGEST_TEXT, mask_cards
from escalation.policy.finding import Findings
from escalation.policy.lint_ladder import LADDER_RULES
from escalation.policy.lint_times import TIME_RULES
from escalation.policy.model import Policy

MOST_POLICIES = 10
"""The policy and its fallbacks. Ours."""
LARGEST = 200_000
"""Characters of all of them as JSON; those that ship have 15,000 each. They lie in history and state."""
SHORTEST = timedelta(milliseconds=1)
LONGEST = timedelta(days=3660)


def unsound(policies: Sequence[Policy]) -> str | None:
    """Why an issue cannot go on under these, in one sentence; None where it can."""
    if len(policies) > MOST_POLICIES:
        return f"policies holds {len(policies):,}; allowed: at most {MOST_POLICIES}"
    size = sum(len(policy.model_dump_json()) for policy in policies)
    if size > LARGEST:
        return f"policies has {size:,} characters; allowed: at most {LARGEST:,}"
    for place, policy in enumerate(policies):
        here = f"policies[{place}]"
        wrong = _unfit_leaf(policy, here) or _broken_rule(policy, here)
        if wrong is not None:
            return wrong
        if [each.name for each in policy.severities] != [each.name for each in policies[0].severities]:
            return f"{here} has other severities than the first; allowed: the same in the same order"
    names = [policy.name for policy in policies]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    return f"policies holds {twice!r} twice; allowed: each once" if twice is not None else None


def unknown_field(policies: object) -> str | None:
    """The first field in these policies, as plain JSON, that no policy has: a limit that is misspelt would be none."""
    given = policies if isinstance(policies, (list, tuple)) else ()
    found = (_unknown(Policy, each, f"policies[{place}]") for place, each in enumerate(given))
    return next((field for field in found if field is not None), None)


def _unknown(annotation: Any, given: object, place: str) -> str | None:
    """By the type that is expected there; what is of another type is the model's to refuse."""
    found: Iterator[str | None] = iter(())
    inner = next((each for each in get_args(annotation) if each is not NoneType), None)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and isinstance(given, Mapping):
        for name in given:
            if name not in annotation.model_fields:
                return f"{place}.{name}"
        found = (_unknown(annotation.model_fields[n].annotation, each, f"{place}.{n}") for n, each in given.items())
    elif get_origin(annotation) is tuple and isinstance(given, (list, tuple)):
        found = (_unknown(inner, each, f"{place}[{number}]") for number, each in enumerate(given))
    elif get_origin(annotation) is dict and isinstance(given, Mapping):
        found = (_unknown(get_args(annotation)[1], each, f"{place}.{name}") for name, each in given.items())
    elif get_origin(annotation) in {Union, UnionType}:
        return _unknown(inner, given, place)
    return next((field for field in found if field is not None), None)


def _broken_rule(policy: Policy, here: str) -> str | None:
    findings = Findings(here)
    for rule in (*LADDER_RULES, *TIME_RULES):
        rule(policy, findings)
    first = next((found for found in findings.found if found.level == "error"), None)
    return str(first)[:500] if first is not None else None


def _unfit_leaf(policy: Policy, here: str) -> str | None:
    for place, value in _leaves(policy, here):
        if isinstance(value, timedelta) and not SHORTEST <= value <= LONGEST:
            return f"{place} is {value.total_seconds():g} s; allowed: from 1 ms to 3,660 days"
        if not isinstance(value, str):
            continue
        if len(value) > LONGEST_TEXT:
            return f"{place} has {len(value):,} characters; allowed: at most {LONGEST_TEXT:,}"
        if any(not sign.isprintable() and sign not in "\n\t" for sign in value):
            return f"{place} has control characters; allowed: text"
        if mask_cards(value) != value:
            return f"{place} holds what looks like a card number; allowed: text without"
    return None


def _leaves(value: object, place: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _leaves(getattr(value, name), f"{place}.{name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield place, key
            yield from _leaves(item, f"{place}.{key}"[:200])
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{place}[{number}]")
    else:
        yield place, value
