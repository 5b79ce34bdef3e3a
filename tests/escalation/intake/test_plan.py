"""What a report asks of an issue, given where the issue stands; played on the real rules."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.intake.plan import Nothing, OpenIt, SendIt, Step, plan, plan_unseen
from escalation.intake.reported import Reported, machine
from escalation.issue.commands import Acknowledge, Close, Command, Escalate, Release, Resolve
from escalation.issue.facts import Actor
from escalation.issue.refusal import Rejected
from escalation.issue.state import IssueState
from tests.given import T0, Played, actor, at, opened

AM, PD = machine("alertmanager"), machine("pagerduty")
FIRST = f"alertmanager:REF-1:{T0.isoformat()}:firing"


def report(what: str = "open", source: str = "alertmanager", when: float = 0, **more: Any) -> Reported:
    """Something that happened so many minutes after the opening."""
    words = {"open": "firing", "resolve": "resolved"}
    said = words.get(what, what) if source == "alertmanager" else f"incident.{what}"
    made = {
        "place": "$",
        "source": source,
        "said": said,
        "what": what,
        "reference": "REF-1",
        "command_id": f"{source}:REF-1:{at(when).isoformat()}:{said}",
        "by": machine(source),  # type: ignore[arg-type]
        "happened_at": at(when),
        "began_at": at(when),
        "is_open_there": what != "resolve",
        "title": "Queue grows",
    }
    return Reported(**{**made, **more})


def issue(**more: Any) -> Played:
    """An issue that this very alert opened."""
    return Played(opened(id=FIRST, by=AM, issue={"raiser": AM}, owner="lee", **more))


def done(played: Played, *steps: Step) -> None:
    """Carry the steps out on the rules, at the instant at which the issue stands."""
    for step in steps:
        decision = played.send(command(step, played))
        assert not isinstance(decision, Rejected), decision


def command(step: Step, played: Played) -> Command:
    match step:
        case OpenIt():
            facts = played.state.facts.model_copy(update={"received_at": step.received_at or played.now})
            return opened(id=step.command_id, by=step.by).model_copy(update={"issue": facts})
        case SendIt():
            kinds: dict[str, type[Command]] = {
                "acknowledge": Acknowledge,
                "release": Release,
                "escalate": Escalate,
                "resolve": Resolve,
            }
            more: dict[str, Any] = {"outcome": "solved"} if step.command == "resolve" else {}
            return kinds[step.command](id=step.command_id, by=step.by, **more)
        case Nothing():
            raise AssertionError(step.why)


def resolved(played: Played, when: float) -> Played:
    played.run_to(at(when))
    done(played, *plan(report("resolve", when=when), played.state))
    assert played.state.status == "resolved"
    return played


def ended(played: Played) -> IssueState:
    played.run_to(at(60 * 24 * 60))
    assert played.state.status == "ended"
    return played.state


# What is not known here.


@pytest.mark.parametrize("what", ["open", "release", "escalate", "note"])
def test_what_is_open_there_and_not_known_is_opened(what: str) -> None:
    (step,) = plan(report(what, "pagerduty"), None)
    assert step == OpenIt(command_id=report(what, "pagerduty").command_id, by=PD, received_at=None, is_first=True)


def test_what_somebody_has_there_is_opened_and_acknowledged() -> None:
    kim = Actor(person="kim", door="intake:pagerduty", assurance="known_address")
    taken = report("acknowledge", "pagerduty", by=kim)
    first, second = plan(taken, None)
    assert first == OpenIt(command_id=f"{taken.command_id}:open", by=PD, received_at=None, is_first=True)
    assert second == SendIt(command="acknowledge", command_id=taken.command_id, by=kim)


@pytest.mark.parametrize("what", ["open", "note"])
def test_the_system_raises_it_whoever_clicked_there(what: str) -> None:
    kim = Actor(person="kim", door="intake:pagerduty", assurance="known_address")
    (step,) = plan(report(what, "pagerduty", by=kim), None)
    assert isinstance(step, OpenIt)
    assert step.by == PD


def test_what_is_over_there_and_was_never_here_opens_nothing() -> None:
    assert plan(report("resolve"), None) == (Nothing(why="nothing open here: it is not known here"),)
    assert plan(report("note", "pagerduty", is_open_there=False), None) == (
        Nothing(why="it is not known here, and resolved there"),
    )


def test_a_note_of_which_nobody_says_whether_it_is_open_opens_it() -> None:
    (step,) = plan(report("note", "pagerduty", is_open_there=None), None)
    assert isinstance(step, OpenIt)


# While it is open.


def test_the_same_report_twice_is_done_once() -> None:
    played = issue()
    (step,) = plan(report(), played.state)
    assert step == Nothing(why="it was carried out before", is_known=True)


def test_another_firing_while_it_is_open_is_noted() -> None:
    played = issue()
    done(played, *plan(report(when=5), played.state))
    assert played.entries[-1].event.kind == "opened_again"


def test_what_no_longer_fires_is_resolved() -> None:
    assert resolved(issue(), 5).state.resolver == "alertmanager"


def test_an_old_end_does_not_resolve_what_has_fired_again_since() -> None:
    played = issue()
    done(played, *plan(report(when=20), played.state))
    (step,) = plan(report("resolve", when=10), played.state)
    assert step == Nothing(why=f"it has fired again since, at {at(20).isoformat()}")
    done(played, *plan(report("resolve", when=30), played.state))
    assert played.state.status == "resolved"


def test_a_release_of_what_another_has_comes_from_the_system() -> None:
    played = issue()
    played.acknowledge("first-1")
    kim = Actor(person="kim", door="intake:pagerduty", assurance="known_address")
    (step,) = plan(report("release", "pagerduty", by=kim), played.state)
    assert step == SendIt(command="release", command_id=report("release", "pagerduty").command_id, by=PD)
    done(played, step)
    assert played.state.handler is None


def test_a_release_of_what_nobody_has_is_nothing_to_do() -> None:
    assert plan(report("release", "pagerduty"), issue().state) == (Nothing(why="nobody has it here"),)


def test_a_release_by_the_handler_is_theirs() -> None:
    played = issue()
    played.acknowledge("first-1")
    theirs = actor("first-1")
    (step,) = plan(report("release", "pagerduty", by=theirs), played.state)
    assert isinstance(step, SendIt)
    assert step.by == theirs


def test_what_goes_up_there_goes_up_here() -> None:
    played = issue()
    done(played, *plan(report("escalate", "pagerduty"), played.state))
    assert played.state.tier == "second"


# After it was resolved.


def test_what_fires_again_later_reopens_it() -> None:
    played = resolved(issue(), 5)
    done(played, *plan(report(when=8), played.state))
    assert (played.state.status, played.state.reopened) == ("open", 1)


def test_what_began_before_the_end_is_noted_and_reopens_nothing() -> None:
    played = resolved(issue(), 5)
    done(played, *plan(report(when=3), played.state))
    assert played.state.status == "resolved"
    assert played.entries[-1].event.kind == "opened_again"


def test_what_still_fires_although_a_person_resolved_it_is_said() -> None:
    played = resolved(issue(), 5)
    (step,) = plan(report(), played.state)
    assert isinstance(step, Nothing)
    assert step.is_known
    assert "it is resolved here since" in step.why
    assert "said to be open there" in step.why


def test_a_note_reopens_nothing() -> None:
    played = resolved(issue(), 5)
    played.run_to(at(9))
    done(played, *plan(report("note", "pagerduty", when=9), played.state))
    assert played.state.status == "resolved"


@pytest.mark.parametrize("what", ["acknowledge", "release", "escalate"])
def test_what_somebody_does_there_afterwards_reopens_it(what: str) -> None:
    played = resolved(issue(), 5)
    played.run_to(at(9))
    done(played, *plan(report(what, "pagerduty", when=9), played.state))
    assert played.state.status == "open"
    assert (played.state.handler == "pagerduty") == (what == "acknowledge")


@pytest.mark.parametrize("what", ["acknowledge", "release", "escalate"])
def test_what_somebody_did_there_before_the_end_is_over(what: str) -> None:
    played = resolved(issue(), 5)
    (step,) = plan(report(what, "pagerduty", when=4), played.state)
    assert isinstance(step, Nothing)
    assert "which is later" in step.why


def test_a_second_end_changes_nothing() -> None:
    played = resolved(issue(), 5)
    assert plan(report("resolve", when=7), played.state) == (Nothing(why="it is resolved already"),)


def test_what_is_closed_is_reopened_too() -> None:
    played = resolved(issue(), 5)
    played.send(Close(id="c", by=actor("lee"), reason="withdrawn_in_writing"))
    assert played.entries[-1].event.kind == "closed"
    done(played, *plan(report(when=8), played.state))
    assert played.state.status == "open"


# After its end.


def test_what_fires_after_the_end_is_opened_anew() -> None:
    state = ended(resolved(issue(), 5))
    (step,) = plan(report(when=60 * 24 * 60), state)
    assert isinstance(step, OpenIt)
    assert (step.is_first, step.received_at) == (True, None)


@pytest.mark.parametrize(
    ("what", "more"), [("resolve", {}), ("note", {"is_open_there": None}), ("note", {"is_open_there": False})]
)
def test_what_is_over_stays_over(what: str, more: dict[str, Any]) -> None:
    state = ended(resolved(issue(), 5))
    (step,) = plan(report(what, "pagerduty", when=60 * 24 * 60, **more), state)
    assert isinstance(step, Nothing)
    assert "it is over here" in step.why


# Where nobody can say where it stands.


def test_without_a_worker_it_is_sent_as_it_is() -> None:
    (step,) = plan_unseen(report(when=3))
    assert step == OpenIt(command_id=report(when=3).command_id, by=AM, received_at=at(3), is_first=False)
    (step,) = plan_unseen(report("resolve", when=3))
    assert step == SendIt(command="resolve", command_id=report("resolve", when=3).command_id, by=AM)


# Whatever comes, in whatever order.

PAYLOADS = st.lists(
    st.tuples(st.sampled_from(["open", "resolve"]), st.integers(1, 40)).map(lambda each: report(each[0], when=each[1])),
    max_size=12,
)


@given(PAYLOADS)
def test_in_order_it_is_open_here_exactly_while_it_is_open_there(reports: list[Reported]) -> None:
    played, is_open = issue(), True
    for each in sorted(reports, key=lambda one: (one.happened_at, one.what == "resolve")):
        played.run_to(each.happened_at)
        steps = plan(each, played.state)
        done(played, *(step for step in steps if not isinstance(step, Nothing)))
        is_open = each.what == "open" or (is_open and each.what != "resolve")
        fired_at_once = each.what == "resolve" and any(
            one.what == "open" and one.happened_at == each.happened_at for one in reports
        )
        if not fired_at_once:  # an alert ends after it began, never at the same instant
            assert (played.state.status == "open") == is_open
        else:
            is_open = played.state.status == "open"


@given(PAYLOADS, st.randoms(use_true_random=False))
def test_every_report_a_second_time_changes_nothing(reports: list[Reported], random: Any) -> None:
    played = issue()
    for each in reports:
        played.now = max(played.now, each.happened_at)
        done(played, *(step for step in plan(each, played.state) if not isinstance(step, Nothing)))
    entries, carried_out = len(played.entries), [each for each in reports if each.command_id in played.state.done]
    random.shuffle(carried_out)
    for each in carried_out:
        assert all(isinstance(step, Nothing) and step.is_known for step in plan(each, played.state))
    assert len(played.entries) == entries
