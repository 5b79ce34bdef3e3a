"""One POST: what each answer and each breakdown means, where it may go, and that it ends."""

import asyncio
import logging
import os
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from activities.channels import http_answer
from activities.channels import http_post as sending
from activities.channels.contract import ChannelRefused, ChannelUnavailable
from activities.channels.http_answer import MOST_READ, Answer, retry_after
from activities.channels.http_post import HttpPost, PostSettings
from tests.activities.channels.http_side import Got, HttpSide, answer, http_post, http_side, says

SECRET = "T0K3N-of-the-path"


async def post(side: HttpSide, within: float = 10, **changed: Any) -> Answer:
    """One request to a path that holds a secret."""
    sender = http_post(**{"timeout": timedelta(seconds=within), **changed})
    return await sender.post(side.url(f"/{SECRET}?key={SECRET}"), b"{}", {"Content-Type": "application/json"})


async def refused(raw: bytes) -> ChannelRefused:
    """How an answer is refused."""
    async with http_side(says(raw)) as side:
        with pytest.raises(ChannelRefused) as caught:
            await post(side)
    assert SECRET not in str(caught.value)
    return caught.value


async def unavailable(
    answering: Callable[[Got, asyncio.StreamWriter], Awaitable[None]], within: float = 10
) -> ChannelUnavailable:
    """How a breakdown is unavailable."""
    async with http_side(answering) as side:
        with pytest.raises(ChannelUnavailable) as caught:
            await post(side, within)
        assert len(side.got) == 1
    assert SECRET not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_a_message_that_is_taken_is_sent_once_as_it_was_given(status: int) -> None:
    async with http_side(says(answer(status, b"" if status == 204 else b"taken"))) as side:
        taken = await post(side)
    assert (taken.status, taken.body, taken.is_whole) == (status, b"" if status == 204 else b"taken", True)
    (got,) = side.got
    assert (got.method, got.path, got.body) == ("POST", f"/{SECRET}?key={SECRET}", b"{}")
    assert got.headers["host"] == f"localhost:{side.port}"
    assert got.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300, 304])
async def test_a_redirect_is_a_refusal_that_names_itself_and_is_not_followed(status: int) -> None:
    async with http_side() as elsewhere:
        error = await refused(answer(status, Location=elsewhere.url(f"/{SECRET}")))
        assert elsewhere.got == []
    assert str(status) in str(error)
    assert "localhost" in str(error)


async def test_where_a_redirect_leads_is_not_believed_to_be_fit_to_print() -> None:
    error = await refused(answer(302, Location="https://a\tb<script>/"))
    assert "script" not in str(error)


@pytest.mark.parametrize(
    ("status", "words"),
    [(400, "400"), (401, "key or token"), (403, "let us in"), (404, "nothing at"), (410, "given up"), (413, "large")],
)
async def test_a_four_hundred_is_for_good_and_said_plainly(status: int, words: str) -> None:
    assert words in str(await refused(answer(status, f"the page says {SECRET}")))


@pytest.mark.parametrize(
    ("status", "is_unknown"),
    [(408, False), (425, False), (429, False), (500, False), (503, False), (502, True), (504, True)],
)
async def test_what_may_be_mended_by_waiting_is_for_now(status: int, is_unknown: bool) -> None:
    error = await unavailable(says(answer(status, Retry_After="120")))
    assert (error.retry_after, error.is_outcome_unknown) == (timedelta(seconds=120), is_unknown)
    assert str(status) in str(error)


async def test_a_date_says_as_well_when_to_come_back() -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    headers = {"Retry_After": format_datetime(at + timedelta(minutes=3), usegmt=True), "Date": format_datetime(at)}
    assert (await unavailable(says(answer(503, **headers)))).retry_after == timedelta(minutes=3)


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "date", "wait"),
    [
        ("30", "", timedelta(seconds=30)),
        ("0", "", timedelta(0)),
        ("Sun, 22 Nov 2026 12:01:00 GMT", "", timedelta(minutes=1)),
        ("Sun, 22 Nov 2026 11:01:00 GMT", "", timedelta(0)),
        # Its clock is an hour fast: it means a minute.
        ("Sun, 22 Nov 2026 13:01:00 GMT", "Sun, 22 Nov 2026 13:00:00 GMT", timedelta(minutes=1)),
        ("Sun, 22 Nov 2026 12:01:00 -0000", "no date", timedelta(minutes=1)),
        ("999999999", "", timedelta(days=1)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "", timedelta(days=1)),
        ("9" * 5000, "", None),
        ("-5", "", None),
        ("1e3", "", None),
        ("٣٠", "", None),
        ("soon", "", None),
        ("", "", None),
    ],
)
def test_both_forms_of_retry_after_are_read_and_no_other(given: str, date: str, wait: timedelta | None) -> None:
    assert retry_after({"retry-after": given, "date": date}, NOW) == wait


async def test_a_server_that_hangs_is_given_up_and_may_have_the_message() -> None:
    async def hang(_: Got, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    began = time.monotonic()
    error = await unavailable(hang, within=0.5)
    assert error.is_outcome_unknown
    assert "waiting for the answer" in str(error)
    assert time.monotonic() - began < 4


async def test_a_server_that_drips_its_headers_is_given_up() -> None:
    async def drip(_: Got, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for _n in range(100):
            writer.write(b"X: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert (await unavailable(drip, within=0.5)).is_outcome_unknown


async def test_a_server_that_never_finishes_its_handshake_has_nothing() -> None:
    async with http_side(has_tls=False) as side:
        side.has_tls = True  # the address says https, the port says nothing
        with pytest.raises(ChannelUnavailable) as caught:
            await post(side, 0.5)
    assert not caught.value.is_outcome_unknown
    assert "connecting" in str(caught.value)


@pytest.mark.parametrize(
    "what", [b"", b"HTTP/1.1 2", b"SSH-2.0-sample\r\n\r\n", b"\x00\xff" * 50, b"HTTP/1.1 200 OK\r\nBad\r\n\r\n"]
)
async def test_what_breaks_off_or_is_no_http_leaves_it_open(what: bytes) -> None:
    assert (await unavailable(says(what))).is_outcome_unknown


async def test_endless_headers_are_cut_off() -> None:
    async def flood(_: Got, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for _n in range(10_000):
            writer.write(b"X-Sample: " + b"y" * 1000 + b"\r\n")
            await writer.drain()

    assert (await unavailable(flood)).is_outcome_unknown


async def test_a_connection_that_is_reset_leaves_it_open() -> None:
    async with http_side(has_tls=False) as side:

        async def reset(_: Got, writer: asyncio.StreamWriter) -> None:
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

        side.answering = reset
        with pytest.raises(ChannelUnavailable) as caught:
            await post(side, is_plain_allowed=True)
    assert caught.value.is_outcome_unknown


async def test_what_is_refused_at_the_door_is_known_not_to_have_arrived() -> None:
    async with http_side() as side:
        pass
    with pytest.raises(ChannelUnavailable, match="connecting") as caught:
        await post(side)
    assert not caught.value.is_outcome_unknown


async def test_a_name_that_nobody_knows_is_known_not_to_have_arrived() -> None:
    with pytest.raises(ChannelUnavailable, match=r"no-such-host\.invalid") as caught:
        await http_post().post(f"https://no-such-host.invalid/{SECRET}", b"", {})
    assert not caught.value.is_outcome_unknown
    assert SECRET not in str(caught.value)


async def test_a_server_that_cannot_prove_who_it_is_gets_nothing() -> None:
    async with http_side() as side:
        with pytest.raises(ChannelUnavailable, match="certificate is not to be trusted: self-signed") as caught:
            await post(side, ca_file=None)
        assert not caught.value.is_outcome_unknown
        assert side.got == []


async def test_a_certificate_must_be_of_the_host_that_was_called() -> None:
    async with http_side(ip="127.0.0.2", host="127.0.0.2") as side:
        with pytest.raises(ChannelUnavailable, match="certificate is not to be trusted: IP address mismatch") as caught:
            await post(side)
        assert not caught.value.is_outcome_unknown
        assert side.got == []


async def test_it_is_the_name_that_must_prove_itself_not_where_it_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_resolve", lambda *_: [ip_address("127.0.0.1")])
    async with http_side(host="hooks.example.org") as side:
        with pytest.raises(ChannelUnavailable, match="not to be trusted: Hostname mismatch"):
            await post(side)
        assert side.got == []


async def test_of_a_body_that_is_too_long_the_head_is_read() -> None:
    async with http_side(says(answer(200, b"x" * (MOST_READ + 1)))) as side:
        taken = await post(side)
    assert (len(taken.body), taken.is_whole) == (MOST_READ, False)


async def test_an_endless_body_is_read_up_to_a_limit_and_the_message_is_taken() -> None:
    async def flood(_: Got, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _n in range(10_000):
            writer.write(os.urandom(10_000))
            await writer.drain()

    async with http_side(flood) as side:
        taken = await post(side)
    assert (len(taken.body), taken.is_whole) == (MOST_READ, False)


async def test_a_dripping_body_is_left_and_the_message_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_answer, "BODY_PATIENCE", timedelta(seconds=0.3))

    async def drip(_: Got, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _n in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    began = time.monotonic()
    async with http_side(drip) as side:
        taken = await post(side)
    assert not taken.is_whole
    assert 0 < len(taken.body) < 100
    assert time.monotonic() - began < 4


async def test_a_body_that_breaks_off_is_told_from_a_whole_one() -> None:
    async with http_side(says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")) as side:
        taken = await post(side)
    assert (taken.body, taken.is_whole) == (b"half", False)


async def test_a_packed_body_is_not_unpacked() -> None:
    async with http_side(says(answer(200, b"\x1f\x8b" + b"0" * 100, Content_Encoding="gzip"))) as side:
        assert (await post(side)).body.startswith(b"\x1f\x8b")
    assert side.got[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://hooks.example.org/x", "allowed: https"),
        ("ftp://hooks.example.org/x", "allowed: https"),
        ("file:///etc/passwd", "allowed: https"),
        ("kim", "allowed: https"),
        ("", "allowed: https"),
        ("https://", "no host"),
        ("https://kim:pw@hooks.example.org/", "user name"),
        ("https://hooks.example.org/a b", "characters"),
        ("https://hooks.example.org/\r\nX: y", "characters"),
        ("https://[::1", "no address"),
        ("https://hooks.example.org:99999/", "no address"),
        ("https://127.0.0.1/", "network"),
        ("https://localhost/", "network"),
        ("https://2130706433/", "network"),
        ("https://0x7f.1/", "network"),
        ("https://[::1]/", "network"),
        ("https://[::ffff:127.0.0.1]/", "network"),
        ("https://[64:ff9b::7f00:1]/", "network"),
        ("https://10.1.2.3/", "network"),
        ("https://169.254.169.254/latest/meta-data", "network"),
        ("https://0.0.0.0/", "network"),
    ],
)
async def test_addresses_that_point_where_they_should_not_are_refused_without_a_call(address: str, words: str) -> None:
    with pytest.raises(ChannelRefused, match=words):
        await HttpPost(PostSettings(timeout=timedelta(seconds=5))).post(address, b"", {})


@pytest.mark.parametrize(
    "ip",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1"),
        *("0.1.2.3", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "ff02::1"),
        *("::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1"),
    ],
)
def test_no_network_of_ones_own_is_public(ip: str) -> None:
    assert not HttpPost(PostSettings())._may_call(ip_address(ip))


@pytest.mark.parametrize("ip", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_the_public_may_be_called(ip: str) -> None:
    assert HttpPost(PostSettings())._may_call(ip_address(ip))


def test_only_the_networks_that_are_named_may_be_called_beside_it() -> None:
    sender = HttpPost(PostSettings(networks=(ip_network("10.1.0.0/16"),)))
    assert sender._may_call(ip_address("10.1.2.3"))
    assert sender._may_call(ip_address("::ffff:10.1.2.3"))
    assert not sender._may_call(ip_address("10.2.2.3"))


async def test_a_name_that_leads_elsewhere_at_the_second_look_is_looked_up_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[str] = []

    def rebinding(host: str, port: int) -> list[Any]:
        looks.append(host)
        return [ip_address("127.0.0.1" if len(looks) == 1 else "10.0.0.1")]

    monkeypatch.setattr(sending, "_resolve", rebinding)
    async with http_side() as side:
        await post(side)
    assert looks == ["localhost"]


async def test_of_several_addresses_of_a_host_one_that_answers_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_resolve", lambda *_: [ip_address("127.0.0.3"), ip_address("127.0.0.1")])
    async with http_side() as side:
        await post(side)
    assert len(side.got) == 1


async def test_a_message_that_was_written_goes_to_no_further_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_resolve", lambda *_: [ip_address("127.0.0.1"), ip_address("127.0.0.1")])
    await unavailable(says(b""))


async def test_no_log_holds_an_address(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for status in (200, 307, 404, 500):
            async with http_side(says(answer(status))) as side:
                with suppress(ChannelRefused, ChannelUnavailable):
                    await post(side)
    assert SECRET not in caplog.text


async def test_environment_proxies_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    async with http_side() as side:
        await post(side)
    assert len(side.got) == 1
