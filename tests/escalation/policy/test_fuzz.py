"""Whatever text arrives, a policy or directory is read or refused in words: nothing else is ever raised."""

from hypothesis import given
from hypothesis import strategies as st

from escalation.policy.finding import PolicyError, PolicyErrors
from escalation.policy.model import Policy
from escalation.policy.parse import check_policy, read_policy
from escalation.policy.read_directory import read_directory
from tests.escalation.policy.sample import FILE, PEOPLE, POLICIES, SMALL

SHIPPED = (POLICIES / "technical-sev.yaml").read_text(encoding="utf-8")
YAML_PARTS = [
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "#",
        "&a",
        "*a",
        "!!int",
        "|",
        ">",
        "'",
        '"',
        "%",
        "---",
        "...",
    ),
    *("?", "<<", "~", "null", "true", "1", "0x1F", "1e999", "-.inf", ".nan", "99999999999999999999", "2026-11-20"),
    *("2 h", "50 %", "P1D", "\t", "\x00", "\ud800", "é", "\u2028", "tiers", "roles", "when", "issue.", "S1", "high"),
]


def read_or_refused(text: str) -> None:
    found: tuple[PolicyError, ...] = ()
    try:
        assert isinstance(read_policy(text, FILE), Policy)
    except PolicyErrors as refused:
        found = refused.errors
        is_refused = True
    else:
        is_refused = False
    assert is_refused is bool(found)
    assert all(str(error).isprintable() and error.level == "error" for error in found)
    try:
        read_directory(text, FILE)
    except PolicyErrors as refused:
        found = refused.errors
        is_refused = True
    else:
        found, is_refused = (), False
    assert is_refused is bool(found)
    assert all(str(error).isprintable() for error in found)


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text(text: str) -> None:
    read_or_refused(text)


@given(st.lists(st.sampled_from(YAML_PARTS), max_size=60).map("".join))
def test_text_that_looks_like_yaml(text: str) -> None:
    read_or_refused(text)


@given(st.sampled_from([SMALL, SHIPPED, PEOPLE]), st.data())
def test_a_real_file_with_parts_cut_out_and_put_in(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.sampled_from([0, 0, 1, 2, 5, 40]))
        text = text[:at] + data.draw(st.sampled_from(["", *YAML_PARTS])) + text[at + cut :]
    read_or_refused(text)


@given(st.sampled_from([SMALL, PEOPLE]), st.data())
def test_a_real_file_with_lines_moved(text: str, data: st.DataObject) -> None:
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        line = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        lines.insert(data.draw(st.integers(0, len(lines))), " " * data.draw(st.integers(0, 3)) + line)
    read_or_refused("\n".join(lines))


@given(st.text(max_size=60))
def test_any_condition_compiles_or_is_refused(when: str) -> None:
    block = SMALL.replace('    when: "true"', "    when: " + repr_of(when))
    _, found = check_policy(block, FILE)
    assert all(finding.field.startswith("triggers[1]") for finding in found)


def repr_of(text: str) -> str:
    """The text as a YAML double-quoted scalar."""
    escaped = "".join(f"\\U{ord(letter):08x}" for letter in text)
    return f'"{escaped}"'
