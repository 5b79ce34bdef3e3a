"""Policies checked and shown, as they are now or as somebody is about to have them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from client.calendar_files import CalendarsUnreadable, calendars_path
from client.pinned_calendars import calendar_file
from client.policy_files import BESIDE
from client.rota_files import RotasUnreadable, read_rota_files
from client.settings import SHIPPED, Settings
from escalation.heartbeat.read_sources import check_sources
from escalation.oncall.read_rotas import RotaTexts
from escalation.policy.check_set import CheckedSet, check_set
from escalation.policy.choose import entry_policies, policy_named
from escalation.policy.describe import describe_policy
from escalation.policy.finding import PolicyError
from escalation.policy.model import Policy
from escalation.policy.parse import read_policy
from escalation.policy.pin_calendars import CalendarFile
from starter.calendars import calendar_findings
from starter.failure import NotDone, WrongInput
from starter.feeds import note_copies
from starter.installation import installed, settings_now
from starter.people_source import IN_STORE, NOT_IN_USE, PeopleSource, people_source
from starter.showing import console, note, pairs, say_json, table

_PEOPLE = "people.yaml"
_ROTAS = "rotas.yaml"
_CALENDARS = "calendars.yaml"
_HEARTBEATS = "heartbeats.yaml"


def check_from(paths: Sequence[Path], *, as_json: bool) -> None:
    """Check what is given, else what is in use; raises WrongInput, and NotDone where there are errors."""
    settings = settings_now()
    asked, checked, directory = _check(paths or [settings.policies], settings)
    found = [finding for finding in checked.findings if finding.file in asked]
    for file in sorted({each.file for each in checked.errors} - asked):
        note(f"{file} has errors of its own, so what may be wrong between the two is not found")
    errors = [finding for finding in found if finding.level == "error"]
    if not as_json and paths in ([], [settings.policies]):
        note_copies(settings)
    is_elsewhere = settings.people_in == "store" and directory != IN_STORE
    if is_elsewhere and not as_json:
        note(f"checked with the people of {directory}, and {NOT_IN_USE}: without a path, that is checked with")
    if as_json:
        say_json({"is_fit": not errors, "checked": sorted(asked), "directory": directory, "findings": found})
    else:
        whose = directory if settings.people_in == "store" else "the directory"
        _show_findings(found, checked, asked, whose)
    if errors:
        count = f"{len(errors)} error{'s' if len(errors) > 1 else ''}"
        raise NotDone(f"{count}: not fit for use", "policy_errors", is_answered=as_json)


def _check(paths: Sequence[Path], settings: Settings) -> tuple[set[str], CheckedSet, str]:
    """The files asked for, all of them checked together with their neighbours, and with whose directory.

    The directory in the record counts where it is in use, but for what has people beside it, or is people.
    """
    asked: set[str] = set()
    texts: dict[str, str] = {}
    unreadable: list[PolicyError] = []
    beside: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise WrongInput(f"path: there is no {path}")
        folder = path if path.is_dir() else path.parent
        files = sorted(
            file
            for ending in ("*.yaml", "*.yml")
            for file in folder.glob(ending)
            if file.name not in BESIDE or _is_people(file, settings)
        )
        if path.is_dir() and not files:
            raise WrongInput(f"path: the folder {path} has no file that ends in .yaml or .yml")
        asked |= {str(file) for file in files} if path.is_dir() else {str(path)}
        for file in files if path in files or path.is_dir() else [*files, path]:
            kind = _beside(file, settings)
            text = "" if kind else _read(file)
            if kind:
                beside[kind] = file
            elif isinstance(text, PolicyError):
                unreadable.append(text)
            else:
                texts[str(file)] = text
    people = _people(beside.get(_PEOPLE), asked, paths, settings)
    if paths == [settings.policies]:
        asked.add(str(people))
    on_duty = _rotas(beside.get(_ROTAS), people, settings)
    if on_duty is not None:
        file = Path(on_duty.file).resolve()
        if paths == [settings.policies] or any(Path(each).resolve() in {file, file.parent} for each in paths):
            asked |= {on_duty.file, *on_duty.feeds}
    calendars, to_pin = beside.get(_CALENDARS) or _calendars(people, settings), None
    if calendars.exists():
        unreadable += calendar_findings(calendars)
        if paths == [settings.policies] or calendars.resolve().parent in {path.resolve() for path in paths}:
            asked.add(str(calendars))
        with suppress(CalendarsUnreadable):  # found above
            to_pin = calendar_file(calendars)
    sources = beside.get(_HEARTBEATS) or _heartbeats(people, settings)
    if sources.exists() and (
        paths == [settings.policies]
        or {sources.resolve(), sources.resolve().parent} & {path.resolve() for path in paths}
    ):
        asked.add(str(sources))
    now = datetime.now(UTC)
    is_stored = settings.people_in == "store" and _in_use(people, settings)
    if is_stored and paths == [settings.policies]:
        asked = {each for each in asked if not _is_people(Path(each), settings)} | {IN_STORE}
    elif is_stored:  # the file that is not in use may be what is asked for
        is_stored = not any(_is_people_in_use(each, settings) for each in asked)
    source = people_source(settings) if is_stored else None
    checked, wrong = _with_directory(source, people, texts, now, on_duty, to_pin)
    unreadable += wrong
    of_sources = _of_sources(sources, checked, to_pin, now)
    found = tuple(dict.fromkeys([*unreadable, *checked.findings, *of_sources]))
    return asked, replace(checked, findings=found), IN_STORE if is_stored else str(people)


def _people(beside: Path | None, asked: set[str], paths: Sequence[Path], settings: Settings) -> Path:
    """The file of people: that in use where it is asked for, else that beside what is."""
    is_asked = settings.people.exists() and any(_is_people_in_use(each, settings) for each in asked)
    return settings.people if is_asked or beside is None or paths == [settings.policies] else beside


def _with_directory(
    source: PeopleSource | None,
    people: Path,
    texts: dict[str, str],
    now: datetime,
    on_duty: RotaTexts | None,
    to_pin: CalendarFile | None,
) -> tuple[CheckedSet, list[PolicyError]]:
    """The policies checked with that directory, else a file of people, and what is found where that is unreadable."""
    if source is not None:
        return check_set(texts, source.people, now, on_duty, source.read, to_pin), []
    directory = _read(people)
    if isinstance(directory, PolicyError):
        return check_set(texts, None, now, calendars=to_pin), [directory]
    return check_set(texts, (str(people), directory), now, on_duty, calendars=to_pin), []


def _of_sources(
    path: Path, checked: CheckedSet, calendars: CalendarFile | None, now: datetime
) -> tuple[PolicyError, ...]:
    """What is wrong in the file of sources; looked at where there is one, and policies that its issues may enter."""
    if not path.exists() or not checked.policies:
        return ()
    text = _read(path)
    if isinstance(text, PolicyError):
        return (text,)
    return check_sources(text, str(path), checked.policies, checked.directory, calendars, now)[1]


def _heartbeats(people: Path, settings: Settings) -> Path:
    return settings.heartbeats_file if _in_use(people, settings) else people.parent / _HEARTBEATS


def _is_people(path: Path, settings: Settings) -> bool:
    return path.name == _PEOPLE or path.resolve() == settings.people.resolve()


def _is_people_in_use(file: str, settings: Settings) -> bool:
    return Path(file).resolve() == settings.people.resolve()


def _in_use(people: Path, settings: Settings) -> bool:
    return people.resolve() == settings.people.resolve()


def _calendars(people: Path, settings: Settings) -> Path:
    return calendars_path(settings) if _in_use(people, settings) else people.parent / _CALENDARS


def _beside(path: Path, settings: Settings) -> str:
    """Which of the files beside the policies this is; empty for a policy."""
    if _is_people(path, settings):
        return _PEOPLE
    if _is_rotas(path, settings):
        return _ROTAS
    if path.name == _HEARTBEATS or path.resolve() == settings.heartbeats_file.resolve():
        return _HEARTBEATS
    is_calendars = path.name == _CALENDARS or path.resolve() == calendars_path(settings).resolve()
    return _CALENDARS if is_calendars else ""


def _is_rotas(path: Path, settings: Settings) -> bool:
    return path.name == _ROTAS or path.resolve() == settings.rotas_file.resolve()


def _rotas(given: Path | None, people: Path, settings: Settings) -> RotaTexts | None:
    """The rotas that were given, else those that go with the people: those in use, or those beside them."""
    in_use = _in_use(people, settings)
    path = given or (settings.rotas_file if in_use else people.parent / _ROTAS)
    try:
        texts = read_rota_files(path)
    except RotasUnreadable as error:
        raise WrongInput(f"rotas: {error}") from None
    if texts is None and in_use and settings.rotas:
        raise WrongInput(f"ESCALON_ROTAS: there is no file {settings.rotas}")
    return texts


def _read(path: Path) -> str | PolicyError:
    """The text of the file, or what is found where there is none to read: the others are checked all the same."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return PolicyError(file=str(path), problem=f"cannot be read: {error.strerror}")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return PolicyError(
            file=str(path), line=line, problem=f"is not UTF-8 at byte {error.start + 1}", allowed="text in UTF-8"
        )


def _show_findings(found: Sequence[PolicyError], checked: CheckedSet, asked: set[str], whose: str) -> None:
    out = console()
    for finding in found:
        out.print(Text(str(finding), "red" if finding.level == "error" else "yellow"), soft_wrap=True)
    if any(finding.level == "error" for finding in found):
        return
    people = len(checked.directory.people) if checked.directory else 0
    warnings = f", {len(found)} warning{'s' if len(found) > 1 else ''}" if found else ""
    out.print(Text.assemble(("✓ ", "bold green"), f"{_files(asked)} fit for use{warnings}"))
    for policy in checked.policies:
        entity = f"{policy.legal_entity}/{policy.kind}"
        out.print(Text(f"  {policy.name}, version {policy.version}: {policy.title} ({entity})", "dim"))
    out.print(Text(f"  {people} people in {whose}{_with_rotas(checked)}", "dim"))


def _with_rotas(checked: CheckedSet) -> str:
    names = checked.rotas.names if checked.rotas is not None else ()
    return f", rotas {', '.join(names)}" if names else ""


def _files(asked: set[str]) -> str:
    return "1 file is" if len(asked) == 1 else f"{len(asked)} files are"


def _sample(name: str) -> Policy | None:
    """The sample policy of this name, which no real issue gets but `escalon up --sample` climbs."""
    calendars = calendar_file(SHIPPED / "calendars.yaml")
    for file in sorted((SHIPPED / "samples").glob("*.yaml")):
        policy = read_policy(file.read_text(encoding="utf-8"), file.name, calendars)
        if policy.name == name:
            return policy
    return None


def show_from(name: str, *, as_json: bool) -> None:
    """A policy in words, or which there are; raises WrongInput, PolicyErrors."""
    here = installed(settings_now())
    out = console()
    if not name:
        if as_json:
            say_json([policy.model_dump(mode="json", include=_HEAD) for policy in here.policies])
            return
        chosen = {policy.name for policy in entry_policies(here.policies)}
        made = table("policy", "version", "for", "title")
        for policy in here.policies:
            whose = f"{policy.legal_entity}/{policy.kind}" if policy.name in chosen else "a fallback"
            made.add_row(Text(policy.name, "cyan"), str(policy.version), whose, policy.title)
        out.print(made)
        return
    try:
        policy = policy_named(here.policies, name)
    except ValueError as error:
        sample = _sample(name)
        if sample is None:
            raise WrongInput(str(error), "unknown_policy") from None
        policy = sample
    description = describe_policy(policy)
    if as_json:
        say_json({**policy.model_dump(mode="json"), "in_words": description.model_dump(mode="json")})
        return
    out.print(Text(description.title, "bold"))
    for part in description.tables:
        made = table(*part.columns, title=part.title)
        for row in part.rows:
            made.add_row(*row)
        out.print()
        out.print(made)
    out.print()
    out.print(pairs([("•", sentence) for sentence in description.sentences]))


_HEAD = {"name", "version", "title", "legal_entity", "kind", "digest"}
