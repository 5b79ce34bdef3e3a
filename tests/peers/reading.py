"""Reading a folder of cases: YAML in, cases or one clear error out.

What is wrong with the form of a file is an error; what a case asks for that we do not have is found when it is played.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tests.peers.instants import is_instant
from tests.peers.scenario import Choice, Scenario
from tests.peers.spans import read_span

SCHEMA = 1
_FIELDS = (
    "id", "title", "area", "portable", "profile", "needs", "source", "also", "convention",
    "given", "when", "then", "exhaustive_until", "tolerance", "notes",
)  # fmt: skip


class Unreadable(Exception):
    """The folder, or a file in it, is no set of cases; says where and what is allowed."""


def read_folder(folder: Path) -> list[Scenario]:
    """All cases of the folder's YAML files, in the order of files and lines. Raises Unreadable."""
    if not folder.is_dir():
        raise Unreadable(f"{folder}: there is no such folder; allowed: a folder with files of cases (*.yaml)")
    files = sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"})
    if not files:
        raise Unreadable(f"{folder}: holds no file of cases; allowed: *.yaml")
    cases = [case for path in files for case in read_file(path)]
    places: dict[str, str] = {}
    for case in cases:
        if case.id in places:
            raise Unreadable(f"{case.file}: id {case.id!r} is also that of a case in {places[case.id]}")
        places[case.id] = case.file
    return cases


def read_file(path: Path) -> list[Scenario]:
    """The cases of one file. Raises Unreadable."""
    try:
        document: object = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise Unreadable(f"{path.name}: is not YAML: {' '.join(str(error).split())[:300]}") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path.name}: cannot be read: {error}") from None
    head = _mapping(document, path.name)
    if head.get("schema_version") != SCHEMA:
        raise Unreadable(f"{path.name}: schema_version {head.get('schema_version')!r} is not known; allowed: {SCHEMA}")
    rows = head.get("scenarios")
    if not isinstance(rows, list):
        raise Unreadable(f"{path.name}: scenarios is not a list of cases")
    return [_scenario(row, path.name, number, head) for number, row in enumerate(rows, 1)]


def _scenario(row: object, file: str, number: int, head: Mapping[str, object]) -> Scenario:
    fields = _mapping(row, f"{file}: scenario {number}")
    where = f"{file}: {fields.get('id', f'scenario {number}')}"
    portable = fields.get("portable", True)
    if not isinstance(portable, bool):
        raise Unreadable(f"{where}: portable {portable!r} is neither true nor false")
    when = _list(fields, "when", where)
    if not when:
        raise Unreadable(f"{where}: when is empty; allowed: at least one event")
    until = fields.get("exhaustive_until")
    if until is not None and not is_instant(until):
        raise Unreadable(f"{where}: exhaustive_until {until!r} is no instant")
    return Scenario(
        id=_text(fields, "id", where),
        title=_text(fields, "title", where),
        area=str(fields.get("area") or head.get("area") or Path(file).stem),
        file=file,
        is_portable=portable,
        needs=tuple(str(need) for need in _list(fields, "needs", where)),
        conventions=tuple(_choice(item, where) for item in _list(fields, "convention", where)),
        given=dict(_mapping(fields.get("given") or {}, f"{where}: given")),
        when=tuple(_event(item, where) for item in when),
        then=dict(_mapping(fields.get("then") or {}, f"{where}: then")),
        exhaustive_until=None if until is None else str(until),
        tolerance=_tolerance(fields.get("tolerance"), where),
        unknown=tuple(name for name in fields if name not in _FIELDS),
    )


def _event(item: object, where: str) -> dict[str, object]:
    event = _mapping(item, f"{where}: when")
    name = _text(event, "event", f"{where}: when")
    if not is_instant(event.get("at")):
        raise Unreadable(
            f"{where}: at {event.get('at')!r} of event {name} is no instant; "
            "allowed: an ISO 8601 duration from T0, or a timestamp with its zone"
        )
    seq = event.get("seq", 1)
    if not isinstance(seq, int) or seq < 1:
        raise Unreadable(f"{where}: seq {seq!r} of event {name} is no number from 1")
    return dict(event)


def _choice(item: object, where: str) -> Choice:
    fields = _mapping(item, f"{where}: convention")
    return Choice(_text(fields, "topic", f"{where}: convention"), _text(fields, "choice", f"{where}: convention"))


def _tolerance(value: object, where: str) -> timedelta:
    if value is None:
        return timedelta(0)
    span = read_span(value)
    if span is None or span < timedelta(0):
        raise Unreadable(f"{where}: tolerance {value!r} is no span; allowed: an ISO 8601 duration such as PT1M")
    return span


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise Unreadable(f"{where} is not a mapping")
    return {str(key): item for key, item in value.items()}


def _list(fields: Mapping[str, object], name: str, where: str) -> list[object]:
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(f"{where}: {name} is not a list")
    return value


def _text(fields: Mapping[str, object], name: str, where: str) -> str:
    value = fields.get(name)
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Unreadable(f"{where}: {name} is missing")
