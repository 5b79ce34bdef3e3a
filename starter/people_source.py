"""Where this installation keeps its directory: in a file, or in the record. Read from there for commands and HTTP."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from client.kept_directory import KeptDirectory
from client.settings import Settings
from escalation.policy.directory import Directory
from escalation.policy.finding import Findings, PolicyErrors
from escalation.policy.looked_up import LookedUp
from records.database import Database
from records.people_pages import NoPeople, PeopleAway, PeopleNow
from starter.failure import NotDone
from starter.record_at import lasting_record, text_of

IN_STORE = "the directory in the record"
"""How findings call it, as others call a file."""
NOT_IN_USE = f"{IN_STORE} is in use (ESCALON_PEOPLE_IN=store)"
"""What is said where a file is looked at while it is not."""


class PeopleSource(NamedTuple):
    """What reads the directory, as `check_set` takes it."""

    people: tuple[str, str]
    read: Callable[[str, Findings], Directory | None]

    def directory(self) -> Directory:
        """The directory. Raises PolicyErrors."""
        name, text = self.people
        findings = Findings(name)
        directory = self.read(text, findings)
        if directory is None:
            raise PolicyErrors(findings.in_order())
        return directory


def people_source(settings: Settings, what: str = "people", name: str = "") -> PeopleSource:
    """The directory of this installation; a file is asked for as `what`, and called `name` by findings.

    Raises WrongInput, NotDone where there is none.
    """
    if settings.people_in == "store":
        directory = stored(settings)
        return PeopleSource((IN_STORE, ""), lambda _text, _findings: directory)
    read = KeptDirectory(settings.home).parse
    return PeopleSource((name or settings.people.name, text_of(settings.people, what)), read)


def directory_now(settings: Settings, what: str = "people", name: str = "") -> Directory:
    """The directory as it is. Raises PolicyErrors, WrongInput, NotDone."""
    return people_source(settings, what, name).directory()


def stored(settings: Settings) -> LookedUp:
    """The directory in the record. Raises NotDone where there is none, or the record does not answer."""
    try:
        return people_now(settings).current()
    except NoPeople as error:
        raise NotDone(f"{error}: `escalon people import --store` takes people in", "no_people") from None
    except PeopleAway as error:
        raise NotDone(str(error), "record_away") from None


def people_now(settings: Settings) -> PeopleNow:
    """The directory in the record, as this process looks it up. Raises NotDone where there is no record."""
    return _now(lasting_record(settings))


@cache
def _now(db: Database) -> PeopleNow:
    """One for each record, so that whom the last call looked up is in memory for the next."""
    return PeopleNow(db)
