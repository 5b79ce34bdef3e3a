"""A page of ours as HTML with its headers: no script, nothing from elsewhere; the style stands in it, by its digest."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def plain_style() -> str:
    """The style of all pages."""
    return (_TEMPLATES / "page.css").read_text(encoding="utf-8")


def page(template: str, style: str, status: int = 200, headers: dict[str, str] | None = None, **given: Any) -> Response:
    """The page that this template makes of what is given."""
    html = _templates().get_template(template).render(style=_Raw(style), **given)
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


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class _Raw(str):
    """Our own style, which is not to be escaped: its digest is that of what stands here."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)
