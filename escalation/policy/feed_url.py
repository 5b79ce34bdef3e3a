"""A feed's address on the web: whether it can be one, which host it names, and how it is kept out of what is shown.

Whoever knows such an address can read the feed: of it nothing but the host is shown, logged or kept.
"""

import re
from urllib.parse import urlsplit

ALLOWED = "an address that begins with https://, with a host and without a user name"
FETCH = "a copy: `escalon feed fetch` fetches it, and so does every worker"
_LONGEST = 2000
_WRITTEN = re.compile(r"(?P<lead>\burl\s*:\s*[\"']?)(?P<address>https?://[^\s\"',}#]+)", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)


def problem_of(url: str) -> str | None:
    """Why this is no address of a feed; None: it may be one. In words without the address."""
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return "is no address"
    if not url.isprintable() or " " in url or len(url) > _LONGEST:
        return "has characters that no address has, or too many"
    if parts.scheme.lower() not in {"https", "http"}:
        return "does not begin with https://"
    if parts.username is not None or parts.password is not None:
        return "has a user name in front of the host"
    if parts.hostname is None or not _HOST.fullmatch(parts.hostname) or not port_is_right:
        return "has no host"
    return None


def host_of(url: str) -> str:
    """The host alone: all of a feed's address that may be shown."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return host if _HOST.fullmatch(host) else "an address that is none"


def without_addresses(text: str) -> str:
    """The text of a file of rotas or calendars with the hosts alone of the addresses of feeds, as it may be kept."""
    return _WRITTEN.sub(lambda found: f"{found['lead']}https://{host_of(found['address'])}/", text)
