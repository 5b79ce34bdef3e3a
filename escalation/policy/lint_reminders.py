"""Rules of a policy about reminders of who works on an issue, and the answer that they ask.

That they come before the tier's time is up is held in `lint_ladder.py`.
"""

from collections.abc import Callable
from datetime import timedelta

from escalation.duration import words
from escalation.policy.finding import Findings
from escalation.policy.lint_ladder import severity_names
from escalation.policy.model import Policy

Rule = Callable[[Policy, Findings], None]
SHORTEST = timedelta(minutes=5)
"""How often somebody who works on an issue may be reminded of it. Ours: more often, they would do little else."""


def who_works_is_left_to_work(policy: Policy, findings: Findings) -> None:
    """Nobody is reminded of what they work on so often that they cannot."""
    for place, tier in enumerate(policy.tiers):
        for name, every in tier.remind_handler_every.items():
            if isinstance(every, timedelta) and every < SHORTEST:
                field = f"tiers[{place}].remind_handler_every.{name}"
                problem = "is so often that who is reminded could do little else"
                findings.add(field, problem, value=words(every), allowed=f"at least {words(SHORTEST)}")


def answers_have_their_question(policy: Policy, findings: Findings) -> None:
    """An answer is awaited only where somebody is reminded, and no longer than until the next reminder."""
    for name, within in policy.acknowledgement.answer_within.items():
        if name not in severity_names(policy):
            continue  # which is said of every limit
        field = f"acknowledgement.answer_within.{name}"
        asking = [
            (place, tier.remind_handler_every[name])
            for place, tier in enumerate(policy.tiers)
            if name in tier.remind_handler_every
        ]
        if not asking:
            problem = "has no effect: no tier has remind_handler_every for it"
            findings.add(field, problem, value=words(within), allowed="with remind_handler_every of a tier")
        for place, every in asking:
            if isinstance(every, timedelta) and within >= every:
                problem = f"is not over when the next reminder of tiers[{place}] comes"
                findings.add(field, problem, value=words(within), allowed=f"less than {words(every)}")


REMINDER_RULES: tuple[Rule, ...] = (who_works_is_left_to_work, answers_have_their_question)
