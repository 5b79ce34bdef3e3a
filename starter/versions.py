"""Versions of the files that people edit, shown, written out, and erased. Which there are: `records/versions.py`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import unified_diff
from itertools import pairwise
from pathlib import Path

from rich.text import Text

from client.files_now import IN_RECORD, PEOPLE
from escalation.people.changes import changes
from escalation.people.write_yaml import write_directory
from escalation.policy.finding import PolicyErrors
from escalation.policy.read_directory import read_directory
from records import people_changes, versions
from records.database import Database
from records.versions import KINDS, Kind, Version
from starter.as_of import stored_as_of, version_as_of
from starter.erasing import ask_back, who_and_why
from starter.failure import WrongInput, one_of
from starter.installation import open_record, settings_now
from starter.reader import Reader, machine_zone
from starter.showing import console, note, say_json, table
from starter.when import instant, instant_past

_MOST_NAMED = 5


def list_from(kind: str, count: int, *, as_json: bool) -> None:
    """The latest versions, of one kind or of each. Raises WrongInput, NotDone."""
    kinds: Sequence[Kind] = [_kind(kind)] if kind else KINDS
    with open_record(settings_now()) as db:
        found = [each for kind in kinds for each in _latest(db, kind, count)]
    if as_json:
        say_json([{**each.model_dump(mode="json"), "changed": words} for each, words in found])
        return
    if not found:
        note("no version was kept yet: a worker keeps what it sees")
        return
    reader = Reader(datetime.now(UTC), machine_zone())
    made = table(("files", {"style": "cyan"}), "version", "in use since", ("what changed", {"overflow": "fold"}))
    for each, words in found:
        since = reader.clock(each.noted_at)
        made.add_row(each.kind, str(each.number), since, Text(words, "dim" if each.erased_at else ""))
    console().print(made)


def write_from(kind: str, as_of: str, to: Path, *, as_json: bool) -> None:
    """Write what the files said at an instant into a new folder. Raises WrongInput, NotDone."""
    at = instant_past(as_of, "--as-of", datetime.now(UTC))
    if to.exists():
        raise WrongInput(f"--to: {to} exists; allowed: a folder that is not there yet")
    with open_record(settings_now()) as db:
        version, files = version_as_of(db, _kind(kind), at)
        if IN_RECORD in files:
            directory = stored_as_of(db, at).held()
            files = {PEOPLE: write_directory(directory, f"The directory as it was in the record at {at.isoformat()}.")}
    to.mkdir(parents=True, mode=0o700)
    for name, text in files.items():
        (to / Path(name).name).write_text(text, encoding="utf-8")
    if as_json:
        say_json({**version.model_dump(mode="json"), "files": sorted(files), "folder": str(to)})
    else:
        names = ", ".join(sorted(files)) or "no file, for there was none"
        console().print(Text(f"✓ {to}: version {version.number} of {version.kind}: {names}"))


def erase_from(kind: str, before: str, reason: str, person: str, *, is_sure: bool, as_json: bool) -> None:
    """Erase what versions say that were out of use before an instant. Raises WrongInput, NotDone."""
    settings, which, at = settings_now(), _kind(kind), instant(before, "--before")
    by, why = who_and_why(settings, person, reason)
    if not is_sure:
        ask_back(f"Erase what {which} said before {at.isoformat()} for good?", as_json=as_json)
    with open_record(settings) as db:
        now = datetime.now(UTC)
        erased = versions.erase(db, which, at, now, by, why)
        changed = people_changes.erase(db, at, now, by, why) if which == "people" else 0
    if as_json:
        say_json({"kind": which, "before": at.isoformat(), "erased": erased + changed, "by": by, "why": why})
    else:
        count = f"{erased} version{'' if erased == 1 else 's'}"
        if changed:
            count += f" and {changed} change{'' if changed == 1 else 's'} of the directory in the record"
        console().print(Text(f"✓ {which}: what {count} said is erased; that there were such versions stays"))


def _kind(given: str) -> Kind:
    one_of("kind", given, KINDS)
    return next(kind for kind in KINDS if kind == given)


def _latest(db: Database, kind: Kind, count: int) -> list[tuple[Version, str]]:
    """The latest versions, each with what changed from the one before it."""
    found = versions.read(db, kind)[: count + 1]
    told = [(each, _changed(db, each, before)) for each, before in pairwise(found)]
    if found and len(found) <= count:
        told.append((found[-1], _erased(found[-1]) or "the first that was seen"))
    return told


def _changed(db: Database, version: Version, before: Version) -> str:
    is_now, was = versions.files_of(db, version.kind, version.number), versions.files_of(db, before.kind, before.number)
    if is_now is None:
        return _erased(version)
    if was is None:
        return "the version before it was erased"
    if version.kind == "people":
        try:
            return _people_changed(was, is_now)
        except PolicyErrors as errors:
            return f"not fit for use: {errors.errors[0]}"
    return _files_changed(was, is_now)


def _erased(version: Version) -> str:
    return f"erased by {version.erased_by}: {version.erased_why}" if version.erased_at else ""


def _people_changed(was: dict[str, str], is_now: dict[str, str]) -> str:
    if IN_RECORD in is_now or IN_RECORD in was:
        return "kept in the record from here on" if IN_RECORD in is_now else "kept in a file again"
    after = read_directory(is_now[PEOPLE], PEOPLE)
    try:
        before = read_directory(was[PEOPLE], PEOPLE)
    except PolicyErrors:
        return "mended"
    found = changes(before, after)
    said = [f"{each.id} {_how(each.what, [field.field for field in each.fields])}" for each in found[:_MOST_NAMED]]
    if len(found) > _MOST_NAMED:
        said.append(f"and {len(found) - _MOST_NAMED} more")
    return "; ".join(said) or "no person; only teams, remarks or order"


def _how(what: str, fields: list[str]) -> str:
    return f"changed: {', '.join(fields)}" if what == "changed" else what


def _files_changed(was: dict[str, str], is_now: dict[str, str]) -> str:
    said: list[str] = []
    for name in sorted({*was, *is_now}):
        before, after = was.get(name), is_now.get(name)
        if before is None or after is None:
            said.append(f"{name} {'added' if before is None else 'removed'}")
        elif before != after:
            lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[2:]
            more, fewer = (sum(line.startswith(sign) for line in lines) for sign in "+-")
            said.append(f"{name} +{more} -{fewer} lines")
    return "; ".join(said)
