"""What happens in a case: each event as the commands that the product has for it.

An event that is not in the table, or a field of one that is not used, makes the case unsupported by name.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from escalation.intake.reported import What
from escalation.issue.commands import (
    Acknowledge,
    Close,
    Command,
    Escalate,
    Hold,
    Note,
    Release,
    Reopen,
    Resume,
    Snooze,
)
from escalation.issue.facts import Actor, TextRef
from escalation.issue.state import IssueState
from tests.peers.fields import Fields, Unsupported
from tests.peers.instants import read_span
from tests.peers.issue import Issue
from tests.peers.ladder import EVER, Ladder, ladder_of
from tests.peers.stage import Stage

CUSTOMER = "customer"
SAID = TextRef(ref="said", length=4)
_SIGNALS: dict[str, What] = {
    "firing": "open",
    "fire": "open",
    "trigger": "open",
    "open": "open",
    "resolved": "resolve",
    "resolve": "resolve",
    "close": "resolve",
    "closed": "resolve",
    "acknowledge": "acknowledge",
    "acknowledged": "acknowledge",
}


class Acting:
    """Does the events of one play on its stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.setting = stage.setting
        self._events: dict[str, Callable[[Fields, datetime], None]] = {
            "created": self._created,
            "signal": self._signal,
            "acknowledged": self._acknowledged,
            "unacknowledged": self._unacknowledged,
            "resolved": self._resolved,
            "closed": self._closed,
            "reopened": self._reopened,
            "escalated": self._escalated,
            "snoozed": self._snoozed,
            "paused": self._paused,
            "resumed": self._resumed,
            "responded": self._said,
            "customer_message": self._said,
            "policy_changed": self._policy_changed,
            "policy_saved": self._policy_saved,
            "engine_stopped": self._engine_stopped,
            "restarted": self._restarted,
            **dict.fromkeys(("query", "engine_cycle", "clock_advanced", "breach_check"), self._look),
        }
        self._restarts: list[datetime] = []

    def known(self, event: str) -> bool:
        """Whether the event can be played."""
        return event in self._events

    def expect_restarts(self, at: list[datetime]) -> None:
        """When the engine is started again in this play."""
        self._restarts = at

    def act(self, event: Fields, at: datetime) -> None:
        """One event at its instant. Raises Unsupported."""
        name = event.words("event")
        if name not in self._events:
            raise Unsupported(f"event {name}")
        for used in ("at", "seq", "case"):
            event.take(used)
        self._events[name](event, at)
        event.done()

    # --- which issue, who

    def _issue(self, event: Fields, at: datetime) -> Issue:
        """The issue that an event is about: by name or key, else the only one there is."""
        name, key = event.text("issue"), event.text("dedup_key")
        service, summary = event.text("service"), event.text("summary")
        found: Issue | None = None
        if name is not None:
            found = self.stage.called(name)
        elif key is not None or summary is not None:
            found = self.stage.latest(service, self.stage.reference(key, summary, None))
        elif len(self.stage.issues) == 1:
            found = self.stage.issues[0]
        elif not self.stage.issues:
            name = "A"
        else:
            raise Unsupported(f"event {event.data['event']} that names no issue")
        if found is None:
            found = self.begin(name or key or summary or "A", at)
        return found

    def begin(self, name: str, at: datetime) -> Issue:
        """An issue of which the case says nothing before something is done to it: it was open."""
        stage = self.stage
        issue = stage.open(
            at, self.setting.usual, by=stage.actor(None), reference=stage.reference(None, None, name), names={name}
        )
        stage.begun(issue, at)
        return issue

    def _by(self, event: Fields, otherwise: str | None) -> Actor:
        return self.stage.actor(event.text("by") or otherwise)

    def _state(self, issue: Issue) -> IssueState:
        assert issue.clock.state is not None
        return issue.clock.state

    def _send(self, event: Fields, issue: Issue, command: Command, at: datetime) -> bool:
        operation = command.__class__.__name__.lower()
        return self.stage.send(issue, command, at, operation, str(event.data.get("case", "")))

    # --- beginnings

    def _ladder(self, event: Fields, service: str | None) -> Ladder:
        return self.setting.ladder_for(event.text("policy"), service)

    def _created(self, event: Fields, at: datetime) -> None:
        stage, service = self.stage, event.text("service")
        key, summary = event.text("dedup_key"), event.text("summary") or event.text("title")
        name = event.text("issue") or (None if key or summary else "A")
        by = stage.actor(event.text("by"))
        ladder, reference = self._ladder(event, service), stage.reference(key, summary, name)
        names = {label for label in (name, key, summary) if label}
        title = summary or name or ""
        if key is None and summary is None:
            before = stage.called(name) if name else None
            if before is not None:
                raise Unsupported(f"an issue {name} that is created twice")
            stage.open(at, ladder, by=by, reference=reference, service=service, title=title, names=names)
            return
        issue = stage.take_signal(at, "open", reference, ladder, service, title, by)
        if issue is not None:
            issue.names |= names

    def _signal(self, event: Fields, at: datetime) -> None:
        stage, service = self.stage, event.text("service")
        what = _SIGNALS.get(event.text("action") or event.text("status") or "firing")
        event.take("status")
        if what is None:
            raise event.cannot("action" if "action" in event else "status")
        key, summary, name = event.text("dedup_key"), event.text("summary"), event.text("issue")
        if self.setting.key_fields:
            values = [event.text(field) for field in self.setting.key_fields]
            if None in values:
                raise Unsupported(f"a signal without {', '.join(self.setting.key_fields)}")
            key = " ".join(str(value) for value in values)
        if key is None and summary is None:
            raise Unsupported("a signal with neither key nor summary")
        reference = stage.reference(key, summary, name)
        by = stage.actor(event.text("by"))
        issue = stage.take_signal(at, what, reference, self._ladder(event, service), service, summary or key or "", by)
        if issue is not None:
            issue.names |= {label for label in (key, summary, name) if label}

    # --- what people do

    def _acknowledged(self, event: Fields, at: datetime) -> None:
        issue = self._issue(event, at)
        by = self._by(event, self._somebody(issue))
        self._send(event, issue, Acknowledge(id=self.stage.next_id(), by=by), at)

    def _somebody(self, issue: Issue) -> str | None:
        asked = self._state(issue).asked
        return asked[0] if asked else None

    def _unacknowledged(self, event: Fields, at: datetime) -> None:
        issue = self._issue(event, at)
        by = self._by(event, self._state(issue).handler)
        self._send(event, issue, Release(id=self.stage.next_id(), by=by), at)

    def _resolved(self, event: Fields, at: datetime) -> None:
        issue = self._issue(event, at)
        self.stage.settle(issue, at, self._by(event, None), "resolve", str(event.data.get("case", "")))

    def _closed(self, event: Fields, at: datetime) -> None:
        issue = self._issue(event, at)
        by = self._by(event, None)
        self.stage.catch_up(issue, at)
        if self._state(issue).status == "resolved":
            self._send(event, issue, Close(id=self.stage.next_id(), by=by, reason="confirmed"), at)
        else:
            self.stage.settle(issue, at, by, "close", str(event.data.get("case", "")))

    def _reopened(self, event: Fields, at: datetime) -> None:
        issue = self._issue(event, at)
        self._send(event, issue, Reopen(id=self.stage.next_id(), by=self._by(event, None)), at)

    def _escalated(self, event: Fields, at: datetime) -> None:
        issue = self._issue(event, at)
        to, seen_at = event.text("to_tier"), event.text("as_of_tier")
        command = Escalate(
            id=self.stage.next_id(),
            by=self._by(event, "operator"),
            to_tier=None if to is None else f"tier-{to}",
            from_tier=None if seen_at is None else f"tier-{seen_at}",
        )
        self._send(event, issue, command, at)

    def _snoozed(self, event: Fields, at: datetime) -> None:
        issue = self._issue(event, at)
        self.stage.catch_up(issue, at)
        state = self._state(issue)
        if state.status != "open":
            raise Unsupported("snoozing what is resolved")
        by = self._by(event, state.handler or self._somebody(issue))
        if "until" in event:
            until = self.setting.times.at(event.instant("until"), "snoozed.until")
        else:
            until = at + self.setting.times.span(event.take("for"), "snoozed.for")
        self._send(event, issue, Snooze(id=self.stage.next_id(), by=by, until=until), at)

    def _paused(self, event: Fields, at: datetime) -> None:
        issue = self._issue(event, at)
        until = at + EVER - timedelta(days=1)
        if "until" in event:
            until = self.setting.times.at(event.instant("until"), "paused.until")
        elif "for" in event:
            until = at + self.setting.times.span(event.take("for"), "paused.for")
        # No more than its caps: what is held again has less left of the cap in all.
        left = EVER - timedelta(seconds=self._state(issue).held_s)
        command = Hold(
            id=self.stage.next_id(),
            by=self._by(event, "operator"),
            reason="waiting",
            waiting_for=event.text("waiting_for") or CUSTOMER,
            until=min(until, at + left),
        )
        self._send(event, issue, command, at)

    def _resumed(self, event: Fields, at: datetime) -> None:
        issue = self._issue(event, at)
        self._send(event, issue, Resume(id=self.stage.next_id(), by=self._by(event, "operator")), at)

    def _said(self, event: Fields, at: datetime) -> None:
        """A message on the issue. It moves no clock that we have; a customer's ends a hold that waits for them."""
        issue = self._issue(event, at)
        by = self._by(event, CUSTOMER if event.data["event"] == "customer_message" else "operator")
        event.take("n")
        self._send(event, issue, Note(id=self.stage.next_id(), by=by, text=SAID), at)

    # --- the house and its engine

    def _policy_changed(self, event: Fields, at: datetime) -> None:
        """Another policy for what is created from now on; what runs keeps the one it began with."""
        if "to" in event:
            name, service = event.words("to"), event.text("service")
            self.setting.ladder_for(name, None)
            is_known = service in self.setting.service_owners or service in self.setting.service_policies
            self.setting.service_policies[service if service and is_known else ""] = name
        else:
            self.setting.usual = self._edited(event)

    def _edited(self, event: Fields) -> Ladder:
        policy = event.below("policy")
        if policy is None:
            raise Unsupported(f"event policy_changed {event.data.get('edit', '')!r}")
        return ladder_of(policy, "policy", self.setting.house)

    def _policy_saved(self, event: Fields, at: datetime) -> None:
        policy = event.below("policy")
        if policy is None:
            raise Unsupported("event policy_saved without a policy")
        ladder = ladder_of(policy, event.text("name") or "policy", self.setting.house)
        if ladder.refusal is not None:
            label = str(event.data.get("case", ""))
            self.stage.refuse(at, "save", None, "policy_refused", ladder.refusal, label)
        else:
            self.setting.usual = ladder

    def _engine_stopped(self, event: Fields, at: datetime) -> None:
        until = next((restart for restart in self._restarts if restart >= at), None)
        if until is None:
            raise Unsupported("an engine that is stopped and not started again")
        self.stage.be_away(at, until)

    def _restarted(self, event: Fields, at: datetime) -> None:
        """Nothing is lost by a restart: what is owed is in the state."""
        event.take("issue")
        self.stage.be_back()

    def _look(self, event: Fields, at: datetime) -> None:
        for used in ("issue", "what", "by", "in_one_step"):
            if used == "by" and read_span(event.data.get("by")) is None and "by" in event:
                continue
            event.take(used)
