"""Mails that come in: from whom, to what, by whom written; reports of mail servers; and whatever else arrives."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from escalation.mail.incoming import Report, read_mail
from tests.escalation.mail.mails import KIM, bounce, html_mail, mail


def test_a_reply_is_read() -> None:
    read = read_mail(
        mail(
            "ack\n\n> Asked of you",
            to="Escalon <Escalon+TOKEN@example.org>, boss@example.org",
            In_Reply_To="<AbC@example.org>",
            References="<first@example.org> <abc@example.org>",
            Delivered_To="list@example.org",
        )
    )
    assert read.sender == KIM
    assert read.words == "ack"
    assert read.recipients == ("escalon+token@example.org", "boss@example.org", "list@example.org")
    assert read.answers == (("abc", "example.org"), ("first", "example.org"))
    assert read.message_id == "<reply-1@phone.example.org>"
    assert (read.is_automatic, read.is_report, read.attachments) == ("", False, 0)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("Auto-Submitted", "auto-generated; x=y"),
        ("Precedence", "bulk"),
        ("Precedence", "auto_reply"),
        ("X-Autoreply", "yes"),
        ("X-Autorespond", ""),
        ("X-Auto-Response-Suppress", "All"),
        ("List-Id", "<desk.example.org>"),
        ("Return-Path", "<>"),
        ("AUTO-SUBMITTED", "Auto-Replied"),
    ],
)
def test_what_no_person_wrote_shows_it(header: str, value: str) -> None:
    assert bool(read_mail(mail("resolve", **{header: value or "x"})).is_automatic)


def test_what_a_person_wrote_shows_nothing() -> None:
    headers = {"Auto-Submitted": "no", "Precedence": "first-class", "Return-Path": f"<{KIM}>"}
    assert read_mail(mail("resolve", **headers)).is_automatic == ""


@pytest.mark.parametrize("sender", ["", "Kim", "kim@example.org, boss@example.org", "a@b@c <>", "kim@localhost"])
def test_a_mail_of_nobody_or_of_several_has_no_sender(sender: str) -> None:
    assert read_mail(mail("ack", sender=sender)).sender is None


@pytest.mark.parametrize(
    "html",
    [
        "<p>ack</p><p>I call&nbsp;them.</p><blockquote>resolve: not I</blockquote>",
        (
            '<div dir="ltr">ack</div><div>I call them.</div><div class="gmail_quote gmail_quote_container"><div '
            'class="gmail_attr">On Sat Escalon wrote:<br></div><blockquote>Asked</blockquote></div>'
        ),
        (
            '<body><div>ack</div><div>I call them.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">'
            "<b>From:</b> Escalon</div><div>resolve: not I</div></body>"
        ),
        (
            "<html><head><title>x</title><style>p{}</style></head><body>ack<br>I call them.<br>"
            '<div class="moz-cite-prefix">On Sat wrote:</div><blockquote type="cite">Asked</blockquote></body></html>'
        ),
        "<script>resolve</script><p>ack</p>\n<p>I call\nthem.</p>",
    ],
)
def test_html_is_read_without_what_it_quotes(html: str) -> None:
    assert read_mail(html_mail(html)).words.replace("\n\n", "\n") == "ack\nI call them."


def test_of_text_and_html_the_text_is_read_and_attachments_are_counted() -> None:
    raw = (
        f'From: {KIM}\r\nContent-Type: multipart/mixed; boundary="a"\r\n\r\n'
        '--a\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "Gr=FC=DFe=\r\n aus Wien\r\n"
        "--b\r\nContent-Type: text/html\r\n\r\n<p>other</p>\r\n--b--\r\n"
        "--a\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=log.txt\r\n\r\n"
        "resolve\r\n--a--\r\n"
    )
    read = read_mail(raw.encode())
    assert (read.words, read.attachments) == ("Grüße aus Wien", 1)


@pytest.mark.parametrize("charset", ["x-unheard-of", "utf-8", "ascii"])
def test_signs_that_cannot_be_read_do_no_harm(charset: str) -> None:
    read = read_mail(mail("ack ü", Content_Type=f"text/plain; charset={charset}"))
    assert read.words.startswith("ack")


@pytest.mark.parametrize(
    ("action", "fate"),
    [("failed", "failed"), ("delayed", "delayed"), ("Delivered", "delivered"), ("relayed", "delivered")],
)
@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_says_of_which_mail_and_what(action: str, fate: str, returned: str) -> None:
    read = read_mail(bounce("<AbC@example.org>", action=action, returned=returned))
    assert read.is_report
    assert read.reports == (Report(fate=fate, status="5.1.1"),)  # type: ignore[arg-type]
    assert read.answers[0] == ("abc", "example.org")
    assert read.words == ""


def test_a_report_in_other_words_reports_nothing() -> None:
    assert read_mail(bounce("<a@example.org>", action="exploded")).reports == ()
    assert read_mail(bounce("<a@example.org>", status="nonsense")).reports == (Report(fate="failed"),)


@given(st.binary(max_size=400))
@example(b"From: =?\r\nContent-Type: multipart/report\r\n\r\n")
@example(b"From: (((((@\r\nTo: \xff\xfe\r\nReferences: <a@\r\n\r\nack")
@example(b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n--x--")
@example(b"Content-Type: message/rfc822\r\n\r\n")
@example(b'Content-Type: text/plain; charset="\xff"\r\n\r\nack')
def test_whatever_arrives_is_read(raw: bytes) -> None:
    read_mail(raw)
