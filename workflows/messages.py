"""The messages by which people act on an issue, made from the rules' table of commands: an Update with its validator,
and a signal of the same name, for each. What a command does is in the rules, how a body is read in `from_body.py`.

Bodies of any number and kind are taken: a handler with a fixed parameter fails the workflow task, again and again, for
a signal that comes without it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from escalation.issue.carried import Done
    from escalation.issue.commands import HUMAN_COMMANDS
    from escalation.issue.sample_body import in_brief, sample_body

AGAIN = "open"
"""Not a command of people, but taken like one: the same thing reported again."""


class Taking(Protocol):
    """What the workflow does with a message, whichever it is."""

    def check(self, name: str, bodies: Sequence[Any]) -> None:
        """Refuse an update at once, leaving nothing in history."""

    def carry_out(self, name: str, bodies: Sequence[Any]) -> Done:
        """Carry out an update that was let in."""

    def take_signal(self, name: str, bodies: Sequence[Any]) -> None:
        """Carry out a signal, or put on record why not."""


Subject = TypeVar("Subject", bound=Taking)


def takes_commands(subject: type[Subject]) -> type[Subject]:
    """Give the workflow class the messages of people's commands. Stands below `workflow.defn`, which collects them."""
    again = "The same thing reported again"
    _add(subject, AGAIN, again, f"{again}; doors send it when no worker answers")
    for name, kind in HUMAN_COMMANDS.items():
        means = in_brief(kind)
        _add(subject, name, means, f"{means}: {sample_body(kind)}")
    return subject


def _add(subject: type[Taking], name: str, by_update: str, by_signal: str) -> None:
    setattr(subject, f"update_{name}", _update(name, by_update))
    setattr(subject, f"signal_{name}", _signal(name, by_signal))


def _update(name: str, description: str) -> object:
    def check(self: Taking, *bodies: Any) -> None:
        self.check(name, bodies)

    @workflow.update(name=name, description=description)
    def carry_out(self: Taking, *bodies: Any) -> Done:
        return self.carry_out(name, bodies)

    carry_out.validator(check)
    return carry_out


def _signal(name: str, description: str) -> Callable[..., None]:
    @workflow.signal(name=name, description=description)
    def take(self: Taking, *bodies: Any) -> None:
        self.take_signal(name, bodies)

    return take
