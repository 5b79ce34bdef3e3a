"""A page by telephone from end to end: the worker has it sent, Twilio says that it arrived, a digit comes back."""

import asyncio
from pathlib import Path
from urllib.parse import urlencode

from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from escalation.issue.identity import read_issue_id
from records import deliveries
from records.deliveries import Delivery
from starter.http.twilio import signature
from tests.activities.channels.http_side import http_side
from tests.activities.channels.mail_server import CERTIFICATE
from tests.activities.channels.twilio_side import ACCOUNT, KIM, SENDER, TOKEN, TwilioSide
from tests.starter.http.conftest import AGENT, LEAD, Door, a_door
from tests.starter.office import an_office
from tests.structure.tree import ROOT

CALLBACK = "https://escalon.example.org"
DEPUTY = "sample-lead-2"
"""Of the lead, who is reached by text messages alone here."""


async def from_twilio(door: Door, url: str, **form: str) -> str:
    """A form that Twilio sends to this URL of ours, and what it is answered."""
    pairs = {"AccountSid": ACCOUNT, **form}
    headers = {
        "X-Twilio-Signature": signature(TOKEN, url, list(pairs.items())),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = await door.client.post(url.removeprefix(CALLBACK), content=urlencode(pairs), headers=headers)
    assert answer.status_code in {200, 204}, answer.text
    return answer.text


async def told(door: Door, issue: str, state: str) -> Delivery:
    """The text message to the lead, as soon as the log has it in this state."""
    for _ in range(500):
        for row in deliveries.of_issue(door.db, read_issue_id(issue)[0]):
            if (row.channel, row.person, row.state) == ("sms", LEAD, state):
                return row
        await asyncio.sleep(0.02)
    raise AssertionError(f"no text message is {state}")


async def until_asked(door: Door, issue: str, person: str) -> None:
    """Wait until this person is asked, too."""
    for _ in range(500):
        if person in (await door.get(f"/v1/issues/{issue}"))["asked"]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{person} is not asked")


async def test_a_page_is_sent_arrives_and_is_answered_by_a_digit(env: WorkflowEnvironment, tmp_path: Path) -> None:
    people, twilio = tmp_path / "people.yaml", TwilioSide()
    text = (ROOT / "policies/people.yaml").read_text(encoding="utf-8")
    people.write_text(text.replace(f"inbox: {LEAD},", f'sms: "{KIM}", inbox: {LEAD},', 1), encoding="utf-8")
    async with http_side(twilio) as side:
        settings = {
            "people": people,
            "twilio_account": ACCOUNT,
            "twilio_token": SecretStr(TOKEN),
            "twilio_from": SENDER,
            "twilio_url": side.url(""),
            "twilio_callback": CALLBACK,
            "issue_link": "https://esc.example/{issue}",
            "http_networks": "127.0.0.0/8",
            "ca_file": str(CERTIFICATE),
            "channels": "sms",
        }
        with an_office(env, tmp_path, "by-telephone", **settings) as office:
            async with office.working(), a_door(office) as door:
                assert (await door.open("desk:PHONE-1", AGENT)).status_code == 202
                sent = await told(door, "desk:PHONE-1", "sent")
                ((_, form),) = twilio.made
                assert form["To"] == KIM
                assert form["Body"].startswith("desk:PHONE-1 S2. You are asked to act by ")
                assert "Reply 1 = I have it, 2 = not me, 3 = send it up." in form["Body"]
                assert "Card payments" not in form["Body"]

                await from_twilio(
                    door, form["StatusCallback"], MessageSid=sent.reference or "", MessageStatus="delivered"
                )
                assert (await told(door, "desk:PHONE-1", "delivered")).reference == sent.reference

                replies = f"{CALLBACK}/v1/twilio/replies"
                said = await from_twilio(door, replies, From=KIM, Body="1", MessageSid="SM" + "e" * 32)
                assert "desk:PHONE-1: noted, I have it." in said
                assert (await door.get("/v1/issues/desk:PHONE-1"))["handler"] == LEAD
                assert TOKEN not in form["Body"] + said

                assert (await door.open("desk:PHONE-2", AGENT)).status_code == 202
                lost = await told(door, "desk:PHONE-2", "sent")
                failed = {"MessageSid": lost.reference or "", "MessageStatus": "undelivered", "ErrorCode": "30003"}
                for _ in range(2):
                    await from_twilio(door, twilio.made[-1][1]["StatusCallback"], **failed)
                await told(door, "desk:PHONE-2", "failed_for_good")
                await until_asked(door, "desk:PHONE-2", DEPUTY)
                said = str(await door.get("/v1/issues/desk:PHONE-2/timeline"))
                assert said.count("not reached by sms after all (asked): Twilio says undelivered, error 30003") == 1
