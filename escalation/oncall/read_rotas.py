"""Rota text (`rotas.yaml`) in, `Rotas` or errors with lines out. Not read in a workflow."""

from collections.abc import Mapping as TextByName
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from escalation.oncall.lint_gaps import lint_gaps
from escalation.oncall.lint_rotas import lint_rotas
from escalation.oncall.rota import Feed, Layer, Rota, Rotas
from escalation.policy.directory import Directory
from escalation.policy.feed_url import FETCH
from escalation.policy.finding import Findings, PolicyError, PolicyErrors
from escalation.policy.located import Mapping, Node, Scalar, Sequence
from escalation.policy.read_value import Failed, ValueReader
from escalation.policy.read_yaml import parse_yaml


class RotaTexts(NamedTuple):
    """A file of rotas with the feeds that it names."""

    file: str
    text: str
    feeds: TextByName[str, str] = {}
    """Texts of the feeds' files by their names; one that cannot be read is not there."""


def read_rotas(texts: RotaTexts, directory: Directory) -> Rotas:
    """The rotas in this YAML text; raises PolicyErrors with everything that is wrong in it or its feeds."""
    rotas, found = check_rotas(texts, directory)
    errors = [finding for finding in found if finding.level == "error"]
    if rotas is None or errors:
        raise PolicyErrors(errors)
    return rotas


def check_rotas(
    texts: RotaTexts, directory: Directory, at: datetime | None = None
) -> tuple[Rotas | None, tuple[PolicyError, ...]]:
    """The rotas, or None where they have errors, with all findings: errors and warnings.

    With `at` (aware), also the gaps of the four weeks from then on.
    """
    findings = Findings(texts.file)
    rotas = _written(texts.text, findings)
    if rotas is None:
        return None, findings.in_order()
    lint_rotas(rotas, directory, findings)
    found: list[PolicyError] = []
    read: list[Rota] = []
    for rota in rotas.rotas:
        whole = rota
        if rota.feed is not None:
            feed_text = texts.feeds.get(rota.feed.file)
            if feed_text is None:
                field = f"rotas.{rota.name}.feed.file"
                is_copy = rota.feed.url is not None
                problem = "is not fetched yet" if is_copy else "cannot be read"
                allowed = FETCH if is_copy else "the name of a file that lies beside this one"
                findings.add(field, problem, value=rota.feed.file, allowed=allowed)
            else:
                # Here, as its libraries take a tenth of a second to load: who has no feed does not wait for them.
                from escalation.oncall.read_feed import Whose, read_feed  # noqa: PLC0415

                of_feed = Findings(rota.feed.file)
                shifts = read_feed(feed_text, of_feed, Whose(directory, rota.feed.people))
                found += of_feed.in_order()
                whole = rota if shifts is None else rota.with_feed(shifts)
        read.append(whole)
    if any(finding.level == "error" for finding in (*findings.found, *found)):
        return None, (*findings.in_order(), *found)
    if at is not None:
        for rota in read:
            lint_gaps(rota, directory, at, findings)
    return Rotas(rotas=tuple(read)), (*findings.in_order(), *found)


def feed_files(text: str) -> tuple[str, ...]:
    """The files that the rotas take feeds from, so that who has files can read them; none where it cannot be read."""
    return tuple(feed.file for feed in rota_feeds(text))


def rota_feeds(text: str) -> tuple[Feed, ...]:
    """The feeds of the rotas; none where the text cannot be read."""
    rotas = _written(text, Findings(""))
    return () if rotas is None else tuple(rota.feed for rota in rotas.rotas if rota.feed is not None)


def _written(text: str, findings: Findings) -> Rotas | None:
    node = parse_yaml(text, findings)
    if node is None:
        return None
    reader = ValueReader(findings, keyed={Rota: "name", Layer: "name"}, wordy=frozenset())
    rotas = reader.model(Rotas, _with_groups(node), "")
    return None if isinstance(rotas, Failed) else rotas


def _with_groups(root: Node) -> Node:
    """The same with every person of a layer who is written alone as a group of one."""
    return _at(root, ("rotas", "*", "layers", "*", "people"))


def _at(node: Node, path: tuple[str, ...]) -> Node:
    if not path:
        if not isinstance(node, Sequence):
            return node
        return replace(node, items=tuple(_grouped(item) for item in node.items))
    if not isinstance(node, Mapping):
        return node
    entries = {key: _at(value, path[1:]) if path[0] in {"*", key} else value for key, value in node.entries.items()}
    return replace(node, entries=entries)


def _grouped(item: Node) -> Node:
    return Sequence((item,), item.line) if isinstance(item, Scalar) else item
