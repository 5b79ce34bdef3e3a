"""Everything that can be wrong in rotas beyond one field, and between them and the directory."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from escalation.oncall.rota import Feed, Hours, Layer, Override, Rota, Rotas
from escalation.policy.directory import Directory
from escalation.policy.feed_url import ALLOWED, problem_of
from escalation.policy.finding import Findings
from escalation.policy.zones import lint_zone

RULES_IN_WORDS = (
    "Every rota has a layer or a feed, every layer people, and every group somebody.",
    "Every person is in the directory; nobody is twice in one group.",
    "A time zone is an IANA name; a layer, an override and a span of a swap end after they begin.",
    "No two overrides of a rota are at one time; neither are two swaps of the same person.",
    "An override changes something, and `only` stands alone in it; a swap is between two people.",
)

_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,99}\.ics", re.ASCII)


class _Lasting(Protocol):
    @property
    def begins_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def lint_rotas(rotas: Rotas, directory: Directory, findings: Findings) -> None:
    """Everything that is wrong in these rotas."""
    for rota in rotas.rotas:
        here = f"rotas.{rota.name}"
        lint_zone(rota.zone, f"{here}.zone", findings)
        if rota.owner is not None:
            _known(rota.owner, f"{here}.owner", directory, findings)
        if not rota.layers and rota.feed is None:
            findings.add(here, "has nobody who takes turns", allowed="at least one layer, or a feed")
        _hours(rota.covers, f"{here}.covers", findings)
        for layer in rota.layers:
            _layer(layer, f"{here}.layers.{layer.name}", directory, findings)
        if rota.feed is not None:
            _feed(rota.feed, f"{here}.feed", directory, findings)
        _overrides(rota, here, directory, findings)
        _swaps(rota, here, directory, findings)


def _feed(feed: Feed, here: str, directory: Directory, findings: Findings) -> None:
    if not _FILE.fullmatch(feed.file):
        allowed = "the name of a file beside the rotas that ends in .ics, without a folder"
        findings.add(f"{here}.file", "is not the name of a feed's file", value=feed.file, allowed=allowed)
    if feed.url is not None and (problem := problem_of(feed.url)) is not None:
        findings.add(f"{here}.url", problem, allowed=ALLOWED)
    if feed.at_most_old <= timedelta():
        findings.add(f"{here}.at_most_old", "is no time", allowed="more than 0")
    for person in feed.people:
        _known(person, f"{here}.people.{person}", directory, findings)


def _layer(layer: Layer, here: str, directory: Directory, findings: Findings) -> None:
    if not layer.people:
        findings.add(f"{here}.people", "is empty: a rotation needs people", allowed="at least one person or group")
    for place, group in enumerate(layer.people):
        field = f"{here}.people[{place}]"
        if not group:
            findings.add(field, "is a group of nobody", allowed="at least one person")
        for number, person in enumerate(group):
            _known(person, f"{field}[{number}]", directory, findings)
            if person in group[:number]:
                findings.add(f"{field}[{number}]", "is twice in one group", value=person, allowed="each once")
    if layer.zone is not None:
        lint_zone(layer.zone, f"{here}.zone", findings)
    if layer.ends is not None and layer.ends <= layer.begins:
        problem = f"is not after {layer.begins}, when the layer begins"
        findings.add(f"{here}.until", problem, value=layer.ends, allowed="a later day")
    _hours(layer.hours, f"{here}.hours", findings)


def _hours(hours: Sequence[Hours], here: str, findings: Findings) -> None:
    for place, window in enumerate(hours):
        for number, day in enumerate(window.days):
            if day in window.days[:number]:
                findings.add(f"{here}[{place}].days[{number}]", "is written twice", value=day, allowed="each day once")


def _overrides(rota: Rota, here: str, directory: Directory, findings: Findings) -> None:
    for place, override in enumerate(rota.overrides):
        field = f"{here}.overrides[{place}]"
        _ends_after_it_begins(override, field, findings)
        _changes_something(override, field, findings)
        for name, people in (
            ("add", override.add),
            ("remove", override.remove),
            ("only", override.only),
        ):
            for number, person in enumerate(people):
                _known(person, f"{field}.{name}[{number}]", directory, findings)
        for replaced, by in override.replace.items():
            _known(replaced, f"{field}.replace.{replaced}", directory, findings)
            _known(by, f"{field}.replace.{replaced}", directory, findings)
            if by == replaced:
                findings.add(f"{field}.replace.{replaced}", "replaces themselves", value=by, allowed="somebody else")
            if replaced in override.remove:
                allowed = "one of the two"
                findings.add(f"{field}.replace.{replaced}", "is replaced and removed", value=replaced, allowed=allowed)
    _apart([(f"overrides[{place}]", each) for place, each in enumerate(rota.overrides)], here, "", findings)


def _changes_something(override: Override, field: str, findings: Findings) -> None:
    allowed = "replace, add, remove or only"
    if not (override.replace or override.add or override.remove or override.only):
        findings.add(field, "changes nothing", allowed=allowed)
    if override.only and (override.replace or override.add or override.remove):
        findings.add(f"{field}.only", "stands beside other changes", allowed="alone: only these people are on duty")


def _swaps(rota: Rota, here: str, directory: Directory, findings: Findings) -> None:
    by_person: dict[str, list[tuple[str, _Lasting]]] = {}
    for place, swap in enumerate(rota.swaps):
        field = f"{here}.swaps[{place}]"
        if len(swap.people) != 2 or len(set(swap.people)) != 2:
            who = ", ".join(swap.people) or "nobody"
            findings.add(f"{field}.people", "is not between two people", value=who, allowed="two different ids")
        if not swap.spans:
            findings.add(f"{field}.spans", "is empty", allowed="at least one span")
        for number, person in enumerate(swap.people):
            _known(person, f"{field}.people[{number}]", directory, findings)
        for number, spell in enumerate(swap.spans):
            _ends_after_it_begins(spell, f"{field}.spans[{number}]", findings)
            for person in dict.fromkeys(swap.people):
                by_person.setdefault(person, []).append((f"swaps[{place}].spans[{number}]", spell))
    for person, spells in by_person.items():
        _apart(spells, here, f" of {person}", findings)


def _apart(lasting: Iterable[tuple[str, _Lasting]], here: str, whose: str, findings: Findings) -> None:
    """No two of these hold at one time. Each is held against the one before it that ends last."""
    ordered = sorted(lasting, key=lambda each: (each[1].begins_at, each[1].ends_at))
    last: tuple[str, _Lasting] | None = None
    for field, each in ordered:
        if last is not None and each.begins_at < last[1].ends_at:
            kind = field.partition("[")[0]
            problem = f"overlaps {here}.{last[0]}{whose}, which lasts until {last[1].ends_at.isoformat()}"
            allowed = f"{kind} that follow each other; one may change several people"
            findings.add(f"{here}.{field}", problem, value=each.begins_at.isoformat(), allowed=allowed)
        if last is None or each.ends_at > last[1].ends_at:
            last = (field, each)


def _ends_after_it_begins(lasting: _Lasting, field: str, findings: Findings) -> None:
    if lasting.ends_at <= lasting.begins_at:
        problem = f"is not after {lasting.begins_at.isoformat()}, when it begins"
        findings.add(f"{field}.until", problem, value=lasting.ends_at.isoformat(), allowed="a later instant")


def _known(person: str, field: str, directory: Directory, findings: Findings) -> None:
    if not directory.has(person):
        findings.unknown(field, person, "is not in the directory", directory.ids())
