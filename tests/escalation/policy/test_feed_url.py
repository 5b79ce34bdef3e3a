"""A feed's address: which can be one, and how nothing of it but the host is shown or kept."""

import pytest

from escalation.policy.feed_url import host_of, problem_of, without_addresses

SECRET = "https://calendar.example.org:8443/private-4711/basic.ics?key=s3cret"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("webcal://calendar.example.org/x.ics", "does not begin with https://"),
        ("calendar.example.org/x.ics", "does not begin with https://"),
        ("https://kim:pass@calendar.example.org/x.ics", "has a user name"),
        ("https:///x.ics", "has no host"),
        ("https://calendar.example.org:99999/x.ics", "is no address"),
        ("https://calendar.example.org/a b", "characters that no address has"),
        (f"https://calendar.example.org/{'x' * 2000}", "or too many"),
    ],
)
def test_what_is_no_address_is_said_without_it(url: str, words: str) -> None:
    problem = problem_of(url)
    assert problem is not None
    assert words in problem
    assert "example" not in problem


def test_of_an_address_the_host_alone_is_shown() -> None:
    assert problem_of(SECRET) is None
    assert host_of(SECRET) == "calendar.example.org"
    assert host_of("https://[::1/x") == "an address that is none"


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_what_is_kept_of_a_file_holds_no_address(quote: str) -> None:
    text = f"feed: {{ file: a.ics, url: {quote}{SECRET}{quote}, at_most_old: 2 h }}\nzone: UTC\n"
    kept = without_addresses(text)
    assert (
        kept
        == f"feed: {{ file: a.ics, url: {quote}https://calendar.example.org/{quote}, at_most_old: 2 h }}\nzone: UTC\n"
    )
    assert without_addresses(kept) == kept
    assert without_addresses("title: see https://example.org/x") == "title: see https://example.org/x"
