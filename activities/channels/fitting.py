"""A message cut to what a medium takes: what is long is shortened first, the last line always stays.

Also what is shown beside a message everywhere: the issue's page and the links that answer it, where there are any.
"""

from bisect import bisect_left
from collections.abc import Callable
from urllib.parse import quote

from activities.channels.contract import Envelope
from escalation.message import Line, Message

_CUTS = (2000, 1000, 500, 250, 120)
_MORE = Line(text="(there is more: see all of it)")


def fit(message: Message, fits: Callable[[Message], bool]) -> Message:
    """The message, or the longest cut of it that `fits`: texts are shortened, then lines left out before the last."""
    if fits(message):
        return message
    for longest in _CUTS:
        message = Message(
            subject=message.subject,
            lines=(*(_shortened(line, longest) for line in message.lines[:-1]), _shortened(message.lines[-1], 500)),
        )
        if fits(message):
            return message
    # As many of the first lines as fit.
    most = bisect_left(range(len(message.lines)), True, key=lambda kept: not fits(_without_middle(message, kept)))
    return _without_middle(message, max(most - 1, 0))


def page_of(envelope: Envelope, link: str) -> str:
    """The issue's page by the installation's template, in which {issue} stands for its id; empty without one."""
    return link.replace("{issue}", quote(str(envelope.issue), safe="")) if link else ""


def answers_of(envelope: Envelope) -> str:
    """The links that answer it as plain text, a row for each; empty without any."""
    return "\n".join(f"{link.label}: {link.url}" for link in envelope.answers)


def _without_middle(message: Message, kept: int) -> Message:
    return Message(subject=message.subject, lines=(*message.lines[:kept], _MORE, message.lines[-1]))


def _shortened(line: Line, longest: int) -> Line:
    items = tuple(_cut(item, longest) for item in line.items)
    return Line(label=line.label, text=_cut(line.text, longest), items=items, is_verbatim=line.is_verbatim)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
