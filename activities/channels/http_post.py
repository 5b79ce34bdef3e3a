"""One request to an address that somebody wrote into the directory: bounded, guarded, and its outcome told apart.

All channels over HTTP send through here. Nothing is followed (a redirect is a refusal), TLS is always verified, and
where an address leads is checked on the addresses that its name resolves to, of which one is then connected to: a name
cannot lead elsewhere in between. One connection a message, so that a broken one is never somebody else's. What may hold
a secret (path, query, token, what the other side wrote) is in no error. What an answer means: `http_answer.py`.
"""

import asyncio
import ipaddress
import json
import logging
import socket
import ssl
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, NamedTuple, TypeAlias

import httpx2

from activities.channels.contract import ChannelRefused, ChannelUnavailable
from activities.channels.http_answer import BODY_PATIENCE, MOST_READ, Answer, InItsWords, heard, is_taken, read, refusal

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Ip: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Method: TypeAlias = Literal["GET", "POST", "PUT"]

NOT_CHANGED = 304
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, kw_only=True)
class PostSettings:
    """What channels over HTTP may do here."""

    timeout: timedelta = timedelta(seconds=10)
    """For all of it: finding the host, connecting, sending, the answer."""
    is_plain_allowed: bool = False
    """Whether an address may be http instead of https."""
    networks: tuple[Network, ...] = ()
    """Loopback, link-local and private networks that may be called all the same."""
    ca_file: str | None = None
    """Certificates to trust beside the system's."""


class HttpPost:
    """Sends for all channels over HTTP of this process."""

    def __init__(self, settings: PostSettings) -> None:
        """Raises OSError or ssl.SSLError where the certificates to trust cannot be read."""
        self._settings = settings
        for name in ("httpx2", "httpcore2"):  # they log the whole of every address
            logging.getLogger(name).setLevel(logging.WARNING)
        self._tls = ssl.create_default_context()
        if settings.ca_file is not None:
            self._tls.load_verify_locations(cafile=settings.ca_file)
        # Threads of its own: names that nobody resolves must not hold up anything else.
        self._finders = ThreadPoolExecutor(max_workers=4, thread_name_prefix="find-host")

    async def post(
        self,
        address: str,
        content: bytes,
        headers: Mapping[str, str],
        *,
        within: timedelta | None = None,
        method: Method = "POST",
        in_its_words: InItsWords | None = None,
        most: int = MOST_READ,
    ) -> Answer:
        """Send it; raises ChannelRefused or ChannelUnavailable with the outcome unknown once the request was written.

        `within` shortens the settings' time for all of it; `in_its_words` tells the other side's refusals apart.
        """
        url, whole = self._url(address), self._settings.timeout
        stage = _Stage()
        try:
            async with asyncio.timeout(min(within or whole, whole).total_seconds()):
                ips = await self._find(url)
                stage.now = "connecting"
                request = _Request(method, url, content, headers, most)
                return await self._first_that_answers(request, ips, in_its_words, stage)
        except TimeoutError:
            raise stage.unavailable("no answer in time") from None
        except httpx2.TimeoutException as error:
            raise stage.unavailable("no answer in time") from error.__cause__
        except httpx2.TransportError as error:
            raise stage.unavailable(_why(error)) from None
        except (httpx2.InvalidURL, UnicodeError, ValueError):
            raise ChannelRefused("this is no address that can be called") from None

    async def get(self, address: str, headers: Mapping[str, str], *, most: int) -> Answer:
        """Ask for what is there, at most so many bytes of it; an answer of 304 is one, too. Raises as `post`."""
        return await self.post(address, b"", headers, method="GET", most=most)

    async def post_json(
        self,
        address: str,
        content: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        *,
        within: timedelta | None = None,
        method: Method = "POST",
        in_its_words: InItsWords | None = None,
    ) -> Answer:
        """The same with a JSON object."""
        body = json.dumps(content, ensure_ascii=False).encode(errors="replace")
        given = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        return await self.post(address, body, given, within=within, method=method, in_its_words=in_its_words)

    def _url(self, address: str) -> httpx2.URL:
        if not address.isprintable() or " " in address:
            raise ChannelRefused("the address has characters that no address has")
        try:
            url = httpx2.URL(address)
        except (httpx2.InvalidURL, UnicodeError, ValueError):
            raise ChannelRefused("this is no address that can be called") from None
        if url.scheme != "https" and not (url.scheme == "http" and self._settings.is_plain_allowed):
            allowed = "https or http" if self._settings.is_plain_allowed else "https"
            raise ChannelRefused(f"the address begins with {url.scheme[:20]!r}; allowed: {allowed}")
        if not url.host or url.userinfo:
            raise ChannelRefused("the address has no host, or a user name in front of it")
        if url.port is not None and not 0 < url.port < 65536:
            raise ChannelRefused("this is no address that can be called")
        return url

    async def _find(self, url: httpx2.URL) -> list[Ip]:
        """Where the host's name leads, without what is not to be called."""
        loop, host = asyncio.get_running_loop(), url.raw_host.decode("ascii").strip("[]")
        try:
            found = await loop.run_in_executor(self._finders, _resolve, host, url.port or 443)
        except (socket.gaierror, UnicodeError, OSError) as error:
            words = error.strerror if isinstance(error, OSError) else "it is no name"
            raise ChannelUnavailable(f"the host {host} is not found: {words}") from None
        allowed = [ip for ip in found if self._may_call(ip)]
        if not allowed:
            raise ChannelRefused(
                f"the host {host} is in a network that is not called from here; allowed: public ones"
                + "".join(f", {network}" for network in self._settings.networks)
            )
        return allowed

    def _may_call(self, ip: Ip) -> bool:
        # One that carries another one inside leads to where that one does.
        meant = _carried(ip)
        if any(meant in network for network in self._settings.networks if network.version == meant.version):
            return True
        return meant.is_global and not meant.is_multicast

    async def _first_that_answers(
        self, request: "_Request", ips: list[Ip], in_its_words: InItsWords | None, stage: "_Stage"
    ) -> Answer:
        for last, ip in zip([*[False] * (len(ips) - 1), True], ips, strict=True):
            try:
                return await self._send(request, ip, in_its_words, stage)
            except httpx2.TransportError:
                if last or stage.is_written:
                    raise
        raise AssertionError("there is at least one address")

    async def _send(self, request: "_Request", ip: Ip, in_its_words: InItsWords | None, stage: "_Stage") -> Answer:
        whole_s, url = self._settings.timeout.total_seconds(), request.url
        host = url.raw_host.decode("ascii").strip("[]")
        extensions: dict[str, Any] = {"sni_hostname": host, "trace": stage.follow}
        own = {"Host": url.netloc.decode("ascii"), "User-Agent": "Escalon", "Accept-Encoding": "identity"}
        async with (
            httpx2.AsyncClient(
                verify=self._tls,
                trust_env=False,
                follow_redirects=False,
                # Half of it for connecting: a host's next address gets its turn.
                timeout=httpx2.Timeout(whole_s, connect=whole_s / 2),
            ) as client,
            client.stream(
                request.method,
                url.copy_with(host=str(ip), fragment=None),
                content=request.content,
                headers={**request.headers, **own},
                extensions=extensions,
            ) as answer,
        ):
            if request.most != MOST_READ and answer.status_code == NOT_CHANGED:
                return heard(answer)
            if is_taken(answer.status_code):
                return await read(answer, request.most, None if request.most != MOST_READ else BODY_PATIENCE)
            said = heard(answer) if in_its_words is None else await read(answer)
            raise refusal(said, in_its_words, answer.headers.get("location", ""))


class _Request(NamedTuple):
    method: Method
    url: httpx2.URL
    content: bytes
    headers: Mapping[str, str]
    most: int
    """Bytes of the answer; where it is not what is usual, the answer is what is wanted."""


class _Stage:
    """How far a request has come."""

    def __init__(self) -> None:
        self.now = "finding the host"
        self.is_written = False

    async def follow(self, event: str, _: Mapping[str, Any]) -> None:
        """Hear from the connection what it does."""
        if event == "http11.send_request_headers.started":
            # From here on some of it may have left, and may be all that the other side needs.
            self.now, self.is_written = "waiting for the answer", True

    def unavailable(self, why: str) -> ChannelUnavailable:
        return ChannelUnavailable(f"while {self.now}: {why}", is_outcome_unknown=self.is_written)


def _resolve(host: str, port: int) -> list[Ip]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(str(sockaddr[0])) for *_, sockaddr in found))


def _carried(ip: Ip) -> Ip:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
    if inside is None and ip in _NAT64:
        inside = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return inside or ip


def _why(error: httpx2.TransportError) -> str:
    """What broke, in words that hold nothing of the address."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not to be trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed: {cause.reason}"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    if isinstance(error, httpx2.ProtocolError):
        return "it broke off, or what it said is not HTTP"
    return "the connection was refused or broke"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
