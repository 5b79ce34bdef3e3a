"""What this installation has: its settings, its policies, directory and rotas as they are now, its record.

Read anew by every command: people and policies are files that somebody may have edited a second ago.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from client.calendar_files import CalendarsUnreadable
from client.heartbeat_files import HeartbeatsUnreadable, read_heartbeat_file
from client.pinned_calendars import calendars_to_pin
from client.policy_files import PoliciesUnreadable, read_policy_files
from client.rota_files import RotasUnreadable, read_rota_files
from client.settings import Settings
from escalation.heartbeat.read_sources import read_sources
from escalation.issue.facts import PersonFacts
from escalation.oncall.look_up import people_on_duty
from escalation.oncall.read_rotas import RotaTexts, read_rotas
from escalation.oncall.rota import NO_ROTAS, Rotas
from escalation.policy.check_set import check_set, read_set
from escalation.policy.conflict import Conflicts, ties
from escalation.policy.directory import Directory, Person
from escalation.policy.finding import PolicyErrors
from escalation.policy.model import Policy, Tell
from escalation.policy.pin_calendars import CalendarFile
from escalation.storm.causes import CAUSE_LABELS, read_cause_labels
from records.database import Database, check_schema
from starter.failure import NotDone, WrongInput, unknown
from starter.people_source import PeopleSource, directory_now, people_source
from starter.record_at import database_of

_UNUSABLE = "nothing is started, for these cannot be used as they are:"


@dataclass(frozen=True)
class Installed:
    """Policies and people, fit for use."""

    policies: tuple[Policy, ...]
    directory: Directory
    channels: tuple[str, ...] = ("inbox",)
    """The channels that are set up here."""
    org: str = "main"
    rotas: Rotas = NO_ROTAS
    storm_labels: tuple[str, ...] = CAUSE_LABELS
    """Labels whose equal value makes one cause."""

    def told(self, tell: Tell, team: str, at: datetime, about: Collection[str] = ()) -> tuple[Person, ...]:
        """Whom this tells about an issue of `team` at that instant, with who is on duty by its rotas then.

        Without those who may not be asked: whom it is `about`, their deputies, and who reports to them. In place of who
        is away or gone, their deputy.
        """
        unfit = Conflicts(self.directory, about, at)
        on_duty = people_on_duty(self.rotas, tell.rotas, self.directory, at, unfit)
        found = self.directory.in_tell(tell, team, on_duty.people)
        return self.directory.present([person for person in found if person.id not in unfit], at, unfit).people

    def named(self, given: str, field: str, now: datetime) -> PersonFacts:
        """Facts of somebody to whom something is given, with whose matters are not theirs. Raises WrongInput."""
        person = self.acting(given, field, now)
        return person.reachable(self.channels, now).changed({"ties": ties(self.directory, given, now)})

    def person(self, given: str, field: str) -> Person:
        """The person with this id; raises WrongInput with a suggestion."""
        if not self.directory.has(given):
            raise unknown(field, given, self.directory.ids())
        return self.directory.person(given)

    def acting(self, given: str, field: str, now: datetime) -> Person:
        """The same, of whom something is taken or to whom it is given: nobody who has left. Raises WrongInput."""
        person = self.person(given, field)
        if person.is_gone(now):
            raise WrongInput(f"{field}: '{given}' has left; allowed: somebody who is still there", "has_left")
        return person

    @property
    def names(self) -> Mapping[str, str]:
        """People's names by id."""
        return self.directory.names()


def settings_now() -> Settings:
    """The settings, from the environment; raises WrongInput that names the variable."""
    from pydantic import ValidationError

    try:
        return Settings()
    except ValidationError as wrong:
        faults = (f"ESCALON_{str(each['loc'][0]).upper()}: '{each['input']}': {each['msg']}" for each in wrong.errors())
        raise WrongInput("; ".join(faults), "bad_settings") from None


def installed(settings: Settings) -> Installed:
    """Policies, directory and rotas; raises PolicyErrors with all that is wrong in them, WrongInput."""
    people, texts, calendars = people_source(settings), policy_texts(settings), calendars_of(settings)
    checked = check_set(texts, people.people, rotas=rota_texts(settings), read_people=people.read, calendars=calendars)
    if checked.errors or checked.directory is None or checked.rotas is None:
        raise PolicyErrors(checked.errors)
    labels = read_cause_labels(settings.storm_labels)
    return Installed(checked.policies, checked.directory, settings.ways, settings.org, checked.rotas, labels)


def policy_texts(settings: Settings) -> dict[str, str]:
    """The text of every policy by its file's name, without the directory; raises WrongInput."""
    try:
        return read_policy_files(settings)
    except PoliciesUnreadable as error:
        raise WrongInput(str(error), "no_policies") from None


def rota_texts(settings: Settings) -> RotaTexts | None:
    """The text of the rotas and their feeds; None where there is no file. Raises WrongInput."""
    try:
        texts = read_rota_files(settings.rotas_file)
    except RotasUnreadable as error:
        raise WrongInput(f"ESCALON_ROTAS: {error}") from None
    if texts is None and settings.rotas:
        raise WrongInput(f"ESCALON_ROTAS: there is no file {settings.rotas}")
    return texts


def calendars_of(settings: Settings) -> CalendarFile | None:
    """The calendars that policies may name; None where there is no file. Raises WrongInput."""
    try:
        return calendars_to_pin(settings)
    except CalendarsUnreadable as error:
        raise WrongInput(str(error)) from None


def heartbeat_text(settings: Settings) -> str | None:
    """The text of the sources that must give signs of life; None where there is no file. Raises WrongInput."""
    try:
        text = read_heartbeat_file(settings.heartbeats_file)
    except HeartbeatsUnreadable as error:
        raise WrongInput(f"ESCALON_HEARTBEATS: {error}", "heartbeats_unreadable") from None
    if text is None and settings.heartbeats:
        raise WrongInput(f"ESCALON_HEARTBEATS: there is no file {settings.heartbeats}", "heartbeats_unreadable")
    return text


def check_installed(settings: Settings) -> None:
    """Raise WrongInput with everything for which `policy check` refuses what is installed: before a start.

    People are not looked at while the record that they are kept in is away, or not of this release yet.
    """
    texts = {str(settings.policies / name): text for name, text in policy_texts(settings).items()}
    try:
        people, calendars = _people_at_start(settings), calendars_of(settings)
        if people is None:
            checked = check_set(texts, None, calendars=calendars)
            if checked.errors:
                raise PolicyErrors(checked.errors)
            return
        policies, directory = read_set(texts, people.people, rota_texts(settings), calendars, people.read)
        if (sources := heartbeat_text(settings)) is not None:
            now = datetime.now(UTC)
            read_sources(sources, str(settings.heartbeats_file), policies, directory, calendars, now)
    except PolicyErrors as errors:
        raise WrongInput(f"{_UNUSABLE}\n{errors}", "policy_errors") from None


def check_people(settings: Settings) -> None:
    """Raise WrongInput where directory or rotas cannot be used: before a start of what needs people, no policies."""
    try:
        people = _people_at_start(settings)
        if people is not None and (texts := rota_texts(settings)) is not None:
            read_rotas(texts, people.directory())
        elif people is not None:
            people.directory()
    except PolicyErrors as errors:
        raise WrongInput(f"{_UNUSABLE}\n{errors}", "policy_errors") from None


def _people_at_start(settings: Settings) -> PeopleSource | None:
    """The directory; None while the record that it is kept in is away, or not of this release: a worker migrates it.

    Raises WrongInput, NotDone where it has nobody.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from records.database import RecordBusy, SchemaMismatch

    try:
        return people_source(settings, "ESCALON_PEOPLE", str(settings.people))
    except (SQLAlchemyError, SchemaMismatch, RecordBusy):
        return None
    except NotDone as failure:
        if failure.code not in {"record_away", "no_record"}:
            raise
        return None


def people_names(settings: Settings) -> Mapping[str, str]:
    """People's names by id, empty where the directory cannot be read: to show a name is a courtesy."""
    try:
        return directory_now(settings).names()
    except (PolicyErrors, WrongInput, NotDone):
        return {}


@contextmanager
def open_record(settings: Settings) -> Iterator[Database]:
    """The record, open and of this release. Never makes one: raises NotDone where there is none yet."""
    db = database_of(settings)
    try:
        check_schema(db)
        yield db
    finally:
        db.close()


@contextmanager
def record_if_there(settings: Settings) -> Iterator[Database | None]:
    """The record, or None where it cannot be had: who opens an issue must not depend on it."""
    from sqlalchemy.exc import SQLAlchemyError

    from records.database import SchemaMismatch

    db = None
    try:
        db = database_of(settings)
        check_schema(db)
    except (NotDone, SQLAlchemyError, SchemaMismatch):
        if db is not None:
            db.close()
        db = None
    try:
        yield db
    finally:
        if db is not None:
            db.close()
