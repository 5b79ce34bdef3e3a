"""Making, listing and revoking API keys at the command line. What a key may be for: `scopes.py`."""

from datetime import UTC, datetime

from records import api_keys
from records.api_keys import ApiKey
from records.database import Database
from starter.failure import NotDone, WrongInput, one_of
from starter.installation import Installed, installed, open_record, settings_now
from starter.keeping import clean_line
from starter.reader import Reader, machine_zone
from starter.scopes import ORDINARY, SCOPES
from starter.showing import console, note, say_json, table
from starter.when import instant_ahead

RESERVED = ("escalon",)
"""Names that no machine of others may have: ours."""


def create_from(person: str, machine: str, scopes: tuple[str, ...], expires: str, label: str, *, as_json: bool) -> None:
    """Make a key and write it out; raises WrongInput, NotDone."""
    settings, now = settings_now(), datetime.now(UTC)
    here = installed(settings)
    expires_at = instant_ahead(expires, "expires", now)
    if expires_at <= now:
        raise WrongInput(
            f"expires: '{expires}' is in the past; allowed: an instant ahead, or a duration such as 90 days"
        )
    with open_record(settings) as db:
        written, made = create_key(
            db, here, person=person, machine=machine, scopes=scopes, label=label, now=now, expires_at=expires_at
        )
    if as_json:
        say_json({**_json(made, now), "written": written})
        return
    whose = f"the machine {made.person}" if made.is_machine else here.names[made.person]
    print(written)
    note(f"this key of {whose} is for {', '.join(made.scopes)}, until {made.expires_at:%Y-%m-%d %H:%M} UTC")
    note(f"it is shown this once; `escalon key revoke {made.key}` ends it")


def create_key(
    db: Database,
    here: Installed,
    *,
    person: str = "",
    machine: str = "",
    scopes: tuple[str, ...] = (),
    label: str = "",
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[str, ApiKey]:
    """A new key, written out, and what is kept of it. Raises WrongInput."""
    if bool(person) == bool(machine):
        raise WrongInput("for: give a person or a machine; allowed: one of --for and --machine")
    if person:
        here.acting(person, "for", now)
    else:
        _check_machine(machine, here)
    wanted = tuple(dict.fromkeys(one_of("scope", each, SCOPES) for each in scopes)) or ORDINARY
    if person and "on_behalf" in wanted:
        raise WrongInput("scope: 'on_behalf' is for machines; allowed: a person's key acts for that person alone")
    return api_keys.create(
        db,
        org=here.org,
        person=person or machine,
        is_machine=bool(machine),
        scopes=wanted,
        label=clean_line(label, "label"),
        now=now,
        expires_at=expires_at,
    )


def _check_machine(machine: str, here: Installed) -> None:
    import re

    from escalation.issue.identity import ALLOWED_NAME

    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,39}", machine):
        raise WrongInput(f"machine: '{machine[:60]}' is not a name; allowed: {ALLOWED_NAME}")
    if machine in RESERVED or here.directory.has(machine):
        raise WrongInput(f"machine: '{machine}' is taken; allowed: a name that no person of the directory has")


def list_from(*, is_all: bool, as_json: bool) -> None:
    """Show the keys that are good, or all of them; raises NotDone."""
    settings, now = settings_now(), datetime.now(UTC)
    with open_record(settings) as db:
        found = [key for key in api_keys.every(db) if is_all or key.is_good(now)]
    if as_json:
        say_json([_json(key, now) for key in found])
        return
    if not found:
        note("there is no key" + ("" if is_all else " that is good") + ": see `escalon key create`")
        return
    reader = Reader(now, machine_zone())
    made = table(("key", {"style": "cyan"}), "whose", "for", "until", "last used", ("label", {"overflow": "fold"}))
    for key in found:
        until = "revoked" if key.revoked_at else reader.clock(key.expires_at) if key.expires_at else "for good"
        last = reader.away(key.last_used_at) if key.last_used_at else "never"
        whose = f"{key.person} (machine)" if key.is_machine else key.person
        made.add_row(key.key, whose, ", ".join(key.scopes), until, last, key.label)
    console().print(made)


def revoke_from(key: str, *, as_json: bool) -> None:
    """Revoke the key; raises NotDone where there is none of this id."""
    settings, now = settings_now(), datetime.now(UTC)
    number = key.removeprefix("esc_").partition("_")[0]
    with open_record(settings) as db:
        if not api_keys.revoke(db, number, now):
            raise NotDone(f"there is no key {number[:60]!a}; `escalon key list` shows those that are", "no_such_key")
    if as_json:
        say_json({"key": number, "outcome": "revoked"})
    else:
        print(f"✓ {number} is revoked; within 5 s it opens nothing any more")


def _json(key: ApiKey, now: datetime) -> dict[str, object]:
    return {**key.model_dump(mode="json", exclude={"digest"}), "is_good": key.is_good(now)}
