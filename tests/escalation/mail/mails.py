"""Mails as readers of mail and mail servers write them."""

REPLY_TO = "escalon@example.org"
KIM = "kim@example.org"


def mail(text: str, to: str = REPLY_TO, sender: str = f"Kim Sample <{KIM}>", **headers: str) -> bytes:
    """A mail of plain text."""
    given = {"From": sender, "To": to, "Subject": "Re: [S2] Act by 20:10", "Message-ID": "<reply-1@phone.example.org>",
             "Content-Type": "text/plain; charset=utf-8",
             **{name.replace("_", "-"): value for name, value in headers.items()}}  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return (head + "\r\n" + text).encode()


def html_mail(html: str, to: str = REPLY_TO) -> bytes:
    """A mail of HTML alone."""
    return mail(html, to, Content_Type="text/html; charset=utf-8")


def bounce(
    ours: str, to: str = REPLY_TO, action: str = "failed", status: str = "5.1.1", returned: str = "message/rfc822"
) -> bytes:
    """A report as Postfix writes it, about the mail with this message id."""
    back = f"From: escalon@example.org\r\nTo: {KIM}\r\nMessage-ID: {ours}\r\nSubject: [S2] Act\r\n\r\n"
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\n"
        f"To: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="b1"\r\n\r\n'
        "--b1\r\nContent-Type: text/plain\r\n\r\nresolve: this is the mail system. I'm sorry.\r\n"
        "--b1\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Sat, 21 Nov 2026 19:40:00 +0000 (UTC)\r\n\r\n"
        f"Final-Recipient: rfc822; {KIM}\r\nOriginal-Recipient: rfc822;{KIM}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nRemote-MTA: dns; mail.example.org\r\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 <{KIM}>: Recipient address rejected: secret-words\r\n\r\n"
        f"--b1\r\nContent-Type: {returned}\r\n\r\n{back}--b1--\r\n"
    ).encode()
