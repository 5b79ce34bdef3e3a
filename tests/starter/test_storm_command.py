"""`escalon policy storm`: what a storm would send to whom, without a server."""

import pytest

from tests.starter.command_line import CommandLine

CALL = ("policy", "storm", "technical-sev", "--issues", "12", "--over", "10 s", "--for", "30 s", "--severity", "SEV3")


def test_a_few_pages_and_one_digest_with_the_count_for_each_who_is_asked(escalon: CommandLine) -> None:
    ran = escalon(*CALL, "--json")
    assert ran.code == 0, ran.err
    asked = [each for each in ran.json if each["by_itself"]]
    assert asked
    for each in asked:
        assert each["by_itself"] == 3, each
        assert each["digests"], each
        assert each["digests"][-1] <= 12
    shown = escalon(*CALL)
    assert shown.code == 0
    assert asked[0]["person"] in shown.out


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (("--issues", "0"), "--issues: 0; allowed: 1 to 2000"),
        (("--label", "colour=red"), "--label: 'colour=red'; allowed: one of component, service, groupKey"),
        (("--over", "soon"), "--over: 'soon' is not a duration"),
        (("--for", "9 days"), "--for: '9 days' is too long; allowed: at most 2 days"),
        (("--severity", "bad"), "severity: 'bad' is not one of policy technical-sev"),
    ],
)
def test_what_cannot_be_is_named(escalon: CommandLine, more: tuple[str, ...], named: str) -> None:
    ran = escalon("policy", "storm", "technical-sev", *more)
    assert ran.code == 2
    assert named in ran.err
