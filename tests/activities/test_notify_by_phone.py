"""Telling one person by telephone: in their language, and nothing of the number in the answer, which history keeps."""

from pathlib import Path

from activities.channels.memory import MemoryChannel
from activities.channels.sms import SmsChannel
from activities.live_directory import LiveDirectory
from activities.notify import Notifying
from records import deliveries
from records.database import Database
from tests.activities.channels.further_trials import twilio_settings
from tests.activities.channels.http_side import http_post, http_side
from tests.activities.channels.twilio_side import KIM, NOBODY, TwilioSide
from tests.activities.given import PEOPLE, notify
from tests.activities.trying import Tried
from tests.workflows.waiting import until_found


def reachable_at(file: Path, number: str, language: str = "en") -> None:
    """Lee has this number, and speaks this language."""
    given = PEOPLE.replace('memory: "lee\'s"', f'memory: "lee\'s", sms: "{number}"', 1)
    changed = given.replace("name: Sample Lead", f"name: Sample Lead, language: {language}", 1)
    assert (number in given, changed != given) == (True, True)
    file.write_text(changed, encoding="utf-8")


async def test_a_call_is_in_the_language_of_the_person(
    db: Database, directory: LiveDirectory, people_file: Path
) -> None:
    memory = MemoryChannel()
    reachable_at(people_file, KIM, "ro-RO")
    await Tried(Notifying([memory], directory, db)).tell(notify())
    short = memory.sent[0].message.short
    assert short is not None
    assert short.spoken.language == "ro"
    assert "Sample Lead" in short.spoken.sentences[0]
    assert short.text == "desk:REF-1 S2. You are asked to act by 22:10 Bucharest (30 min)."


async def test_a_text_that_twilio_takes_is_known_by_its_name_there(
    db: Database, directory: LiveDirectory, people_file: Path
) -> None:
    reachable_at(people_file, KIM)
    twilio = TwilioSide()
    async with http_side(twilio) as side:
        sms = SmsChannel(http_post(), twilio_settings(side))
        answer = await Tried(Notifying([sms], directory, db)).tell(notify(channel="sms"))
    assert (answer.outcome, answer.is_delivered) == ("sent", False)

    async def look() -> list[deliveries.Delivery]:
        return deliveries.of_issue(db, notify().issue)

    (row,) = await until_found(look)
    assert (row.channel, row.state, row.reference) == ("sms", "sent", f"SM{1:032x}")
    assert KIM not in str(row)


async def test_a_number_that_is_refused_is_not_in_the_answer(
    db: Database, directory: LiveDirectory, people_file: Path
) -> None:
    reachable_at(people_file, NOBODY)
    async with http_side(TwilioSide()) as side:
        sms = SmsChannel(http_post(), twilio_settings(side))
        answer = await Tried(Notifying([sms], directory, db)).tell(notify(channel="sms"))
    assert (answer.outcome, answer.error) == ("failed", "it answered 400, error 21610: its owner has answered STOP")
    assert NOBODY not in answer.model_dump_json()
