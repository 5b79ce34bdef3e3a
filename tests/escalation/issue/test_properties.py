"""What is true of every issue, whoever does whatever, whenever, and however late the clock is served."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from escalation.issue.attributes import attributes
from escalation.issue.card import card, headline
from escalation.issue.clocks import GRACE, deadlines, next_due, next_timer
from escalation.issue.commands import Command, Open, Tick, read_command
from escalation.issue.decide import CLOCK_SKEW, decide
from escalation.issue.effects import Effect
from escalation.issue.effects_of import effects
from escalation.issue.events import Entry
from escalation.issue.evolve import evolve
from escalation.issue.explain import explain
from escalation.issue.refusal import Rejected
from escalation.issue.standing import snapshot
from escalation.issue.state import IssueState
from escalation.narrate import narrate
from escalation.policy.finding import Findings
from escalation.policy.lint import lint_policy
from escalation.policy.lint_set import lint_set
from escalation.policy.model import Clock, Policy
from tests.escalation.issue.plays import (
    ABOUT,
    Play,
    Step,
    command_of,
    instant_of,
    openings,
    plays,
    policies,
    steps,
)
from tests.escalation.issue.plays_by_hand import is_of_the_system
from tests.given import T0, Played, minutes

_EFFECT: TypeAdapter[Effect] = TypeAdapter(Effect)
_QUICK = [HealthCheck.too_slow, HealthCheck.data_too_large]
_STATUS_AFTER = {
    "resolved": ({"open"}, "resolved"),
    "closed": ({"open", "resolved"}, "closed"),
    "reopened": ({"resolved", "closed"}, "open"),
    "window_ended": ({"closed"}, "ended"),
}
_STOPS_WORK = {"tier_began", "exhausted", "charge_taken", "resolved", "closed"}
_MOVES_CLOCKS = {"hold_ended", "severity_changed", "policy_adopted", "ladder_fitted"}


class Watched:
    """An issue that is played and looked at after every entry."""

    def __init__(self, command: Open) -> None:
        self.state: IssueState | None = None
        self.now = T0
        self.journal: list[Entry] = []
        self.pending: list[Effect] = []
        self.keys: set[str] = set()
        self.sent: list[Command] = []
        self.carry_out(command, T0)

    @property
    def issue(self) -> IssueState:
        assert self.state is not None
        return self.state

    def play(self, step: Step) -> None:
        """One step."""
        now = instant_of(step, self.issue, self.now)
        self.carry_out(command_of(step, self.issue, self.pending, self.sent, now), now)

    def carry_out(self, command: Command, now: datetime) -> None:
        """Decide a command and look at everything."""
        before, self.now = self.state, now
        decision = decide(before, command, now)
        if isinstance(decision, Rejected):
            assert not is_of_the_system(command), f"the system's own command was refused: {decision}"
            assert decision.code
            assert decision.why
            return
        is_repeat = command in self.sent
        assert not (is_repeat and decision), "the same command id twice is once"
        for entry in decision:
            self._take(entry)
        if not is_of_the_system(command) and not is_repeat:
            self.sent.append(command)
            assert decide(self.state, command, now) == (), "the same command id twice is once"
        self._look(command, decision, before)

    def _take(self, entry: Entry) -> None:
        before = self.state
        self.state = evolve(before, entry)
        self.journal.append(entry)
        assert entry.number == len(self.journal) == self.state.entries, "numbers without a gap"
        assert entry.recorded_at == self.now == self.state.last_at
        assert entry.happened_at <= entry.recorded_at + CLOCK_SKEW
        assert narrate(entry)
        if before is not None:
            _check_change(before, self.state, entry)
        asked = effects(before, self.state, entry)
        _check_effects(asked, self.state)
        for effect in asked:
            assert effect.key not in self.keys, f"{effect.key} is asked for twice"
            self.keys.add(effect.key)
        self.pending.extend(asked)

    def _owner(self) -> str:
        first = self.journal[0].event
        assert first.kind == "opened"
        owner = first.open.owner
        for entry in self.journal:
            if entry.event.kind not in {"accepted", "owner_moved"}:
                continue
            is_theirs = not entry.event.relieves or owner in entry.event.relieves
            now = entry.event.person if entry.event.kind == "accepted" else entry.event.person.id
            owner = now if is_theirs else owner
        return owner

    def _look(self, command: Command, made: tuple[Entry, ...], before: IssueState | None) -> None:
        state, due = self.issue, next_due(self.issue)
        assert state.owner == self._owner(), "an owner moves on accept, or by the rule for what nobody accepts"
        assert (due is None) == (state.status == "ended"), "an issue that is not over has a next deadline"
        assert (next_timer(state) is None) == (due is None)
        assert not (state.charge and state.handler != state.charge.person)
        assert ABOUT not in state.facts.about or ABOUT not in (*state.asked, *state.last_resort, state.handler)
        if isinstance(command, Tick):
            assert due is None or due.at > self.now, "a tick leaves nothing that is due"
            assert decide(state, Tick(), self.now) == (), "a tick does each thing once"
            assert sum(entry.event.kind == "tier_began" for entry in made) <= 1, "late ticks climb one tier"
            was_due = next_due(before) if before is not None else None
            if was_due is None or was_due.at > self.now:
                assert not made, "an early tick does nothing"


def _check_change(before: IssueState, after: IssueState, entry: Entry) -> None:
    kind = entry.event.kind
    came_from, becomes = _STATUS_AFTER.get(kind, ({before.status}, before.status))
    assert before.status in came_from, f"{kind} upon {before.status}"
    assert after.status == becomes
    assert after.missed >= before.missed
    assert entry.recorded_at >= before.last_at, "no clock jumps back"
    if kind not in _STOPS_WORK | _MOVES_CLOCKS:
        assert after.work_due_at == before.work_due_at, f"{kind} moved the work limit"
    if kind not in {"tier_began", *_MOVES_CLOCKS} and before.acknowledge_due_at and after.acknowledge_due_at:
        assert after.acknowledge_due_at == before.acknowledge_due_at, f"{kind} moved a running clock"
    if kind == "tier_began":
        assert after.turn > before.turn
    if before.status == "open" and kind in {"tier_began", "resolved", "exhausted", "charge_taken"}:
        clocks: list[tuple[Clock, datetime | None]] = [
            ("acknowledge", before.acknowledge_due_at),
            ("work", before.work_due_at),
        ]
        missed = [due for clock, due in clocks if due and not before.stands_still(clock)]
        is_missed = any(entry.recorded_at - due > GRACE for due in missed)
        assert not is_missed or after.missed, "a breach stays on record"


def _check_effects(asked: tuple[Effect, ...], state: IssueState) -> None:
    told = [(effect.person.id, effect.channel) for effect in asked if effect.kind == "notify"]
    assert len(told) == len(set(told)), "nobody is told twice of one thing"
    assert not {name for name, _ in told}.intersection(state.facts.about), "never whom it is about"
    for effect in asked:
        assert _EFFECT.validate_json(_EFFECT.dump_json(effect)) == effect


@settings(max_examples=60, suppress_health_check=_QUICK)
@given(policies())
def test_the_plays_are_of_policies_that_pass_the_check(pinned: tuple[Policy, ...]) -> None:
    assert not [str(finding) for finding in lint_set(pinned, None) if finding.level == "error"]
    for each in pinned:
        findings = Findings(each.name)
        lint_policy(each, findings)
        assert not [str(finding) for finding in findings.in_order() if finding.level == "error"]


@settings(max_examples=250, suppress_health_check=_QUICK)
@given(plays())
def test_whatever_happens_an_issue_stays_whole(play: Play) -> None:
    watched = Watched(play.command)
    for step in play.steps:
        watched.play(step)
    state = watched.issue
    rebuilt: IssueState | None = None
    for entry in watched.journal:
        again = Entry.model_validate_json(entry.model_dump_json())
        assert again == entry
        rebuilt = evolve(rebuilt, again)
    assert rebuilt == state, "the journal alone gives the state"
    assert IssueState.model_validate_json(state.model_dump_json()) == state
    for command in (play.command, *watched.sent):
        assert read_command(command.model_dump(mode="json")) == command
    assert all(explain(state, watched.now).lines)
    assert card(state, watched.now)
    assert headline(state)
    assert snapshot(state).entries == len(watched.journal)
    assert attributes(state)["EscalonBreached"] == any(_is_breach(entry) for entry in watched.journal)


def _is_breach(entry: Entry) -> bool:
    event = entry.event
    ended_by_time = {"not_acknowledged", "too_few_acknowledged", "work_limit_spent"}
    return event.kind in {"limit_missed", "target_missed"} or (
        event.kind in {"tier_began", "exhausted"} and event.why in ended_by_time
    )


@settings(max_examples=120, suppress_health_check=_QUICK)
@given(plays(), st.sampled_from([timedelta(milliseconds=1), minutes(3), minutes(90)]))
def test_a_clock_that_was_set_back_ends_nothing_and_takes_no_deadline_away(play: Play, back: timedelta) -> None:
    """What has begun by then stays begun, no tick does anything, and what a command sets counts from its own now.

    So nothing that is due comes sooner than what was due already, or than the instant in which the command came.
    """
    watched = Watched(play.command)
    for step in play.steps:
        watched.play(step)
        state, earlier = watched.issue, watched.now - back
        was_due = [due.at for due in deadlines(state)]
        if not [due for due in was_due if due <= earlier]:
            assert decide(state, Tick(), earlier) == (), "nothing is due yet by that clock"
        command = command_of(step, state, watched.pending, watched.sent, earlier)
        decision = decide(state, command, earlier)
        if isinstance(decision, Rejected):
            continue
        after = state
        for entry in decision:
            after = evolve(after, entry)
            assert narrate(entry)
        assert after.missed >= state.missed
        assert (after.status == "ended") == (next_due(after) is None)
        for due in deadlines(after):
            assert due.at >= min([earlier, *was_due]), f"{due.what} came sooner than anything was due"


@settings(max_examples=120, suppress_health_check=_QUICK)
@given(
    openings(must_end=True),
    st.lists(steps("acknowledge", "take_over", "release", "escalate", "answer", "open"), max_size=20),
)
def test_nothing_parks_an_issue(command: Open, acts: list[Step]) -> None:
    """A tier hears of it at the latest when the work limits of the tiers below are spent, whatever people do."""
    watched = Watched(command)
    for act in acts:
        watched.carry_out(Tick(), watched.now)
        when = act.when if act.when in {"now", "soon"} else "exact"
        watched.play(Step(when, act.what, act.who, act.pick))
    began = watched.journal[1].happened_at
    path = _path(command)
    latest = [began + sum(path[:place], timedelta(0)) for place in range(len(path) + 1)]
    while watched.issue.exhausted_at is None and watched.now <= latest[-1]:
        due = next_due(watched.issue)
        assert due is not None
        watched.carry_out(Tick(), max(due.at, watched.now))
    climbed = [entry for entry in watched.journal if entry.event.kind in {"tier_began", "exhausted"}]
    end = next(place for place, entry in enumerate(climbed) if entry.event.kind == "exhausted")
    # Sooner is right: a pass that asked nobody is not repeated.
    assert climbed[end].happened_at <= latest[-1]
    for entry, at_the_latest in zip(climbed[:end], latest, strict=False):
        assert entry.happened_at <= at_the_latest, f"entry {entry.number} came later than {at_the_latest}"


@settings(max_examples=60, suppress_health_check=_QUICK)
@given(openings(must_end=True))
def test_silence_reaches_the_last_resort_when_the_times_to_acknowledge_are_spent(command: Open) -> None:
    played = Played(command)
    latest = played.entries[1].happened_at + sum(_path(command, "acknowledge_within"), timedelta(0))
    played.run_to(latest)
    assert played.entry("exhausted").happened_at <= latest
    assert played.told("last_resort")


@settings(max_examples=60, suppress_health_check=_QUICK)
@given(openings())
def test_where_nobody_is_on_duty_anywhere_it_never_runs_hot(command: Open) -> None:
    tiers = tuple(tier.name for pinned in command.policies for tier in pinned.tiers)
    played = Played(command, nobody_at=tiers).run_to(T0 + minutes(150))
    at_once = Counter(entry.recorded_at for entry in played.entries)
    assert max(at_once.values()) <= 3 * len(tiers) + 8
    targets = sum(1 + len(target.warnings) for target in command.policies[0].targets)
    assert len(at_once) <= 150 / 15 + 2 + targets, "between two instants lies the cadence of the last resort"
    assert len(played.told("last_resort")) >= 150 // 15


def _path(command: Open, clock: str = "work_within") -> list[timedelta]:
    """The limits of the tiers that are climbed from the entry to exhaustion, in every pass."""
    pinned, severity = command.policies[0], command.match.severity
    limits = {tier.name: getattr(tier, clock)[severity] for tier in pinned.tiers}
    tier: str | None = command.match.enter_at
    found = []
    while tier is not None:
        found.append(limits[tier])
        tier = pinned.next_tier(tier)
    return found + [limits[name] for name in pinned.climb()] * pinned.exhaustion.repeats
