"""What every request passes before anything looks at it, and every answer on its way out: limits, headers, last words.

Sizes are counted as the bytes come in: what a header claims is believed only where it claims too much.
"""

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from starter.http.limits import Limits
from starter.http.problems import Refused, unforeseen

MOST_HEADER_BYTES = 16_384
_SECURITY = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
"""Of every answer that does not say otherwise itself."""

_log = structlog.get_logger(__name__)


class TooLong(HTTPException):
    """The body has more bytes than are taken."""

    def __init__(self, most: int) -> None:
        super().__init__(413, f"body: it has more than {most:,} bytes; allowed: at most {most:,}")


class Guard:
    """The outermost part of the app that is ours."""

    def __init__(self, app: ASGIApp, most_bytes: int, limits: Limits) -> None:
        self._app = app
        self._most = most_bytes
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def sending(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                said = {name.lower() for name, _ in message.get("headers", [])}
                more = [(name, value) for name, value in _SECURITY.items() if name not in said]
                message = {**message, "headers": [*message.get("headers", []), *more]}
            await send(message)

        try:
            self._check(scope)
            await self._app(scope, self._counted(receive), sending)
        except Exception as error:
            if has_begun:
                raise
            problem = error if isinstance(error, Refused) else unforeseen(error)
            if isinstance(error, ClientDisconnect):  # nobody hears it; the log and the counters do
                problem = Refused(400, "hung_up", "the caller hung up before all of the body had come")
            if problem.status == 500:
                _log.exception("request_failed", method=scope["method"], path=scope["path"])
            await problem.response()(scope, receive, sending)

    def _check(self, scope: Scope) -> None:
        """What can be refused before a byte of the body is read. Raises Refused."""
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
            raise Refused(
                431, "headers_too_long", f"headers: more than {MOST_HEADER_BYTES:,} bytes; allowed: at most so many"
            )
        self._limits.check_address(address_of(scope))
        claimed = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if claimed.isdigit() and int(claimed) > self._most:
            error = TooLong(self._most)
            raise Refused(413, "content_too_large", error.detail)

    def _counted(self, receive: Receive) -> Receive:
        came = 0

        async def receiving() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self._most:
                raise TooLong(self._most)
            return message

        return receiving


def address_of(scope: Scope) -> str:
    """Where the request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else "here"
