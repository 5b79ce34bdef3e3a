"""When a source is silent, when no longer, and what is reported: given / when / then on the rules."""

from datetime import UTC, date, datetime, timedelta

import pytest

from escalation.calendar.working_hours import Timetable, WorkingHours
from escalation.heartbeat.in_words import card
from escalation.heartbeat.source import Source, Watched
from escalation.heartbeat.watching import (
    KEPT_IDS,
    Told,
    Watch,
    begun,
    configured,
    is_over,
    looked,
    not_told,
    removed,
    signed,
    to_report,
    told,
    tried,
)
from escalation.intake.silence import reported_silence

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
MIN = timedelta(minutes=1)
EVERY = Watched(source=Source(name="backup", every=60 * MIN, grace=5 * MIN))
ISSUE = "main/main/main/heartbeat:backup:1"


def watch(watched: Watched = EVERY, at: datetime = NOON) -> Watch:
    return begun("main", watched, at)


def raised(there: Watch, at: datetime) -> Watch:
    """What is due is found, and the silence is raised as an issue."""
    there = looked(there, at)
    report = to_report(there, at)
    assert report is not None
    assert report.said == "silent"
    return told(tried(there, report), report, Told(issue=ISSUE))


def test_a_source_that_was_never_heard_of_counts_from_when_it_was_first_seen() -> None:
    there = watch()
    assert there.due_at == NOON + 65 * MIN
    assert looked(there, NOON + 65 * MIN - timedelta(microseconds=1)) == there
    silent = looked(there, NOON + 65 * MIN)
    assert silent.silence is not None
    assert (silent.silence.since_at, silent.silence.due_at) == (NOON, NOON + 65 * MIN)
    assert silent.due_at is None


def test_a_sign_begins_the_time_anew() -> None:
    there = signed(watch(), NOON + 60 * MIN)
    assert (there.signed_at, there.signs, there.due_at) == (NOON + 60 * MIN, 1, NOON + 125 * MIN)
    assert to_report(there, NOON + 60 * MIN) is None


def test_a_sign_within_the_grace_and_in_the_very_instant_is_in_time() -> None:
    # At one instant, messages come before the clock.
    there = signed(watch(), NOON + 65 * MIN)
    assert looked(there, NOON + 65 * MIN).silence is None


def test_one_silence_is_one_report_however_often_it_is_looked_at() -> None:
    silent = looked(watch(), NOON + 70 * MIN)
    again = looked(silent, NOON + 700 * MIN)
    assert again == silent
    one, two = to_report(silent, NOON + 70 * MIN), to_report(again, NOON + 700 * MIN)
    assert one is not None
    assert two is not None
    assert (one.key, reported_silence(one).command_id) == (two.key, reported_silence(two).command_id)
    there = raised(watch(), NOON + 70 * MIN)
    assert to_report(looked(there, NOON + 9000 * MIN), NOON + 9000 * MIN) is None
    assert there.issue == ISSUE


def test_the_next_sign_resolves_it_late_as_it_is() -> None:
    there = signed(raised(watch(), NOON + 65 * MIN), NOON + 300 * MIN)
    report = to_report(there, NOON + 300 * MIN)
    assert report is not None
    assert report.said == "signed"
    assert report.silence.ended_at == NOON + 300 * MIN
    assert there.due_at == NOON + 365 * MIN
    done = told(tried(there, report), report, Told(issue=ISSUE))
    assert (done.silences, done.issue, to_report(done, NOON + 301 * MIN)) == ((), "", None)


def test_what_is_reported_is_what_other_machines_report() -> None:
    source = Source(name="backup", title="Nightly backup", every=60 * MIN, severity="SEV2", labels={"service": "db"})
    there = looked(watch(Watched(source=source)), NOON + 70 * MIN)
    report = to_report(there, NOON + 70 * MIN)
    assert report is not None
    opening = reported_silence(report)
    assert (opening.source, opening.reference, opening.what) == ("heartbeat", "backup", "open")
    assert opening.title == "No sign of life: Nightly backup"
    assert opening.labels == {"service": "db", "heartbeat": "backup"}
    assert (opening.severity, opening.happened_at, opening.began_at) == ("SEV2", NOON + 60 * MIN, NOON)
    ended = signed(tried(there, report), NOON + 90 * MIN)
    report = to_report(ended, NOON + 90 * MIN)
    assert report is not None
    closing = reported_silence(report)
    assert (closing.what, closing.reference, closing.happened_at) == ("resolve", "backup", NOON + 90 * MIN)
    assert closing.note == "It gave a sign again at 2026-11-23T13:30:00+00:00, after 1 h 30 min."


def test_a_silence_that_nobody_was_told_of_leaves_nothing_behind() -> None:
    there = signed(looked(watch(), NOON + 70 * MIN), NOON + 71 * MIN)
    assert there.silences == ()


def test_one_whose_report_was_under_way_is_resolved_for_there_may_be_an_issue() -> None:
    silent = looked(watch(), NOON + 70 * MIN)
    report = to_report(silent, NOON + 70 * MIN)
    assert report is not None
    there = not_told(signed(tried(silent, report), NOON + 71 * MIN), "record away")
    assert there.trouble == "record away"
    assert (after := to_report(there, NOON + 72 * MIN)) is not None
    assert after.said == "signed"


def test_a_report_that_failed_is_made_again() -> None:
    silent = looked(watch(), NOON + 70 * MIN)
    report = to_report(silent, NOON + 70 * MIN)
    assert report is not None
    there = not_told(tried(silent, report), "no trigger holds")
    again = to_report(there, NOON + 80 * MIN)
    assert again is not None
    assert (again.key, again.said) == (report.key, "silent")
    assert "no trigger holds" in card(there)


def test_a_second_silence_waits_until_the_first_is_resolved() -> None:
    there = signed(raised(watch(), NOON + 65 * MIN), NOON + 100 * MIN)
    there = looked(there, NOON + 165 * MIN)
    first = to_report(there, NOON + 165 * MIN)
    assert first is not None
    assert first.said == "signed"
    assert len(there.silences) == 2
    there = told(tried(there, first), first, Told(issue=ISSUE))
    second = to_report(there, NOON + 165 * MIN)
    assert second is not None
    assert second.said == "silent"
    assert second.key != first.key
    assert second.silence.since_at == NOON + 100 * MIN


def test_the_same_sign_twice_is_one_sign() -> None:
    there = signed(watch(), NOON + MIN, "run-7")
    assert signed(there, NOON + 50 * MIN, "run-7") == there
    assert signed(there, NOON + 50 * MIN, "run-8").due_at == NOON + 115 * MIN
    assert signed(there, NOON + 50 * MIN).signs == 2  # one without an id is always one more


def test_so_many_ids_are_known_again() -> None:
    there = watch()
    for number in range(KEPT_IDS + 1):
        there = signed(there, NOON + number * MIN, f"run-{number}")
    assert len(there.ids) == KEPT_IDS
    assert signed(there, NOON + 200 * MIN, "run-1") == there
    assert signed(there, NOON + 200 * MIN, "run-0").signs == there.signs + 1


def test_a_repeated_sign_does_not_end_a_silence() -> None:
    there = raised(signed(watch(), NOON, "run-7"), NOON + 65 * MIN)
    assert signed(there, NOON + 70 * MIN, "run-7").silence is not None


def other(every: int, **more: object) -> Watched:
    return Watched(source=Source.model_validate({"name": "backup", "every": every * MIN, **more}))


def test_a_changed_interval_counts_from_the_last_sign() -> None:
    there = configured(signed(watch(), NOON), other(120), NOON + 10 * MIN)
    assert there.due_at == NOON + 120 * MIN


def test_an_edit_calls_nobody_in_the_same_instant() -> None:
    there = configured(signed(watch(), NOON), other(15), NOON + 30 * MIN)
    assert there.due_at == NOON + 45 * MIN
    assert looked(there, NOON + 30 * MIN).silence is None
    assert looked(there, NOON + 45 * MIN).silence is not None


def test_an_edit_does_not_put_off_what_was_due_before() -> None:
    there = configured(signed(watch(), NOON), other(30), NOON + 65 * MIN)
    assert looked(there, NOON + 65 * MIN).silence is not None


def test_a_silence_ends_with_a_sign_whatever_the_new_interval_is() -> None:
    there = configured(raised(watch(), NOON + 65 * MIN), other(600, title="Renamed"), NOON + 70 * MIN)
    assert there.silence is not None
    assert there.issue == ISSUE
    assert there.silence.watched == EVERY  # it is resolved where it was raised
    assert to_report(there, NOON + 70 * MIN) is None


def test_the_same_source_again_changes_nothing() -> None:
    there = signed(watch(), NOON)
    assert configured(there, EVERY, NOON + 64 * MIN) == there


def test_a_source_that_is_removed_is_waited_for_no_longer() -> None:
    there = removed(watch(), NOON + MIN)
    assert is_over(there)
    assert there.due_at is None
    assert signed(there, NOON + 2 * MIN) == there


def test_the_issue_of_a_removed_source_stays_and_says_so() -> None:
    there = removed(raised(watch(), NOON + 65 * MIN), NOON + 70 * MIN)
    assert not is_over(there)
    report = to_report(there, NOON + 70 * MIN)
    assert report is not None
    left = reported_silence(report)
    assert left.what == "note"
    assert "no sign will resolve this issue" in left.note
    assert is_over(told(there, report, Told()))


def test_a_removed_source_whose_silence_was_not_raised_yet_raises_none() -> None:
    silent = looked(watch(), NOON + 70 * MIN)
    report = to_report(silent, NOON + 70 * MIN)
    assert report is not None
    assert is_over(removed(tried(silent, report), NOON + 71 * MIN))


def test_a_source_that_is_written_again_counts_from_then() -> None:
    there = configured(removed(raised(watch(), NOON + 65 * MIN), NOON + 70 * MIN), EVERY, NOON + 90 * MIN)
    assert not there.is_removed
    assert there.due_at == NOON + 155 * MIN


def test_hours_of_a_calendar_count_while_it_is_open() -> None:
    nine_to_five = ((9 * 3600, 17 * 3600),)
    week = (nine_to_five,) * 5 + ((), ())
    hours = WorkingHours(
        name="office",
        zone="UTC",
        first_year=2026,
        last_year=2027,
        offsets=((0, 0),),
        timetables=(Timetable(week=week),),
    )
    there = watch(Watched(source=Source(name="backup", every=120 * MIN, hours="office"), calendar=hours))
    friday = datetime.combine(date(2026, 11, 27), datetime.min.time(), UTC) + timedelta(hours=16)
    assert signed(there, friday).due_at == friday + timedelta(days=2, hours=18)  # Monday at ten


@pytest.mark.parametrize("said", ["silent", "signed", "removed"])
def test_the_card_says_where_it_stands(said: str) -> None:
    there = raised(watch(), NOON + 65 * MIN)
    if said == "signed":
        there = signed(there, NOON + 70 * MIN)
    if said == "removed":
        there = removed(there, NOON + 70 * MIN)
    words = {"silent": f"issue {ISSUE}", "signed": "is due by", "removed": "no longer watched"}[said]
    assert words in card(there)
