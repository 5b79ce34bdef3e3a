"""A message as the HTML of a mail: one column that every reader shows, no pictures, nothing fetched from anywhere."""

from html import escape

from activities.channels.contract import Envelope
from escalation.message import Line, Message

_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:15px;line-height:1.45"
_CODE = (
    "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;background:#f4f4f4;border-left:3px solid #ccc;"
    "padding:6px 10px;margin:4px 0;white-space:pre-wrap;overflow-wrap:anywhere"
)


def html(envelope: Envelope, page: str) -> str:
    """The document; every word of the message is escaped."""
    message = envelope.message
    link = f'<p><a href="{escape(page)}">Open the issue</a></p>' if page else ""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"></head>'
        f'<body style="{_FONT};max-width:42em;color:#1a1a1a;background:#ffffff">'
        f'<h1 style="font-size:18px">{escape(" ".join(message.subject.split()))}</h1>'
        f"{''.join(_blocks(message))}{link}</body></html>"
    )


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
