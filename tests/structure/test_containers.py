"""The container files agree with the rest of the house. They are read by Docker's own compose tool, where there is one.

No container is started here: that needs an engine.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client.settings import Settings
from tests.structure import compose
from tests.structure.compose import PRODUCTION, TRIAL
from tests.structure.tree import ROOT, packages

JOBS = {"schema", "namespace"}
"""They end; what follows waits until they have ended well."""
BY_HAND = {"escalon"}
"""The command line: run and gone."""
WRITES = {"ui": "it writes its configuration beside its program"}
"""What cannot have a root file system that is read only, and why."""
CHOSEN = {"SECRETS_FOLDER": "secrets", "POLICIES_FOLDER": "./policies"}
"""As people write it, with and without a leading `./`."""
SECRET = re.compile("PASSWORD|SECRET|KEY|TOKEN|PWD")

needs_compose = pytest.mark.skipif(compose.why_not() is not None, reason=str(compose.why_not()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compose.folder_with(tmp_path_factory.mktemp("compose"), **CHOSEN)


@pytest.fixture(scope="module")
def services(folder: Path) -> dict[str, dict[str, Any]]:
    """Those for production."""
    return compose.services(folder)


@pytest.fixture(scope="module")
def all_services(folder: Path, services: dict[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Those of both files."""
    return [*services.items(), *compose.services(folder, TRIAL).items()]


def test_the_server_is_the_one_that_is_tested_with(services: dict[str, dict[str, Any]], folder: Path) -> None:
    program = Path(sys.executable).with_name("temporal")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    tested = re.fullmatch(r"temporal version (\S+) \(Server (\S+), UI (\S+)\)", said.strip())
    assert tested
    cli, server, ui = tested.groups()
    images = {name: service["image"] for name, service in services.items()}
    assert images["temporal"] == f"temporalio/server:{server}"
    assert images["schema"] == images["namespace"] == f"temporalio/admin-tools:{server}"
    assert images["ui"] == f"temporalio/ui:{ui}"
    assert compose.services(folder, TRIAL)["temporal"]["image"] == f"temporalio/temporal:{cli}"


def test_every_image_has_an_exact_tag_or_is_built_here(all_services: list[tuple[str, dict[str, Any]]]) -> None:
    for name, service in all_services:
        if "build" not in service:
            assert re.fullmatch(r"[a-z0-9/-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?", service["image"]), name


@needs_compose
@pytest.mark.parametrize("missing", CHOSEN)
def test_what_must_be_said_is_asked_for_by_name(missing: str, tmp_path: Path) -> None:
    said = {**CHOSEN, missing: ""}
    ran = compose.read(compose.folder_with(tmp_path, **said))
    assert ran.returncode != 0
    assert missing in ran.stderr
    assert "say in .env which folder" in ran.stderr


def test_no_password_comes_with_the_files(all_services: list[tuple[str, dict[str, Any]]]) -> None:
    for name, service in all_services:
        for variable, value in service.get("environment", {}).items():
            is_place = variable.endswith(("_FILE", "_DIR", "_FOLDER"))
            assert is_place or not value or not SECRET.search(variable), (name, variable)
            assert not re.search(r"://[^/\s]*:[^/\s]*@", str(value)), (name, variable)
    assert not re.search(
        r"^\w*(PASSWORD|SECRET_|KEY|TOKEN)\w*=.", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE
    )


def test_what_asks_nobody_who_they_are_is_published_on_loopback_only(
    all_services: list[tuple[str, dict[str, Any]]],
) -> None:
    ports = [port for _, service in all_services for port in service.get("ports", [])]
    assert ports
    assert {port.get("host_ip") for port in ports} == {"127.0.0.1"}


def test_no_two_ports_are_the_same(services: dict[str, dict[str, Any]]) -> None:
    published = [port["published"] for service in services.values() for port in service.get("ports", [])]
    assert len(published) == len(set(published))


def test_the_databases_are_reached_from_within_only(services: dict[str, dict[str, Any]]) -> None:
    assert not services["postgres"].get("ports")
    assert set(services["postgres"]["networks"]) == {"databases"}
    assert not {"ui", "mail", "namespace"} & {
        name for name, service in services.items() if "databases" in service["networks"]
    }


def test_what_runs_on_says_how_it_is_and_is_started_again(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        if name in JOBS | BY_HAND:
            assert service["restart"] == "no", name
        else:
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name


def test_no_health_check_uses_what_the_image_lacks(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        check = service.get("healthcheck", {}).get("test", ["", ""])
        assert check[1] not in {"curl", "nc"}
    assert services["temporal"]["healthcheck"]["test"][1] == "wget", "its image has neither curl nor a CLI"


def test_every_service_is_confined(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["mem_limit"]) > 0, name
        assert service["pids_limit"] > 0, name
        assert service.get("read_only", False) is (name not in WRITES), name
        assert service["logging"]["options"]["max-size"], name


def test_what_follows_waits_for_what_it_needs(services: dict[str, dict[str, Any]]) -> None:
    waits = {name: set(service.get("depends_on", {})) for name, service in services.items()}
    conditions = {
        (needed, how["condition"])
        for service in services.values()
        for needed, how in service.get("depends_on", {}).items()
    }
    assert waits["schema"] == {"postgres"}
    assert waits["temporal"] == {"schema"}
    assert waits["worker"] == waits["watch"] == {"namespace", "postgres"}
    assert waits["api"] == {"namespace", "postgres", "worker"}
    for needed, condition in conditions:
        assert condition == ("service_completed_successfully" if needed in JOBS else "service_healthy"), needed


def test_our_services_are_told_settings_that_there_are(services: dict[str, dict[str, Any]]) -> None:
    known = {f"ESCALON_{name.upper()}" for name in Settings.model_fields}
    for name, service in services.items():
        told = {variable for variable in service.get("environment", {}) if variable.startswith("ESCALON_")}
        assert told <= known, name


def test_what_escalon_writes_into_its_home_is_kept(services: dict[str, dict[str, Any]]) -> None:
    for name in ("worker", "api", "watch", "escalon"):
        home = services[name]["environment"]["ESCALON_HOME"]
        kept = {volume["target"]: volume for volume in services[name]["volumes"]}
        assert kept[home]["type"] == "volume", name
        assert not kept[home].get("read_only"), name


def test_the_folders_that_are_chosen_are_mounted_and_never_made(
    services: dict[str, dict[str, Any]], folder: Path
) -> None:
    for name in ("worker", "api", "watch", "escalon"):
        mounted = {volume["target"]: volume for volume in services[name]["volumes"] if volume["type"] == "bind"}
        assert mounted["/run/secrets/escalon"]["source"] == str(folder / "secrets/escalon"), name
        assert mounted["/etc/escalon/policies"]["source"] == str(folder / "policies"), name
        for volume in mounted.values():
            assert volume["read_only"], (name, volume)
            assert not (volume.get("bind") or {}).get("create_host_path"), (name, volume)


def test_the_database_has_room_for_all_who_connect(services: dict[str, dict[str, Any]]) -> None:
    """Each of Temporal's services may have 20 connections and 10 for visibility; a pool of ours 5 and 10 more."""
    (room,) = [word for word in services["postgres"]["command"] if word.startswith("max_connections=")]
    reserved = 3
    assert int(room.partition("=")[2]) - reserved >= 4 * (20 + 10) + 15 * 4


def test_every_named_volume_is_declared_and_every_file_is_there(
    all_services: list[tuple[str, dict[str, Any]]], folder: Path
) -> None:
    for name, service in all_services:
        for volume in service.get("volumes", []):
            if volume["type"] == "bind" and "/ops/" in volume["source"]:
                assert Path(volume["source"]).exists(), (name, volume["source"])
                assert volume["read_only"], (name, volume["source"])
    for service in compose.services(folder).values():
        for word in service.get("entrypoint") or []:
            if word.startswith("/ops/"):
                assert (ROOT / "ops/temporal" / word.removeprefix("/ops/")).is_file()


def test_the_server_for_a_try_keeps_its_state_in_a_volume_and_survives_a_kill(folder: Path) -> None:
    server = compose.services(folder, TRIAL)["temporal"]
    command = server["command"]
    assert {"--sqlite-pragma=journal_mode=wal", "--sqlite-pragma=synchronous=normal"} <= set(command)
    (file,) = [option.partition("=")[2] for option in command if option.startswith("--db-filename=")]
    assert any(file.startswith(f"{volume['target']}/") for volume in server["volumes"])


@needs_compose
@pytest.mark.parametrize("file", [PRODUCTION, TRIAL])
def test_what_is_read_here_without_the_tool_is_what_the_tool_reads(file: str, folder: Path) -> None:
    theirs, ours = compose.services(folder, file), compose.read_here(folder, file)
    assert theirs.keys() == ours.keys()
    for name, service in theirs.items():
        for field in ("image", "command", "entrypoint", "environment", "restart", "read_only", "cap_drop", "profiles"):
            assert (ours[name].get(field) or None) == (service.get(field) or None), (name, field)
        assert ours[name]["networks"].keys() == service["networks"].keys(), name
        assert str(ours[name]["mem_limit"]) == str(service.get("mem_limit", 0)), name
        for field, parts in (
            ("ports", ("host_ip", "published", "target")), ("volumes", ("type", "source", "target")),
        ):  # fmt: skip
            shown = [{part: each.get(part) for part in parts} for each in service.get(field, [])]
            assert [{part: each[part] for part in parts} for each in ours[name][field]] == shown, (name, field)


def test_the_image_is_of_a_named_debian_and_runs_as_nobody_who_may_write_to_it() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    bases = {line.split()[1] for line in lines if line.startswith("FROM ")}
    assert len(bases) == 1, "the environment that is built is copied: both stages need the same Python"
    assert re.fullmatch(r"python:3\.1[1-4]-slim-[a-z]+", bases.pop())
    assert lines.index("USER escalon") > max(place for place, line in enumerate(lines) if line.startswith("COPY "))
    assert not [line for line in lines if line.startswith(("ARG ", "ENV ")) and SECRET.search(line)]


def let_in() -> Iterator[str]:
    """What .dockerignore lets into the image."""
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        yield line.removeprefix("!/")


def test_the_image_gets_every_package() -> None:
    assert {*packages(), "worker.py", "policies", "requirements", "scripts", "pyproject.toml"} <= set(let_in())


def test_no_secret_gets_into_the_image_or_the_repository() -> None:
    assert not {".env", "secrets", ".", "*"} & (set(let_in()) - {"*"})
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/.env", "/secrets/"} <= set(ignored)


def test_both_files_are_there() -> None:
    assert (ROOT / PRODUCTION).is_file()
    assert (ROOT / TRIAL).is_file()
