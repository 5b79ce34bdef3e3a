"""What a case gives, as a house of ours: policies, people and their channels, services, and issues that exist already.

Every field is used or makes the case unsupported by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from tests.peers.conventions import chosen
from tests.peers.duty import Duties
from tests.peers.fields import Fields, Unsupported, as_fields
from tests.peers.given_calendars import Calendars, read_calendars
from tests.peers.given_duty import read_duties
from tests.peers.given_issues import Start, read_starts
from tests.peers.instants import Times
from tests.peers.ladder import House, Ladder, ladder_of, stand_in
from tests.peers.scenario import Scenario
from tests.peers.spans import read_span

ANY_CHANNEL = "any"
"""The channel of a person of whom the case gives no contact rules."""


@dataclass
class Setting:
    """The house in which a case is played."""

    times: Times
    ladders: dict[str, Ladder]
    usual: Ladder
    house: House
    channels: dict[str, tuple[str, ...]] = field(default_factory=dict)
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
    duties: Duties = field(default_factory=Duties)
    calendars: Calendars = field(default_factory=Calendars)
    targets: dict[str, timedelta] = field(default_factory=dict)
    """What the case agrees, by clock."""
    unplayed: str | None = None
    """A clock of the case that its issues do not have; sums are compared all the same."""

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
    targets = _targets(fields)
    unplayed = _unplayed(targets, calendars)
    house = _house(scenario, fields, None if unplayed else targets.get("resolve"))
    channels = _users(fields)
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
        times, ladders, usual, house, channels, owners, policies, _deliveries(scenario, fields), keys, ignored
    )
    setting.starts, setting.pauses = starts, _history(fields)
    setting.duties = duties
    setting.calendars, setting.targets, setting.unplayed = calendars, targets, unplayed
    fields.done()
    return setting


def _targets(fields: Fields) -> dict[str, timedelta]:
    """What the case agrees, by clock."""
    targets = fields.below("targets") or Fields({}, "given.targets")
    found = {name: targets.span(name) for name in targets.data}
    return {name: span for name, span in found.items() if span is not None}


def _unplayed(targets: Mapping[str, timedelta], calendars: Calendars) -> str | None:
    """The clock of the case that no issue has."""
    other = next((f"clock {name}" for name in targets if name != "resolve"), None)
    return other or ("a clock in working time" if targets and calendars.usual is not None else None)


def _house(scenario: Scenario, fields: Fields, within: timedelta | None) -> House:
    """What holds for every policy."""
    settings = fields.below("settings") or Fields({}, "given.settings")
    timeout = settings.span("ack_timeout")
    _check_choices(scenario, settings)
    settings.done()
    events = {str(event["event"]) for event in scenario.when}
    has_holds = bool(events & {"paused", "resumed"}) or "history" in fields
    return House(
        ack_timeout=timeout,
        resolve_within=within,
        is_second_joining=(chosen(scenario, "second_acknowledgement") or "").startswith("join"),
        has_restart=chosen(scenario, "manual_escalate_past_last") == "wrap_to_first",
        has_reopening="reopened" in events,
        holds=_holds(scenario) if has_holds else None,
    )


def _check_choices(scenario: Scenario, settings: Fields) -> None:
    """For how long a snooze is offered says nothing more where every snooze of the case is among them."""
    choices = settings.items("snooze_choices")
    spans = [event.get("for") for event in scenario.when if event["event"] == "snoozed"]
    if choices and "custom" not in choices and any(span not in choices for span in spans):
        raise settings.cannot("snooze_choices")


def _holds(scenario: Scenario) -> tuple[str, ...]:
    """By default a hold stops customers' clocks alone."""
    return ("acknowledge", "work") if chosen(scenario, "pause_scope") == "all_clocks" else ()


def _users(fields: Fields) -> dict[str, tuple[str, ...]]:
    """The channels by which each person is told at once."""
    found: dict[str, tuple[str, ...]] = {}
    if isinstance(fields.data.get("users"), list):
        return dict.fromkeys(fields.names("users"), (ANY_CHANNEL,))
    for name, item in (fields.below("users") or Fields({}, "")).each():
        person = as_fields({} if item is None else item, f"given.users.{name}")
        if "status_updates" in person:
            raise Unsupported("status_notices")
        channels: list[str] = []
        for rule in person.rows("rules"):
            after, channel = read_span(rule.take("after")), rule.words("channel")
            rule.done()
            if after is None:
                raise rule.cannot("after")
            if after != timedelta(0):
                raise Unsupported("personal_rules")
            channels.append(channel)
        person.done()
        found[name] = tuple(dict.fromkeys(channels)) or (ANY_CHANNEL,)
    return found


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
