"""The stories of what people do by hand, whose decisions are recorded as those of `stories.py` are."""

from collections.abc import Callable

from escalation.issue.commands import TakeDuplicate, TakeSuppression
from escalation.issue.facts import CLOCK, LeftOut, RotaGap
from escalation.policy.model import SeverityChange
from tests.escalation.issue.stories import LAPSES, Told, ladder
from tests.given import TEXT, Played, at, holding, minutes, opened, person, policy, target, tier


def owning() -> Played:
    """Offered, declined, offered again and accepted, accepted by somebody else; the last one declines."""
    played = Told(opened(ladder(acknowledgement=LAPSES)))
    played.acknowledge("first-1", at(1))
    played.reassign("first-1", "kim", at(2), reason=TEXT)
    played.decline("kim", at(2.5))
    played.reassign("first-1", "kim", at(3))
    played.accept("kim", at(3), until=at(6))
    played.accept("lee", at(4))
    played.decline("first-1", at(5))
    played.decline("first-2", at(5), has_conflict=True)
    played.acknowledge("first-2", at(6))
    played.run_to(at(6.5))
    played.acknowledge("second-1", at(7))
    played.decline("second-1", at(8))
    return played.run_to(at(12))


def handed_down() -> Played:
    """Up to a named tier, down again with guidance, and caught by the ceiling; a lane for expertise."""
    lane = tier("lane", is_beside=True, then="second")
    played = Told(opened(policy(tier("first"), tier("second"), tier("third"), lane)))
    played.escalate("first-1", at(1), to_tier="lane", reason=TEXT)
    played.de_escalate("lane-1", at(2), from_tier="lane")
    played.escalate("first-1", at(2), from_tier="lane")
    played.acknowledge("first-1", at(3))
    played.escalate("first-1", at(20), to_tier="second")
    played.acknowledge("second-1", at(21))
    played.de_escalate("second-1", at(40))
    played.acknowledge("first-2", at(41))
    return played.run_to(at(75))


def hold() -> Played:
    """On hold, heard from, on hold beyond the cap, ended by time and by moving up; and a target that stands still."""
    played = Told(opened(ladder(hold=holding(), targets=(target(100), target(50, "hard", stops_on_hold=False)))))
    played.acknowledge("first-1", at(1))
    played.hold("first-1", at(20), at(5), waiting_for="vendor", reason="waiting_vendor", question="mail-1")
    played.note("vendor", at(10))
    played.hold("first-1", at(100), at(11))
    played.hold("first-1", at(40), at(11))
    played.run_to(at(40))
    played.hold("first-1", at(60), at(45))
    played.resume("first-1", at(50), reason=TEXT)
    played.hold("first-1", at(62), at(52))
    played.escalate("first-2", at(55), is_waived=True, reason=TEXT)
    return played.run_to(at(140))


def severity() -> Played:
    """Worse, at once over, milder again; kept and restarted by policy."""
    played = Told(
        opened(ladder(severity_change=SeverityChange(clocks="recount"), targets=(target(40),)), severity="S2")
    )
    played.change_severity("ray", "S1", at(5))
    played.change_severity("ray", "S1", at(6))
    played.change_severity("ray", "S2", at(8))
    played.change_severity("ray", "S1", at(15))
    return played.run_to(at(45))


def severity_anew() -> Played:
    """A change of severity asks the tier anew; the ceiling is kept."""
    played = Told(opened(policy(severity_change=SeverityChange(clocks="restart"))))
    for minute, worse in ((8, "S2"), (20, "S1"), (28, "S2")):
        played.change_severity("ray", worse, at(minute))
    played.acknowledge("first-1", at(29))
    return played.run_to(at(31))


def snooze() -> Played:
    """Told again later, without the reminders between."""
    played = Told(opened(ladder(acknowledgement=LAPSES)))
    played.snooze("first-1", at(9), at(1))
    played.run_to(at(9))
    played.acknowledge("first-1", at(9), until=at(12))
    played.snooze("first-1", at(13), at(10))
    played.snooze("first-1", at(12), at(10))
    return played.run_to(at(12))


def cancelled() -> Played:
    """Opened in error, say two; reopened all the same."""
    played = Told()
    played.attempt("first-1", at(1))
    played.cancel("ray", at(2), reason=TEXT)
    played.cancel("ray", at(3))
    played.cancel("kim", at(4))
    played.note("kim", at(5))
    played.reopen("ray", at(6))
    return played.run_to(at(16))


def suppressed() -> Played:
    """Said to repeat an issue that cannot carry it, then one that does; and one that repeats this one."""
    played = Told()
    played.suppress("ray", "desk:REF-0", at(1))
    played.send(TakeSuppression(id="a-1", duplicate_of="main:main:main:desk:REF-0:1", error="it is not open"), at(2))
    played.send(TakeDuplicate(id="d-1", by=CLOCK, issue="main:main:main:desk:REF-7:1", said_by="kim"), at(3))
    played.suppress("ray", "desk:REF-5", at(4))
    played.send(TakeDuplicate(id="d-2", by=CLOCK, issue="main:main:main:desk:REF-8:1", said_by="kim"), at(5))
    played.send(TakeSuppression(id="a-2", duplicate_of="main:main:main:desk:REF-5:1"), at(12))
    return played


def adopted() -> Played:
    """Another policy: shorter limits, a ladder of other tiers, and the ceilings go on."""
    played = Told(opened(policy(tier("first"), tier("second"), tier("third"), targets=(target(70),))))
    played.acknowledge("first-1", at(1))
    shorter = policy(tier("first", 5, 20), tier("second"), tier("third"), version=2)
    played.adopt("ray", shorter, now=at(2))
    played.adopt("ray", shorter, now=at(3))
    other = policy(tier("desk"), tier("third"), version=3)
    played.adopt("ray", other, now=at(15))
    played.adopt("ray", other, now=at(15), tier="desk")
    return played.run_to(at(75))


def not_accepted() -> Played:
    """Offered twice: accepted in the last instant, then not, so that the duty lead owns it; and an empty rota."""
    played = Told(opened(policy(accept_within={"S1": minutes(3)})), answer=False)
    gap = RotaGap(rota="night", tells=person("olga", "operator"))
    for number in (1, 2):
        find = next(effect for effect in reversed(played.effects) if effect.kind == "find_responders")
        left_out = (LeftOut(id="kim", why="a conflict of interest"),)
        found = {"gaps": (gap,), "left_out": left_out}
        played.send(played.found(find, () if number == 1 else ("second-1",)).model_copy(update=found), at(0.5))
    played.reassign("second-1", "kim", at(1), facts=person("kim"))
    played.accept("kim", at(4))
    played.reassign("kim", "lee", at(5), facts=person("lee"))
    played.run_to(at(8))
    find = next(effect for effect in reversed(played.effects) if effect.kind == "find_responders")
    played.send(played.found(find, ("olga",)), at(8.1))
    played.accept("lee", at(9))
    return played.run_to(at(12))


_STORIES: tuple[Callable[[], Played], ...] = (
    *(owning, handed_down, hold, severity, severity_anew, snooze, cancelled, suppressed, adopted, not_accepted),
)
STORIES_BY_HAND: dict[str, Callable[[], Played]] = {story.__name__: story for story in _STORIES}
"""Every one by its name."""
