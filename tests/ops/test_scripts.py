"""The scripts of `ops/` do what docker-compose.yml counts on: on a real PostgreSQL, and on a real Temporal server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.exc import OperationalError, ProgrammingError
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.testing import WorkflowEnvironment

from records.database import check_schema, migrate, open_database
from tests.records.postgres import running_server, why_not
from tests.structure.tree import ROOT

OPS = ROOT / "ops"


def run(script: str, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(
        ["sh", str(OPS / script), *arguments], env=env, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    made = run("make-secrets.sh", str(tmp_path / "secrets"))
    assert made.returncode == 0, made.stderr
    return tmp_path / "secrets"


def test_passwords_are_drawn_once_and_never_shown(secrets: Path) -> None:
    files = ["postgres_password", "temporal_password", "escalon/escalon_record_password"]
    drawn = [(secrets / name).read_text() for name in files]
    assert len({*drawn}) == 3
    assert all(len(each) == 64 and int(each, 16) for each in drawn)
    again = run("make-secrets.sh", str(secrets))
    assert again.stdout.count("kept") == 3
    assert [(secrets / name).read_text() for name in files] == drawn
    assert not any(each in again.stdout + again.stderr for each in drawn)


def test_nobody_else_gets_into_the_folder(secrets: Path) -> None:
    assert secrets.stat().st_mode & 0o777 == 0o700
    # What is mounted into containers is read there by users of theirs.
    assert (secrets / "escalon").stat().st_mode & 0o777 == 0o755
    assert (secrets / "escalon/escalon_record_password").stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("arguments", [(), ("",), ("one", "two")])
def test_without_a_folder_it_says_what_it_needs(arguments: tuple[str, ...]) -> None:
    ran = run("make-secrets.sh", *arguments)
    assert (ran.returncode, ran.stderr) == (2, "usage: ops/make-secrets.sh FOLDER\n")


@pytest.fixture(scope="module")
def postgres() -> Iterator[sqlalchemy.URL]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with running_server() as url:
        yield sqlalchemy.make_url(url)


def test_each_role_has_its_databases_and_no_other(postgres: sqlalchemy.URL, secrets: Path, tmp_path: Path) -> None:
    (secrets / "record_password").write_text((secrets / "escalon/escalon_record_password").read_text())
    ran = run(
        "postgres/roles.sh",
        SECRETS=str(secrets),
        POSTGRES_USER=str(postgres.username),
        PGHOST=str(postgres.host),
        PGPORT=str(postgres.port),
        PGPASSWORD=str(postgres.password),
    )
    assert ran.returncode == 0, ran.stderr
    record = postgres.set(
        username="escalon", password=(secrets / "record_password").read_text(), database="escalon"
    ).render_as_string(hide_password=False)
    db = open_database(record)
    migrate(db)
    check_schema(db)
    with db.reading() as connection:
        role = connection.execute(
            sqlalchemy.text("SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        ).one()
    assert tuple(role) == (False, False, False)
    db.close()
    theirs = sqlalchemy.create_engine(sqlalchemy.make_url(record).set(database="temporal"))
    with pytest.raises(OperationalError, match="permission denied for database"), theirs.connect():
        pass
    theirs.dispose()
    temporal = sqlalchemy.create_engine(
        postgres.set(username="temporal", password=(secrets / "temporal_password").read_text(), database="temporal")
    )
    with temporal.begin() as connection:  # what its visibility tables need, which is trusted since PostgreSQL 13
        connection.execute(sqlalchemy.text("CREATE EXTENSION btree_gin"))
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(sqlalchemy.text("CREATE ROLE other"))
    temporal.dispose()


async def retention(env: WorkflowEnvironment, namespace: str) -> float:
    found = await env.client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    return found.config.workflow_execution_retention_ttl.ToTimedelta().total_seconds() / 86400


@pytest.mark.server
async def test_the_namespace_is_made_and_its_retention_follows(env: WorkflowEnvironment) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    there: dict[str, Any] = {
        "PATH": path,
        "TEMPORAL_ADDRESS": env.client.service_client.config.target_host,
        "NAMESPACE": "made-by-script",
    }
    made = run("temporal/namespace.sh", **there, RETENTION="30d")
    assert made.returncode == 0, made.stderr
    assert await retention(env, "made-by-script") == 30
    again = run("temporal/namespace.sh", **there, RETENTION="90d")
    assert again.stdout == "the namespace made-by-script keeps what has ended for 90d\n"
    assert await retention(env, "made-by-script") == 90


def test_a_server_that_does_not_answer_is_asked_again_and_then_named() -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = run(
        "temporal/namespace.sh",
        PATH=path, TEMPORAL_ADDRESS="127.0.0.1:1", NAMESPACE="x", RETENTION="30d", TRIES="2", PAUSE="0",
    )  # fmt: skip
    assert ran.returncode == 1
    assert "the namespace x cannot be made, 2 times" in ran.stderr


def test_by_itself_it_tries_often_enough() -> None:
    script = (OPS / "temporal/namespace.sh").read_text()
    assert "TRIES=${TRIES:-60}" in script


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs that say what they were called with: the images' own are not here."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("temporal-sql-tool", "entrypoint.sh"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $* [$SQL_PASSWORD$POSTGRES_PWD]"\n')
        program.chmod(0o755)
    return folder


def test_both_of_temporals_databases_get_their_tables(secrets: Path, programs: Path) -> None:
    ran = run("temporal/schema.sh", PATH=f"{programs}:{os.environ['PATH']}", SECRETS=str(secrets))
    password = (secrets / "temporal_password").read_text()
    sql = "temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db"
    tables = "/etc/temporal/schema/postgresql/v12"
    assert ran.stdout.splitlines()[:4] == [
        f"{sql} temporal setup-schema -v 0.0 [{password}]",
        f"{sql} temporal update-schema -d {tables}/temporal/versioned [{password}]",
        f"{sql} temporal_visibility setup-schema -v 0.0 [{password}]",
        f"{sql} temporal_visibility update-schema -d {tables}/visibility/versioned [{password}]",
    ]


def test_the_server_is_told_its_password_from_the_file(secrets: Path, programs: Path) -> None:
    ran = run("temporal/server.sh", SECRETS=str(secrets), ENTRYPOINT=str(programs / "entrypoint.sh"))
    assert ran.stdout == f"entrypoint.sh  [{(secrets / 'temporal_password').read_text()}]\n"
