"""A message that had left did not arrive: the person's next channel, then who stands in, as where it was refused."""

from typing import Any

import pytest

from escalation.issue.commands import TakeDelivery
from escalation.issue.effects import Notify
from escalation.issue.from_receipt import read_receipt
from escalation.issue.refusal import Rejected
from escalation.narrate import narrate
from tests.escalation.issue.paged import Paged
from tests.given import at, done, opened, policy, tier

ALL = dict.fromkeys(("first-1", "first-2", "second-1", "second-2"), ("sms", "inbox", "email"))


def receipt(note: Notify, **changed: Any) -> TakeDelivery:
    """As the door's signal says that it did not arrive."""
    body = {
        "id": f"receipt-{note.key}", "message": note.key, "person": note.person.id, "channel": note.channel,
        "about": note.about, "error": "Twilio says undelivered, error 30003", **changed,
    }  # fmt: skip
    read = read_receipt([body], "signal-1")
    assert not isinstance(read, Rejected), read
    assert isinstance(read.command, TakeDelivery)
    return read.command


class Left(Paged):
    """All first messages have left."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, channels=ALL, **more)
        for who in ("first-1", "first-2"):
            self.became(self.message(who, "sms"), "sent", at(1))

    def bounced(self, who: str, channel: str = "sms", minute: float = 2, **changed: Any) -> list[str]:
        return done(
            self.send(receipt(self.message(who, channel, changed.get("about", "asked")), **changed), at(minute))
        )


def test_the_next_channel_is_used_with_what_is_so_now() -> None:
    played = Left()
    assert played.bounced("first-1") == ["told"]
    told = played.event("told")
    assert (told.outcome, told.is_receipt, told.next_channel, told.turn) == ("failed", True, "email", 1)
    mail = played.message("first-1", "email")
    assert (mail.about, mail.turn, mail.at, mail.until) == ("asked", 1, at(2), played.state.acknowledge_due_at)
    assert mail.key != played.message("first-1", "sms").key
    assert narrate(played.entries[-1]) == (
        "first-1 was not reached by sms after all (asked): Twilio says undelivered, error 30003; next by email"
    )


def test_a_receipt_that_overtakes_the_answer_of_what_sent_it_counts() -> None:
    played = Paged(channels=dict.fromkeys(ALL, ("sms", "inbox")), stand_ins={"first-1": ("dora",)})
    message = played.message("first-1", "sms")
    assert done(played.send(receipt(message), at(1))) == ["told", "stand_in_asked"]
    assert done(played.became(message, "sent", at(1.1))) == ["told"]
    assert played.state.asked == ("first-1", "first-2", "dora")


def test_it_is_done_once() -> None:
    played = Left()
    played.bounced("first-1")
    assert played.bounced("first-1", minute=3) == []
    assert played.by("first-1") == ["sms", "inbox", "email"]


def test_where_no_channel_is_left_somebody_stands_in() -> None:
    played = Left(stand_ins={"first-1": ("dora",)})
    played.bounced("first-1")
    assert played.bounced("first-1", "sms", 3, id="again") == ["told"]
    played.became(played.message("first-1", "email"), "sent", at(3))
    assert played.bounced("first-1", "email", 4) == ["told", "stand_in_asked"]
    assert played.state.asked == ("first-1", "first-2", "dora")


def test_where_nobody_was_reached_after_all_the_tier_is_left() -> None:
    played, made = Left(), list[str]()
    for who in ("first-1", "first-2"):
        played.bounced(who)
        made = done(played.became(played.message(who, "email"), "failed", at(3)))
    assert made == ["told", "nobody_reached"]


def test_of_what_is_over_it_is_on_record_and_opens_no_way() -> None:
    played = Left()
    played.acknowledge("first-2", at(1.5))
    assert played.bounced("first-1") == ["told"]
    assert played.event("told").next_channel is None
    assert played.by("first-1") == ["sms", "inbox"]


def test_so_it_is_of_a_tier_that_is_asked_no_more() -> None:
    played = Left()
    sms = played.message("first-1", "sms")
    played.tick(at(10))
    assert played.state.tier == "second"
    played.send(receipt(sms), at(11))
    assert (played.event("told").next_channel, played.event("told").turn) == (None, 0)


def test_what_only_informs_goes_on_while_it_matters() -> None:
    played = Left(opened(policy(tier("first"), tier("second"), courtesies=("left_tier",))))
    played.tick(at(10))
    gone = played.message("first-1", "sms", "left_tier")
    played.send(receipt(gone), at(11))
    assert played.event("told").next_channel == "email"
    assert played.message("first-1", "email", "left_tier").turn == 0


@pytest.mark.parametrize(
    ("bodies", "says"),
    [
        ([], "allowed: "),
        ([{"about": "lunch"}], "about 'lunch' is no occasion of a message; allowed: ask_news, ask_over, ask_put, "),
        ([{"about": "asked"}], "message: Field required; allowed: a body such as "),
        ([{"about": "asked", "outcome": "sent"}], "field 'outcome' is not known; allowed: id, message, person, "),
        ([{"about": "asked", "message": 5}], "message is of type int; allowed: text"),
        ([{"about": "asked", "error": "4111 1111 1111 1111"}], "error holds what looks like a card number"),
        ([{"about": "asked", "person": "a\nb"}], "has control characters; allowed: one line of text"),
    ],
)
def test_what_is_no_receipt_is_refused(bodies: list[object], says: str) -> None:
    read = read_receipt(bodies, "signal-1")
    assert isinstance(read, Rejected)
    assert says in read.why
