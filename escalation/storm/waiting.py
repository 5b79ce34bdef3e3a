"""What a message of a storm does while it has not gone: it waits for its digest, however late that is.

Pure. A message that was handed over goes by itself only where its bundle says so. Who is slow, a worker or a channel,
makes all messages of a storm late at once: pages by themselves would then be hundreds. One that has waited as long as
it may has its issue take other ways, where its messages gather as well, and waits on.
"""

from datetime import timedelta

from escalation.storm.bundle import Became

HOLD = 0.75
"""Of a message's patience a bundle may keep it so much; the rest is for the digest on its way."""
HANDED_WITHIN = timedelta(minutes=2)
"""For so long it is tried to hand over a message that has no patience. Ours: a server that hundreds of issues keep busy
takes it by then, and one that takes nothing for longer starts no errands either."""
HANDED_AGAIN_AFTER = timedelta(minutes=1)
"""A bundle that somebody ended would never answer: it begins again with what still waits."""
LONGEST_PAUSE = timedelta(minutes=2)
_SOON = timedelta(seconds=1)
_WITHOUT_ANSWER = timedelta(seconds=2)
_DOUBLINGS = 7


def hold(patience: timedelta | None) -> timedelta | None:
    """How long a bundle may keep a message; None: as long as its digest takes."""
    return None if patience is None else patience * HOLD


def first_look(gather: timedelta, patience: timedelta | None) -> timedelta:
    """When it is worth asking after a message that was just handed over: its digest should have left."""
    kept = hold(patience)
    return gather + _SOON if kept is None else min(gather + _SOON, kept)


def not_handed_over(waited: timedelta, patience: timedelta | None) -> Became:
    """What becomes of a message that could not be handed over, after it has waited so long in all."""
    if patience is not None:
        return _waits(_WITHOUT_ANSWER, waited, patience)
    return Became(what="by_itself") if waited > HANDED_WITHIN else Became(what="waits", wait=_WITHOUT_ANSWER)


def asked_after(found: Became | None, waited: timedelta, patience: timedelta | None, looks: int) -> Became:
    """What becomes of a message that was handed over.

    Args:
        found: what its bundle says; None: it did not answer.
        waited: since it was to leave.
        patience: after so long other ways are taken; None: there are none.
        looks: how often it was asked after. Hundreds must not ask every second after a digest that cannot leave.
    """
    if found is None:
        return _waits(_WITHOUT_ANSWER, waited, patience)
    if found.what != "waits":
        return found
    pause = _SOON * (1 << min(looks, _DOUBLINGS))
    return _waits(min(max(found.wait, pause), LONGEST_PAUSE), waited, patience)


def _waits(pause: timedelta, waited: timedelta, patience: timedelta | None) -> Became:
    if patience is None:
        return Became(what="waits", wait=pause)
    if waited >= patience:
        return Became(what="late")
    return Became(what="waits", wait=min(pause, patience - waited))
