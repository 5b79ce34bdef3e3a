"""Taking people in from a table or an export: read, merged, shown, and written whole or not at all."""

import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from escalation.people.changes import PersonChange, changes
from escalation.people.from_csv import read_csv
from escalation.people.from_scim import read_scim
from escalation.people.merge import merge
from escalation.people.write_yaml import write_directory
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings, PolicyErrors
from escalation.policy.read_directory import read_directory
from starter.failure import NotDone, WrongInput, one_of
from starter.installation import settings_now
from starter.record_at import text_of
from starter.showing import console, note, say_json, table

FORMATS = ("csv", "scim", "yaml")
_MOST_SHOWN = 200
_STYLES = {"added": "green", "changed": "yellow", "removed": "red"}


def import_from(
    file: Path,
    form: str,
    to: Path | None,
    into: Path | None,
    role: str,
    *,
    is_check: bool,
    keeps_others: bool,
    as_json: bool,
) -> None:
    """Show what changes, and write the new directory unless it is only checked; raises WrongInput, NotDone."""
    form = one_of("format", form, FORMATS)
    if form == "yaml":
        raise WrongInput("format: yaml is a directory already, and is taken into the record alone; allowed: --store")
    if is_check == (to is not None):
        raise WrongInput(
            "to: say where the new directory is written, or that it is only checked; allowed: one of --to and --check"
        )
    if to is not None and to.exists():
        raise NotDone(f"to: there is a {to} already, and it is not written over; allowed: a new file", "file_exists")
    base = into or settings_now().people
    before = read_directory(text_of(base, "into"), str(base))
    findings = Findings(str(file))
    after = merged(before, text_of(file, "file"), form, role, findings, keeps_others=keeps_others)
    found = changes(before, after)
    written = _readable(after, file) if found else ""
    if to is not None and found:
        _write_new(to, written)
    notes = [str(finding) for finding in findings.in_order()]
    if as_json:
        say_json(_json(found, notes, to if found else None))
        return
    for each in notes:
        note(each)
    show_changes(found)
    if to is not None and found:
        note(f"written to {to}; `escalon people check {to}` looks it over, and it counts once it is in place of {base}")


def merged(before: Directory, text: str, form: str, role: str, findings: Findings, *, keeps_others: bool) -> Directory:
    """The directory with the people of a table or an export; raises WrongInput, PolicyErrors."""
    if form == "csv":
        people = read_csv(text, findings)
    else:
        people = read_scim(text, findings, [team.name for team in before.teams])
    errors = [finding for finding in findings.in_order() if finding.level == "error"]
    if not errors and not people:
        raise WrongInput("file: there is nobody in it; allowed: at least one person", "nobody")
    after = None
    if not errors:
        after = merge(before, people, datetime.now(UTC), findings, role=role or None, keeps_others=keeps_others)
        errors = [finding for finding in findings.in_order() if finding.level == "error"]
    if after is None:
        raise PolicyErrors(errors)
    return after


def _readable(after: Directory, file: Path) -> str:
    """The text of the new directory, read back: what is written is what was shown, or nothing is."""
    written = write_directory(
        after, f"The directory, with people taken in from {file.name}.\nWhat each field means: docs/policy.md."
    )
    again = read_directory(written, "the new directory")
    if again != after:
        raise NotDone("the new directory reads back as another one than was shown: nothing is written", "not_written")
    return written


def _write_new(to: Path, text: str) -> None:
    """Put the whole file there at once, where there is none; raises NotDone, WrongInput."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{to.name}.", dir=to.parent)
    except OSError as error:
        raise WrongInput(f"to: {to} cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(0o644)
        os.link(name, to)  # fails where somebody has made one meanwhile
    except FileExistsError:
        raise NotDone(f"to: there is a {to} by now, and it is not written over", "file_exists") from None
    except OSError as error:
        raise NotDone(f"to: {to} is not written: {error.strerror}", "not_written") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _json(found: Sequence[PersonChange], notes: list[str], to: Path | None) -> dict[str, object]:
    return {**changes_json(found), "notes": notes, "written": None if to is None else str(to)}


def changes_json(found: Sequence[PersonChange]) -> dict[str, object]:
    """The same for programs."""
    counts = {what: sum(each.what == what for each in found) for what in _STYLES}
    listed = [
        {"person": each.id, "what": each.what, "fields": [field._asdict() for field in each.fields]} for each in found
    ]
    return {**counts, "changes": listed}


def show_changes(found: Sequence[PersonChange]) -> None:
    """Who is new, other than before, and gone, field by field."""
    out = console()
    if not found:
        out.print(Text("Nothing changes: the directory says the same already.", "green"))
        return
    made = table(
        ("person", {"style": "cyan"}),
        "what",
        "field",
        ("before", {"overflow": "fold"}),
        ("after", {"overflow": "fold"}),
    )
    for each in found[:_MOST_SHOWN]:
        fields = each.fields if each.what == "changed" else each.fields[:1]
        for place, field in enumerate(fields):
            first = (each.id, Text(each.what, _STYLES[each.what])) if place == 0 else ("", "")
            made.add_row(*first, field.field, field.before, field.after)
    out.print(made)
    if len(found) > _MOST_SHOWN:
        note(f"and {len(found) - _MOST_SHOWN} people more; --json has all of them")
    counts = [f"{sum(each.what == what for each in found)} {what}" for what in _STYLES]
    out.print(Text(", ".join(counts)))
