"""What whoever runs it must know is in docs/operating.md: every setting with its default, every finding, every name."""

import re

import pytest

from client.settings import Settings
from escalation.issue.attributes import ATTRIBUTES
from selfwatch.found import KINDS
from tests.structure.tree import ROOT, modules

TEXT = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(ESCALON_\w+)` \|(.*?)\|", TEXT, re.MULTILINE))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    field = Settings.model_fields[name]
    shown = ROWS[f"ESCALON_{name.upper()}"].strip()
    default = field.default.get_secret_value() if name == "smtp_password" else str(field.default)
    if not shown.startswith("shipped"):
        assert shown.strip("`") == default
    else:
        assert shown.partition("`")[2].strip("`/") in default


def test_every_variable_that_is_read_or_told_is_documented() -> None:
    packages = modules("activities", "client", "escalation", "records", "selfwatch", "starter", "workflows")
    read = {name for path in packages for name in re.findall(r"ESCALON_[A-Z]+(?:_[A-Z]+)*\b", path.read_text("utf-8"))}
    assert read - ROWS.keys() == set()


def test_no_variable_is_documented_that_there_is_not() -> None:
    known = {f"ESCALON_{name.upper()}" for name in Settings.model_fields} | {"ESCALON_AS", "ESCALON_DATA"}
    assert ROWS.keys() == known


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_finding_has_its_line(kind: str) -> None:
    assert re.search(rf"^\| `{kind}` \| .+ \| .+ \|$", TEXT, re.MULTILINE)


def test_the_command_for_search_attributes_has_them_all() -> None:
    types = {"keyword": "Keyword", "datetime": "Datetime", "bool": "Bool"}
    command = " ".join(f"--name {name} --type {types[kind]}" for name, kind in ATTRIBUTES.items())
    assert command in TEXT
