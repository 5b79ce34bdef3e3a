"""The pages around raising an issue, as HTML with their headers: the form, what was sent, and a few words.

No script and nothing from elsewhere; the style stands in the page, allowed by its digest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from starlette.responses import Response

from escalation.masking import LONGEST_TEXT, LONGEST_TITLE
from starter.http.form import About, Typed
from starter.http.htmlpage import page, plain_style

PATH = "/raise"
LABELS = {
    "title": "What is wrong?",
    "description": "What happened?",
    "about": "What is it about?",
    "severity": "How bad is it?",
    "who": "Who are you?",
}


@dataclass(frozen=True)
class Banner:
    """What is said above a form that was not sent."""

    title: str
    words: str


@cache
def _style(abouts: int) -> str:
    """The style; where there are several things to choose from, only the severities of the one that is chosen show."""
    style = plain_style()
    if abouts < 2:
        return style
    shown = " ".join(
        f"form:has(#about-{number}:checked) .severities-{number} {{ display: block; }}"
        for number in range(1, abouts + 1)
    )
    return f"{style}@supports selector(:has(*)) {{ .severities, .which {{ display: none; }} {shown} }}\n"


def form_page(
    abouts: Sequence[About],
    typed: Typed,
    form: str,
    token: str,
    *,
    banner: Banner | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """The form, with all that was typed and what is wrong with it."""
    chosen = next((number for number, each in enumerate(abouts, 1) if each.choice.value == typed.about), 1)
    return page(
        "raise.html",
        _style(len(abouts)),
        status,
        headers,
        action=PATH,
        abouts=abouts,
        typed=typed,
        form=form,
        token=token,
        banner=banner,
        labels=LABELS,
        anchors={**{name: name for name in LABELS}, "about": "about-1", "severity": f"severity-{chosen}-1"},
        longest_line=LONGEST_TITLE,
        longest_text=LONGEST_TEXT,
    )


def sent_page(issue: str, title: str, lines: Sequence[str], now: str) -> Response:
    """That it is in, and what happens next."""
    return page("sent.html", _style(0), action=PATH, issue=issue, title=title, lines=lines, now=now)


def words_page(heading: str, words: str, status: int, *, has_form: bool = True) -> Response:
    """A few words, and the way to the form."""
    return page("words.html", _style(0), status, action=PATH, heading=heading, words=words, has_form=has_form)
