"""By which commands a message can be answered with a press or two, by its occasion: links, buttons, digits and words.

Each medium takes those that it has something for. What needs more than that is in `answering.py`, as lines for a shell.
"""

from typing import Literal, TypeAlias

from escalation.issue.effects import About

Act: TypeAlias = Literal[
    "acknowledge", "accept", "decline", "escalate", "confirm", "reopen", "take_charge",
    "take_on", "pass_on", "complete", "leave",
]  # fmt: skip
OF_ASKS: frozenset[str] = frozenset({"take_on", "pass_on", "complete", "leave"})
"""Those that answer what was put to their reader beside the ladder, and leave the issue alone."""

_ASKED: tuple[Act, ...] = ("acknowledge", "decline", "escalate")
ACTS_OF: dict[About, tuple[Act, ...]] = {
    "asked": _ASKED,
    "asked_again": _ASKED,
    "reminded": _ASKED,
    "warned": _ASKED,
    "reopened": _ASKED,
    "hold_over": _ASKED,
    "snooze_over": _ASKED,
    "handler_reminded": _ASKED,
    "severity_changed": _ASKED,
    "customer_changed": _ASKED,
    "target_missed": _ASKED,
    "target_warned": _ASKED,
    "plan_impossible": _ASKED,
    "offered": ("accept", "decline"),
    "confirm": ("confirm", "reopen"),
    "resolved": ("confirm", "reopen"),
    "exhausted": ("take_charge",),
    "last_resort": ("take_charge",),
    "charge_lapsed": ("take_charge",),
    "ask_put": ("take_on", "pass_on", "complete"),
    "ask_warned": ("complete", "leave"),
}
"""Of all commands that the reader of such a message can send. All other occasions are news."""
_SAID_TO_ASKS: dict[str, tuple[Act, ...]] = {
    "acknowledge": ("take_on",),
    "accept": ("take_on",),
    "decline": ("pass_on", "leave"),
    "resolve": ("complete",),
}


def is_of_ask(about: About) -> bool:
    """Whether such a message is about what was put to its reader, rather than about the issue."""
    return not OF_ASKS.isdisjoint(ACTS_OF.get(about, ()))


def act_on_ask(about: About, said: str) -> Act | None:
    """What a word by which an issue is answered means as the answer to what was put to somebody; None: nothing."""
    return next((act for act in _SAID_TO_ASKS.get(said, ()) if act in ACTS_OF[about]), None)
