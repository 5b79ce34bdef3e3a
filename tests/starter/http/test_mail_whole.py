"""A page by mail from end to end: the worker has it sent, and its link, a reply and a bounce come back to the issue."""

import asyncio
import re
from email.message import EmailMessage
from pathlib import Path

from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from tests.activities.channels.mail_server import MailServer, body_of, mail_server
from tests.escalation.mail.mails import bounce, mail
from tests.starter.http.conftest import AGENT, LEAD, Door, a_door
from tests.starter.office import an_office

LEADS = f"{LEAD}@example.org"
URL = "https://escalon.example.org"


async def arrived(server: MailServer, door: Door, issue: str) -> tuple[EmailMessage, str]:
    """The mail that asks the lead about this issue, once opened, and where it would bounce to."""
    assert (await door.open(issue, AGENT)).status_code == 202
    for _ in range(500):
        for got, recipients, sender in zip(server.mails, server.recipients, server.senders, strict=True):
            if recipients == [LEADS] and issue in str(got["Subject"]):
                return got, sender
        await asyncio.sleep(0.02)
    raise AssertionError(f"no mail about {issue}")


async def take(door: Door, raw: bytes) -> str:
    """What became of a mail that comes in; a bounce may be faster than the log that it is about."""
    key, headers = door.key(machine="mail-fetcher", scopes=("mail",)), {"Content-Type": "message/rfc822"}
    said: object = None
    for _ in range(100):
        answer = await door.call("POST", "/v1/mail", key=key, content=raw, headers=headers)
        said = answer.json()
        if answer.status_code == 200 and answer.json()["outcome"] != "ignored":
            return str(answer.json()["outcome"])
        await asyncio.sleep(0.02)
    raise AssertionError(said)


async def test_a_mail_is_answered_by_its_link_by_a_mail_and_by_the_mail_server(
    env: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with mail_server() as server:
        settings = {
            "smtp_host": "127.0.0.1",
            "smtp_port": server.port,
            "smtp_security": "plain",
            "mail_from": "escalon@example.org",
            "mail_reply_to": "escalon@example.org",
            "answer_keys": SecretStr("sample-key-sample-key-sample-key-1234"),
            "answer_url": URL,
        }
        with an_office(env, tmp_path, "by-mail", **settings) as office:
            async with office.working(), a_door(office) as door:
                got, _ = await arrived(server, door, "desk:MAIL-1")
                link = re.search(
                    rf"^I have it: {URL}(/answer\?t=\S+)$", body_of(got).replace("\r\n", "\n"), re.MULTILINE
                )
                assert link is not None
                assert "MAIL-1" in (await door.client.get(link[1])).text
                assert "noted, I have it." in (await door.client.post(link[1])).text
                assert (await door.get("/v1/issues/desk:MAIL-1"))["handler"] == LEAD

                got, _ = await arrived(server, door, "desk:MAIL-2")
                quoted = "\n".join(f"> {row}" for row in body_of(got).splitlines())
                answer = mail(f"ack, on it\n\nOn Sat, Escalon wrote:\n{quoted}", str(got["Reply-To"]), LEADS)
                assert await take(door, answer) == "done"
                assert (await door.get("/v1/issues/desk:MAIL-2"))["handler"] == LEAD

                got, sender = await arrived(server, door, "desk:MAIL-3")
                assert await take(door, bounce(str(got["Message-ID"]), to=sender)) == "receipt"
                words = "not reached by email after all (asked): the mail server says it failed, 5.1.1"
                for _ in range(300):
                    if words in str(await door.get("/v1/issues/desk:MAIL-3/timeline")):
                        break
                    await asyncio.sleep(0.02)
                assert words in str(await door.get("/v1/issues/desk:MAIL-3/timeline"))
