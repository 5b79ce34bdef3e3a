"""The compose files as Docker's own compose tool reads them, in a folder of their own, with everything said.

Where there is no such tool they are read here, as far as the tests look: so much of the format as the files use.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

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
    if tool() is None:
        return read_here(folder, file)
    ran = read(folder, file)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, dict[str, Any]] = json.loads(ran.stdout)["services"]
    return found


def read_here(folder: Path, file: str) -> dict[str, dict[str, Any]]:
    """The same without the tool; raises KeyError for a variable that .env leaves empty."""
    chosen = dict(
        line.split("=", 1) for line in (folder / ".env").read_text().splitlines() if re.match(r"[A-Z_]+=", line)
    )

    def said(found: re.Match[str]) -> str:
        if not chosen.get(found[1]):
            raise KeyError(f"{found[1]}: {found[2]}")
        return chosen[found[1]]

    text = re.sub(r"\$\{(\w+):\?([^}]*)\}", said, (folder / file).read_text(encoding="utf-8"))
    given = YAML(typ="safe").load(text)["services"]
    return {name: _as_the_tool(service, folder, chosen) for name, service in given.items()}


def _as_the_tool(service: dict[str, Any], folder: Path, chosen: dict[str, str]) -> dict[str, Any]:
    """Short forms written out, as the tests need them."""
    variables = {**(chosen if "env_file" in service else {}), **(service.get("environment") or {})}
    return {
        **service,
        "environment": {name: chosen.get(name) if value is None else str(value) for name, value in variables.items()},
        "mem_limit": _bytes(service.get("mem_limit", "0m")),
        "networks": dict.fromkeys(service.get("networks", ["default"])),
        "ports": [_port(each) for each in service.get("ports", [])],
        "volumes": [_volume(each, folder) for each in service.get("volumes", [])],
    }


def _bytes(text: str) -> int:
    return int(text[:-1]) * {"m": 1 << 20, "g": 1 << 30}[text[-1]]


def _port(text: str) -> dict[str, Any]:
    *address, published, target = text.split(":")
    return {"host_ip": address[0] if address else None, "published": published, "target": int(target)}


def _volume(given: str | dict[str, Any], folder: Path) -> dict[str, Any]:
    if isinstance(given, dict):
        is_bind = given["type"] == "bind"
        source = str((folder / given["source"]).resolve()) if is_bind else given["source"]
        return {"read_only": False, **given, "source": source}
    source, target, *how = given.split(":")
    is_bind = source.startswith((".", "/"))
    return {
        "type": "bind" if is_bind else "volume",
        "source": str((folder / source).resolve()) if is_bind else source,
        "target": target,
        "read_only": how == ["ro"],
    }
