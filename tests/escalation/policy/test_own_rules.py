"""People's own rules and quiet hours, as they are written: what travels of them, and what is wrong in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escalation.calendar.zone_offsets import offsets_of
from escalation.issue.personal_rules import PersonalRules, Step
from escalation.people.reach import not_reached_urgently, reaches
from escalation.policy.addresses import CHANNELS
from escalation.policy.check_set import check_set
from escalation.policy.directory import Directory
from escalation.policy.finding import PolicyErrors
from escalation.policy.read_directory import read_directory
from tests.escalation.policy.sample import FILE, PEOPLE, SMALL, with_change
from tests.given import T0

WAYS = "email: ann@example.org, sms: '+447700900101', voice: '+447700900101'"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
IN_THREE = (
    "rules: {urgent: [{channel: email}, {channel: sms, after: 5m},"
    " {channel: voice, after: 10m, repeat_every: 5m, times: 3}]}"
)


def text(more: str, addresses: str = WAYS) -> str:
    """A directory of one, on line 4."""
    return (
        "operator: ann\nteams: {main: {duty_lead: ann}}\npeople:\n"
        f"  ann: {{name: Sample, role: agent, zone: Europe/Dublin, addresses: {{{addresses}}}, {more}}}\n"
    )


def facts(more: str, *channels: str) -> PersonalRules | None:
    """What travels of Ann's rules where these channels are set up."""
    return read_directory(text(more), "people.yaml").person("ann").reachable(channels, T0).rules


def minutes(*counts: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=count) for count in counts)


class TestWhatTravels:
    def test_repeats_are_written_out(self) -> None:
        rules = facts(IN_THREE, "email", "sms", "voice")
        assert rules is not None
        assert rules.urgent is not None
        assert [step.channel for step in rules.urgent] == ["email", "sms", "voice", "voice", "voice"]
        assert tuple(step.after for step in rules.urgent) == minutes(0, 5, 10, 15, 20)
        assert (rules.ordinary, rules.quiet) == (None, ())

    def test_who_has_none_carries_none(self) -> None:
        assert facts("skills: [x]", "email", "sms") is None

    def test_what_is_not_set_up_is_left_out_and_the_next_takes_the_first_ones_place(self) -> None:
        rules = facts(
            "rules: {urgent: [{channel: sms}, {channel: email, after: 5m}, {channel: voice, after: 9m}]}", "email"
        )
        assert rules is not None
        assert rules.urgent == (Step(channel="email"),)

    def test_a_rule_of_which_nothing_is_left_does_not_count(self) -> None:
        assert facts("rules: {urgent: [{channel: sms}]}", "email") is None

    def test_the_inbox_alone_is_a_rule_without_steps(self) -> None:
        rules = facts("rules: {ordinary: [{channel: inbox}]}", "email")
        assert rules is not None
        assert (rules.urgent, rules.ordinary) == (None, ())

    def test_repeats_and_later_steps_come_in_the_order_of_time(self) -> None:
        rule = "rules: {urgent: [{channel: sms, repeat_every: 10m, times: 2}, {channel: voice, after: 5m}]}"
        rules = facts(rule, "sms", "voice")
        assert rules is not None
        assert [(step.channel, step.after) for step in rules.urgent or ()] == [
            ("sms", minutes(0)[0]), ("voice", minutes(5)[0]), ("sms", minutes(10)[0]),
        ]  # fmt: skip


VOICE = "{channel: voice, repeat_every: "
MUST_END = "allowed: quiet hours that end within a day; who is not to be told for longer has absences and a deputy"


@pytest.mark.parametrize(
    ("rule", "field", "says"),
    [
        ("{channel: sns}", "[0].channel", "'sns' is not a channel; allowed: inbox, email, webhook, "),
        ("{channel: slack}", "[0].channel", "'slack' is a channel for which ann has no address; allowed: email, sms"),
        ("{channel: inbox}, {channel: sms, after: 1m}", "[0].channel", "'inbox' is told anyway; allowed: other "),
        ("{channel: email, after: 5m}, {channel: sms, after: 5m}", "[1].after", "'5 min' is not after the step before"),
        ("{channel: email, after: 5m}, {channel: sms}", "[1].after", "'0 s' is not after the step before it, which"),
        ("{channel: voice, times: 3}", "[0].times", "'3' needs repeat_every; allowed: with repeat_every: 5 min"),
        (f"{VOICE}5m}}", "[0].repeat_every", "'5 min' needs times; allowed: with times: 2 or more"),
        (f"{VOICE}5s, times: 2}}", "[0].repeat_every", "'5 s' is too short; allowed: at least 1 min"),
        (f"{VOICE}5m, times: 11}}", "[0].times", "'11' is out of range; allowed: at least 1 and at most 10"),
        (f"{VOICE}2h, times: 8}}", "[0]", "'14 h' is too late for its last message; allowed: at most 12 h after"),
        (f"{VOICE}1m, times: 7}}, {VOICE}1m, times: 6, after: 1m}}", "", "sends 13 messages; allowed: at most 12"),
        ("{channel: sms, after: soon}", "[0].after", "'soon' is not a duration; allowed: "),
    ],
)
def test_what_is_wrong_in_a_rule_is_said_with_its_line(rule: str, field: str, says: str) -> None:
    assert wrong(f"rules: {{urgent: [{rule}]}}").startswith(f"people.yaml:4: people.ann.rules.urgent{field}: {says}")


def test_an_urgency_that_there_is_not_is_said_with_its_line() -> None:
    assert wrong("rules: {urgnt: [{channel: sms}]}") == (
        "people.yaml:4: people.ann.rules.urgnt: 'urgnt' is not a field; allowed: urgent, ordinary;"
        " did you mean 'urgent'?"
    )


@pytest.mark.parametrize(
    ("windows", "field", "says"),
    [
        (["22:00 22:00"], "[0].until", f"'22:00' covers the whole day, since it ends when it begins; {MUST_END}"),
        (["22:00 10:00", "10:00 22:00"], "", f"leave no hour in a day: together they last 7 days on end; {MUST_END}"),
        (["18:00 12:00 sun", "11:00 19:00 mon"], "", "leave no hour in a day: together they last 1 day 1 h on end"),
        (["22:00 7"], "[0].until", "'7' is not a time of the day; allowed: a time of the day such as 09:00"),
        (["22:00 07:00 mon mon"], "[0].days", "'mon' names a day twice; allowed: each day once"),
        (["22:00 07:00 monday"], "[0].days[0]", "'monday' is not one of the choices"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_quiet_hours_is_said_with_its_line(windows: list[str], field: str, says: str) -> None:
    listed = ", ".join(
        f"{{from: '{begins}', until: '{until}', days: [{', '.join(days)}]}}"
        for begins, until, *days in (window.split() for window in windows)
    )
    assert wrong(f"quiet_hours: [{listed}]").startswith(f"people.yaml:4: people.ann.quiet_hours{field}: {says}")


def wrong(more: str) -> str:
    with pytest.raises(PolicyErrors) as errors:
        read_directory(text(more), "people.yaml")
    (error,) = errors.value.errors
    return str(error)


@pytest.mark.parametrize(
    "more",
    [
        IN_THREE,
        "quiet_hours: [{from: '22:00', until: '07:00'}, {from: '07:00', until: '21:59', days: [sat]}]",
        "rules: {ordinary: [{channel: email, after: 30m}], urgent: [{channel: voice}]}",
    ],
)
def test_what_is_right_is_read(more: str) -> None:
    found = read_directory(text(more), "people.yaml")
    assert Directory.model_validate_json(found.model_dump_json()) == found


class TestWhoCannotBeReached:
    """A warning of the check, in one line for each policy."""

    @pytest.mark.parametrize(
        ("more", "addresses", "is_reached"),
        [
            ("skills: [x]", "email: ann@example.org", False),
            ("skills: [x]", "inbox: ann", False),
            ("skills: [x]", "email: ann@example.org, sms: '+447700900101'", False),
            ("skills: [x]", "sms: '+447700900101', email: ann@example.org", True),
            ("skills: [x]", "github: ann, ntfy: ann", True),
            (IN_THREE, WAYS, True),
            ("rules: {urgent: [{channel: email}, {channel: sms, after: 15m}]}", WAYS, True),
            ("rules: {urgent: [{channel: email}, {channel: sms, after: 16m}]}", WAYS, False),
            ("rules: {urgent: [{channel: inbox}]}", WAYS, False),
            ("rules: {ordinary: [{channel: sms}]}", WAYS, False),
        ],
    )
    def test_who_that_is(self, more: str, addresses: str, *, is_reached: bool) -> None:
        assert reaches(read_directory(text(more, addresses), "people.yaml").person("ann"), CHANNELS) is is_reached

    def test_a_step_by_what_is_not_set_up_reaches_nobody(self) -> None:
        found = read_directory(text(IN_THREE), "people.yaml")
        assert not_reached_urgently(found, ("inbox", "email", "sms"), NOW) == ()
        (missed,) = not_reached_urgently(found, ("inbox", "email", "ntfy"), NOW)
        assert missed.problem == "has email, sms, voice alone"

    def test_an_address_that_is_not_used_in_time_is_none(self) -> None:
        found = read_directory(text("skills: [x]"), "people.yaml")
        (missed,) = not_reached_urgently(found, CHANNELS, NOW)
        assert missed == (
            "ann",
            "is told of what is urgent by nothing that calls for them within 15 min",
            "sms or voice as their first address, or in a rule for urgent within 15 min",
        )

    def found(self, policy: str = SMALL, people: str = PEOPLE, **more: Any) -> list[str]:
        found = check_set({FILE: policy}, ("people.yaml", people), NOW, **more)
        assert found.errors == ()
        return [str(each) for each in found.warnings]

    def test_all_whom_the_policy_tells_are_named_at_its_line(self) -> None:
        (warning,) = self.found()
        assert (
            "warning: tiers: tell of urgent issues whom nothing but e-mail and inbox reaches within 15 min: " in warning
        )
        assert "kim" in warning

    @pytest.mark.parametrize("means", ["priority: 3", "priority: 1, urgency: ordinary"])
    def test_of_what_is_not_urgent_nobody_is_warned(self, means: str) -> None:
        assert self.found(with_change("priority: 1", means, SMALL)) == []


def test_the_clock_of_their_zone_travels_with_quiet_hours_written_out() -> None:
    """So that news of a zone change nothing that a running issue has decided."""
    found = facts("quiet_hours: [{from: '22:00', until: '07:00'}]", "email")
    assert found is not None
    assert found.offsets == offsets_of("Europe/Dublin", T0.year - 1, T0.year + 2)
    assert len(found.offsets) == 9, "the first year's begin, and two changes a year"
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert found.quiet_until(summer) == datetime(2026, 7, 2, 6, tzinfo=UTC)
    assert found.quiet_until(summer.replace(month=12)) == datetime(2026, 12, 2, 7, tzinfo=UTC)
