"""The stories whose decisions are recorded: commands and instants, played on the pure rules.

A story is only ever added. One that must change because decisions changed belongs to a new revision of the rules.
"""

from collections.abc import Callable
from typing import Any

from escalation.issue.commands import (
    Command,
    EndMaintenance,
    Open,
    TakeDelivery,
    TakeNoPeople,
    TakePeople,
    Tick,
)
from escalation.issue.facts import TextRef
from escalation.issue.maintenance import Maintenance
from escalation.policy.model import Acknowledgement, ChecklistItem, Policy, Warn
from tests.escalation.issue.paged import Paged
from tests.given import (
    CUSTOMER,
    MACHINE,
    Played,
    actor,
    at,
    exhaustion,
    minutes,
    opened,
    person,
    policy,
    tier,
)

TEXT = TextRef(ref="text", length=12)
LAPSES = Acknowledgement(lapses_after={"S1": minutes(5)}, renewals=1)


class Told(Played):
    """A play that notes every command that was decided, and when: the recorded input."""

    def __init__(self, command: Open | None = None, **more: Any) -> None:
        self.given: list[tuple[Any, Command]] = []
        super().__init__(command, **more)

    def send(self, command: Command, now: Any = None) -> Any:
        """As played, and noted."""
        self.given.append((now or self.now, command))
        return super().send(command, now)


def ladder(**more: Any) -> Policy:
    """Two tiers with warnings, reminders and a checklist."""
    warnings = (Warn(at=0.75, of="acknowledge", tell=("asked",)), Warn(at=0.5, of="work", tell=("handler", "owner")))
    what = ChecklistItem(name="what", ask="What happened?")
    first = tier("first", warnings=warnings, remind_every={"S1": minutes(4)})
    return policy(first, tier("second", checklist=(what,)), **more)


def silence() -> Played:
    """Nobody ever answers."""
    return Told(opened(ladder())).run_to(at(60))


def work_limit() -> Played:
    """Acknowledged, and still moved up when the time to work is spent."""
    played = Told(opened(ladder()))
    played.acknowledge("first-1", at(3), next_action=TEXT)
    return played.run_to(at(30))


def tie() -> Played:
    """An acknowledgement in the instant in which the tier runs out."""
    played = Told()
    played.acknowledge("first-1", at(10))
    played.tick(at(10))
    return played


def late_acknowledgement() -> Played:
    """An acknowledgement before a clock that is served late."""
    played = Told()
    played.acknowledge("first-1", at(12), happened_at=at(9))
    played.tick(at(12))
    return played


def late_tick() -> Played:
    """Three tiers late: one is climbed."""
    warning = Warn(at=0.5, of="acknowledge", tell=("asked",))
    first = tier("first", remind_every={"S1": minutes(4)}, warnings=(warning,))
    played = Told(opened(policy(first, tier("second"), tier("third"), acknowledgement=LAPSES)))
    played.acknowledge("kim", at(1))
    played.tick(at(45))
    return played.run_to(at(60))


def late_by_hand() -> Played:
    """Moved up by hand when the tier's time was up already."""
    played = Told(opened(policy(tier("first"), exhaustion=exhaustion(repeats=1))))
    played.tick(at(10.01))
    played.escalate("first-1", at(55))
    return played


def late_entry() -> Played:
    """The workflow hears of it hours after the door did."""
    return Told(opened(issue={"opened_at": at(-300), "received_at": at(-301), "first_noticed_at": at(-400)}))


def lapse() -> Played:
    """Lapsed, renewed until that is spent, released, taken over."""
    played = Told(opened(ladder(acknowledgement=LAPSES)))
    played.acknowledge("first-1", at(1))
    played.run_to(at(6))
    played.acknowledge("first-1", at(7))
    played.acknowledge("first-1", at(8))
    played.acknowledge("first-2", at(9))
    played.acknowledge("first-2", at(10), take_over_from="first-1")
    played.release("first-2", at(11))
    return played


def reminded() -> Played:
    """Who has it is reminded, answers once, and then does not."""
    first = tier("first", 10, None, remind_handler_every={"S1": minutes(5)})
    played = Told(opened(policy(first, acknowledgement=Acknowledgement(answer_within={"S1": minutes(2)}))))
    played.acknowledge("first-1", at(1))
    played.run_to(at(6))
    played.acknowledge("first-1", at(7))
    return played.run_to(at(13))


def takes_over() -> Played:
    """A policy in which the second acknowledgement takes over."""
    played = Told(opened(policy(acknowledgement=LAPSES.model_copy(update={"second": "takes_over"}))))
    played.acknowledge("first-1", at(1))
    played.acknowledge("first-2", at(2), until=at(4))
    return played.run_to(at(4))


def lower_handler() -> Played:
    """A handler from below lapses while the tier above is asked."""
    played = Told(opened(policy(tier("first", 10, 10), tier("second"), acknowledgement=LAPSES)))
    played.acknowledge("first-1", at(8))
    return played.run_to(at(14))


def by_hand() -> Played:
    """Moved up by hand, checklist refused, given, waived; two at once."""
    played = Told(opened(ladder()))
    played.escalate("first-1", at(1))
    played.escalate("first-1", at(2), checked=("what",), reason=TEXT, from_tier="first")
    played.escalate("first-2", at(2), is_waived=True, from_tier="first")
    played.escalate("second-1", at(3), reason=TEXT)
    return played


def empty_tier() -> Played:
    """Nobody on duty at the first tier."""
    return Told(nobody_at=("first",)).run_to(at(10))


def nobody_anywhere() -> Played:
    """Nobody on duty anywhere, on a ladder that restarts."""
    return Told(opened(policy(exhaustion=exhaustion("restart"))), nobody_at=("first", "second")).run_to(at(40))


def look_ups() -> Played:
    """A look-up that fails, one that never answers, one that answers too late."""
    played = Told(answer=False)
    played.send(TakeNoPeople(id="find-1", turn=1, error="the directory is away"), at(0.1))
    played.escalate("kim", at(1))
    played.run_to(at(1.5))
    played.send(TakePeople(id="find-2", turn=2, people=(person("late"),), why="on duty"), at(2))
    return played


def restart() -> Played:
    """Exhausted, and climbed again, with one repeat before it."""
    return Told(opened(policy(tier("first"), exhaustion=exhaustion("restart", repeats=1)))).run_to(at(50))


def fallback() -> Played:
    """Exhausted, and another policy's ladder is climbed."""
    first = policy(tier("first"), exhaustion=exhaustion("fallback", fallback="second"))
    second = policy(tier("upstairs"), name="second", exhaustion=exhaustion("restart"))
    return Told(opened(first, second)).run_to(at(35))


def last_resort() -> Played:
    """The last resort at its cadence, also when it is served late."""
    played = Told(opened(policy(tier("first")))).run_to(at(25))
    played.tick(at(200))
    return played


def charge() -> Played:
    """Charge taken, renewed, lapsed, taken again and given back."""
    played = Told(opened(policy(tier("first"), acknowledgement=LAPSES))).run_to(at(11))
    played.acknowledge("first-1", at(12))
    played.run_to(at(17))
    played.take_charge("boss", at(30), next_action=TEXT)
    played.acknowledge("boss", at(18))
    played.acknowledge("first-1", at(19))
    played.take_charge("boss", at(40), at(20))
    played.run_to(at(40))
    played.take_charge("kim", at(70))
    played.release("kim", at(50))
    return played


def resolution() -> Played:
    """Resolved late with a customer, confirmed, and over."""
    played = Told(opened(ladder(courtesies=("left_tier", "outcome")), issue={"parties": (CUSTOMER,)}))
    played.resolve("first-1", at(12))
    played.resolve("first-1", at(12), outcome="paid", payment_reference="P-77", told_customer=TEXT)
    played.confirm("ray", at(20))
    return played.run_to(at(20) + minutes(14 * 24 * 60))


def closed_by_silence() -> Played:
    """Reminded, and closed since nobody objected."""
    played = Told()
    played.resolve("first-1", at(12))
    return played.run_to(at(12) + minutes(5 * 24 * 60))


def duplicate() -> Played:
    """Closed by hand for a reason that needs another issue's id."""
    played = Told()
    played.resolve("first-1", at(1))
    played.close("ray", "silence", at(2))
    played.close("ray", "duplicate_of", at(3), duplicate_of="desk:REF-0")
    return played


def reopened() -> Played:
    """Reopened by hand and because it was reported again."""
    played = Told()
    played.run_to(at(10))
    played.resolve("second-1", at(12))
    played.reopen("ray", at(20), reason=TEXT)
    played.resolve("second-1", at(22))
    played.confirm("ray", at(23))
    for received in (21, 24):
        played.send(opened(id=f"again-{received}", by=MACHINE, issue={"received_at": at(received)}), at(30))
    return played


def reported_again() -> Played:
    """Reported again while it is open."""
    played = Told(opened(issue={"raiser": MACHINE}, owner="olga"))
    played.send(opened(id="again", by=MACHINE, issue={"received_at": at(4), "description": TEXT}), at(5))
    return played


def conflict() -> Played:
    """About somebody who is on duty, known, and tries to act."""
    played = Told(opened(issue={"about": ("first-1", "second-known")}))
    played.acknowledge("first-1", at(1))
    played.run_to(at(10))
    return played


def assurance() -> Played:
    """A restricted issue, and somebody of whom we are not sure."""
    raiser = actor("ray", assurance="signed_in")
    played = Told(opened(issue={"issue_class": "restricted", "raiser": raiser}))
    played.acknowledge("first-1", at(1))
    played.acknowledge("first-1", at(2), by=actor("first-1", "first", assurance="signed_link"))
    return played


def same_id() -> Played:
    """The same command id twice, and deliveries on record."""
    played = Told()
    for minute in (1, 2):
        played.acknowledge("first-1", at(minute), id="a")
    fields = {"id": "m", "message": "m", "person": "first-1", "channel": "inbox", "about": "asked"}
    played.send(TakeDelivery.model_validate({**fields, "outcome": "sent"}), at(3))
    played.send(TakeDelivery.model_validate({**fields, "outcome": "failed", "error": "no route"}), at(3))
    played.send(Tick(), at(4))
    return played


class PagedTold(Told, Paged):
    """A noted play in which messages fail."""


def unreached() -> Played:
    """Channels fail one after the other; a stand-in, then the next tier, then nobody at all."""
    ways = ("email", "inbox", "sms")
    channels = dict.fromkeys(("first-1", "first-2", "second-1", "second-2", "dora", "boss"), ways)
    played = PagedTold(channels=channels, stand_ins={"first-1": ("dora",)})
    played.became(played.message("first-1", "email"), "delayed", at(0.5), ask_again_at=at(5))
    played.became(played.message("first-1", "sms"), "failed", at(0.6))
    played.became(played.message("first-1", "email"), "failed", at(0.7))
    for who in ("first-2", "dora"):
        for channel in ("email", "sms"):
            played.became(played.message(who, channel), "failed", at(1))
    played.run_to(at(2))
    for who in ("second-1", "second-2"):
        for channel in ("email", "sms"):
            played.became(played.message(who, channel), "failed", at(5))
    played.run_to(at(5))
    for channel in ("email", "sms"):
        played.became(played.message("boss", channel, "last_resort"), "failed", at(6))
    return played


def reached_late() -> Played:
    """A mail server is away: the stand-in is asked, and the mail leaves an hour later."""
    channels = dict.fromkeys(("first-1", "first-2", "dora"), ("inbox", "email"))
    played = PagedTold(channels=channels, stand_ins={"first-1": ("dora",)})
    played.became(played.message("first-1", "email"), "delayed", at(2), is_possible_repeat=True)
    played.acknowledge("dora", at(3))
    played.became(played.message("first-2", "email"), "delayed", at(4))
    played.became(played.message("first-1", "email"), "sent", at(60), is_possible_repeat=True)
    return played


def lane() -> Played:
    """Entered at a lane beside the ladder, at the milder severity."""
    beside = tier("lane", is_beside=True, then="second")
    return Told(opened(policy(tier("first"), tier("second"), beside), severity="S2", enter_at="lane")).run_to(at(40))


def maintenance() -> Played:
    """Held by a window that is ended early; reopened into one that runs out; one that is quiet; one broken through."""
    held = Maintenance(window="mw-1", mode="hold", until=at(60), by="lee", through=("S1",))
    asked = {"by": MACHINE, "issue": {"raiser": MACHINE}}
    played = Told(opened(policy(tier("first"), tier("second")), maintenance=held, severity="S2", **asked))
    played.send(EndMaintenance(id="end-1", by=actor("lee"), window="mw-0"), at(10))
    played.send(EndMaintenance(id="end-2", by=actor("lee"), window="mw-1"), at(20))
    played.resolve("ray", at(30))
    for name, since, mode in (("mw-2", 40, "hold"), ("mw-3", 100, "quiet"), ("mw-4", 200, "hold")):
        window = held.model_copy(update={"window": name, "mode": mode, "until": at(since + 30)})
        issue = {"raiser": MACHINE, "received_at": at(since)}
        again = opened(id=f"open-{name}", maintenance=window, severity="S2", by=MACHINE, issue=issue)
        played.send(again, at(since))
        played.run_to(at(since + 10))
        if name == "mw-4":
            played.change_severity("ray", "S1", at(since + 15))
        played.run_to(at(since + 35))
        played.resolve("ray", at(since + 40))
    return played


STORIES: dict[str, Callable[[], Played]] = {
    story.__name__: story
    for story in (
        silence, work_limit, tie, late_acknowledgement, late_tick, late_by_hand, late_entry, lapse, reminded,
        takes_over,
        lower_handler, by_hand, empty_tier, nobody_anywhere, look_ups, restart, fallback, last_resort, charge,
        resolution, closed_by_silence, duplicate, reopened, reported_again, conflict, assurance, same_id, lane,
        unreached, reached_late, maintenance,
    )
}  # fmt: skip
"""The stories of the ladder by name, which is its file's; those of what people do by hand: `stories_by_hand.py`."""
