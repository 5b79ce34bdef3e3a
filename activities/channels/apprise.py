"""The long tail: some 170 services through the library apprise (extra `apprise`), of which only named ones may be used.

Less is known than of our own channels: whether it went, not why not. What fails is therefore for now, unless the
address is none; there is no Retry-After, and where an address leads is not checked, which is why services are named.
"""

import logging
import warnings
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from activities.channels.contract import ChannelRefused, ChannelUnavailable, Envelope, Sent
from activities.channels.fitting import answers_of, page_of
from activities.channels.given_address import check_address

WEAKEN = frozenset({"verify", "redirect"})
"""Words of an address by which apprise would leave certificates unchecked, or follow redirects."""


class AppriseChannel:
    """Sends to the `apprise` address of a person: a service's URL as apprise writes it."""

    name = "apprise"

    def __init__(self, services: tuple[str, ...], timeout: timedelta, link: str = "") -> None:
        """Raises ValueError where the library is not installed, or a service is none of its."""
        try:
            import apprise  # noqa: PLC0415 - an extra, and a fifth of a second
        except ImportError:
            raise ValueError(
                "the channel apprise needs a library that is not installed here: escalon[apprise]"
            ) from None
        self._library = apprise
        # Its logs hold addresses, which hold tokens.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings(action="ignore"):  # it loads all services, some of which are behind their times
            known = {schema for service in apprise.Apprise().details()["schemas"] for schema in _schemas(service)}
        if unknown := sorted(set(services) - known):
            raise ValueError(f"ESCALON_APPRISE_SERVICES: apprise has no service {', '.join(unknown)}")
        self._services = frozenset(services)
        self._timeout_s = timeout.total_seconds()
        self._link = link

    async def send(self, envelope: Envelope) -> Sent:
        """Hand one message to the library."""
        check_address(self.name, envelope.address, "address of apprise")
        self._check(envelope.address)
        service = self._service(envelope.address)
        page = page_of(envelope, self._link)
        foot = (answers_of(envelope), f"{envelope.issue.short} {envelope.public_id}", page)
        footer = "\n".join(part for part in foot if part)
        sending = self._library.Apprise(asset=self._asset())
        sending.add(service)
        result = await sending.async_notify(
            title=" ".join(envelope.subject.split()),
            body=f"{envelope.body}\n\n{footer}",
            body_format=self._library.NotifyFormat.TEXT,
            notify_type=self._library.NotifyType.WARNING,
            timeout=self._timeout_s,
        )
        statuses = type(result.status)
        if result.status == statuses.SUCCESS:
            return Sent()
        several = len(service) > 1
        raise ChannelUnavailable(
            "the service gave no answer in time"
            if result.status == statuses.TIMEOUT
            else "the service did not take it",
            # Of several that one address names, some may have it.
            is_outcome_unknown=several or result.status in {statuses.TIMEOUT, statuses.PARTIAL},
        )

    def _check(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in self._services:
            allowed = ", ".join(sorted(self._services))
            raise ChannelRefused(f"the service {parts.scheme} is not allowed by ESCALON_APPRISE_SERVICES: {allowed}")
        if weaker := sorted(WEAKEN & {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}):
            raise ChannelRefused(f"the address says {', '.join(weaker)}, which is not for an address to say")

    def _service(self, address: str) -> Any:
        service = self._library.Apprise.instantiate(address, asset=self._asset(), suppress_exceptions=True)
        if service is None:
            raise ChannelRefused("apprise does not understand this address")
        return service

    def _asset(self) -> Any:
        return self._library.AppriseAsset(
            app_id="Escalon", app_desc="Escalon", app_url="", http_redirects=False, secure_logging=True, theme=""
        )


def _schemas(service: dict[str, Any]) -> set[str]:
    return {*(service["protocols"] or ()), *(service["secure_protocols"] or ())}
