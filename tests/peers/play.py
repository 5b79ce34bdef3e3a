"""One play of a case: the setting built, its events done in order on the simulated clock, and then what was seen.

A case that lists variants of its setting is played once for each.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.peers.acts import Acting
from tests.peers.deeds import act
from tests.peers.fields import Fields, Unsupported, shown
from tests.peers.instants import Times, is_instant
from tests.peers.issue import Issue
from tests.peers.scenario import Scenario
from tests.peers.setting import Setting, read_setting
from tests.peers.spans import read_span
from tests.peers.stage import Stage
from tests.peers.starts import begin_all
from tests.peers.variants import EACH, events_of, given_of, is_of, variants

_INSTANTS = frozenset({"at", "from", "until", "after", "as_of", "due"})
"""Fields of what is expected that hold an instant."""


class NoSuchIssue(Exception):
    """What is expected is of an issue that did not come to be: a difference."""


@dataclass
class Play:
    """What came of playing a case once."""

    scenario: Scenario
    case: str | None
    """The variant that was played; None: the case has none."""
    stage: Stage
    last_event_at: datetime
    end_at: datetime

    @property
    def setting(self) -> Setting:
        """What was given."""
        return self.stage.setting

    @property
    def times(self) -> Times:
        """How the case writes instants."""
        return self.setting.times

    @property
    def variants(self) -> list[str]:
        """The names of all variants."""
        return variants(self.scenario)

    def rows(self, key: str) -> list[Fields]:
        """The expectations of that name that are about this variant."""
        then = Fields(self.scenario.then, "then")
        rows = []
        for row in then.rows(key):
            case = row.text("case")
            if case is not None and case not in (*self.variants, *EACH):
                raise Unsupported(f"{row.where}.case {case!r}")
            if is_of(self.scenario, self.case, row.data):
                rows.append(row)
        return rows

    def issue(self, row: Fields, at: datetime | None = None) -> Issue | None:
        """The issue that an expectation names, as of an instant; where it names none, the only one."""
        name = self._name(row)
        if name is not None:
            return self.stage.called(name, at)
        if len(self.stage.issues) == 1:
            return self.stage.issues[0]
        raise Unsupported(f"{row.where} that names none of several issues")

    def the_issue(self, row: Fields, at: datetime | None = None) -> Issue:
        """The same where there must be one. Raises NoSuchIssue."""
        issue = self.issue(row, at)
        if issue is None:
            raise NoSuchIssue(f"there is no issue {row.data['issue']}")
        return issue

    def is_of(self, row: Fields, issue: Issue) -> bool:
        """Whether an expectation is about this issue: it names it, or names none."""
        name = self._name(row)
        return name is None or name in issue.names

    def _name(self, row: Fields) -> str | None:
        name = row.text("issue")
        return self.case if name in EACH else name


def plays(scenario: Scenario) -> Iterator[Play]:
    """Every play of the case. Raises Unsupported."""
    names = variants(scenario)
    for event in scenario.when:
        case = event.get("case")
        if case is not None and case not in (*names, *EACH):
            raise Unsupported(f"event {event['event']} with case {shown(case)}")
    if not names:
        yield _play(scenario, None)
    for name in names:
        yield _play(scenario, name)


def _play(scenario: Scenario, case: str | None) -> Play:
    times = Times(scenario.when[0]["at"])
    setting = read_setting(scenario, given_of(scenario, case), times, case)
    stage = Stage(setting)
    events = events_of(scenario, case, times)
    ordered = sorted(_timed(events, times), key=lambda timed: timed[:2])
    acting = Acting(stage, case, [at for at, _, event in ordered if event["event"] == "restarted" or _leap(event)])
    if ordered and ordered[0][0] < times.t0:
        raise Unsupported("an event before T0")
    begin_all(stage)
    for at, seq, event in ordered:
        if seq > 1:
            stage.run_to(at)
        stage.catch_up_all(at)
        stage.step(seq)
        act(acting, Fields(event, f"event {event['event']}"), at)
        if seq > 1:
            stage.hear()
        stage.step(1)
    last = max((at for at, _, _ in ordered), default=times.t0)
    end = max([last, *_named_instants(scenario, times)]) + scenario.tolerance
    stage.run_to(end)
    _name_the_nameless(stage, scenario)
    return Play(scenario, case, stage, last, end)


def _timed(
    events: Iterable[Mapping[str, object]], times: Times
) -> Iterator[tuple[datetime, int, Mapping[str, object]]]:
    for event in events:
        seq, at = event.get("seq", 1), times.at(event["at"], "event.at")
        assert isinstance(seq, int)
        yield at, seq, event
        leap = _leap(event)
        if leap is not None:
            yield at - leap, _LAST, {"event": "engine_stopped"}


_LAST = 1000
"""After everything else of an instant."""


def _leap(event: Mapping[str, object]) -> timedelta | None:
    """By how much the clock is advanced in one step, so that the engine sees nothing of the time between."""
    is_one_step = event["event"] == "clock_advanced" and event.get("in_one_step") is True
    return read_span(event.get("by")) if is_one_step else None


def _named_instants(scenario: Scenario, times: Times) -> Iterator[datetime]:
    """Every instant up to which the case looks."""
    if scenario.exhaustive_until is not None:
        yield times.at(scenario.exhaustive_until, "exhaustive_until")
    yield from _instants_in(scenario.then, times)


def _instants_in(value: object, times: Times) -> Iterator[datetime]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name in _INSTANTS and is_instant(item):
                yield times.at(item, "then")
            else:
                yield from _instants_in(item, times)
    elif isinstance(value, list):
        for item in value:
            yield from _instants_in(item, times)


def _name_the_nameless(stage: Stage, scenario: Scenario) -> None:
    """Names of issues that only the expectations use belong to the issues that signals opened.

    In a list of all issues, each in its place; else in their order.
    """
    listed = scenario.then.get("issues_created")
    if not isinstance(listed, list):
        return
    born = [issue for issue in stage.issues if not issue.is_at_start]
    given = {str(event["issue"]) for event in scenario.when if event.get("issue")}
    nameless = [issue for issue in born if not issue.names & given]
    unused = [(place, item) for place, item in enumerate(listed) if isinstance(item, str) and not stage.called(item)]
    for number, (place, name) in enumerate(unused):
        if len(listed) == len(born) and born[place] in nameless:
            born[place].names.add(name)
        elif number < len(nameless):
            nameless[number].names.add(name)
