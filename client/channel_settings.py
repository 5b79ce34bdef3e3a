"""What the settings of channels may be: lists written with commas, read and checked before anything is started."""

import re
import ssl
from base64 import b64decode
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from escalation.answer_link import LEAST_KEY as LEAST_ANSWER_KEY
from escalation.mail.reply_address import LONGEST_NAME
from escalation.policy.addresses import address_fault, is_opsgenie_key, is_phone, is_routing_key, is_url

FURTHER = (
    "webhook", "slack", "teams", "mattermost", "ntfy", "apprise", "sms", "voice", "matrix", "pagerduty", "opsgenie",
)  # fmt: skip
"""The channels that `ESCALON_CHANNELS` can name. The inbox is always there, e-mail where there is a mail server."""
TWILIO_STATUS, TWILIO_KEYS, TWILIO_REPLIES = "/v1/twilio/status", "/v1/twilio/keys", "/v1/twilio/replies"
"""Where the HTTP door takes what became of a message or call, the key pressed in a call, and what people text back."""
LEAST_KEY, MOST_KEY = 24, 64
"""Bytes of a key; the figures are those of Standard Webhooks."""
_KEY = f"whsec_ and the Base64 of {LEAST_KEY} to {MOST_KEY} random bytes"

SLACK_ACTIONS = "/v1/slack/actions"
"""Where it takes buttons that are pressed in Slack."""
ANSWER_PAGE, ANSWER_POST = "/answer", "/v1/answers"
"""Where the HTTP door has the page of a link, and where programs send what it stands for."""

_NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "sms": (("twilio_account",), ("twilio_token",), ("twilio_from", "twilio_service")),
    "voice": (("twilio_account",), ("twilio_token",), ("twilio_from",)),
    "matrix": (("matrix_url",), ("matrix_token",)),
}
"""By channel the settings that it needs, of each group one."""
_SHORT_CODE = re.compile(r"[0-9]{3,8}", re.ASCII)
_SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", re.ASCII)


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


def account_or_none(text: str) -> str:
    """The text, where it is empty or an account's id; raises ValueError."""
    return _id_or_none(text, "AC", "an account's id: AC and 32 hexadecimal digits")


def service_or_none(text: str) -> str:
    """The text, where it is empty or a messaging service's id; raises ValueError."""
    return _id_or_none(text, "MG", "a messaging service's id: MG and 32 hexadecimal digits")


def sender_or_none(text: str) -> str:
    """The text, where it is empty or can send an SMS; raises ValueError."""
    if text and not (is_phone(text) or _SHORT_CODE.fullmatch(text) or _SENDER_NAME.fullmatch(text)):
        raise ValueError(
            f"{text!r} sends no messages; allowed: a number such as +447700900123, a short code, "
            "or a name of at most 11 letters and digits"
        )
    return text


def further_needs(named: tuple[str, ...], given: Mapping[str, Any]) -> None:
    """Raises ValueError where one of these channels lacks a setting; `given` are those that were fit to use."""
    for name in named:
        for needs in _NEEDS.get(name, ()):
            if all(setting in given and not _plain(given[setting]) for setting in needs):
                wanted = " or ".join(f"ESCALON_{setting.upper()}" for setting in needs)
                raise ValueError(f"the channel {name} needs {wanted}")
    if "voice" in named and "twilio_from" in given and not is_phone(given["twilio_from"]):
        raise ValueError("the channel voice needs a phone number as ESCALON_TWILIO_FROM, such as +447700900123")
    key = _plain(given.get("pagerduty_key", ""))
    if key and not is_routing_key(key):
        raise ValueError("ESCALON_PAGERDUTY_KEY is no integration key: those have 32 letters and digits")
    key = _plain(given.get("opsgenie_key", ""))
    if key and not is_opsgenie_key(key):
        raise ValueError("ESCALON_OPSGENIE_KEY is no API key: those are as 01234567-89ab-cdef-0123-456789abcdef")


def _plain(given: str | SecretStr) -> str:
    return given.get_secret_value() if isinstance(given, SecretStr) else given


def public_url_or_none(text: str) -> str:
    """The text, where it is empty or an https URL without a query, not ending with a slash; raises ValueError."""
    if text and not (is_url(text) and text.startswith("https://") and not set("?#_") & set(text)):
        raise ValueError("allowed: an https URL that can be called from outside, such as https://escalon.example.org")
    return text.rstrip("/")


def _id_or_none(text: str, begins: str, allowed: str) -> str:
    if text and not re.fullmatch(begins + "[0-9a-fA-F]{32}", text, re.ASCII):
        raise ValueError(f"{text!r} is none; allowed: {allowed}")
    return text


def read_answer_keys(text: str) -> tuple[str, ...]:
    """The keys that sign answers, the newest first; raises ValueError, with nothing of them in it."""
    keys = listed(text)
    for place, key in enumerate(keys, 1):
        if len(key) < LEAST_ANSWER_KEY:
            raise ValueError(
                f"ESCALON_ANSWER_KEYS: key {place} is too short; allowed: at least {LEAST_ANSWER_KEY} random characters"
            )
    return keys


def answer_url_or_none(text: str) -> str:
    """The text, where it is empty or a URL that people's browsers can open, without a query; raises ValueError."""
    parts = urlsplit(text) if is_url(text) else None
    is_here = parts is not None and parts.hostname in {"localhost", "127.0.0.1"}
    if text and not (parts and (parts.scheme == "https" or is_here) and not set("?#") & set(text)):
        raise ValueError(
            "allowed: an https URL under which people reach the HTTP door, such as https://escalon.example.org; "
            "of this machine alone also http://127.0.0.1:8088"
        )
    return text.rstrip("/")


def reply_address_or_none(text: str) -> str:
    """The text, where it is empty or an address that has room for a token behind a plus sign; raises ValueError."""
    name = text.rpartition("@")[0]
    is_fit = address_fault("email", text) is None and "+" not in name and len(name) <= LONGEST_NAME and text.isascii()
    if text and not is_fit:
        raise ValueError(
            f"{text!r} is no address for replies; allowed: one such as escalon@example.org, with at most "
            f"{LONGEST_NAME} characters and no plus sign before its @"
        )
    return text


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
