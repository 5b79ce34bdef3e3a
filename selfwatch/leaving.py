"""Looking for messages that do not leave: errands of running issues that fail again and again, as the server has them.

Its index does not know of errands, so each round asks some issues: those whose deadlines are nearest, and the newest.
A channel that is away holds up all that it should tell, so some are enough to find it.
"""

from datetime import datetime, timedelta

from client.server import PendingErrand, Server
from selfwatch.found import Found
from selfwatch.watched import Watched

SAMPLE = 25
"""So many issues a round are asked, beside those that are known to be in trouble."""
ATTEMPTS = 4
"""From this attempt on, after three failures, it is no hiccup."""
WAITING = {"Waits": 50, "Gathered": 15, "Throttled": 15}
"""By failure that is none, since a message waits for an instant, a digest or its turn: from which attempt on it is one.
Ours: a digest is asked after some ten times, at longer and longer intervals, before it goes in the worst of a storm."""
_KINDS = ("notify", "find_responders")
"""What somebody is not told for as long as it fails. An entry that waits is `record_lags`."""
_NEAR = timedelta(hours=1)
_LISTED = 200


async def messages_stuck(watched: Watched, now: datetime, suspects: frozenset[str]) -> list[Found]:
    """Issues of which somebody cannot be told; `suspects`, known from earlier rounds, are asked in any case."""
    server = await watched.server()
    found = []
    for issue in {*await _to_ask(server, now), *suspects}:
        pending = await server.failing_errands(issue, _KINDS, ATTEMPTS)
        failing = [errand for errand in pending if errand.attempts >= WAITING.get(errand.failure, ATTEMPTS)]
        if failing:
            words = sorted({_words(each) for each in failing})
            found.append(Found(kind="messages_stuck", issue=issue, detail="; ".join(words)[:600]))
    return found


async def _to_ask(server: Server, now: datetime) -> list[str]:
    near = sorted(await server.overdue(now + _NEAR, _LISTED), key=lambda each: each.due_at or now)
    newest = (await server.running(SAMPLE)).listed
    half = SAMPLE // 2
    # Of each kind as many as the other leaves room for.
    chosen = [*near[:half], *newest[: SAMPLE - half], *near[half:], *newest]
    return list(dict.fromkeys(each.workflow for each in chosen))[:SAMPLE]


def _words(errand: PendingErrand) -> str:
    """What is the same for as long as it fails alike."""
    what = f"by {errand.channel}" if errand.channel else "who is to be told cannot be found"
    # The words of other failures may quote what somebody wrote, such as a line of the directory.
    why = errand.why if errand.failure == "ChannelUnavailable" else errand.failure
    return f"{what}: {' '.join(why.split()) or 'no cause is given'}"
