"""The dead-man's call: a URL that somebody else watches, called after each round in which the watch itself worked.

When the calls stop, whoever is behind the URL raises the alarm: for the case that this machine is what failed.
"""

import httpx2
import structlog

WITHIN_S = 10

_log = structlog.get_logger(__name__)


async def call(url: str, findings: int) -> bool:
    """GET the URL with the number of open findings as `findings`; says whether it was answered with success.

    A failure is logged, without the URL's path and query, which may hold its secret.
    """
    try:
        asked = httpx2.URL(url).copy_merge_params({"findings": findings})
        async with httpx2.AsyncClient(timeout=WITHIN_S, follow_redirects=True) as client:
            answer = await client.get(asked)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        _log.error("heartbeat_failed", host=_host(url), error=type(error).__name__)
        return False
    if not answer.is_success:
        _log.error("heartbeat_failed", host=_host(url), status=answer.status_code)
        return False
    return True


def _host(url: str) -> str:
    try:
        return httpx2.URL(url).host or "(no host)"
    except httpx2.InvalidURL:
        return "(not a URL)"
