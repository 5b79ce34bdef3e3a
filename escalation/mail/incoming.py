"""A mail that came in, read as far as it matters: who sends it, whom it answers, whether a person wrote it, its words.

And what mail servers report of mails of ours (RFC 3464). Whatever is wrong with a mail, reading it does not fail.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import Literal, TypeAlias

from escalation.mail.above_quotation import above_quotation
from escalation.policy.addresses import address_fault
from escalation.value import Value

Fate: TypeAlias = Literal["failed", "delayed", "delivered"]
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "resent-to")
_AUTOMATIC = ("x-autoreply", "x-autorespond", "x-autoresponse", "x-autoreply-from", "x-auto-response-suppress",
              "x-loop", "list-id", "list-unsubscribe", "feedback-id")  # fmt: skip
"""Headers that no mail has which a person wrote to us."""
_BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_IDS = re.compile(r"<([^<>\s@]{1,200})@([^<>\s@]{1,200})>")
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}", re.ASCII)
_FATES: dict[str, Fate] = {
    "failed": "failed",
    "delayed": "delayed",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
}
"""By the action of a report. What went on to where nothing is reported, is as good as there."""
_MOST_PARTS = 100
_MOST_HEADER = 20_000


class Report(Value):
    """What a mail server says became of a mail of ours."""

    fate: Fate
    status: str = ""
    """Its enhanced code (RFC 3463), such as 5.1.1; empty where it says none."""


class Incoming(Value):
    """A mail that came in."""

    sender: str | None
    """The one address that it says it is from, lower-case; None: none, or several."""
    message_id: str
    """Empty where it has none."""
    recipients: tuple[str, ...]
    """Every address that it says it went to, lower-case."""
    answers: tuple[tuple[str, str], ...]
    """The message ids that it answers, or that a report is about: before and behind the @, the nearest first."""
    is_automatic: str = ""
    """How it shows that no person wrote it; empty: nothing does."""
    reports: tuple[Report, ...] = ()
    """Of a report, what it says of each recipient."""
    is_report: bool = False
    words: str = ""
    """What its sender wrote above the quotation."""
    attachments: int = 0


def read_mail(raw: bytes) -> Incoming:
    """Read it."""
    mail = message_from_bytes(raw)
    is_report = mail.get_content_type() == "multipart/report" or _has_status(mail)
    senders = [address.lower() for _, address in getaddresses(_headers(mail, "from")) if address]
    return Incoming(
        sender=senders[0] if len(senders) == 1 and address_fault("email", senders[0]) is None else None,
        message_id=" ".join(_headers(mail, "message-id"))[:300].strip(),
        recipients=tuple(dict.fromkeys(_recipients(mail))),
        answers=tuple(dict.fromkeys(_answers(mail))),
        is_automatic=_is_automatic(mail),
        reports=tuple(_reports(mail)) if is_report else (),
        is_report=is_report,
        words="" if is_report else above_quotation(_text(mail)),
        attachments=sum(1 for part in _parts(mail) if part.get_content_disposition() == "attachment"),
    )


def _headers(mail: Message, name: str) -> list[str]:
    """All headers of this name on one line each; nothing in them makes this fail."""
    found = [str(value) for key, value in mail.items() if key.lower() == name]
    return [" ".join(value[:_MOST_HEADER].split()) for value in found]


def _recipients(mail: Message) -> Iterator[str]:
    for name in _RECIPIENTS:
        for _, address in getaddresses(_headers(mail, name)):
            if "@" in address:
                yield address.strip().lower()


def _answers(mail: Message) -> Iterator[tuple[str, str]]:
    """The nearest first: what is answered, then the thread from its end; of a report the mail that it returns."""
    for returned in _returned(mail):
        yield from _ids(_headers(returned, "message-id"))
    yield from _ids(_headers(mail, "in-reply-to"))
    yield from reversed(list(_ids(_headers(mail, "references"))))
    yield from _ids(_headers(mail, "x-failed-message-id"))


def _ids(headers: list[str]) -> Iterator[tuple[str, str]]:
    for header in headers:
        yield from ((before.lower(), behind.lower()) for before, behind in _IDS.findall(header))


def _is_automatic(mail: Message) -> str:
    said = next(iter(_headers(mail, "auto-submitted")), "no").partition(";")[0].strip().lower()
    if said != "no":
        return "Auto-Submitted"
    if any(value.strip().lower() in _BULK for value in _headers(mail, "precedence")):
        return "Precedence"
    if any(value.strip() == "<>" for value in _headers(mail, "return-path")):
        return "Return-Path"
    for name in _AUTOMATIC:
        if _headers(mail, name):
            return name.title()
    if mail.get_content_type() == "multipart/report":
        return "Content-Type"
    return ""


def _parts(mail: Message) -> Iterator[Message]:
    for place, part in enumerate(mail.walk()):
        if place >= _MOST_PARTS:
            return
        yield part


def _has_status(mail: Message) -> bool:
    return any(part.get_content_type() == "message/delivery-status" for part in _parts(mail))


def _returned(mail: Message) -> Iterator[Message]:
    """The mail, or its head, that a report brings back."""
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind == "message/rfc822" and isinstance(part.get_payload(), list):
            yield from (each for each in part.get_payload() if isinstance(each, Message))
        elif kind == "text/rfc822-headers":
            yield message_from_bytes(_raw(part))


def _reports(mail: Message) -> Iterator[Report]:
    for part in _parts(mail):
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else []
        for block in blocks if isinstance(blocks, list) else []:
            if not isinstance(block, Message):
                continue
            action = next(iter(_headers(block, "action")), "").strip().lower()
            if action in _FATES:
                status = _STATUS.search(next(iter(_headers(block, "status")), ""))
                yield Report(fate=_FATES[action], status=status[0] if status else "")


def _text(mail: Message) -> str:
    """The plain text, or the text of the HTML, of what is shown first."""
    shown = [
        part for part in _parts(mail) if not part.is_multipart() and part.get_content_disposition() != "attachment"
    ]
    for kind in ("text/plain", "text/html"):
        for part in shown:
            if part.get_content_type() == kind and (text := _decoded(part)).strip():
                return text if kind == "text/plain" else _of_html(text)
    return ""


def _raw(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decoded(part: Message) -> str:
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return _raw(part).decode(charset, "replace")
    except LookupError:
        return _raw(part).decode("utf-8", "replace")


_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})
_UNSEEN = frozenset({"script", "style", "head", "title"})
_QUOTES = ("gmail_quote", "gmail_attr", "moz-cite-prefix", "yahoo_quoted", "divrplyfwdmsg", "appendonsend")
"""What readers of mail call the part in which they quote, by class or id."""
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "source"})


def _of_html(text: str) -> str:
    reader = _Words()
    reader.feed(text)
    reader.close()
    rows = ("".join(reader.words)).split("\n")
    return "\n".join(" ".join(row.split()) for row in rows)


class _Words(HTMLParser):
    """The words of a page, without what it quotes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._left_out: list[str] = []
        self._has_ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is not read."""
        if tag in _BREAKS:
            self.words.append("\n")
        names = " ".join(value or "" for name, value in attrs if name in {"class", "id"}).lower()
        is_outlook = "divrplyfwdmsg" in names or "appendonsend" in names
        self._has_ended = self._has_ended or is_outlook  # all that follows is quoted
        if tag in _VOID:
            return
        if self._left_out or tag in _UNSEEN or tag == "blockquote" or any(name in names for name in _QUOTES):
            self._left_out.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Go on reading."""
        if self._left_out and tag in self._left_out:
            while self._left_out.pop() != tag:
                pass
        elif tag in _BREAKS and not self._left_out:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        """Read."""
        if not self._left_out and not self._has_ended:
            self.words.append(data.replace("\n", " "))
