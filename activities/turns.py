"""Whose turn it is, for one worker: an attempt that is not its message's turn yet waits.

The rules, and what is remembered for them, are in escalation/storm/turn_taking.py.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from activities.attempt import Attempt
from client.settings import Settings
from escalation.issue.effects import Notify
from escalation.storm.rates import Rate, read_rates
from escalation.storm.turn_taking import TurnTaking

THROTTLED = "Throttled"
"""The type of the failure by which an errand waits for its turn (also in activities/observed.py)."""


class Turns:
    """For one worker. `most`: messages a minute to one person by one channel; `rates`: what channels keep to beside."""

    def __init__(self, most: int, rates: Mapping[str, Sequence[Rate]] | None = None) -> None:
        self._taking = TurnTaking(most, rates)

    @classmethod
    def of(cls, settings: Settings) -> "Turns":
        """As this installation has it."""
        return cls(settings.messages_a_minute, read_rates(settings.channel_rates))

    def wait(self, effect: Notify, attempt: Attempt) -> timedelta:
        """How long the message waits for its turn; nothing: it goes, and is counted. Tried before, it has had it."""
        if attempt.before.last > attempt.before.waited:
            return timedelta()
        # Compared with itself alone, so it is this machine's clock.
        return self._taking.wait(effect, datetime.now(UTC), attempt.waited_for)
