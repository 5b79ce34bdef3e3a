"""Words of a reply: which are a command, and which are none although they begin like one."""

from typing import Any, get_args

import pytest

from escalation.issue.commands import HUMAN_COMMANDS
from escalation.reply import Replied, Reply, TextReply, fields_of, on_ask, read_reply, read_text
from escalation.short_message import answer_of


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("ack", "acknowledge", ""),
        ("Ack.", "acknowledge", ""),
        ("1", "acknowledge", ""),
        ("ACKNOWLEDGE, I call them at nine", "acknowledge", "I call them at nine"),
        ("acknowledged\n\nI call them.", "acknowledge", "I call them."),
        ("ack on it", "acknowledge", "on it"),
        ("decline on holiday until Monday", "decline", "on holiday until Monday"),
        ("decline: a conflict", "decline", "a conflict"),
        ("2", "decline", ""),
        ("escalate needs a manager", "escalate", "needs a manager"),
        ("3.", "escalate", ""),
        ("resolve", "resolve", ""),
        ("Resolved.", "resolve", ""),
        ("close - restarted", "resolve", "restarted"),
        ("confirm", "confirm", ""),
        ("4", "confirm", ""),
        ("accept", "accept", ""),
        ("reopen: it fails again", "reopen", "it fails again"),
        ("release", "release", ""),
        ("note: ack is not what I mean", "note", "ack is not what I mean"),
        ("Resolve it please before nine.", "note", "Resolve it please before nine."),
        ("Confirmed by the acquirer as well", "note", "Confirmed by the acquirer as well"),
        ("Close the door", "note", "Close the door"),
        ("Acquirer says nine.", "note", "Acquirer says nine."),
        ("3 tills are down", "note", "3 tills are down"),
        ("I will not acknowledge", "note", "I will not acknowledge"),
        ("…", "note", "…"),
    ],
)
def test_the_first_word_is_the_command(text: str, command: str, rest: str) -> None:
    assert read_reply(text) == Reply(command=command, text=rest)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", " \n ", "note", "note: "])
def test_no_words_are_no_reply(text: str) -> None:
    assert read_reply(text) is None


def test_what_is_fixed_says_how_and_what_the_customer_was_told() -> None:
    read = read_reply("resolve: workaround, the second till works\n\nTold the customer: use till two")
    assert read == Reply(
        command="resolve", outcome="workaround", text="the second till works", told_customer="use till two"
    )
    assert read_reply("resolve nothing wrong") == Reply(command="note", text="resolve nothing wrong")
    assert read_reply("resolve: nothing wrong") == Reply(command="resolve", outcome="nothing_wrong")


def test_it_is_sent_up_without_its_checklist_only_in_so_many_words() -> None:
    assert read_reply("escalate anyway: no time") == Reply(command="escalate", text="no time", is_anyway=True)
    assert read_reply("escalate: no time anyway") == Reply(command="escalate", text="no time anyway")


@pytest.mark.parametrize("command", get_args(Replied))
def test_every_reply_is_a_command_with_fields_that_it_has(command: Any) -> None:
    fields = fields_of(Reply(command=command, text="words"), "Answered.")
    assert set(fields) <= HUMAN_COMMANDS[command].model_fields.keys()


@pytest.mark.parametrize("command", ["decline", "escalate", "reopen", "release"])
def test_what_needs_a_reason_has_one(command: Any) -> None:
    assert fields_of(Reply(command=command), "Answered by e-mail.")["reason"] == "Answered by e-mail."
    assert fields_of(Reply(command=command, text="busy"), "Answered by e-mail.")["reason"] == "busy"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1", TextReply(digit="1")),
        (" 2 desk:REF-1 ", TextReply(digit="2", named="desk:REF-1")),
        ("1. all", TextReply(digit="1", named="all")),
        ("ack", TextReply(command="acknowledge")),
        ("A", TextReply(command="acknowledge")),
        ("ack17", TextReply(command="acknowledge", named="17")),
        ("Close desk:REF-1", TextReply(command="resolve", named="desk:REF-1")),
        ("c", TextReply(command="resolve")),
        ("claim all", TextReply(command="acknowledge", named="all", takes_over=True)),
        ("decline", TextReply(command="decline")),
    ],
)
def test_a_text_message_is_a_digit_or_a_word_and_perhaps_an_issue(text: str, read: TextReply) -> None:
    assert read_text(text) == read


@pytest.mark.parametrize(
    "text", ["", "yes", "12", "1st", "STOP", "ackdesk", "note this", "reopen", "release", "ü", "\x00"]
)
def test_other_words_are_no_answer(text: str) -> None:
    assert read_text(text) is None


@pytest.mark.parametrize(
    ("about", "text", "command"),
    [
        ("asked", "ack", "acknowledge"),
        ("asked", "1", "acknowledge"),
        ("asked", "close", "resolve"),
        ("offered", "ack", "accept"),
        ("offered", "decline", "decline"),
        ("resolved", "confirm", "confirm"),
        ("resolved", "close", None),
        ("offered", "close", None),
        ("asked", "confirm", None),
        ("asked", "9", None),
        ("closed", "ack", None),
        ("ask_put", "1", "take_on"),
        ("ask_put", "ack", "take_on"),
        ("ask_put", "2", "pass_on"),
        ("ask_put", "decline", "pass_on"),
        ("ask_put", "close", None),
        ("ask_put", "escalate", None),
        ("ask_warned", "decline", "leave"),
        ("ask_warned", "1", None),
    ],
)
def test_a_word_answers_what_its_digit_answers_and_says_that_it_is_fixed(
    about: Any, text: str, command: str | None
) -> None:
    reply = read_text(text)
    assert reply is not None
    found = answer_of(about, reply)
    assert (found.command if found is not None else None) == command


def test_who_claims_takes_over() -> None:
    assert read_reply("claim, I know it") == Reply(command="acknowledge", text="I know it", takes_over=True)


def test_the_words_behind_an_acceptance_are_read_back() -> None:
    reply = read_reply("Accept: the tills wait for the bank until 22:00")
    assert reply is not None
    assert (reply.command, fields_of(reply, "")) == ("accept", {"read_back": "the tills wait for the bank until 22:00"})
    bare = read_reply("accept")
    assert bare is not None
    assert fields_of(bare, "") == {"read_back": None}


@pytest.mark.parametrize(
    ("about", "words", "meant"),
    [
        ("ask_put", "ack", ("take_on", {})),
        ("ask_put", "accept", ("take_on", {})),
        ("ask_put", "decline, not mine", ("pass_on", {"reason": "not mine"})),
        ("ask_put", "decline", ("pass_on", {"reason": "By mail."})),
        ("ask_put", "resolved: a cable", ("complete", {"result": "a cable"})),
        ("ask_put", "resolve", ("complete", {"result": None})),
        ("ask_put", "I look at it", None),
        ("ask_put", "escalate: too hot", None),
        ("ask_warned", "decline", ("leave", {"reason": "By mail."})),
        ("asked", "ack", None),
        ("offered", "decline", None),
    ],
)
def test_what_is_put_to_somebody_is_answered_and_not_the_issue(about: Any, words: str, meant: object) -> None:
    reply = read_reply(words)
    assert reply is not None
    assert on_ask(about, reply, "By mail.") == meant
