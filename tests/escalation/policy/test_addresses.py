"""What an address of each channel looks like, and that no message about one gives away what lets anybody send."""

import pytest

from escalation.policy.addresses import address_fault, ntfy_topic, shown
from escalation.policy.finding import PolicyErrors
from escalation.policy.read_directory import read_directory

URL = "https://hooks.example.org:8443/services/T00/B00/s3cr3t"
FIT = {
    "email": ["kim@example.org", "k.i+m@mail.example.org"],
    "webhook": [URL, "http://10.1.2.3/x", "https://[2001:db8::1]/x", "https://bücher.example.org/"],
    "slack": [URL, "C0123456789", "U0123456789", "#payments", "payments-eu_1", "#zahlungen-köln"],
    "teams": [URL],
    "mattermost": [URL],
    "ntfy": ["payments", "https://ntfy.example.org/payments", "https://ntfy.example.org/push/payments"],
    "apprise": ["tgram://123:abc/chat", "pagerduty://key@api"],
    "sms": ["+447700900123", "+15005550006", "+3531234"],
    "voice": ["+447700900123"],
    "matrix": [
        *("!payments:matrix.example.org", "!aB1:matrix.example.org:8448", "@kim:matrix.example.org"),
        *("!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM", "@kim.b=x/1:localhost"),
    ],
    "pagerduty": ["0123456789abcdef0123456789ABCDEF", "P0KIM", "PXXXXXX", "P1"],
    "opsgenie": ["01234567-89ab-cdef-0123-456789abcdef", "kim@example.org"],
}
UNFIT = {
    "email": ["kim", "kim@", "@example.org", "kim@example", "kim@exa mple.org"],
    "webhook": [
        *("", "kim", "ftp://example.org/", "https://", "https:///x", "https://kim:pw@example.org/", "https://a b/"),
        *("https://e.org:0/", "https://e.org:99999/", "https://e.org:x/", "https://[::1", "https://e%2f/"),
    ],
    "slack": ["", "#", "Payments", "#a b", "c0123456789!", "kim@example.org", "https://"],
    "teams": ["kim", "teams.example.org/x"],
    "mattermost": ["@kim", "mattermost"],
    "ntfy": ["", "a b", "pay/ments", "https://ntfy.example.org/", "https://ntfy.example.org/a?b", "x" * 65],
    "apprise": ["", "kim", "tgram:", "://x", "TGRAM://x", "tgram://a b"],
    "sms": [
        *("", "+", "0791234567", "00447700900123", "+0447700900123", "+44 7700 900123", "+44-7700-900123", "+12345"),
        *("+1234567890123456", "447700900123", "tel:+447700900123", "+44770090012३", "+447700900123\n"),
    ],
    "voice": ["kim", "112", "+44 7700 900123"],
    "matrix": [
        *("", "!", "@kim", "kim:matrix.example.org", "#payments:matrix.example.org", "@Kim:matrix.example.org"),
        *("@kim:", "!a b:x", "https://matrix.example.org", "!" + "x" * 191, "@k:" + "x" * 260, "!room:host:port"),
    ],
    "pagerduty": ["", "kim", "p0kim", "P", "0" * 31, "0" * 33, "kim@example.org", "0123456789abcdef-123456789ABCDEF"],
    "opsgenie": ["", "kim", "01234567-89ab-cdef-0123-456789abcde", "0123456789abcdef0123456789abcdef", "@example.org"],
}


@pytest.mark.parametrize(("channel", "address"), [(each, one) for each in FIT for one in FIT[each]])
def test_what_is_an_address_is_taken(channel: str, address: str) -> None:
    assert address_fault(channel, address) is None


@pytest.mark.parametrize(("channel", "address"), [(each, one) for each in UNFIT for one in UNFIT[each]])
def test_what_is_none_is_told_what_would_be(channel: str, address: str) -> None:
    assert "such as" in (address_fault(channel, address) or "")


def test_ids_in_systems_that_are_no_channels_of_ours_are_not_judged() -> None:
    assert address_fault("zendesk", "P0KIM") is None


def test_a_topic_is_told_from_its_server() -> None:
    assert ntfy_topic("payments") == ("", "payments")
    assert ntfy_topic("https://ntfy.example.org:8443/payments") == ("https://ntfy.example.org:8443", "payments")


def test_of_a_url_only_the_host_is_shown() -> None:
    assert shown(URL) == "https://hooks.example.org:8443/..."
    assert shown("tgram://123:t0ken/chat") == "tgram://..."
    assert shown("kim@example") == "kim@example"
    assert shown("+44 7700") == "+44 7700"


@pytest.mark.parametrize(
    "key",
    [
        *("0123456789abcdef0123456789ABCDE", "01234567-89ab-cdef-0123-456789abcde", "dGhpcyBpcyBhIHNlY3JldCBrZXk="),
        "xoxb-1234567890-abcdefghijkl",
    ],
)
def test_of_a_key_with_a_slip_in_it_nothing_is_shown(key: str) -> None:
    assert shown(key) == f"(what may be a key, of {len(key)} signs)"


@pytest.mark.parametrize("address", ["https://kim:s3cr3t@hooks.example.org/x", "ftp://kim:s3cr3t@hooks.example.org/"])
def test_the_directory_names_the_person_the_channel_and_what_is_allowed(address: str) -> None:
    text = f"""
operator: kim
people:
  kim:
    name: Kim
    role: agent
    addresses: {{inbox: kim, webhook: "{address}"}}
teams: {{}}
"""
    with pytest.raises(PolicyErrors) as caught:
        read_directory(text, "people.yaml")
    said = str(caught.value)
    assert "people.kim.addresses.webhook" in said
    assert "https://hooks.example.org/x, without" in said
    assert "s3cr3t" not in said


@pytest.mark.parametrize(
    ("channel", "address", "allowed"),
    [
        ("sms", "0791234567", "a phone number with + and the country's code"),
        ("voice", "+44 7700 900123", "a phone number with + and the country's code"),
        ("matrix", "#payments:matrix.example.org", "a room's id such as !payments:matrix.example.org"),
        ("pagerduty", "0123456789abcdef0123456789ABCDE", "an integration key of 32 letters and digits"),
        ("opsgenie", "fedcba98-89ab-cdef-0123-456789abcde", "an API key such as"),
    ],
)
def test_an_address_of_a_further_channel_is_checked_with_the_directory(
    channel: str, address: str, allowed: str
) -> None:
    text = f"""
operator: kim
people:
  kim:
    name: Kim
    role: agent
    addresses: {{inbox: kim, {channel}: "{address}"}}
teams: {{}}
"""
    with pytest.raises(PolicyErrors) as caught:
        read_directory(text, "people.yaml")
    said = str(caught.value)
    assert f"people.kim.addresses.{channel}" in said
    assert allowed in said
    assert (address in said) == (channel not in {"pagerduty", "opsgenie"})
