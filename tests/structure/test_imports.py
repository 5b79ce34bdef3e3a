"""Who may import whom (docs/decisions/0001), and that no dependency can take one of our generic names."""

import subprocess
import sys
from graphlib import TopologicalSorter
from importlib import metadata, util
from pathlib import Path

import grimp
import pytest

from tests.structure.tree import ROOT, modules, packages, pyproject, shown

OUR_NAMES = [*packages(), "worker"]


def test_the_import_contracts_are_kept() -> None:
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    ran = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Inside functions too: such an import is late, and a circle all the same."""
    graph = grimp.build_graph(*packages(), cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    tuple(TopologicalSorter(imports).static_order())  # raises CycleError, which names the circle


def test_every_package_of_ours_is_under_a_contract() -> None:
    settings = pyproject()["tool"]["importlinter"]
    under_contract = {name for contract in settings["contracts"] for name in contract.get("source_modules", [])}
    assert set(settings["root_packages"]) == under_contract == set(packages())


def test_every_folder_with_an_init_is_a_listed_package() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found == set(packages()), "list it in pyproject.toml: hatch, importlinter, ruff's isort, coverage"


def test_the_contracts_see_every_module() -> None:
    """import-linter follows packages: a folder without `__init__.py` would be under no contract, unnoticed."""
    unseen = {
        shown(path.parent)
        for path in modules(*packages())
        if not (path.parent / "__init__.py").exists()
        and "migrations" not in path.parts  # Alembic loads them by path, as no module of ours
    }
    assert not unseen, "add an empty __init__.py"


@pytest.mark.parametrize("name", OUR_NAMES)
def test_our_name_is_ours(name: str) -> None:
    spec = util.find_spec(name)
    assert spec is not None, f"{name} cannot be imported: is the checkout installed editable? (make)"
    assert spec.origin is not None
    assert Path(spec.origin).resolve().is_relative_to(ROOT), f"{name} is taken by {spec.origin}"


def test_no_installed_distribution_brings_a_package_of_our_name() -> None:
    shadows = [
        f"{distribution.name} {distribution.version} brings {file}"
        for distribution in metadata.distributions()
        if distribution.name != pyproject()["project"]["name"]
        for file in distribution.files or []
        if file.parts[0].removesuffix(".py") in OUR_NAMES
    ]
    assert not shadows
