"""What cannot be played or compared makes a case unsupported, by name: never passed, never left out in silence."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.peers.cases_of_ours import CASES, changed, changed_in
from tests.peers.judging import BROKE, judge
from tests.peers.scenario import Choice, Scenario

UNKNOWN: list[tuple[str, str, object, str]] = [
    ("lapse", "then.weather", [], "then.weather"),
    ("lapse", "then.shifts", [], "then.shifts without"),
    ("lapse", "then.handoffs", [], "then.handoffs without"),
    ("lapse", "then.notifications.0.says", "hello", "then.notifications.says"),
    ("lapse", "then.notifications.0.kind", "weather", "weather"),
    ("lapse", "given.settings.unack_if_unconfirmed_after", "PT5M", "unack_if_unconfirmed_after"),
    ("working", "given.settings.ack_reminder_every", "often", "often"),
    ("working", "given.settings.unack_if_unconfirmed_after", "soon", "soon"),
    ("working", "then.records.1.author", "u1", "author"),
    ("lapse", "then.states.0.mood", "calm", "then.states.mood"),
    ("lapse", "then.states.0.state", "hibernating", "state hibernating"),
    ("held", "when.1.severity", "high", "event maintenance_started.severity"),
    ("held", "given.window", {"from": "PT1M", "until": "PT2M"}, "given.window"),
    ("endless", "then.notification_counts.0.attempts", 1, "attempts"),
    ("endless", "then.no_notifications.0.channel_kind", "sms", "channel_kind"),
    ("second", "then.records.0.type", "called", "called"),
    ("second", "then.records.1.types.0", "created (delivered)", "created (delivered)"),
    ("second", "then.next_step_at.0.after_step", 1, "after_step"),
    ("told-before", "given.policy", {"tiers": []}, "notified"),
    ("snoozed", "given.settings", {"snooze_choices": ["PT1H"]}, "snooze_choices"),
    ("variants", "given.delivery", {"sms": "late"}, "late"),
    ("nobody-at-the-start", "when.0.urgency", "medium", "urgency"),
    ("second", "then.records.0.author", "u1", "author"),
    ("second", "then.responses.0.says", "thanks", "thanks"),
    ("refused", "then.errors.0.reason", "bad weather", "bad weather"),
    ("refused", "then.errors.0.severity", "high", "severity"),
    ("variants", "then.accepted.0", "another", "another"),
    ("variants", "then.records.0.case", "another", "another"),
    ("signals", "then.issues_created.0.severity", "high", "severity"),
    ("signals", "then.issue_count.0.candidates", 1, "candidates"),
    ("signals", "then.measures.0.clock", "update", "then.measures.clock"),
    ("paused", "then.deadlines.0.weather", "PT1H", "then.deadlines.weather"),
    ("paused", "then.none_for", ["weather"], "then.none_for"),
    ("three-clocks", "when.1.clock", "resolve", "event responded.clock"),
    ("types", "given.agreement_default", "-", "given.types"),
    ("types", "when.0.type", "Illness", "event created.type"),
    ("types", "when.0.event", "query", "event query with case"),
    ("one-clock-alone", "when.0.case", "a wish", "event created with case"),
    ("three-clocks", "given.cases.late", "2026-01-05T11:46:00Z", "given.case"),
    ("three-clocks", "given.calendar.hours", {}, "a calendar that is refused"),
    ("priorities", "given.agreement.match", "the moon is full", "the moon is full"),
    ("changed-duty", "given.schedule.rules.0.every_day", "mornings", "mornings"),
    ("changed-duty", "then.shifts.weather", [], "weather"),
    ("turns", "given.rotation.every", "blue moon", "blue moon"),
    ("turns", "then.checks.0.rotation", "moon", "rotation moon"),
    ("turns", "then.checks.2.rule", "moon", "moon"),
    ("duty-changes", "when.4.by", "-", "swap_taken.by"),
    ("own-rules", "given.users.bob.rules.2.after", "PT32M", "a personal rule that goes on"),
    ("own-rules", "when.3.user", "jane", "a rule that is added while"),
    ("replies", "when.2.text", "nonsense 17 18", "nonsense"),
    ("replies", "when.2.text", "confirm 17", "a reply that means confirm"),
    ("replies", "when.2.by", "ann", "who was told nothing"),
    ("signs-of-life", "given.watch.within", "-", "within"),
    ("signs-of-life", "given.watch", None, "without a watch"),
    ("paused", "then.breaches.0.clock", "update", "clock update"),
    ("sums", "then.checks.0", {"rule": "day"}, "rule"),
    ("sums", "then.due.0.calendar_hours", "nights", "calendar_hours"),
    ("sums", "then.due.0.clock", "weather", "clock weather"),
    ("snoozed-before", "then.timers.0", "a timer", "a timer"),
    ("lapse", "when.0.event", "send_due", "event send_due.to"),
    ("lapse", "when.0.priority", {}, "event created.priority"),
    ("lapse", "when.1.via", "sms", "event acknowledged.via"),
    ("variants", "when.0.case", "another", "another"),
    ("lapse", "when.1.case", "another", "event acknowledged with case 'another'"),
    ("signals", "when.0.action", "sing", "sing"),
    ("signals", "when.0.member", "m", "event signal.member"),
    ("snoozed", "when.1.for", "a while", "a while"),
    ("edited", "when.1.edit", "-", "edit"),
    ("away", "when.2", "-", "engine"),
    ("lapse", "given.weather", "rain", "given.weather"),
    ("lapse", "given.schedule", {"s": {}}, "schedule"),
    ("lapse", "given.calendar", {"timezone": "UTC", "weather": 1}, "given.calendar.weather"),
    ("lapse", "given.calendar", {"hours": {"some day": []}}, "given.calendar.hours.some day"),
    ("lapse", "given.calendar", {"hours": {"mon": ["09:00"]}}, "given.calendar.hours.mon"),
    ("lapse", "given.calendar", {"holidays": ["soon"]}, "given.calendar.holidays"),
    ("lapse", "given.calendar", {"always_open": 3}, "given.calendar.always_open"),
    ("lapse", "given.settings.mood", "calm", "given.settings.mood"),
    ("lapse", "given.settings.ack_timeout", "soon", "soon"),
    ("lapse", "given.targets", {"next_word": "PT1H"}, "clock next_word"),
    ("lapse", "given.policy.steps", [], "step_chain"),
    ("lapse", "given.policy.repeat", 101, "given.policy.repeat 101"),
    ("lapse", "given.policy.repeat", "often", "often"),
    ("lapse", "given.policy.tiers.0.each_must_acknowledge", "most", "each_must_acknowledge"),
    ("lapse", "given.policy.tiers.0.hours", "night", "hours"),
    ("lapse", "given.policy.tiers.0.delay", "PT0S", "delay"),
    ("lapse", "given.policy.tiers.0.targets", ["channel:ops"], "chat_channel"),
    ("lapse", "given.policy.tiers.0.targets", ["rota:ops"], "rota:ops"),
    ("variants", "given.users.u1.rules.0.after", "-PT5M", "given.users.u1.rules.after"),
    ("variants", "given.users.u1.status_updates", "voice", "status_updates by another"),
    ("variants", "given.cases.lost", {"contact": "disabled"}, "contact"),
    ("snoozed-before", "given.issue_state.A", "asleep", "asleep"),
    ("unacknowledged-tier", "given.issues.A.state", "asleep", "asleep"),
    ("unacknowledged-tier", "given.issues.A.tier", 9, "tier-9"),
    ("sums", "given.history.0", ["PT0M", "asleep"], "asleep"),
    ("refused", "when.0.policy", "another", "another"),
    ("bundled", "when.0.important", "very", "event send_due.important"),
    ("bundled", "given.settings", {"not_bundled": ["chat"]}, "bundled_channels"),
    ("bundled", "given.settings", {}, "send_due without bundling"),
    ("rates", "given.cases.plain.rules.0", "two in a while", "two in a while"),
    ("rates", "given.cases.smooth.rules.1", "1 per PT30M", "allowed: of a longer time more messages"),
    ("lapse", "then.checks", [{"next": ["PT1M"]}], "without rates"),
]


@pytest.mark.parametrize(
    ("name", "path", "value", "named"), UNKNOWN, ids=[f"{name} {path} {value}" for name, path, value, _ in UNKNOWN]
)
def test_what_is_not_known_is_named(name: str, path: str, value: object, named: str) -> None:
    verdict = judge(changed(name, path, value))
    assert verdict.word == "unsupported", verdict.why
    assert named in verdict.why[0]


def test_a_need_that_is_not_there_is_named() -> None:
    verdict = judge(replace(CASES["lapse"], needs=("ack_timeout", "teleport", "sla_clocks")))
    assert (verdict.word, verdict.why) == ("unsupported", ("teleport",))


def test_a_feature_that_answers_a_question_otherwise_is_another_convention() -> None:
    verdict = judge(replace(CASES["lapse"], needs=("ack_timeout", "step_chain")))
    assert (verdict.word, verdict.why) == ("other convention", ("ladder_form: chain_of_steps",))


@pytest.mark.parametrize(
    ("name", "path", "value", "why"),
    [
        ("working", "given.settings.reminder_expiry", "P14D", "reminder_end: with_the_age_of_the_issue"),
        (
            "snoozed",
            "then.records",
            [{"issue": "A", "types": ["unacknowledged", "snoozed"]}],
            "snooze_of_acknowledged: undone_first",
        ),
    ],
)
def test_what_a_case_gives_or_expects_can_be_another_convention(name: str, path: str, value: object, why: str) -> None:
    verdict = judge(changed(name, path, value))
    assert (verdict.word, verdict.why) == ("other convention", (why,))


def test_who_gives_it_back_before_they_snooze_follows_no_other_convention() -> None:
    case = changed("second", "then.records.1.types", ["unacknowledged", "snoozed"])
    assert judge(case).word == "failed", "nobody snoozes in this case"


def test_closing_what_is_quiet_is_another_convention() -> None:
    verdict = judge(replace(CASES["lapse"], needs=("auto_close",)))
    assert (verdict.word, verdict.why) == ("other convention", ("quiet_issues: closed_after_a_limit",))


def test_a_feature_that_is_there_in_part_is_named_with_what_is_missing() -> None:
    case = replace(changed("missed", "given.targets", {"next_word": "PT1H"}), needs=("sla_clocks",))
    assert judge(case).why == ("sla_clocks: clock next_word",)


def test_a_field_beside_the_form_is_named() -> None:
    assert judge(replace(CASES["lapse"], unknown=("weather",))).why == ("field weather",)


def test_a_case_that_expects_nothing_is_not_passed() -> None:
    assert judge(replace(CASES["edited"], then={})).word == "unsupported"
    assert judge(replace(CASES["edited"], then={"states": [], "records": None})).word == "unsupported"
    assert judge(replace(CASES["edited"], then={"errors": []})).word == "passed"


def test_an_issue_that_is_created_after_an_edit_in_words_would_need_the_edit() -> None:
    event = {"at": "PT6M", "event": "created", "issue": "B"}
    verdict = judge(changed("edited", "when.2", event))
    assert verdict.word == "unsupported"
    assert "tier 2 deleted" in verdict.why[0]


@pytest.mark.parametrize(
    ("topic", "choice", "word"),
    [
        ("repeat_count", "n_further_passes", "passed"),
        ("repeat_count", "n_in_all", "other convention"),
        ("pause_scope", "all_clocks", "passed"),
        ("weather", "rain", "unsupported"),
    ],
)
def test_another_answer_is_another_convention(topic: str, choice: str, word: str) -> None:
    verdict = judge(replace(CASES["passes"], conventions=(Choice(topic, choice),)))
    assert verdict.word == word
    assert verdict.word == "passed" or topic in verdict.why[0]


def test_what_follows_a_failed_send_is_not_played() -> None:
    case = replace(CASES["variants"], conventions=(Choice("failed_send", "retry"),))
    verdict = judge(case)
    assert (verdict.word, verdict.why) == ("unsupported", ("what follows a failed send",))


def test_a_ladder_that_ends_by_time_and_wraps_by_hand_is_another_convention() -> None:
    assert judge(changed("by-hand", "given.policy.repeat", 0)).word == "other convention"


def test_what_is_tied_to_one_product_is_not_played() -> None:
    assert judge(replace(CASES["lapse"], is_portable=False)).word == "not portable"


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from(["", "A", "u1", "PT0S", "-PT5M", "P9D", "2026-01-01T00:00:00Z", "acknowledged", "x" * 300]),
    st.just([]),
    st.just({}),
    st.just([{}]),
    st.just({"at": "PT0S"}),
)


def places(value: object, path: str) -> list[str]:
    """Every place below a value, and its own."""
    if isinstance(value, dict):
        below = [(f"{path}.{key}", item) for key, item in value.items() if "." not in str(key)]
    elif isinstance(value, list | tuple):
        below = [(f"{path}.{number}", item) for number, item in enumerate(value)]
    else:
        below = []
    return [*([path] if "." in path else []), *(each for place, item in below for each in places(item, place))]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from([name for name in CASES if name != "endless"]), data=st.data())
def test_junk_anywhere_never_breaks_the_player(name: str, data: st.DataObject) -> None:
    case: Scenario = deepcopy(CASES[name])
    parts: dict[str, Any] = {"given": case.given, "when": case.when, "then": case.then}
    fixed = {f"when.{number}.{key}" for number in range(len(case.when)) for key in ("at", "event", "seq")}
    every = [path for part, value in parts.items() for path in places(value, part) if path not in fixed]
    whole_events = {f"when.{number}" for number in range(len(case.when))}
    path = data.draw(st.sampled_from([path for path in every if path not in whole_events]))
    verdict = judge(changed_in(case, path, data.draw(JUNK)))
    assert verdict.word in {"passed", "failed", "unsupported", "other convention"}
    assert not any(why.startswith(BROKE) for why in verdict.why), verdict.why
