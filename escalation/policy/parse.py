"""Policy text in, a pinned `Policy` or errors with lines out. The one module that knows the YAML library.

Read at the doors and by the checks, never in a workflow: workflows carry the models.
"""

import hashlib
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from escalation.policy.finding import Findings, PolicyError, PolicyErrors
from escalation.policy.lint import lint_policy
from escalation.policy.located import Mapping, Node, Scalar, Sequence
from escalation.policy.model import Policy, Severity, Trigger
from escalation.policy.read_value import Failed, ValueReader

LARGEST = 256 * 1024
"""Bytes of one file."""
DEEPEST = 20


def read_policy(text: str, file: str) -> Policy:
    """The policy in this YAML text, linted; raises PolicyErrors with everything that is wrong in it."""
    policy, findings = check_policy(text, file)
    if policy is None:
        raise PolicyErrors(finding for finding in findings if finding.level == "error")
    return policy


def check_policy(text: str, file: str) -> tuple[Policy | None, tuple[PolicyError, ...]]:
    """The policy, or None where it has errors, with all findings: errors and warnings."""
    findings = Findings(file)
    policy = parse_policy(text, findings)
    if policy is not None:
        lint_policy(policy, findings)
    has_errors = any(finding.level == "error" for finding in findings.found)
    return (None if has_errors else policy), findings.in_order()


def parse_policy(text: str, findings: Findings) -> Policy | None:
    """The policy as it is written, before the rules across fields; None where a field cannot be read."""
    node = parse_yaml(text, findings)
    if node is None:
        return None
    reader = ValueReader(findings, keyed={Severity: "name"}, wordy=frozenset({Trigger}))
    policy = reader.model(Policy, node, "")
    if isinstance(policy, Failed):
        return None
    return policy.model_copy(update={"digest": hashlib.sha256(text.encode()).hexdigest()})


def parse_yaml(text: str, findings: Findings) -> Node | None:
    """The one document in the text as nodes with lines; None, and findings, where it is not plain YAML."""
    size = len(text.encode(errors="surrogatepass"))
    if size > LARGEST:
        findings.add("", f"has {size} bytes", allowed=f"at most {LARGEST}")
        return None
    tree = _Tree(findings)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if not tree.take(event):
                return None
    except YAMLError as error:
        findings.add("", _problem(error), line=_line(error, text))
        return None
    except Exception as error:  # noqa: BLE001 - the library meets junk with errors of its own inside, too
        findings.add("", f"is not YAML: the reader gave up with {type(error).__name__}")
        return None
    if tree.root is None and not findings.found:
        findings.add("", "is empty", line=1)
    return tree.root


@dataclass
class _Open:
    """A mapping or list that is being read; in a mapping, `key` waits for its value."""

    is_mapping: bool
    line: int
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    key: Scalar | None = None


class _Tree:
    """Builds nodes from the library's events, without recursion, and refuses what plain YAML does not need."""

    def __init__(self, findings: Findings) -> None:
        self.root: Node | None = None
        self._findings = findings
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: object) -> bool:
        """One event; False ends the reading."""
        match event:
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    return self._refuse(event, "holds a second document", "one document to a file")
            case AliasEvent():
                return self._refuse(event, "is an alias", "everything written out where it counts")
            case NodeEvent() if event.anchor is not None or getattr(event, "tag", None) is not None:
                return self._refuse(event, "has an anchor or a tag", "plain values, lists and mappings")
            case ScalarEvent():
                is_plain = event.style is None
                return self._place(Scalar(event.value, is_plain, _start(event)))
            case MappingStartEvent() | SequenceStartEvent():
                if self._awaits_key():
                    return self._refuse(
                        event, "is a mapping or list where a name must stand", "a name before the colon"
                    )
                if len(self._open) == DEEPEST:
                    return self._refuse(event, "lies too deep", f"at most {DEEPEST} mappings and lists in each other")
                self._open.append(_Open(isinstance(event, MappingStartEvent), _start(event)))
            case MappingEndEvent() | SequenceEndEvent():
                done = self._open.pop()
                whole = Mapping(done.entries, done.key_lines, done.line) if done.is_mapping else None
                return self._place(whole or Sequence(tuple(done.items), done.line))
            case _:  # beginning and end of stream and document
                pass
        return True

    def _awaits_key(self) -> bool:
        return bool(self._open) and self._open[-1].is_mapping and self._open[-1].key is None

    def _place(self, node: Node) -> bool:
        if not self._open:
            self.root = node
            return True
        around = self._open[-1]
        if not around.is_mapping:
            around.items.append(node)
        elif around.key is None:
            assert isinstance(node, Scalar)
            around.key = node
        else:
            self._enter(around, around.key, node)
            around.key = None
        return True

    def _enter(self, around: _Open, key: Scalar, node: Node) -> None:
        if key.text in around.entries:
            first = around.key_lines[key.text]
            problem = f"is written twice; first on line {first}"
            self._findings.add(self._path(), problem, allowed="once", line=key.line)
            return
        around.entries[key.text] = node
        around.key_lines[key.text] = key.line

    def _path(self) -> str:
        """Where the reading is: every open mapping's key and every open list's place."""
        path = ""
        for around in self._open:
            if not around.is_mapping:
                path += f"[{len(around.items)}]"
            elif around.key is not None:
                path = f"{path}.{around.key.text}" if path else around.key.text
        return path

    def _refuse(self, event: object, problem: str, allowed: str) -> bool:
        self._findings.add(self._path(), problem, allowed=allowed, line=_start(event))
        return False


def _start(event: object) -> int:
    """The event's line, counted from 1."""
    line: int = event.start_mark.line  # type: ignore[attr-defined]
    return line + 1


def _problem(error: YAMLError) -> str:
    if isinstance(error, MarkedYAMLError):
        parts = [part for part in (error.context, error.problem) if part]
        return "is not YAML: " + ", ".join(str(part) for part in parts)
    return "is not YAML: " + str(error).partition("\n")[0]


def _line(error: YAMLError, text: str) -> int:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        line: int = error.problem_mark.line
        return line + 1
    position = getattr(error, "position", 0)
    return text.count("\n", 0, position) + 1
