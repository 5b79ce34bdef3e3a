"""The compose files as Docker's own compose tool reads them, in a folder of their own, with everything said."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.structure.tree import ROOT

PRODUCTION, TRIAL = "docker-compose.yml", "compose.dev.yml"
_PLUGINS = ("/usr/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins", "/usr/local/lib/docker/cli-plugins")


def tool() -> list[str] | None:
    """The command of a compose tool of the second generation or later; None where there is none."""
    folders = [Path(os.environ.get("DOCKER_CONFIG", Path.home() / ".docker")) / "cli-plugins", *map(Path, _PLUGINS)]
    found = [str(folder / "docker-compose") for folder in folders if (folder / "docker-compose").is_file()]
    for program in (os.environ.get("DOCKER_COMPOSE"), *found, shutil.which("docker-compose")):
        if program and _is_recent([program]):
            return [program]
    return None


def why_not() -> str | None:
    """Why the files cannot be checked here, or None."""
    if tool() is None:
        return "no docker-compose 2 or later (Debian 13: apt install docker-compose), or its program in DOCKER_COMPOSE"
    return None


def _is_recent(command: list[str]) -> bool:
    said = subprocess.run([*command, "version", "--short"], capture_output=True, text=True, check=False).stdout
    return bool(said.strip()) and int(said.strip().lstrip("v").partition(".")[0]) >= 2


def folder_with(target: Path, **chosen: str) -> Path:
    """A copy of what compose needs, with the example's choices and these."""
    for name in (PRODUCTION, TRIAL, "Dockerfile"):
        shutil.copy(ROOT / name, target / name)
    shutil.copytree(ROOT / "ops", target / "ops")
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    names = [line.partition("=")[0] for line in lines]
    assert chosen.keys() <= set(names), "what compose asks for stands in .env.example"
    said = [f"{name}={chosen[name]}" if name in chosen else line for name, line in zip(names, lines, strict=True)]
    (target / ".env").write_text("\n".join(said) + "\n", encoding="utf-8")
    return target


def read(folder: Path, file: str = PRODUCTION) -> "subprocess.CompletedProcess[str]":
    """What the tool makes of the file, with every profile, as JSON."""
    command = [*(tool() or []), "--file", file, "--profile", "*", "config", "--format", "json"]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, check=False)


def services(folder: Path, file: str = PRODUCTION) -> dict[str, dict[str, Any]]:
    """The services by name."""
    ran = read(folder, file)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, dict[str, Any]] = json.loads(ran.stdout)["services"]
    return found
