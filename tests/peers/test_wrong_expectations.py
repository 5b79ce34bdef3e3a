"""A wrong expectation fails: each kind of expectation and each column of it is made wrong once."""

import re

import pytest

from tests.peers.cases_of_ours import CASES, changed
from tests.peers.judging import COMPARISONS, judge

WRONG: list[tuple[str, str, object]] = [
    ("lapse", "then.notifications.1.at", "PT36M"),
    ("lapse", "then.notifications.1.to", "u2"),
    ("lapse", "then.notifications.1.tier", 2),
    ("lapse", "then.notifications.1.issue", "B"),
    ("lapse", "then.notifications.1", "-"),
    ("lapse", "then.notifications.3", {"at": "PT36M", "to": "u1"}),
    ("lapse", "then.notifications", []),
    ("variants", "then.notifications.0.channel", "voice"),
    ("variants", "then.notifications.0.kind", "reminder"),
    ("variants", "then.notifications.0.case", "no tiers"),
    ("order", "then.notifications.2.seq", 2),
    ("unacknowledged-tier", "then.notifications.0.at", "2026-03-02T08:11:01Z"),
    ("refused", "then.no_notifications.0.from", "PT0S"),
    ("endless", "then.no_notifications.0.from", "PT3H1M"),
    ("passes", "then.no_notifications.0.to", "u2"),
    ("passes", "then.no_notifications.0.until", "PT21M"),
    ("passes", "then.no_notifications.0.issue", "B"),
    ("endless", "then.notification_counts.0.count", 181),
    ("endless", "then.notification_counts.0.to", "u2"),
    ("signals", "then.notification_counts.0.includes", "-"),
    ("signals", "then.notification_counts.0.channel", "voice"),
    ("signals", "then.notification_counts.2.issue", "k2"),
    ("lapse", "then.states.0.state", "triggered"),
    ("lapse", "then.states.0.by", "u2"),
    ("lapse", "then.states.0.issue", "B"),
    ("lapse", "then.states.1.at", "PT34M"),
    ("by-hand", "then.states.0.tier", 2),
    ("second", "then.states.0.previous", "u3"),
    ("second", "then.states.0.escalation", "running"),
    ("signals", "then.states.0.summary", "other words"),
    ("ends", "then.states.0.state", "acknowledged"),
    ("ends", "then.states.1.state", "resolved"),
    ("snoozed", "then.states.2.state", "paused"),
    ("snoozed", "then.states.0.state", "acknowledged"),
    ("snoozed", "then.states.1.at", "PT12M"),
    ("missed", "then.states.0.state", "active"),
    ("missed", "then.states.1.state", "hit"),
    ("second", "then.next_step_at.0.at", "PT30M"),
    ("second", "then.next_step_at.0.issue", "B"),
    ("second", "then.next_step_at.1.at", "PT31M"),
    ("second", "then.next_step_at.1.as_of", "PT6M"),
    ("second", "then.records.1.types.1", "notification sent to u3 (delivered)"),
    ("second", "then.records.1.types.1", "notification sent to u2 (failed)"),
    ("second", "then.records.1.types.2", "acknowledged by u3"),
    ("second", "then.records.1.count", 3),
    ("second", "then.records.2.order", "oldest first"),
    ("nobody-at-the-start", "then.no_notifications.0.from", "PT9M"),
    ("told-before", "then.notifications.1", "-"),
    ("second", "then.records.0.count", 3),
    ("second", "then.records.0.type", "escalated"),
    ("second", "then.records.0.issue", "B"),
    ("second", "then.records.0.by", "u3"),
    ("second", "then.records.1.types", ["acknowledged", "created"]),
    ("second", "then.records.1.order", "newest first"),
    ("variants", "then.records.0.says", "nobody on call"),
    ("variants", "then.records.0.to", "u2"),
    ("variants", "then.records.1.user", "u2"),
    ("variants", "then.records.1.at", "PT1M"),
    ("variants", "then.records.1.type", "notification_sent"),
    ("refused", "then.errors.0.at", "PT0S"),
    ("refused", "then.errors.0.operation", "resolve"),
    ("refused", "then.errors.0.issue", "B"),
    ("refused", "then.errors.0.reason", "already resolved"),
    ("refused", "then.errors.0", "-"),
    ("refused", "then.errors.2", {"at": "PT0S"}),
    ("ends", "then.errors.0", {"operation": "resolve"}),
    ("variants", "then.errors.0.case", "lost"),
    ("variants", "then.accepted.2", "no tiers"),
    ("second", "then.responses.0.at", "PT5M"),
    ("second", "then.responses.0.to", "u1"),
    ("second", "then.responses.0.says", "resolved"),
    ("second", "then.responses.1.says", "acknowledged"),
    ("second", "then.responses.1.to", "u1"),
    ("signals", "then.issues_created.0.at", "PT2M"),
    ("signals", "then.issues_created.0.service", "s2"),
    ("signals", "then.issues_created.0.summary", "bye"),
    ("signals", "then.issues_created.2.dedup_key", "k2"),
    ("signals", "then.issues_created.3", "-"),
    ("signals", "then.issues_created.4", "C"),
    ("signals", "then.not_created_at.0", "PT1M"),
    ("signals", "then.issue_count.0.count", 5),
    ("signals", "then.issue_count.0.at", "PT6M"),
    ("signals", "then.issue_count.1.count", 4),
    ("signals", "then.measures.0.last_received", "PT3M"),
    ("signals", "then.measures.0.as_of", "PT3M30S"),
    ("signals", "then.measures.0.issue", "B"),
    ("paused", "then.deadlines.0.resolve", "PT2H"),
    ("paused", "then.deadlines.0.next", "PT2H"),
    ("paused", "then.deadlines.0.after", "PT1H"),
    ("paused", "then.deadlines.1.resolve", None),
    ("paused", "then.deadlines.2.resolve", "PT3H30M"),
    ("paused", "then.next_deadline", "PT3H30M"),
    ("paused", "then.measures.0.used", "PT4H"),
    ("paused", "then.measures.0.late_by", None),
    ("paused", "then.measures.0.paused", "PT30M"),
    ("missed", "then.measures.0.margin", "PT305M"),
    ("paused", "then.breaches.0.count", 2),
    ("paused", "then.breaches", []),
    ("paused", "then.breaches.0.issue", "B"),
    ("paused", "then.measures.0.issue", "B"),
    ("paused", "then.deadlines.2.issue", "B"),
    ("sums", "then.checks.0.due", "PT60M"),
    ("sums", "then.checks.0.span", "PT61M"),
    ("sums", "then.checks.0.from", "PT1M"),
    ("sums", "then.checks.1.working", "PT45M"),
    ("sums", "then.checks.1.working_from", "PT1M"),
    ("sums", "then.checks.1.until", "PT29M"),
    ("sums", "then.due.0.due", "PT60M"),
    ("sums", "then.due.0.pauses.0.1", "PT21M"),
    ("sums", "then.elapsed.0.working", "PT60M"),
    ("sums", "then.elapsed.0.until", "PT50M"),
    ("sums", "then.elapsed.0.pauses.0.1", "PT21M"),
    ("nobody-in-a-variant", "then.states.0.case", "somebody"),
    ("leap", "then.notifications.1.to", "u3"),
    ("leap", "then.notifications.2.at", "PT31M"),
    ("snoozed-before", "then.timers.0", "snooze cancelled at PT50M"),
    ("snoozed-before", "then.timers.0", "unsnooze scheduled"),
    ("snoozed-before", "then.timers.1", "ack timeout from PT50M"),
    ("open-time", "then.due.0.due", "2026-06-02T08:00:00Z"),
    ("open-time", "then.due.0.calendar", "night"),
    ("open-time", "then.due.3.calendar", "always"),
    ("open-time", "then.due.4.calendar", "night"),
    ("open-time", "then.due.5.calendar_hours", "08:00-17:00"),
    ("open-time", "then.due.6.pauses.0.0", "2026-06-03T10:00:00Z"),
    ("open-time", "then.elapsed.0.working", "PT5H"),
    ("open-time", "then.elapsed.1.pauses.0.1", "2026-06-03T12:30:00Z"),
    ("open-time", "then.business_days.0.gives", "2026-06-01T08:00:00Z"),
    ("open-time", "then.business_days.1.days", 1),
    ("open-time", "then.business_days.1.from", "2026-05-29T12:00:00Z"),
    ("open-time", "then.business_days.2.calendar", "-"),
    ("open-time", "then.first_open_period.from", "2026-05-29T08:00:00Z"),
    ("open-time", "then.first_open_period.until", "2026-05-29T17:00:00Z"),
    ("open-time", "then.checks.0.holiday", False),
    ("open-time", "then.checks.1.holiday", True),
    ("open-time", "then.checks.2.open", False),
    ("open-time", "then.checks.3.open", True),
    ("open-time", "then.checks.4.next_opening", "2026-06-01T08:00:00Z"),
    ("open-time", "then.checks.4.at", "2026-06-02T08:00:00Z"),
    ("open-time", "given.calendar.holidays", []),
    ("open-time", "given.calendar.breaks", {}),
    ("open-time", "given.calendar.timezone", "UTC"),
    ("open-time", "given.calendar.one_off_hours", {}),
    ("saved", "then.errors.0.case", "as fields"),
    ("saved", "then.errors.1.at", "PT0S"),
    ("saved", "then.accepted.0", "no hours"),
    ("saved", "then.checks.0.gives", "noon the same day"),
    ("saved", "then.checks.1.noon_plus", "PT15H"),
    ("changed-duty", "then.shifts.as planned.0.who", "eve"),
    ("changed-duty", "then.shifts.as planned.1.until", "2026-01-01T10:30:00Z"),
    ("changed-duty", "then.shifts.as planned.2.from", "2026-01-01T09:00:00Z"),
    ("changed-duty", "then.shifts.as planned.4.who", "ben"),
    ("changed-duty", "then.shifts.as planned.5.from", "2026-01-01T13:00:00Z"),
    ("changed-duty", "then.shifts.hidden.5", "-"),
    ("changed-duty", "then.shifts.swapped.5.who", "fay"),
    ("turns", "then.handoffs.1", "2026-03-29T09:00:00Z"),
    ("turns", "then.handoffs.0", "2026-03-27T09:00:00Z"),
    ("turns", "then.handoffs.1", "-"),
    ("turns", "then.shifts.0.until", "2026-03-29T09:00:00Z"),
    ("turns", "then.shifts.0.from", "2026-03-28T08:00:00Z"),
    ("turns", "then.shifts.0.elapsed", "PT24H"),
    ("turns", "then.shifts.0.every", "week"),
    ("turns", "then.on_call.0.who", ["ann"]),
    ("turns", "then.on_call.0.at", "2026-03-29T09:00:00Z"),
    ("turns", "then.on_call.1.who", ["ann"]),
    ("turns", "then.notifications.0.to", "ann"),
    ("turns", "then.notifications.1.to", "ben"),
    ("turns", "then.checks.0.next_handoff", "2026-03-29T06:00:00Z"),
    ("turns", "then.checks.1.at", "2026-03-29T20:00:00Z"),
    ("turns", "then.checks.0.rotation", "rotation"),
    ("turns", "then.checks.2.rule", "day"),
    ("turns", "then.checks.2.active", False),
    ("turns", "then.checks.3.active", True),
    ("duty-changes", "then.notifications.1.to", "ann"),
    ("duty-changes", "then.notifications.2.to", "ann"),
    ("duty-changes", "then.notifications.3", "-"),
    ("duty-changes", "then.errors.0.operation", "swap"),
    ("duty-changes", "then.on_call.0.who", ["ann"]),
]


@pytest.mark.parametrize("name", CASES)
def test_every_case_of_ours_passes(name: str) -> None:
    verdict = judge(CASES[name])
    assert (verdict.word, verdict.why) == ("passed", ())


@pytest.mark.parametrize(
    ("name", "path", "value"), WRONG, ids=[f"{name} {path} {value}" for name, path, value in WRONG]
)
def test_what_is_expected_wrongly_fails(name: str, path: str, value: object) -> None:
    verdict = judge(changed(name, path, value))
    assert verdict.word == "failed", verdict.why
    assert all(verdict.why)


def test_every_kind_of_expectation_is_made_wrong_once() -> None:
    assert {path.split(".")[1] for _, path, _ in WRONG if path.startswith("then.")} == set(COMPARISONS)


def test_every_column_that_our_cases_use_is_made_wrong_once() -> None:
    used = {
        f"{key}.{column}"
        for case in CASES.values()
        for key, rows in case.then.items()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, dict)
        for column in row
    }
    made = {".".join(re.findall(r"[a-z_]+", path.partition("then.")[2])[:2]) for _, path, _ in WRONG}
    # The clock's name and a span of a sum have no other value that could be compared.
    assert used - made <= {
        "measures.clock", "due.clock", "due.from", "due.span", "elapsed.from", "breaches.clock",
        "records.case", "checks.case",
    }  # fmt: skip
