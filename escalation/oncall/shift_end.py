"""When somebody's shift ends by a rota: the first instant at which somebody else is on duty, or must be.

Hours that the rota does not cover belong to the shift before them: closed is not empty, and nobody follows then.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from escalation.oncall.away import NOBODY_AWAY, Away
from escalation.oncall.duty import duties
from escalation.oncall.rota import Rota

_LOOKS = (timedelta(days=2), timedelta(days=16), timedelta(days=100))
"""How far ahead it is looked for, little by little."""
_FURTHEST_BACK = timedelta(days=8)


class Shift(NamedTuple):
    """A shift of somebody by a rota."""

    rota: str
    ends_at: datetime | None
    """None: not in the next hundred days."""


def shift_of(
    rota: Rota, person: str, at: datetime, since: datetime, ahead: timedelta, away: Away = NOBODY_AWAY
) -> Shift | None:
    """The shift in which this person is at that instant, or was at `since` at the latest, or is soon; None: in none.

    Soon is what begins within `ahead`: who takes something over before their shift begins has it until that ends.
    One that is over by then, ended at an instant that is not after `at`.
    """
    if person not in rota.everybody():
        return None
    begin = max(min(since, at), at - _FURTHEST_BACK)
    for look in _LOOKS:
        is_in, ended_at = False, None
        for duty in duties(rota, begin, at + look, away):
            if person in duty.people:
                if not is_in and duty.begins_at > at + ahead:
                    break
                is_in, ended_at = True, None
            elif is_in and not duty.is_closed:
                is_in, ended_at = False, duty.begins_at
                if ended_at > at:
                    return Shift(rota.name, ended_at)
            elif not is_in and duty.begins_at > at + ahead:
                break
        if ended_at is not None:
            return Shift(rota.name, ended_at)
        if not is_in:
            return None
    return Shift(rota.name, None)
