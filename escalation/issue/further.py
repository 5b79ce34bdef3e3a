"""The further ways of a message that did not leave, or left and did not arrive: what is asked of the world then.

Which channel comes next is decided in `decide_delivery.py`.
"""

from datetime import datetime
from typing import cast, get_args

from escalation.issue.commands import TakeDelivery
from escalation.issue.delivery import patience
from escalation.issue.effects import About, Notify
from escalation.issue.events import Told
from escalation.issue.keeping import answer_due_at
from escalation.issue.state import IssueState
from escalation.issue.ways import in_order, quiet_until

ABOUTS: frozenset[str] = frozenset(get_args(About))
"""All that a message can be about."""


def further(note: Notify, told: Told, answer: TakeDelivery, now: datetime | None = None) -> tuple[Notify, ...]:
    """The next way of a message that did not leave, and the same way on, where it may still: word for word the same.

    `now`: when it is decided (UTC); a further way keeps quiet hours that have begun by then.
    """
    found: list[Notify] = []
    if told.next_channel is not None:
        following = told.next_channel
        quiet = None if now is None else quiet_until(note.person, note.urgency, now)
        found.append(
            note.changed(
                {
                    "key": f"{note.key.rpartition('/')[0]}/{following}",
                    "channel": following,
                    "patience": patience(
                        in_order(note.person, note.urgency),
                        following,
                        quiet or note.at,
                        note.until,
                        asks=bool(note.turn),
                    ),
                    "earlier": 0,
                    "not_before": quiet,
                    "waits": None if quiet is None else "quiet_hours",
                    "is_possible_repeat": False,
                }
            )
        )
    if told.outcome == "delayed":
        found.append(
            note.changed(
                {
                    "patience": None,
                    "earlier": told.attempts,
                    "not_before": answer.ask_again_at,
                    "waits": None,
                    "is_possible_repeat": told.is_possible_repeat,
                }
            )
        )
    return tuple(found)


def due_by(state: IssueState, about: About) -> datetime | None:
    """By when an answer is asked by a message about that, as it stands now."""
    match about:
        case "last_resort" | "exhausted":
            return state.last_resort_at
        case "confirm" | "resolved":
            return state.silence_at
        case "closed":
            return state.reopen_until
        case "warned" | "severity_changed":
            return state.acknowledge_due_at or state.work_due_at
        case "customer_changed":
            return min((target.due_at for target in state.targets), default=None)
        case "hold_over":
            return state.work_due_at
        case "handler_reminded":
            return answer_due_at(state)
        case "asked" | "asked_again" | "reminded" | "snooze_over":
            return state.acknowledge_due_at
        case _:
            return None


def about_of(told: Told) -> About:
    """What the message was about; a receipt of another word is refused at the door."""
    return cast(About, told.about)
