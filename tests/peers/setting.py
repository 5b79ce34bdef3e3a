"""What a case gives, as a house of ours: policies, people and their channels, services, and issues that exist already.

Every field is used or makes the case unsupported by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from escalation.issue.personal_rules import Step
from tests.peers.bundling import read_limits
from tests.peers.conventions import chosen
from tests.peers.duty import Duties
from tests.peers.fields import Fields, Unsupported, as_fields
from tests.peers.given_calendars import Calendars, read_calendars
from tests.peers.given_duty import read_duties
from tests.peers.given_issues import Start, read_starts
from tests.peers.given_priorities import USUAL, read_agreed_for, read_priorities, read_types, usual_priority
from tests.peers.heartbeats import Heartbeat, read_heartbeat
from tests.peers.instants import Times
from tests.peers.ladder import AT_ONCE, House, Ladder, ladder_of, stand_in
from tests.peers.maintenance import Windows, read_windows
from tests.peers.rates import Kept, read_kept
from tests.peers.scenario import Scenario
from tests.peers.spans import read_span
from tests.peers.variants import is_used

ANY_CHANNEL = "any"
"""The channel of a person of whom the case gives no contact rules."""


PLAYED_CLOCKS = ("first_response", "update", "next_response", "resolve")
"""Clocks that issues of ours have; of customers' messages each has none of its own."""


@dataclass
class Setting:
    """The house in which a case is played."""

    times: Times
    ladders: dict[str, Ladder]
    usual: Ladder
    house: House
    steps: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    """How each person wants to be told; none: as everybody is."""
    service_owners: dict[str, str] = field(default_factory=dict)
    service_policies: dict[str, str] = field(default_factory=dict)
    lost_channels: dict[str, Literal["sent", "failed"]] = field(default_factory=dict)
    """What becomes of messages, by channel; others are sent."""
    key_fields: tuple[str, ...] = ()
    """Fields of a signal that make its key; none: the key it brings, else its summary."""
    ignored_fields: tuple[str, ...] = ()
    """Fields of a signal that say nothing of which issue it is about."""
    starts: tuple[Start, ...] = ()
    pauses: tuple[tuple[timedelta, timedelta | None], ...] = ()
    """Spells of a given history during which clocks stood still, from T0."""
    heartbeat: Heartbeat | None = None
    windows: Windows = field(default_factory=Windows)
    duties: Duties = field(default_factory=Duties)
    calendars: Calendars = field(default_factory=Calendars)
    usual_priority: str = USUAL
    targets: dict[str, timedelta] = field(default_factory=dict)
    """What the case agrees, by clock."""
    unplayed: str | None = None
    """A clock of the case that its issues do not have; sums are compared all the same."""
    kept: Kept | None = None
    """The rates that a channel keeps to."""

    def ladder_for(self, policy: str | None, service: str | None) -> Ladder:
        """The ladder of a new issue. Raises Unsupported for one that the case does not give."""
        name = policy or (self.service_policies.get(service) if service else None)
        if name is None:
            name = self.service_policies.get("")
        if name is None:
            return self.usual
        if name not in self.ladders:
            raise Unsupported(f"policy {name}")
        return self.ladders[name]


def read_setting(scenario: Scenario, given: Mapping[str, object], times: Times, case: str | None = None) -> Setting:
    """The setting that a case gives, or a variant of it. Raises Unsupported."""
    fields = Fields(given, "given")
    starts = read_starts(fields, times)
    calendars, duties = read_calendars(scenario, fields), read_duties(fields, times, case)
    targets = _targets(scenario, fields)
    unplayed = _unplayed(scenario, targets, calendars)
    steps, are_updated = _users(fields)
    house = replace(_house(scenario, fields, {} if unplayed else targets, calendars), has_all_clear=are_updated)
    owners, policies = _services(fields)
    ladders = {}
    for name, item in (fields.below("policies") or Fields({}, "")).each():
        ladders[name] = ladder_of(as_fields(item, f"given.policies.{name}"), _safe(name), house)
    only = fields.below("policy")
    told = tuple(dict.fromkeys(name for start in starts for name in (*start.notified, start.by) if name))
    if only is not None and any(start.notified for start in starts):
        raise Unsupported("given.issues.notified beside a policy")
    usual = ladder_of(only, "policy", house) if only is not None else stand_in(told, house)
    dedup = fields.below("dedup")
    keys, ignored = _key_fields(dedup) if dedup is not None else ((), ())
    setting = Setting(
        times, ladders, usual, house, steps, owners, policies, _deliveries(scenario, fields), keys, ignored
    )
    setting.starts, setting.pauses = starts, _history(fields)
    setting.duties, setting.heartbeat = duties, read_heartbeat(fields, times)
    setting.windows = read_windows(fields, times)
    setting.kept = read_kept(fields, times)
    setting.usual_priority = usual_priority(fields, house.severities)
    setting.calendars, setting.targets, setting.unplayed = calendars, targets, unplayed
    if "case" in fields and not is_used(scenario, fields.take("case"), times):
        raise fields.cannot("case")
    fields.done()
    return setting


def _targets(scenario: Scenario, fields: Fields) -> dict[str, timedelta]:
    """What the case agrees, by clock; where it does not say so, the spans by which its expectations are reckoned."""
    targets = fields.below("targets")
    if targets is None:
        rows = Fields(scenario.then, "then").rows("due") if "targets" not in fields else []
        spans = {row.text("clock"): read_span(row.take("span")) for row in rows}
    else:
        spans = {name: targets.span(name) for name in targets.data}
    return {name: span for name, span in spans.items() if name is not None and span is not None}


def _unplayed(scenario: Scenario, targets: Mapping[str, timedelta], calendars: Calendars) -> str | None:
    """What of the case's clocks no issue of ours has."""
    other = next((f"clock {name}" for name in targets if name not in PLAYED_CLOCKS), None)
    if other is None and targets and "calendar" in calendars.refused:
        other = f"a calendar that is refused: {calendars.refused['calendar']}"
    return other


def _waits_for_a_message(scenario: Scenario) -> bool:
    """Whether no update is owed of an issue that somebody else than the customer has just opened."""
    begun = [event for event in scenario.when if event["event"] == "created" and event.get("by") != "customer"]
    opened_at = [event.get("at") for event in begun]
    rows = scenario.then.get("deadlines")
    listed = rows if isinstance(rows, list) else []
    shown = [row for row in listed if isinstance(row, dict) and row.get("after") in opened_at]
    return any("update" in row and row["update"] is None for row in shown)


def _house(scenario: Scenario, fields: Fields, targets: Mapping[str, timedelta], calendars: Calendars) -> House:
    """What holds for every policy."""
    settings = fields.below("settings") or Fields({}, "given.settings")
    timeout, (reminder, answer) = settings.span("ack_timeout"), _reminders(settings)
    _check_choices(scenario, settings)
    limits = read_limits(scenario, settings)
    settings.done()
    events = {str(event["event"]) for event in scenario.when}
    is_paused = any(event.get("state") == "paused" for event in scenario.when)
    has_holds = bool(events & {"paused", "resumed"}) or is_paused or "history" in fields
    priorities = read_priorities(scenario, fields)
    types, usual = read_types(fields)
    return House(
        ack_timeout=timeout,
        ack_reminder=reminder,
        answer_within=answer,
        severities=priorities,
        types=types,
        usual=usual,
        targets=targets,
        hours=calendars.usual.hours if calendars.usual is not None else None,
        agreed_for=read_agreed_for(fields, priorities),
        is_second_joining=(chosen(scenario, "second_acknowledgement") or "").startswith("join"),
        has_restart=chosen(scenario, "manual_escalate_past_last") == "wrap_to_first",
        is_update_for_words=_waits_for_a_message(scenario),
        has_reopening="reopened" in events,
        holds=_holds(scenario) if has_holds else None,
        limits=limits,
    )


def _reminders(settings: Fields) -> tuple[timedelta | None, timedelta | None]:
    """How often who has acknowledged is reminded, and within what time they must say that they still have it."""
    unanswered = "unack_if_unconfirmed_after"
    every = settings.span("ack_reminder_every")
    within = None if settings.data.get(unanswered) == "never" else settings.span(unanswered)
    settings.take(unanswered)
    for name, span in (("ack_reminder_every", every), (unanswered, within)):
        if span is not None and (every is None or span < AT_ONCE):
            raise settings.cannot(name)
    return every, within


def _check_choices(scenario: Scenario, settings: Fields) -> None:
    """For how long a snooze is offered says nothing more where every snooze of the case is among them."""
    choices = settings.items("snooze_choices")
    spans = [event.get("for") for event in scenario.when if event["event"] == "snoozed"]
    if choices and "custom" not in choices and any(span not in choices for span in spans):
        raise settings.cannot("snooze_choices")


def _holds(scenario: Scenario) -> tuple[str, ...]:
    """By default a hold stops customers' clocks alone."""
    return ("acknowledge", "work") if chosen(scenario, "pause_scope") == "all_clocks" else ()


def _users(fields: Fields) -> tuple[dict[str, tuple[Step, ...]], bool]:
    """By which channels each person is told, and how long after they are asked; no rules: as everybody is.

    And whether they hear how it ends. With us that is the policy's to say: of all of them, or of none.
    """
    found: dict[str, tuple[Step, ...]] = {}
    hear: set[bool] = set()
    if isinstance(fields.data.get("users"), list):
        return dict.fromkeys(fields.names("users"), ()), False
    for name, item in (fields.below("users") or Fields({}, "")).each():
        person = as_fields({} if item is None else item, f"given.users.{name}")
        found[name] = tuple(sorted((read_step(rule) for rule in person.rows("rules")), key=lambda step: step.after))
        updates = person.text("status_updates")
        if updates is not None and [updates] != [step.channel for step in found[name][:1]]:
            raise Unsupported(f"{person.where}.status_updates by another channel than the first of the rules")
        hear.add(updates is not None)
        person.done()
    if len(hear) > 1:
        raise Unsupported("status_updates of some, and not of others")
    return found, hear == {True}


def read_step(rule: Fields) -> Step:
    """A step of a personal rule. Raises Unsupported."""
    after, channel = rule.span("after"), rule.words("channel")
    rule.done()
    if after is None or after < timedelta(0):
        raise rule.cannot("after")
    return Step(channel=channel, after=after)


def _services(fields: Fields) -> tuple[dict[str, str], dict[str, str]]:
    owners: dict[str, str] = {}
    policies: dict[str, str] = {}
    for name, item in (fields.below("services") or Fields({}, "")).each():
        service = as_fields({} if item is None else item, f"given.services.{name}")
        owner, policy = service.text("notify"), service.text("policy")
        service.done()
        if owner:
            owners[name] = owner
        if policy:
            policies[name] = policy
    if isinstance(fields.data.get("service"), str):
        fields.take("service")
        return owners, policies
    single = fields.below("service")
    if single is not None:
        policies[single.text("name") or ""] = single.words("policy")
        single.done()
    return owners, policies


def _deliveries(scenario: Scenario, fields: Fields) -> dict[str, Literal["sent", "failed"]]:
    found: dict[str, Literal["sent", "failed"]] = {}
    if "delivery" in fields and chosen(scenario, "failed_send") is not None:
        raise Unsupported("what follows a failed send")
    for channel, outcome in (fields.below("delivery") or Fields({}, "")).each():
        if outcome in ("rejected", "failed", "refused"):
            found[channel] = "failed"
        elif outcome not in ("ok", "sent", "delivered"):
            raise Unsupported(f"given.delivery.{channel} {outcome!r}")
    return found


def _key_fields(fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    keys, ignored = tuple(fields.names("key_fields")), tuple(fields.names("ignore"))
    if set(keys) & set(ignored) or not keys:
        raise fields.cannot("key_fields")
    fields.done()
    return keys, ignored


def _history(fields: Fields) -> tuple[tuple[timedelta, timedelta | None], ...]:
    """Spells on pause in a history of states, `[[at, state], ...]`."""
    spells: list[tuple[timedelta, timedelta | None]] = []
    since: timedelta | None = None
    for item in fields.items("history"):
        if not isinstance(item, list) or len(item) != 2 or item[1] not in ("new", "open", "paused", "closed"):
            raise Unsupported(f"given.history {item!r}")
        at = read_span(item[0])
        if at is None:
            raise Unsupported(f"given.history {item!r}")
        if item[1] == "paused" and since is None:
            since = at
        elif item[1] != "paused" and since is not None:
            spells.append((since, at))
            since = None
    if since is not None:
        spells.append((since, None))
    return tuple(spells)


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name)[:40] or "policy"
