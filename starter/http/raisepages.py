"""The pages around raising an issue, as HTML with their headers: the form, what was sent, and a few words.

No script and nothing from elsewhere; the style stands in the page, allowed by its digest.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from escalation.masking import LONGEST_TEXT, LONGEST_TITLE
from starter.http.form import About, Typed

PATH = "/raise"
LABELS = {
    "title": "What is wrong?",
    "description": "What happened?",
    "about": "What is it about?",
    "severity": "How bad is it?",
    "who": "Who are you?",
}
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Banner:
    """What is said above a form that was not sent."""

    title: str
    words: str


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style(abouts: int) -> str:
    """The style; where there are several things to choose from, only the severities of the one that is chosen show."""
    style = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
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
    return _page(
        "raise.html",
        _style(len(abouts)),
        status,
        headers,
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
    return _page("sent.html", _style(0), issue=issue, title=title, lines=lines, now=now)


def words_page(heading: str, words: str, status: int, *, has_form: bool = True) -> Response:
    """A few words, and the way to the form."""
    return _page("words.html", _style(0), status, heading=heading, words=words, has_form=has_form)


def _page(
    template: str, style: str, status: int = 200, headers: dict[str, str] | None = None, **given: Any
) -> Response:
    html = _templates().get_template(template).render(style=_Raw(style), action=PATH, **given)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return HTMLResponse(
        html,
        status,
        {
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'",
            "Referrer-Policy": "same-origin",  # with less, browsers would not say where a form comes from
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
            **(headers or {}),
        },
    )


class _Raw(str):
    """Our own style, which is not to be escaped: its digest is that of what stands here."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)
