"""Maintenance windows: an issue is held, or told quietly, until they end; nothing is lost, and nobody is disturbed."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.issue.card import card
from escalation.issue.commands import EndMaintenance
from escalation.issue.explain import explain
from escalation.issue.from_body import read_body, read_end_of_maintenance
from escalation.issue.maintenance import LONGEST, Maintenance
from escalation.issue.refusal import Rejected
from escalation.narrate import narrate
from tests.given import MACHINE, Played, actor, at, done, opened, person, policy, refused, target

HOUR = at(60)


def window(mode: str = "hold", until: Any = HOUR, **more: Any) -> Maintenance:
    return Maintenance(**{"window": "mw-1", "mode": mode, "until": until, "by": "lee", **more})


def alert(given: Maintenance | None, chosen: Any = None, **more: Any) -> Played:
    """A machine raised it; its owner is lee."""
    issue = {"raiser": MACHINE, **more.pop("issue", {})}
    return Played(
        opened(
            chosen or policy(), maintenance=given, by=MACHINE, issue=issue, owner="lee", **{"severity": "S2", **more}
        )
    )


def end(played: Played, name: str = "mw-1", now: Any = None) -> list[str]:
    return done(played.send(EndMaintenance(id=f"end-{name}", by=actor("lee"), window=name), now))


def told(played: Played) -> list[tuple[str, str]]:
    return [(each.about, each.channel) for each in played.effects if each.kind == "notify"]


class TestHeld:
    """Nobody is asked before the window ends."""

    def test_nobody_is_looked_up_or_told_until_it_ends(self) -> None:
        played = alert(window())
        assert played.kinds() == ["opened", "maintenance_entered", "tier_began"]
        assert played.state.is_in_maintenance
        assert played.run_to(at(59.9)).effects == []
        played.run_to(HOUR)
        assert played.began() == [("first", "entered"), ("first", "maintenance_over")]
        assert played.state.asked == ("first-1", "first-2")
        assert {about for about, _ in told(played)} == {"asked"}

    def test_its_times_count_from_the_end_and_its_opening_stays_what_it_was(self) -> None:
        played = alert(window()).run_to(HOUR)
        assert played.state.acknowledge_due_at == at(80)  # twenty minutes at S2
        assert played.state.facts.opened_at == at(0)
        page = next(each for each in played.effects if each.kind == "notify")
        assert (page.opened_at, page.at) == (at(0), HOUR)
        assert played.run_to(at(80)).state.tier == "second"

    def test_who_sets_no_window_notices_nothing(self) -> None:
        assert alert(None).kinds() == ["opened", "tier_began", "people_asked"]

    @pytest.mark.parametrize("until", [at(0), at(-5)])
    def test_one_that_is_over_by_now_holds_nothing(self, until: Any) -> None:
        assert "maintenance_entered" not in alert(window(until=until)).kinds()

    def test_a_severity_that_breaks_through_is_not_held(self) -> None:
        assert alert(window(through=("S1",)), severity="S1").state.asked == ("first-1", "first-2")
        assert alert(window(through=("S1",))).state.asked == ()

    def test_what_becomes_as_bad_as_that_goes_its_way_at_once(self) -> None:
        played = alert(window(through=("S1",)))
        assert "maintenance_ended" in done(played.change_severity("ray", "S1", at(10)))
        assert (played.event("maintenance_ended").why, played.state.asked) == ("broken_through", ("first-1", "first-2"))
        assert played.state.acknowledge_due_at == at(20)

    def test_what_becomes_less_bad_stays_held(self) -> None:
        played = alert(window(), severity="S1")
        played.change_severity("ray", "S2", at(10))
        assert played.state.is_in_maintenance
        assert played.state.asked == ()
        assert played.run_to(HOUR).state.asked == ("first-1", "first-2")

    def test_no_window_keeps_an_issue_for_longer_than_a_month(self) -> None:
        played = alert(window(until=at(0) + timedelta(days=400)))
        assert played.state.opens_at == at(0) + LONGEST

    def test_resolved_by_its_source_it_ends_without_having_told_anybody(self) -> None:
        chosen = policy(courtesies=("outcome",), roles={**policy().roles, "resolve": ("anyone", "machine")})
        played = alert(window(), chosen)
        assert "resolved" in done(played.resolve("alertmanager", at(30), by=MACHINE))
        played.run_to(at(120))
        assert told(played) == []
        assert played.state.maintenance is None

    def test_a_target_runs_on_and_is_missed_in_silence(self) -> None:
        played = alert(window(), policy(targets=(target(10, tell=("owner",)),)))
        played.run_to(at(59))
        assert played.event("target_missed").due_at == at(20)
        assert told(played) == []
        assert played.state.missed == 1

    def test_served_late_its_times_count_from_then(self) -> None:
        played = alert(window())
        played.tick(at(90))
        assert played.state.acknowledge_due_at == at(110)
        assert played.entry("maintenance_ended").happened_at == at(90)

    def test_a_ceiling_counts_from_the_end(self) -> None:
        played = alert(window())
        assert [ceiling.at for ceiling in played.state.ceilings] == [at(120)]
        assert [ceiling.at for ceiling in (end(played, now=at(10)), played.state)[1].ceilings] == [at(70)]

    def test_its_ladder_is_fitted_to_a_deadline_when_it_begins(self) -> None:
        played = alert(window(), policy(targets=(target(8),), fit_ladder_to="solved"))
        fitted = {"ladder_fitted", "plan_impossible"}
        assert fitted.isdisjoint(played.kinds())
        end(played, now=at(2))
        assert not fitted.isdisjoint(played.kinds())


class TestEndedEarly:
    """Whoever ends it sends its issues on their way."""

    def test_it_is_asked_at_once(self) -> None:
        played = alert(window())
        assert end(played, now=at(10)) == ["maintenance_ended", "tier_began"]
        ended = played.entry("maintenance_ended")
        assert (ended.by.person, played.event("maintenance_ended").why) == ("lee", "ended_early")
        assert played.state.acknowledge_due_at == at(30)
        assert played.state.asked == ("first-1", "first-2")
        assert played.run_to(HOUR).began() == [
            ("first", "entered"), ("first", "maintenance_over"), ("second", "not_acknowledged"),
        ]  # fmt: skip

    def test_another_window_and_the_same_twice_are_nothing(self) -> None:
        played = alert(window())
        assert end(played, "mw-2", at(5)) == []
        end(played, now=at(10))
        assert done(played.send(EndMaintenance(id="again", by=actor("lee"), window="mw-1"), at(11))) == []

    def test_one_that_is_resolved_by_then_stays_so(self) -> None:
        played = alert(window())
        played.resolve("ray", at(5))
        assert end(played, now=at(10)) == []


class TestByHand:
    """People may take it out of the window, and work on it meanwhile."""

    def test_moved_up_by_hand_it_is_asked_at_once(self) -> None:
        played = alert(window())
        played.escalate("ray", at(5))
        assert (played.state.tier, played.state.asked) == ("second", ("second-1", "second-2"))
        assert not played.state.is_in_maintenance
        assert end(played, now=at(10)) == []

    def test_who_has_it_keeps_it_when_the_window_ends(self) -> None:
        played = alert(window())
        played.acknowledge("ray", at(5))
        played.run_to(HOUR)
        assert (played.state.handler, played.state.maintenance) == ("ray", None)
        assert played.event("tier_opened").tier == "first"

    def test_given_back_meanwhile_nobody_is_asked_before_it_ends(self) -> None:
        played = alert(window())
        played.acknowledge("ray", at(5))
        played.release("ray", at(6))
        assert played.state.acknowledge_due_at == at(80)
        assert played.run_to(at(59)).state.asked == ()
        assert played.run_to(HOUR).state.asked == ("first-1", "first-2")


class TestReportedAgain:
    """What fires again in a window."""

    def resolved(self) -> Played:
        played = alert(None)
        played.resolve("ray", at(5))
        played.effects.clear()
        return played

    def test_what_it_reopens_is_held_too(self) -> None:
        played = self.resolved()
        again = opened(id="open-2", maintenance=window(), by=MACHINE, issue={"raiser": MACHINE, "received_at": at(10)})
        assert done(played.send(again, at(10))) == ["maintenance_entered", "reopened", "tier_began"]
        assert played.run_to(at(59)).effects == []
        assert played.run_to(HOUR).state.asked == ("first-1", "first-2")

    def test_what_is_open_already_is_not_held(self) -> None:
        played = alert(None)
        played.send(opened(id="open-2", maintenance=window(), by=MACHINE, issue={"received_at": at(10)}), at(10))
        assert played.state.maintenance is None

    def test_a_signal_cannot_put_an_issue_into_a_window(self) -> None:
        again = opened(id="open-2", maintenance=window()).model_dump(mode="json")
        read = read_body("open", [again], "s-1", "signal")
        assert not isinstance(read, Rejected)
        assert read.command.maintenance is None


class TestQuiet:
    """People are told by quiet channels alone until it ends, and then by every way."""

    def quiet(self, *channels: str) -> Played:
        played = Played(opened(by=MACHINE, issue={"raiser": MACHINE}, maintenance=window("quiet")), answer=False)
        find = next(each for each in played.effects if each.kind == "find_responders")
        people = (person("first-1", channels=channels),)
        played.send(played.found(find, ()).model_copy(update={"people": people}))
        return played

    def test_loud_channels_are_left_out_until_it_ends(self) -> None:
        played = self.quiet("sms", "inbox", "email")
        assert told(played) == [("asked", "inbox"), ("asked", "email")]
        played.effects.clear()
        played.run_to(at(9))
        assert end(played, now=at(9.5)) == ["maintenance_ended", "asked_again"]
        assert told(played) == [("asked_again", "sms"), ("asked_again", "inbox")]

    def test_its_time_to_acknowledge_is_not_lengthened(self) -> None:
        played = self.quiet("sms", "inbox")
        due = played.state.acknowledge_due_at
        end(played, now=at(5))
        assert played.state.acknowledge_due_at == due == at(10)

    def test_it_ends_at_its_time(self) -> None:
        played = self.quiet("sms", "inbox").run_to(HOUR)
        assert played.entry("maintenance_ended").happened_at == HOUR
        assert played.state.maintenance is None

    def test_who_has_it_is_not_told_again(self) -> None:
        played = self.quiet("sms", "inbox")
        played.acknowledge("first-1", at(5))
        assert end(played, now=at(6)) == ["maintenance_ended"]


class TestShown:
    """Every view says why nobody is asked."""

    def test_card_explanation_and_timeline_name_the_window(self) -> None:
        played = alert(window())
        assert "a maintenance window holds it until" in card(played.state, played.now)
        why = explain(played.state, played.now)
        assert any("the maintenance ends" in line for line in (*why.why_here, *why.who, *why.what_next))
        sentences = [narrate(entry) for entry in played.entries]
        assert sentences[1].startswith("it is held, until ")
        assert sentences[1].endswith("by maintenance window mw-1 of lee")
        assert "is not asked before the maintenance window ends" in sentences[2]
        end(played, now=at(10))
        assert (
            narrate(played.entry("maintenance_ended")) == "maintenance window mw-1 is over for it: lee ended it early"
        )

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ([], "bad_body"),
            ([{"by": "lee"}], "bad_field"),
            ([{"window": "mw-1"}], "bad_field"),
            ([{"window": "mw-1", "by": "lee", "until": "now"}], "unknown_field"),
        ],
    )
    def test_a_signal_that_ends_it_wrongly_is_refused(self, body: list[object], code: str) -> None:
        read = read_end_of_maintenance(body, "s-1")
        assert isinstance(read, Rejected)
        assert refused(read) == code
