"""One person of the directory, as somebody wants them to be: fields given as plain values, read as those of YAML are.

A field that is null is taken away; addresses and limits are changed one by one, lists as a whole.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal

from escalation.people.write_yaml import written_fields, written_value
from escalation.policy.directory import INBOX, Person, Team
from escalation.policy.finding import Findings
from escalation.policy.located import Mapping as Fields
from escalation.policy.read_value import Failed, ValueReader
from escalation.policy.read_yaml import LARGEST_OF_PEOPLE, parse_yaml

ONE_BY_ONE = ("addresses", "limit")
"""Fields whose parts are changed one by one."""
LISTS = ("absences", "languages", "quiet_hours", "rules", "skills", "teams")
"""Fields that are changed as a whole: who changes one must know what stood there."""
FIELDS = tuple(name for name in Person.model_fields if name != "id")


def altered(known: Person | None, id: str, given: Mapping[str, object], findings: Findings) -> Person | None:  # noqa: A002
    """The person with these fields changed, or made of them; None, and findings, where one of them cannot be read."""
    here = f"people.{id}"
    fields = {} if known is None else dict(written_fields(known))
    fields.pop("id", None)
    for name, value in given.items():
        if name not in FIELDS:
            findings.unknown(f"{here}.{name}", name, "is not a field", FIELDS)
        elif value is None:
            fields.pop(name, None)
        elif name in ONE_BY_ONE and isinstance(value, Mapping):
            parts = _patched(getattr(known, name, {}), value)
            fields[name] = written_value(
                {key: _amount(each) for key, each in parts.items()} if name == "limit" else parts
            )
        else:
            fields[name] = written_value(value)
    if findings.found:
        return None
    if known is None:
        fields["addresses"] = written_value({INBOX: id, **_plain(given.get("addresses"))})
    text = "\n".join([f"{json.dumps(id)}:", *(f"  {name}: {value}" for name, value in fields.items())])
    node = parse_yaml(text if fields else f"{json.dumps(id)}: {{}}", findings, LARGEST_OF_PEOPLE)
    if node is None or not isinstance(node, Fields):
        return None
    reader = ValueReader(findings, keyed={Person: "id", Team: "name"}, wordy=frozenset({Person}))
    found = reader.model(Person, node.entries[id], here, id=id)
    findings.lines.clear()  # of a text that nobody wrote
    findings.found[:] = [each.model_copy(update={"line": None}) for each in findings.found]
    return None if isinstance(found, Failed) or findings.found else found


def plain_fields(person: Person) -> dict[str, object]:
    """All fields but the id as JSON has them, such that `altered` makes the same person of them."""
    whole = person.model_dump(mode="json", by_alias=True, exclude={"id"})
    # Within rules, absences and quiet hours what is not said is not written: not every default can be written out.
    said = person.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"id"})
    return {name: said.get(name, {} if name == "rules" else value) for name, value in whole.items()}


def _amount(value: object) -> object:
    """An amount is a number, whether it is given as one or as the text of one."""
    return (
        Decimal(value) if isinstance(value, str) and re.fullmatch(r"\d{1,12}(\.\d{1,2})?", value, re.ASCII) else value
    )


def _plain(given: object) -> dict[str, object]:
    return {key: value for key, value in given.items() if value is not None} if isinstance(given, Mapping) else {}


def _patched(known: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    merged = {**{str(key): value for key, value in known.items()}, **given}
    return {key: value for key, value in merged.items() if value is not None}
