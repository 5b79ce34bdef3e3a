"""What an address of a channel looks like: for whoever edits the directory, and for the channels themselves.

The form alone. Whether the other side knows it, and whether it may be called from here, shows when something is sent.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

_EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_HOST = re.compile(r"[^\s/?#@\[\]:%]+|\[[0-9A-Fa-f:.]+\]")
_SLACK_ID = re.compile(r"[CGDUW][A-Z0-9]{7,20}", re.ASCII)
_SLACK_NAME = re.compile(r"#?[\w-]{1,80}")
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_MATRIX_ROOM = re.compile(r"![A-Za-z0-9._~+/=-]{1,190}(?::[A-Za-z0-9.-]+(?::[0-9]{1,5})?)?", re.ASCII)
_MATRIX_USER = re.compile(r"@[a-z0-9._=/+-]{1,190}:[A-Za-z0-9.-]+(?::[0-9]{1,5})?", re.ASCII)
_ROUTING_KEY = re.compile(r"[A-Za-z0-9]{32}", re.ASCII)
_PAGERDUTY_ID = re.compile(r"P[A-Z0-9]{1,19}", re.ASCII)
_OPSGENIE_KEY = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
_LIKE_A_KEY = re.compile(r"[A-Za-z0-9_=+/-]{24,}", re.ASCII)
_SERVICE = re.compile(r"[a-z][a-z0-9+.-]{1,30}://\S+", re.ASCII)

LONGEST_MATRIX_ID = 255
A_URL = "an address such as https://hooks.example.org/x, without a user name in it"
A_SLACK = (
    "a channel's or member's id such as C0123456789, a channel's name such as #payments, or an incoming webhook's URL"
)
A_TOPIC = "a topic's name, or its URL such as https://ntfy.example.org/payments"
A_PHONE = "a phone number with + and the country's code, without spaces, such as +447700900123"
A_MATRIX = "a room's id such as !payments:matrix.example.org, or a user's such as @kim:matrix.example.org"
A_PAGERDUTY = "an integration key of 32 letters and digits, or the person's id there such as P0KIM"
AN_OPSGENIE = "an API key such as 01234567-89ab-cdef-0123-456789abcdef, or the person's login such as kim@example.org"


def address_fault(channel: str, address: str) -> str | None:
    """What an address of this channel is, where `address` is none; None where it is fit, or the channel not ours."""
    if channel not in _FORMS:
        return None
    is_fit, allowed = _FORMS[channel]
    return None if address.isprintable() and " " not in address and is_fit(address) else allowed


def shown(address: str) -> str:
    """The address as a message about it may show it: of a URL the host at most, since the rest lets anybody send.

    Of what may be a key, or one with a slip in it, nothing.
    """
    scheme, mark, rest = address.partition("://")
    if not mark:
        return f"(what may be a key, of {len(address)} signs)" if _LIKE_A_KEY.fullmatch(address) else address
    if scheme not in {"http", "https"}:
        return f"{scheme}://..."  # where others have their host, some services have a token
    return f"{scheme}://{re.split('[/?#]', rest.rpartition('@')[2], maxsplit=1)[0]}/..."


def is_url(address: str) -> bool:
    """Whether it is a URL that a channel can be asked to call."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and "@" not in parts.netloc
        and _HOST.fullmatch(parts.netloc.removesuffix(f":{port}")) is not None
        and port != 0
    )


def ntfy_topic(address: str) -> tuple[str, str] | None:
    """The server's URL (empty: the one that is set up) and the topic; None where it is neither name nor URL."""
    if _TOPIC.fullmatch(address):
        return "", address
    server, _, topic = address.rpartition("/")
    if is_url(server) and _TOPIC.fullmatch(topic) and not set("?#") & set(address):
        return server, topic
    return None


def is_phone(address: str) -> bool:
    """Whether it is a phone number as E.164 writes it: a plus and at most 15 digits."""
    return _PHONE.fullmatch(address) is not None


def is_matrix_user(address: str) -> bool:
    """Whether it is a user's id, not a room's."""
    return len(address) <= LONGEST_MATRIX_ID and _MATRIX_USER.fullmatch(address) is not None


def is_read_by_one(channel: str, address: str) -> bool:
    """Whether what goes there is read by one person alone, as far as the address says: no room, no topic, no webhook.

    A mail can be forwarded, and a telephone lie about: who has it has what its owner was sent.
    """
    match channel:
        case "email" | "sms" | "voice" | "inbox":
            return True
        case "slack":
            return _SLACK_ID.fullmatch(address) is not None and address[0] in "DUW"
        case "matrix":
            return is_matrix_user(address)
        case _:
            return False


def is_routing_key(text: str) -> bool:
    """Whether it is a key of PagerDuty's Events API, which lets anybody send."""
    return _ROUTING_KEY.fullmatch(text) is not None


def is_opsgenie_key(text: str) -> bool:
    """Whether it is a key of Opsgenie's API, which lets anybody send."""
    return _OPSGENIE_KEY.fullmatch(text) is not None


def _is_matrix(address: str) -> bool:
    is_room = len(address) <= LONGEST_MATRIX_ID and _MATRIX_ROOM.fullmatch(address) is not None
    return is_room or is_matrix_user(address)


def _is_email(address: str) -> bool:
    return _EMAIL.fullmatch(address) is not None


def _is_slack(address: str) -> bool:
    is_name = _SLACK_NAME.fullmatch(address) is not None and address == address.lower()
    return is_name or _SLACK_ID.fullmatch(address) is not None or is_url(address)


_FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "email": (_is_email, "one such as kim@example.org"),
    "webhook": (is_url, A_URL),
    "slack": (_is_slack, A_SLACK),
    "teams": (is_url, A_URL),
    "mattermost": (is_url, A_URL),
    "ntfy": (lambda address: ntfy_topic(address) is not None, A_TOPIC),
    "apprise": (lambda address: _SERVICE.fullmatch(address) is not None, "a service's URL such as tgram://token/chat"),
    "sms": (is_phone, A_PHONE),
    "voice": (is_phone, A_PHONE),
    "matrix": (_is_matrix, A_MATRIX),
    "pagerduty": (lambda address: is_routing_key(address) or _PAGERDUTY_ID.fullmatch(address) is not None, A_PAGERDUTY),
    "opsgenie": (lambda address: is_opsgenie_key(address) or _is_email(address), AN_OPSGENIE),
}

CHANNELS: tuple[str, ...] = ("inbox", *_FORMS)
"""The channels by which people can be told, where they are set up."""
