"""The play's machinery: issues on the simulated clock, the world that answers them, and what doors do for people.

It knows commands and issues, and nothing of a case's events or of what a case expects.
"""

import re
from datetime import datetime, timedelta

from escalation.intake.plan import Nothing, OpenIt, SendIt, Step, plan
from escalation.intake.reported import Reported, What
from escalation.issue.commands import HUMAN_COMMANDS, Command, Confirm, Open, Resolve
from escalation.issue.effects import FindResponders, Notify
from escalation.issue.events import Entry
from escalation.issue.facts import Actor, CauseRef, IssueFacts, Link, Party, PersonFacts, TextRef
from escalation.issue.identity import IssueId, reference_for
from escalation.issue.personal_rules import PersonalRules
from escalation.issue.refusal import Rejected
from escalation.policy.match import issue_fields, match
from escalation.policy.matched import NoMatch
from escalation.simulate import Simulated
from escalation.simulate_together import Together
from escalation.simulated_post import Post
from escalation.simulated_world import Delivery, LookUp, World
from tests.peers.duty import Schedule
from tests.peers.issue import Issue, Refused
from tests.peers.ladder import AT_ONCE, OUTSIDE, OWNER, SERVICE_OWNER, Ladder
from tests.peers.setting import ANY_CHANNEL, Setting

CUSTOMER = "customer"
SOURCE = "source"
"""The machine that raises signals."""
LONGEST_KEY = 150
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")


class Stage:
    """All issues of one play."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.issues: list[Issue] = []
        self.refusals: list[Refused] = []
        self.windows = setting.windows
        self.gone: set[str] = set()
        """Who has left the directory."""
        self._count = 0
        self._seq = 1
        self._services: dict[str, str] = {}
        self._away: tuple[datetime, datetime] | None = None
        self.together: Together | None = None
        """Where messages gather: then all issues go forward in one order of time."""
        self.post: Post | None = None
        if setting.house.limits is not None:
            self.together = Together()
            self.post = Post(setting.house.limits, deliver=self._deliver, standing=self.together.standing)

    # --- who and what

    def actor(self, person: str | None) -> Actor:
        """Somebody of the case; without a name, or as a source, a machine."""
        is_machine = person in {None, SOURCE}
        return Actor(person=person or SOURCE, door="peers", assurance="signed_in", is_machine=is_machine)

    def facts(self, person: str) -> PersonFacts:
        """How somebody of the case is reached."""
        if person in OUTSIDE:
            return PersonFacts(id=person, role="person", channels=("inbox",))
        steps = self.setting.steps.get(person, ())
        if not steps:
            return PersonFacts(id=person, role="person", channels=(ANY_CHANNEL,))
        channels = tuple(dict.fromkeys(step.channel for step in steps))
        rules = PersonalRules(urgent=steps, ordinary=steps)
        return PersonFacts(id=person, role="person", channels=channels, rules=rules)

    def next_id(self) -> str:
        """An id for a command."""
        self._count += 1
        return f"peers-{self._count}"

    def called(self, name: str, at: datetime | None = None) -> Issue | None:
        """The issue of that name, key or summary; of several the latest, or the latest that was there at an instant."""
        named = (issue for issue in reversed(self.issues) if name in issue.names)
        return next((issue for issue in named if at is None or issue.created_at <= at), None)

    # --- opening

    def reference(self, key: str | None, summary: str | None, name: str | None) -> str:
        """What the source calls it: an explicit key outranks the text, and both the name in the case."""
        words = f"key {key}" if key is not None else f"name {name}"
        if key is None and summary is not None:
            return reference_for(summary)
        return words if len(words) <= LONGEST_KEY else reference_for(words)

    def latest(self, service: str | None, reference: str) -> Issue | None:
        """The latest occurrence."""
        series = self._id(service, reference).series
        return next((issue for issue in reversed(self.issues) if issue.id.series == series), None)

    def open(
        self,
        at: datetime,
        ladder: Ladder,
        *,
        by: Actor,
        reference: str,
        service: str | None = None,
        title: str = "",
        names: set[str] | None = None,
        opened_at: datetime | None = None,
        priority: str | None = None,
        cause: CauseRef | None = None,
        labels: dict[str, str] | None = None,
    ) -> Issue:
        """A new occurrence; where the rules refuse it, it is a refusal and an error of the player's."""
        before = self.latest(service, reference)
        id_ = before.id.at(before.id.occurrence + 1) if before else self._id(service, reference)
        clock = Simulated(World(find=self._find, deliver=self._deliver, post=self.post))
        if self.together is not None:
            self.together.add(clock)
        if self._away is not None:
            clock.be_away(*self._away)
        command = self._opening(id_, ladder, by, title, opened_at or at, at, before, priority, labels)
        if cause is not None:
            command = command.model_copy(update={"issue": command.issue.changed({"causes": (cause,)})})
        answer = self._send(clock, command, at)
        if isinstance(answer, Rejected):
            raise AssertionError(f"an issue could not be opened: {answer.why}")
        called = {name for name in (names or set()) if name}
        issue = Issue(clock, id_, ladder, opened_at or at, called, title, service, self.post, steps=[(0, self._seq)])
        self.issues.append(issue)
        return issue

    def _opening(
        self,
        id_: IssueId,
        ladder: Ladder,
        by: Actor,
        title: str,
        opened_at: datetime,
        now: datetime,
        before: Issue | None,
        priority: str | None = None,
        labels: dict[str, str] | None = None,
    ) -> Open:
        policy = ladder.policy
        links = (Link(kind="follows", issue=str(before.id)),) if before else ()
        given = priority or (self.setting.usual_priority if self.setting.house.types is None else None)
        fields = issue_fields(
            kind=policy.kind,
            source=id_.source,
            received_at=opened_at,
            opened_at=opened_at,
            severity=given,
            labels=labels,
            raised_by_machine=by.is_machine,
        )
        found = match(policy, fields)
        assert not isinstance(found, NoMatch)
        facts = IssueFacts(
            id=id_,
            kind=policy.kind,
            title=title,
            severity=found.severity,
            raiser=by,
            opened_at=opened_at,
            received_at=opened_at,
            links=links,
            parties=(Party(key=CUSTOMER, role="customer"),) if self.setting.house.has_customer else (),
        )
        service = self._services.get(id_.team)
        return Open(
            id=self.next_id(), by=by, issue=facts, policies=(policy,), match=found, owner=OWNER,
            people=(self.facts(OWNER),), maintenance=self.windows.of(service, found.severity, now),
        )  # fmt: skip

    def _id(self, service: str | None, reference: str) -> IssueId:
        team = "main" if service is None else service.lower()
        if not _NAME.fullmatch(team) or (service is not None and team == "main"):
            team = f"t-{reference_for(service or '')}"
        if service is not None:
            self._services[team] = service
        return IssueId(team=team, source="peers", reference=reference)

    # --- acting

    def send(self, issue: Issue, command: Command, at: datetime, operation: str) -> bool:
        """Send a command; False where it was refused, which is kept."""
        needs_ladder = command.__class__ is HUMAN_COMMANDS["escalate"]
        if issue.ladder.refusal is not None and needs_ladder:
            self.refuse(at, operation, issue, "policy_refused", issue.ladder.refusal, command.by.person)
            return False
        answer = self._send(issue.clock, command, max(at, issue.clock.now or at))
        if isinstance(answer, Rejected):
            self.refuse(at, operation, issue, answer.code, answer.why, command.by.person)
            return False
        return True

    def _send(self, clock: Simulated, command: Command, at: datetime) -> tuple[Entry, ...] | Rejected:
        return clock.send(command, at) if self.together is None else self.together.send(clock, command, at)

    def refuse(
        self, at: datetime, operation: str, issue: Issue | None, code: str, why: str, by: str | None = None
    ) -> None:
        """Keep that something was refused."""
        self.refusals.append(Refused(at, operation, issue, code, why, by))

    def settle(self, issue: Issue, at: datetime, by: Actor, operation: str) -> None:
        """Resolve for good: with peers what is resolved is over, so it is confirmed in the same breath."""
        told = TextRef(ref="said", length=4) if self.setting.house.has_customer else None
        if self.send(issue, Resolve(id=self.next_id(), by=by, outcome="solved", told_customer=told), at, operation):
            self.send(issue, Confirm(id=self.next_id(), by=by), at, operation)

    def take_signal(
        self, at: datetime, what: What, reference: str, ladder: Ladder, service: str | None, title: str, by: Actor
    ) -> Issue | None:
        """What a source reports, planned by the rules of intake and carried out; the issue that it is about."""
        issue = self.latest(service, reference)
        if issue is not None:
            self.catch_up(issue, at)
            self._be_over(issue, at)
        report = Reported(
            place="$",
            source="pagerduty",
            said=what,
            what=what,
            reference=reference,
            command_id=self.next_id(),
            by=by,
            happened_at=at,
            began_at=at,
            is_open_there=what != "resolve",
            title=title,
        )
        state = issue.clock.state if issue is not None else None
        for step in plan(report, state):
            issue = self._take(step, at, issue, ladder, service, reference, title)
        return issue

    def _take(
        self, step: Step, at: datetime, issue: Issue | None, ladder: Ladder, service: str | None, reference: str,
        title: str,
    ) -> Issue | None:  # fmt: skip
        match step:
            case Nothing():
                return issue
            case OpenIt(is_first=False) if issue is not None:
                again = self._opening(issue.id, ladder, step.by, title, step.received_at or at, at, None)
                bare = again.model_copy(update={"policies": (), "people": ()})
                self.send(issue, bare, at, "signal")
                return issue
            case OpenIt():
                return self.open(at, ladder, by=step.by, reference=reference, service=service, title=title)
            case SendIt(command="resolve") if issue is not None:
                self.settle(issue, at, step.by, "signal")
                return issue
            case SendIt() if issue is not None:
                command = HUMAN_COMMANDS[step.command].model_validate({"id": step.command_id, "by": step.by})
                self.send(issue, command, at, "signal")
                return issue
            case _:
                raise AssertionError(step)

    # --- time

    def begun(self, issue: Issue, at: datetime) -> None:
        """What has happened to it so far, up to and including that instant, was before the play."""
        issue.clock.run_to(at)
        issue.is_at_start, issue.begun_at = True, at
        issue.entries_at_start = len(issue.clock.entries)
        issue.messages_at_start = issue.count_messages()

    @staticmethod
    def catch_up(issue: Issue, at: datetime) -> None:
        """Everything due before that instant, as a command that comes then will find it."""
        just_before = at - timedelta(microseconds=1)
        if issue.clock.now is not None and issue.clock.now < just_before:
            issue.clock.run_to(just_before)

    def catch_up_all(self, at: datetime) -> None:
        """The same in every issue, so that what changes about the house then changes nothing before; not while away."""
        if self._away is not None and at < self._away[1]:
            return
        if self.together is not None:
            self.together.run_to(at - timedelta(microseconds=1))
        for issue in self.issues:
            self.catch_up(issue, at)

    def _be_over(self, issue: Issue, at: datetime) -> None:
        """What was closed in this very instant is over when a signal comes after it: the shortest window has passed."""
        state = issue.clock.state
        if state is not None and state.reopen_until is not None and state.reopen_until - at <= AT_ONCE:
            issue.clock.run_to(state.reopen_until)

    def step(self, seq: int) -> None:
        """What comes now belongs to this `seq` of its instant."""
        self._seq = seq
        for issue in self.issues:
            issue.steps.append((issue.count_messages(), seq))

    def hear(self) -> None:
        """The answers to what was asked in this very instant, ahead of the clock."""
        for issue in self.issues:
            issue.clock.hear()

    def run_to(self, at: datetime) -> None:
        """Everything due up to and including that instant, in every issue."""
        if self.together is not None:
            self.together.run_to(at)
        for issue in self.issues:
            issue.clock.run_to(max(at, issue.clock.now or at))

    def be_away(self, at: datetime, until: datetime) -> None:
        """The engine stands still."""
        self._away = (at, until)
        for issue in self.issues:
            issue.clock.be_away(at, until)

    def be_back(self) -> None:
        """The engine runs again."""
        self._away = None

    # --- the world

    def _find(self, effect: FindResponders, at: datetime) -> LookUp:
        people = list(effect.tell.people)
        if SERVICE_OWNER in effect.tell.roles:
            owner = self.setting.service_owners.get(self._services.get(effect.issue.team, ""))
            people += [owner] if owner else []
        for target in effect.tell.rotas:
            schedule = self.setting.duties.named(target.partition(":")[2])
            people += self.on_call(schedule, effect.at or at) if schedule is not None else []
        found = tuple(self.facts(person) for person in dict.fromkeys(people) if person not in self.gone)
        return LookUp(found, "as the case says" if found else "nobody is on call")

    def on_call(self, schedule: Schedule, at: datetime) -> list[str]:
        """Who is on duty by a schedule, without those who have left."""
        return [person for person in schedule.people_at(at) if person not in self.gone]

    def _deliver(self, effect: Notify, at: datetime) -> Delivery:
        outcome = self.setting.lost_channels.get(effect.channel, "sent")
        return Delivery(outcome, error=None if outcome == "sent" else "rejected")
