"""What happens in a case: each event as the commands that the product has for it.

An event that is not in the table, or a field of one that is not used, makes the case unsupported by name.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from escalation.intake.reported import What
from escalation.issue.commands import Hold
from escalation.issue.facts import Actor
from escalation.issue.state import IssueState
from tests.peers.fields import Fields, Unsupported
from tests.peers.issue import Issue
from tests.peers.ladder import EVER, Ladder, ladder_of
from tests.peers.setting import read_step
from tests.peers.spans import read_span
from tests.peers.stage import CUSTOMER, SOURCE, Stage

_SIGNALS: dict[str, What] = {
    **dict.fromkeys(("firing", "fire", "trigger", "triggered", "open"), "open"),
    **dict.fromkeys(("resolved", "resolve", "close", "closed"), "resolve"),
    **dict.fromkeys(("acknowledge", "acknowledged"), "acknowledge"),
}
"""What a source says of its own, in our words."""


OPERATOR = "operator"


class Acting:
    """Does the events of one play on its stage."""

    def __init__(self, stage: Stage, case: str | None, restarts: list[datetime]) -> None:
        """`case`: the variant that is played; `restarts`: when the engine is started again in this play."""
        self.case = case
        self.stage = stage
        self.setting = stage.setting
        self.restarts = restarts
        self.is_edited: str | None = None
        """An edit of the policy in words, which what runs does not follow; what is created later would need it."""

    def issue_of(self, event: Fields, at: datetime, operation: str) -> Issue | None:
        """The issue that an event is about, with everything due before that instant done.

        By name or key, else the only one there is. None where it is not known: people are refused, a source is not.
        """
        name, key = event.text("issue"), event.text("dedup_key")
        service, summary = event.text("service"), event.text("summary")
        found: Issue | None = None
        if name is not None:
            found = self.stage.called(name) or self._begun(name, at)
        elif key is not None or summary is not None:
            found = self.stage.latest(service, self.stage.reference(key, summary, None))
            if found is None and event.data.get("by") != SOURCE:
                self.stage.refuse(at, operation, None, "not_open", "there is no such issue")
        elif len(self.stage.issues) == 1:
            found = self.stage.issues[0]
        elif not self.stage.issues:
            found = self._begun("A", at)
        else:
            raise Unsupported(f"{event.where} that names none of several issues")
        if found is not None:
            self.stage.catch_up(found, at)
        return found

    def _begun(self, name: str, at: datetime) -> Issue:
        """An issue of which the case says nothing before something is done to it: it was open."""
        stage = self.stage
        reference = stage.reference(None, None, name)
        issue = stage.open(at, self.ladder_now(None, None), by=stage.actor(None), reference=reference, names={name})
        stage.begun(issue, at)
        return issue

    def ladder_now(self, policy: str | None, service: str | None) -> Ladder:
        """The ladder of an issue that is created now."""
        if self.is_edited is not None:
            raise Unsupported(f"an issue under an edited policy: {self.is_edited}")
        return self.setting.ladder_for(policy, service)


def state_of(issue: Issue) -> IssueState:
    """Where it stands now."""
    assert issue.clock.state is not None
    return issue.clock.state


def holding(
    acting: Acting, issue: Issue, by: Actor, at: datetime, until: datetime | None = None, whom: str = CUSTOMER
) -> Hold:
    """A hold; it has its caps, in all too: what is held without end is held for what is left of them."""
    longest = at + EVER - timedelta(seconds=state_of(issue).held_s)
    until = min(until or longest, longest)
    return Hold(id=acting.stage.next_id(), by=by, reason="waiting", waiting_for=whom, until=until)


# --- beginnings


def created(acting: Acting, event: Fields, at: datetime) -> None:
    """An issue is raised, paused perhaps; by the same key or text as an open one, it is that one reported again."""
    state = event.text("state")
    if state not in {None, "open", "new", "triggered", "paused"}:
        raise event.cannot("state")
    before = len(acting.stage.issues)
    _created(acting, event, at)
    if state == "paused":
        if len(acting.stage.issues) == before:
            raise event.cannot("state")
        issue = acting.stage.issues[-1]
        acting.stage.send(issue, holding(acting, issue, acting.stage.actor(OPERATOR), at), at, "pause")


def _created(acting: Acting, event: Fields, at: datetime) -> None:
    stage, service = acting.stage, event.text("service")
    key, summary = event.text("dedup_key"), event.text("summary") or event.text("title")
    name = event.text("issue") or (None if key or summary else "A")
    by = stage.actor(event.text("by"))
    if event.text("urgency") not in {None, "low", "high"}:  # both escalate: the policy has one severity
        raise event.cannot("urgency")
    priority = event.text("priority")
    kind = event.text("type")
    if kind is not None and kind not in (acting.setting.house.types or {}):
        raise event.cannot("type")
    ladder, title = acting.ladder_now(event.text("policy"), service), summary or name or ""
    names = {each for each in (name, key, summary, acting.case if name == "A" else None) if each}
    is_same = name is not None and stage.called(name) is not None
    if is_same and key is None:
        raise Unsupported(f"an issue {name} that is created twice")
    reference = stage.reference(key, summary, name)
    if key is None and name is not None:
        before = stage.latest(service, reference)
        if before is not None or summary is None:  # an issue of its own, whatever its text
            reference = stage.reference(None, None, name)
            stage.open(
                at, ladder, by=by, reference=reference, service=service, title=title, names=names, priority=priority,
                labels={} if kind is None else {"type": kind},
            )  # fmt: skip
            return
    if priority is not None or kind is not None:
        raise event.cannot("priority" if priority is not None else "type")
    issue = stage.take_signal(at, "open", reference, ladder, service, title, by)
    if issue is not None:
        issue.names |= names


def signal(acting: Acting, event: Fields, at: datetime) -> None:
    """A source says that something is wrong, or that it is over."""
    stage, setting, service = acting.stage, acting.setting, event.text("service")
    word = event.text("action") or event.text("status") or "firing"
    event.take("status")
    what = _SIGNALS.get(word)
    if what is None:
        raise Unsupported(f"a signal that says {word}")
    key, summary, name = event.text("dedup_key"), event.text("summary"), event.text("issue")
    if setting.key_fields:
        values = [event.text(field) for field in setting.key_fields]
        key = None if None in values else " ".join(str(value) for value in values)
        for ignored in setting.ignored_fields:
            event.take(ignored)
    elif key is None:
        key = event.text("fingerprint")
    if key is None and summary is None and name is None:
        raise Unsupported("a signal with neither key nor summary")
    reference, by = stage.reference(key, summary, name), stage.actor(event.text("by"))
    ladder = acting.ladder_now(event.text("policy"), service)
    issue = stage.take_signal(at, what, reference, ladder, service, summary or key or "", by)
    if issue is not None:
        issue.names |= {each for each in (key, summary, name) if each}


# --- the house and its engine


def policy_changed(acting: Acting, event: Fields, at: datetime) -> None:
    """Another policy for what is created from now on; what runs keeps the one that it began with."""
    setting = acting.setting
    if "to" in event:
        name, service = event.words("to"), event.text("service")
        setting.ladder_for(name, None)
        is_known = service in setting.service_owners or service in setting.service_policies
        setting.service_policies[service if service and is_known else ""] = name
        return
    policy = event.below("policy")
    if policy is not None:
        setting.usual = ladder_of(policy, "policy", setting.house)
    else:
        acting.is_edited = event.words("edit")


def policy_saved(acting: Acting, event: Fields, at: datetime) -> None:
    """A policy is offered; our checks take or refuse it."""
    policy = event.below("policy")
    if policy is None:
        raise Unsupported("event policy_saved without a policy")
    ladder = ladder_of(policy, "policy", acting.setting.house)
    if ladder.refusal is not None:
        acting.stage.refuse(at, "save", None, "policy_refused", ladder.refusal)
    else:
        acting.setting.usual = ladder


def engine_stopped(acting: Acting, event: Fields, at: datetime) -> None:
    """The engine stands still until it is started again."""
    until = next((restart for restart in acting.restarts if restart >= at), None)
    if until is None:
        raise Unsupported("an engine that is stopped and not started again")
    acting.stage.be_away(at, until)


def restarted(acting: Acting, event: Fields, at: datetime) -> None:
    """Nothing is lost by a restart: what is owed is in the state."""
    event.take("issue")
    acting.stage.be_back()


def user_deactivated(acting: Acting, event: Fields, at: datetime) -> None:
    """Somebody leaves the directory: who is looked up from now on is found without them."""
    acting.stage.gone.add(event.words("user"))


def rule_added(acting: Acting, event: Fields, at: datetime) -> None:
    """A further step for who is asked from now on; what is being asked keeps the rules that it began with."""
    steps, user = acting.setting.steps, event.words("user")
    row = Fields({name: event.take(name) for name in ("after", "channel") if name in event}, event.where)
    asked = [
        issue for issue in acting.stage.issues if state_of(issue).status == "open" and user in state_of(issue).asked
    ]
    if asked:
        raise Unsupported("a rule that is added while its person is asked")
    found = (*steps.get(user, ()), read_step(row))
    acting.setting.steps = {**steps, user: tuple(sorted(found, key=lambda step: step.after))}


def look(acting: Acting, event: Fields, at: datetime) -> None:
    """Nothing happens: the clock goes on by itself, and what is looked at is compared afterwards."""
    for used in ("issue", "what", "by"):
        event.take(used)


def clock_advanced(acting: Acting, event: Fields, at: datetime) -> None:
    """The clock has come to this instant; in one step, the engine saw nothing of the time between."""
    by, is_one_step = event.take("by"), event.take("in_one_step")
    if is_one_step not in (None, False, True) or (is_one_step and read_span(by) is None):
        raise event.cannot("in_one_step")
    if is_one_step:
        acting.stage.be_back()


def heartbeat(acting: Acting, event: Fields, at: datetime) -> None:
    """The watch over signs of life is looked at, hears a sign, or is given up."""
    watch = acting.setting.heartbeat
    if watch is None:
        raise Unsupported(f"{event.where} without a watch")
    acts = {"watch_check": watch.look, "sign_of_life": watch.sign, "customer_removed": watch.remove}
    acts[event.words("event")](at)


Act = Callable[[Acting, Fields, datetime], None]
BEGINNINGS: dict[str, Act] = {"created": created, "signal": signal}
HOUSE: dict[str, Act] = {
    "policy_changed": policy_changed,
    "policy_saved": policy_saved,
    "engine_stopped": engine_stopped,
    "restarted": restarted,
    "user_deactivated": user_deactivated,
    "rule_added": rule_added,
    **dict.fromkeys(("watch_check", "sign_of_life", "customer_removed"), heartbeat),
    "query": look,
    "engine_cycle": look,
    "clock_advanced": clock_advanced,
    "breach_check": look,
}
