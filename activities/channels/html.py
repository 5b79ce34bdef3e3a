"""A message as the HTML of a mail: one column that every reader shows, no pictures, nothing fetched from anywhere."""

from html import escape

from activities.channels.contract import Envelope
from escalation.message import Line, Message

_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:15px;line-height:1.45"
_CODE = (
    "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;background:#f4f4f4;border-left:3px solid #ccc;"
    "padding:6px 10px;margin:4px 0;white-space:pre-wrap;overflow-wrap:anywhere"
)
_BUTTON = (
    "display:inline-block;padding:10px 18px;border-radius:6px;background:#0b5cad;color:#ffffff;font-weight:600;"
    "text-decoration:none"
)


def html(envelope: Envelope, page: str, above: str = "") -> str:
    """The document; every word of the message is escaped. `above`: what stands over it, in small letters."""
    message = envelope.message
    link = f'<p><a href="{escape(page)}">Open the issue</a></p>' if page else ""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"></head>'
        f'<body style="{_FONT};max-width:42em;color:#1a1a1a;background:#ffffff">'
        f"{_small(above)}"
        f'<h1 style="font-size:18px">{escape(" ".join(message.subject.split()))}</h1>'
        f"{''.join(_blocks(message))}{_buttons(envelope)}{link}</body></html>"
    )


def _small(above: str) -> str:
    return f'<p style="margin:0 0 12px;color:#767676;font-size:12px">{escape(above)}</p>' if above else ""


def _buttons(envelope: Envelope) -> str:
    """The links that answer it, as large as a thumb: a table, since that is what all readers of mail set alike."""
    cells = "".join(
        f'<td style="padding:0 8px 8px 0"><a href="{escape(link.url)}" style="{_BUTTON}">{escape(link.label)}</a></td>'
        for link in envelope.answers
    )
    return f'<table role="presentation" style="border-collapse:collapse"><tr>{cells}</tr></table>' if cells else ""


def _blocks(message: Message) -> list[str]:
    return [_block(line) for line in message.lines if line != Line()]


def _block(line: Line) -> str:
    label = f"<b>{escape(line.label)}:</b> " if line.label else ""
    text = f"{label}{escape(line.text)}"
    said = f'<p style="margin:6px 0;white-space:pre-line">{text}</p>' if text else ""
    if not line.items:
        return said
    if line.is_verbatim:
        inside = "\n".join(escape(item) for item in line.items)
        return f'{said}<pre style="{_CODE}">{inside}</pre>'
    items = "".join(f"<li>{escape(item)}</li>" for item in line.items)
    return f'{said}<ul style="margin:4px 0">{items}</ul>'
