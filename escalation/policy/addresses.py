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
_SERVICE = re.compile(r"[a-z][a-z0-9+.-]{1,30}://\S+", re.ASCII)

A_URL = "an address such as https://hooks.example.org/x, without a user name in it"
A_SLACK = (
    "a channel's or member's id such as C0123456789, a channel's name such as #payments, or an incoming webhook's URL"
)
A_TOPIC = "a topic's name, or its URL such as https://ntfy.example.org/payments"


def address_fault(channel: str, address: str) -> str | None:
    """What an address of this channel is, where `address` is none; None where it is fit, or the channel not ours."""
    if channel not in _FORMS:
        return None
    is_fit, allowed = _FORMS[channel]
    return None if address.isprintable() and " " not in address and is_fit(address) else allowed


def shown(address: str) -> str:
    """The address as a message about it may show it: of a URL the host at most, since the rest lets anybody send."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
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


def _is_slack(address: str) -> bool:
    is_name = _SLACK_NAME.fullmatch(address) is not None and address == address.lower()
    return is_name or _SLACK_ID.fullmatch(address) is not None or is_url(address)


_FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "email": (lambda address: _EMAIL.fullmatch(address) is not None, "one such as kim@example.org"),
    "webhook": (is_url, A_URL),
    "slack": (_is_slack, A_SLACK),
    "teams": (is_url, A_URL),
    "mattermost": (is_url, A_URL),
    "ntfy": (lambda address: ntfy_topic(address) is not None, A_TOPIC),
    "apprise": (lambda address: _SERVICE.fullmatch(address) is not None, "a service's URL such as tgram://token/chat"),
}
