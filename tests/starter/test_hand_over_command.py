"""`escalon hand-over`: nothing to take over, and what is wrong. What comes of it: tests/stories/test_hand_over.py."""

import pytest

from tests.starter.command_line import CommandLine


@pytest.mark.usefixtures("record")
def test_nothing_is_handed_over_and_what_is_wrong_is_said(escalon: CommandLine) -> None:
    ran = escalon("hand-over", "--as", "sample-primary")
    assert (ran.code, "nothing is handed over to sample-primary" in ran.err) == (0, True), ran.err
    ran = escalon("hand-over", "--accept-all", "--of", "sample-secondary", "--as", "sample-primary", "--json")
    assert (ran.code, ran.json) == (0, {"hand_overs": [], "answers": []})
    ran = escalon("hand-over", "--read-back", "the tills", "--as", "sample-primary")
    assert (ran.code, "read_back: it goes with --accept-all alone" in ran.err) == (2, True), ran.err
    ran = escalon("hand-over", "--of", "sample-secondery", "--as", "sample-primary")
    assert (ran.code, "of: 'sample-secondery' is not known" in ran.err) == (2, True), ran.err
