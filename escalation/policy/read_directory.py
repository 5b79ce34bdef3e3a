"""Directory text (`people.yaml`) in, a `Directory` or errors with lines out. Not read in a workflow."""

from escalation.policy.directory import Directory, Person, Team
from escalation.policy.finding import Findings, PolicyErrors
from escalation.policy.lint_directory import lint_directory
from escalation.policy.read_value import Failed, ValueReader
from escalation.policy.read_yaml import LARGEST_OF_PEOPLE, parse_yaml


def read_directory(text: str, file: str) -> Directory:
    """The directory in this YAML text; raises PolicyErrors with everything that is wrong in it."""
    findings = Findings(file)
    directory = parse_directory(text, findings)
    if directory is None:
        raise PolicyErrors(findings.in_order())
    return directory


def parse_directory(text: str, findings: Findings) -> Directory | None:
    """The directory, or None where anything in it is wrong: `findings` then says what, and knows the lines."""
    node = parse_yaml(text, findings, LARGEST_OF_PEOPLE)
    if node is None:
        return None
    reader = ValueReader(findings, keyed={Person: "id", Team: "name"}, wordy=frozenset({Person}))
    directory = reader.model(Directory, node, "")
    if not isinstance(directory, Failed):
        lint_directory(directory, findings)
    return None if isinstance(directory, Failed) or findings.found else directory
