"""An audit for the terminal and for programs."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from records.verifying import MEANS, Finding
from starter.auditing import Audit
from starter.showing import console, note, table


def audit_json(audit: Audit) -> dict[str, Any]:
    """The whole of it as plain JSON values."""
    return {
        "is_whole": audit.is_whole,
        "issues": audit.issues,
        "entries": audit.entries,
        "findings": [each.model_dump(mode="json") for each in audit.findings],
        "server": {"issues": audit.on_server, "compared": audit.compared},
        "roots": [each.model_dump(mode="json") for each in audit.roots],
        "unchecked": audit.unchecked,
    }


def show_audit(audit: Audit) -> None:
    """What was looked at, what was found, and what could not be looked at."""
    out = console()
    if audit.findings:
        out.print(findings_table(audit.findings))
    out.print(Text(f"{audit.entries} entries of {audit.issues} issues: every digest and every link computed anew."))
    if audit.on_server:
        out.print(Text(f"{audit.compared} of the {audit.on_server} issues on the server held against their workflows."))
    for each in audit.roots:
        whose = f"signed by {each.signed_by}" if each.signed_by else "not signed"
        vouched = "" if each.is_vouched_for or not each.signed_by else ", for which nobody here vouches (--public-key)"
        out.print(Text(f"held against {each.file} of {each.as_of}: {each.issues} issues, {whose}{vouched}."))
    for sentence in audit.unchecked:
        note(sentence)
    verdict = ("The record is as it was written.", "green") if audit.is_whole else (
        f"{len(audit.findings)} findings: the record is not as it was written.", "bold red")  # fmt: skip
    out.print(Text(*verdict))


def findings_table(findings: Sequence[Finding]) -> Table:
    """What was found, one line each."""
    made = table(("issue", {"style": "cyan"}), "entry", "what", ("detail", {"overflow": "fold"}))
    for each in findings:
        made.add_row(each.issue, str(each.number or ""), Text(MEANS[each.what], "bold red"), each.detail)
    return made
