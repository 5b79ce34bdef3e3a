"""Roots: signed statements of how far every issue's chain has come, to be copied to where nobody can change them.

A root is two files: the statement (JSON), and the heads (one line an issue), whose SHA-256 the statement holds. Each
statement names the one before it by its SHA-256, so that a series cannot lose one unseen. Signatures are Ed25519: who
checks one needs the public key alone.
"""

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, ValidationError

from escalation.issue.chain import Head, to_utc
from escalation.value import Value
from records import verifying
from records.database import Database
from records.verifying import Finding

_SIGNED = b"escalon root 1\n"


class BadKey(ValueError):
    """A key that is none; says what is allowed and never quotes it."""


class RootUnreadable(ValueError):
    """A file that is no root, or not a whole one."""


class Signature(Value):
    """Over the statement without it."""

    algorithm: Literal["ed25519"] = "ed25519"
    key: str
    """The public key, base64."""
    value: str
    """Base64."""


class Root(Value):
    """The statement."""

    form: Literal["escalon-root-1"] = "escalon-root-1"
    org: str
    as_of: AwareDatetime
    issues: int
    entries: int
    heads: str
    """The name of the file of heads, which lies beside it."""
    root: str
    """SHA-256 of that file: it stands for every entry of every issue."""
    before: str = ""
    """SHA-256 of the statement before it in the same folder; empty: it is the first."""
    signature: Signature | None = None


class ReadRoot(NamedTuple):
    """A root as it was found."""

    root: Root
    heads: dict[str, Head]
    findings: tuple[Finding, ...]
    """What is wrong with the files themselves."""
    signed_by: str
    """The public key of a signature that holds; empty: none."""


def new_key() -> tuple[str, str]:
    """A private key and its public one, both base64."""
    key = Ed25519PrivateKey.generate()
    return base64.b64encode(key.private_bytes_raw()).decode(), _public(key)


def private_key(text: str) -> Ed25519PrivateKey | None:
    """The key of that setting; None where it is empty. Raises BadKey."""
    return Ed25519PrivateKey.from_private_bytes(_bytes(text, "ESCALON_ROOT_KEY")) if text.strip() else None


def public_keys(text: str, field: str, private: Ed25519PrivateKey | None = None) -> frozenset[str]:
    """The keys that vouch for a root: those given, commas between, and that of our own private key. Raises BadKey."""
    given = {base64.b64encode(_bytes(part, field)).decode() for part in text.split(",") if part.strip()}
    return frozenset(given | ({_public(private)} if private is not None else set()))


def write(db: Database, folder: Path, org: str, now: datetime, key: Ed25519PrivateKey | None) -> Path:
    """Write the root of the record as it is into the folder, and say where. Raises OSError.

    Overwrites nothing, and writes none behind a later one: FileExistsError.
    """
    heads = verifying.heads(db)
    lines = "".join(f"{head.number} {head.chain} {issue}\n" for issue, head in sorted(heads.items()))
    folder.mkdir(parents=True, exist_ok=True)
    name = f"root-{to_utc(now):%Y%m%dT%H%M%SZ}"
    latest = newest(folder)
    if latest is not None and latest.name >= f"{name}.json":
        raise FileExistsError(f"{latest} is there, of this second or a later one")
    root = Root(
        org=org,
        as_of=now,
        issues=len(heads),
        entries=sum(head.number for head in heads.values()),
        heads=f"{name}.heads",
        root=hashlib.sha256(lines.encode()).hexdigest(),
        before=_sha256(latest) if latest is not None else "",
    )
    if key is not None:
        value = base64.b64encode(key.sign(_payload(root))).decode()
        root = root.model_copy(update={"signature": Signature(key=_public(key), value=value)})
    _write_once(folder / root.heads, lines)
    _write_once(folder / f"{name}.json", root.model_dump_json(indent=2) + "\n")
    return folder / f"{name}.json"


def newest(folder: Path) -> Path | None:
    """The latest root in the folder, by its name."""
    return max(folder.glob("root-*Z.json"), key=lambda path: path.name, default=None)


def read(path: Path, known: frozenset[str] = frozenset()) -> ReadRoot:
    """The root of that file, checked: its heads, and its signature where it has one. Raises RootUnreadable.

    `known`: the public keys that vouch for it; with none, a signature by any key is taken, and said.
    """
    try:
        root = Root.model_validate_json(path.read_bytes())
        lying = (path.parent / Path(root.heads).name).read_bytes()
    except OSError as error:
        raise RootUnreadable(f"{error.filename} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise RootUnreadable(f"{path} is no root: {error.errors()[0]['msg'][:100]}") from None
    wrong: list[str] = []
    if hashlib.sha256(lying).hexdigest() != root.root:
        wrong.append("its file of heads is not the one that it stands for")
    heads = _heads(lying)
    if (len(heads), sum(head.number for head in heads.values())) != (root.issues, root.entries):
        wrong.append("its numbers are not those of its heads")
    signed_by = ""
    if root.signature is not None and _holds(root, root.signature):
        signed_by = root.signature.key
    elif root.signature is not None:
        wrong.append("its signature does not hold")
    if known and not wrong and signed_by not in known:
        wrong.append("it is signed by a key that is not ours" if signed_by else "it is not signed")
    findings = tuple(Finding(what="altered_root", issue="", detail=f"{path.name}: {each}") for each in wrong)
    return ReadRoot(root, heads, findings, signed_by)


def check_series(paths: Sequence[Path], roots: Mapping[Path, ReadRoot]) -> list[Finding]:
    """Whether of the roots of each folder, from the first of them that is there to the last, none is missing."""
    found: list[Finding] = []
    in_order = sorted(paths, key=lambda path: (str(path.parent), path.name))
    for before, after in pairwise(in_order):
        if before.parent == after.parent and roots[after].root.before != _sha256(before):
            detail = f"{after.name}: it does not follow {before.name}: one between is gone, or one of them was changed"
            found.append(Finding(what="altered_root", issue="", detail=detail))
    return found


def hold_against(db: Database, read_root: ReadRoot) -> list[Finding]:
    """Whether the record has all that the root stands for."""
    if read_root.findings:
        return []
    return verifying.compare(db, read_root.heads, f"the root of {to_utc(read_root.root.as_of):%Y-%m-%d %H:%M} UTC")


def _heads(lying: bytes) -> dict[str, Head]:
    found: dict[str, Head] = {}
    for line in lying.decode(errors="replace").splitlines():
        number, _, rest = line.partition(" ")
        chain, _, issue = rest.partition(" ")
        if number.isdecimal() and issue:
            found[issue] = Head(number=int(number), chain=chain)
    return found


def _payload(root: Root) -> bytes:
    content = root.model_dump(mode="json", exclude={"signature"})
    return _SIGNED + json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _holds(root: Root, signature: Signature) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes(signature.key, "key"))
        key.verify(base64.b64decode(signature.value, validate=True), _payload(root))
    except (BadKey, binascii.Error, InvalidSignature):
        return False
    return True


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _bytes(text: str, field: str) -> bytes:
    try:
        found = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != 32:
        raise BadKey(f"{field} is not a key; allowed: 32 bytes in base64, as `escalon audit key` prints them")
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_once(path: Path, content: str) -> None:
    """Raises FileExistsError. Under its name it is there whole or not at all: another watch may look at any time."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=".", encoding="utf-8", newline="\n") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        os.fchmod(file.fileno(), 0o644)  # an auditor reads it
        os.link(file.name, path)


def series(folders_and_files: Iterable[Path]) -> list[Path]:
    """The roots that are meant by files and by folders of them, in their order. Raises RootUnreadable for none."""
    found: list[Path] = []
    for given in folders_and_files:
        there = sorted(given.glob("root-*Z.json")) if given.is_dir() else [given]
        if not there:
            raise RootUnreadable(f"{given} holds no root (root-….json)")
        found += there
    return list(dict.fromkeys(found))
