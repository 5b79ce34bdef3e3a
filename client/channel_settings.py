"""What the settings of channels may be: lists written with commas, read and checked before anything is started."""

import ssl
from base64 import b64decode
from ipaddress import IPv4Network, IPv6Network, ip_network

from escalation.policy.addresses import is_url

FURTHER = ("webhook", "slack", "teams", "mattermost", "ntfy", "apprise")
"""The channels that `ESCALON_CHANNELS` can name. The inbox is always there, e-mail where there is a mail server."""
LEAST_KEY, MOST_KEY = 24, 64
"""Bytes of a key; the figures are those of Standard Webhooks."""
_KEY = f"whsec_ and the Base64 of {LEAST_KEY} to {MOST_KEY} random bytes"


def listed(text: str) -> tuple[str, ...]:
    """The parts between commas, without those that are empty."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def channel_names(text: str) -> tuple[str, ...]:
    """The channels named; raises ValueError for one that there is not."""
    names = tuple(dict.fromkeys(listed(text)))
    for name in names:
        if name not in FURTHER:
            raise ValueError(f"{name!r} is no channel; allowed: {', '.join(FURTHER)}")
    return names


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks named; raises ValueError for what is none."""
    found = []
    for part in listed(text):
        try:
            found.append(ip_network(part))
        except ValueError as error:
            raise ValueError(f"{error}; allowed: networks such as 10.20.0.0/16, with commas between them") from None
    return tuple(found)


def signing_keys(text: str) -> tuple[str, ...]:
    """The keys; raises ValueError, with nothing of them in it, where there is none or one is not as keys are."""
    keys = listed(text)
    if not keys:
        raise ValueError(f"the channel webhook needs ESCALON_WEBHOOK_KEYS: {_KEY}; several with commas between them")
    for place, key in enumerate(keys, 1):
        body = key.removeprefix("whsec_")
        try:
            length = len(b64decode(body + "=" * (-len(body) % 4), validate=True))
        except ValueError:
            length = 0
        if body == key or not LEAST_KEY <= length <= MOST_KEY:
            raise ValueError(f"ESCALON_WEBHOOK_KEYS: key {place} is not {_KEY}")
    return keys


def url_or_none(text: str) -> str:
    """The text, where it is empty or a URL; raises ValueError."""
    if text and not is_url(text):
        raise ValueError("this is no URL; allowed: one such as https://chat.example.org")
    return text


def template_or_none(text: str) -> str:
    """The text, where it is empty or a URL with {issue} in it; raises ValueError."""
    if text and not (is_url(text.replace("{issue}", "x")) and "{issue}" in text):
        raise ValueError("allowed: a URL with {issue} in it, such as https://temporal.example.org/workflows/{issue}")
    return text


def certificates_or_none(path: str) -> str:
    """The path, where it is empty or a file of certificates; raises ValueError."""
    try:
        if path:
            ssl.create_default_context().load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"certificates cannot be read from it: {error.strerror or error}") from None
    return path
