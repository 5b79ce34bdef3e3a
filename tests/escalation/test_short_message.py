"""A message in few words: for every occasion, in every language, with the keys that its reader may press."""

import re
from datetime import timedelta
from typing import get_args

import pytest

from escalation.answers_of import ACTS_OF
from escalation.issue.commands import HUMAN_COMMANDS
from escalation.issue.effects import About
from escalation.message import MessageTexts, compose
from escalation.short_message import Short, is_answered_by_digit, key_of, keys_of
from escalation.spoken import LONGEST_TITLE, language_of
from escalation.spoken_words import WORDS, Group, Language
from tests.escalation.sample_notify import AT, notify

ABOUTS: tuple[About, ...] = get_args(About)
LANGUAGES: tuple[Language, ...] = get_args(Language)
TEXTS = MessageTexts(names={"kim": "Kim Sample"})


def short(
    language: str = "en", zone: str = "Europe/Dublin", *, is_possible_repeat: bool = False, **of: object
) -> Short:
    """The message of these facts in few words."""
    found = compose(notify(**of), TEXTS, zone, language, is_possible_repeat=is_possible_repeat).short
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("about", "text"),
    [
        ("asked", "desk:REF-1 high. You are asked to act by 20:10 Dublin (30 min)."),
        ("asked_again", "desk:REF-1 high. Asked again, act by 20:10 Dublin (30 min)."),
        ("reminded", "desk:REF-1 high. Reminder, act by 20:10 Dublin (30 min)."),
        ("warned", "desk:REF-1 high. 30 min left, until 20:10 Dublin."),
        ("last_resort", "desk:REF-1 high. NOBODY HAS IT, take charge by 20:10 Dublin (30 min)."),
        ("left_tier", "desk:REF-1 high. No longer asked of you."),
        ("closed", "desk:REF-1 high. Closed."),
        ("confirm", "desk:REF-1 high. Is it fixed? Answer by 20:10 Dublin (30 min)."),
    ],
)
def test_what_is_written(about: About, text: str) -> None:
    assert short(about=about).text == text


@pytest.mark.parametrize("about", ABOUTS)
def test_every_occasion_is_one_short_line_and_named_by_its_issue(about: About) -> None:
    found = short(about=about)
    assert found.text.startswith("desk:REF-1 ")
    assert len(found.text) <= 90
    assert "\n" not in found.text
    assert "desk:REF-1" in " ".join(found.spoken.sentences)


def test_without_a_time_none_is_told() -> None:
    assert short(until=None).text == "desk:REF-1 high. You are asked to act."
    assert short(until=AT - timedelta(minutes=1)).text == "desk:REF-1 high. You are asked to act by 19:39 Dublin."


@pytest.mark.parametrize(
    ("about", "commands", "keys"),
    [
        ("asked", ("acknowledge", "escalate", "resolve"), {"1": "acknowledge", "2": "decline", "3": "escalate"}),
        ("warned", ("resolve", "escalate"), {"3": "escalate"}),
        ("offered", ("accept", "decline"), {"1": "accept", "2": "decline"}),
        ("severity_changed", ("acknowledge", "resolve"), {"1": "acknowledge", "2": "decline"}),
        ("confirm", ("confirm", "reopen", "close"), {"4": "confirm"}),
        ("resolved", ("confirm", "reopen"), {"4": "confirm"}),
        ("last_resort", ("take_charge",), {}),
        ("closed", ("reopen",), {}),
        ("asked", (), {}),
    ],
)
def test_keys_are_those_that_answer(about: About, commands: tuple[str, ...], keys: dict[str, str]) -> None:
    assert {key.digit: key.command for key in keys_of(about, commands)} == keys


@pytest.mark.parametrize("about", ABOUTS)
def test_every_key_that_a_message_offers_is_taken_back_as_what_it_said(about: About) -> None:
    offered = keys_of(about, tuple(HUMAN_COMMANDS))
    assert [key_of(about, key.digit) for key in offered] == list(offered)
    assert len({key.digit for key in offered}) == len(offered)
    assert is_answered_by_digit(about) == bool(offered)


@pytest.mark.parametrize(
    ("about", "digit"), [("offered", "3"), ("confirm", "1"), ("asked", "4"), ("asked", ""), ("closed", "1")]
)
def test_a_digit_that_was_not_offered_answers_nothing(about: About, digit: str) -> None:
    assert key_of(about, digit) is None


def test_whoever_crosses_a_message_does_not_close_an_issue_by_it() -> None:
    closing = {key.digit for about in ABOUTS for key in keys_of(about, ("confirm",)) if key.command == "confirm"}
    others = {key.digit for about in ABOUTS for key in keys_of(about, ("acknowledge", "accept", "escalate"))}
    assert closing == {"4"}
    assert not closing & others


@pytest.mark.parametrize("issue_class", ["restricted", "sealed"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_restricted_issue_neither_title_nor_key_nor_severity_is_told(issue_class: str, language: str) -> None:
    found = short(language, issue_class=issue_class, severity="scandal")
    said = " ".join((found.text, *found.spoken.sentences))
    assert "Card payments" not in said
    assert "scandal" not in said
    assert found.keys == ()
    assert found.spoken.keys == ()


def test_what_is_said_on_the_telephone() -> None:
    spoken = short().spoken
    assert spoken.language == "en"
    assert spoken.sentences == (
        "This is Escalon, with a call for Kim Sample.",
        "You are asked to act on issue desk:REF-1, severity high, by 20:10 Dublin.",
        "It says: Card payments fail.",
    )
    assert spoken.keys == ("Press 1 for: I have it.", "Press 2 for: not me.", "Press 3 for: send it up.")


def test_what_is_said_in_german_on_another_day() -> None:
    spoken = short("de-AT", "Europe/Vienna", until=AT + timedelta(days=1)).spoken
    assert spoken.language == "de"
    assert spoken.sentences[1] == (
        "Bitte kümmern Sie sich bis 22.11. 20:40 Vienna um den Vorgang desk:REF-1, Schweregrad high."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("about", ABOUTS)
def test_every_occasion_is_said_whole_in_every_language(language: Language, about: About) -> None:
    for until in (None, AT + timedelta(minutes=30)):
        spoken = short(language, about=about, until=until, is_possible_repeat=True).spoken
        said = " ".join((*spoken.sentences, *spoken.keys, spoken.no_key))
        assert spoken.language == language
        assert not set("{}") & set(said)
        assert "Kim Sample" in said
        assert WORDS[language].repeat in spoken.sentences


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_lacks_a_sentence_or_says_it_in_english(language: Language) -> None:
    words, english = WORDS[language], WORDS["en"]
    assert words.groups.keys() == set(get_args(Group))
    assert words.means.keys() == english.means.keys()
    for with_time, without in (*words.groups.values(), words.restricted):
        assert "{by}" not in without
        assert set(re.findall(r"\{(\w+)\}", without)) <= set(re.findall(r"\{(\w+)\}", with_time))
    if language != "en":
        own = {*words.means.values(), words.no_key, words.repeat, words.done, words.not_done}
        assert not own & {*english.means.values(), english.no_key, english.repeat, english.done, english.not_done}


@pytest.mark.parametrize(
    ("tag", "language"), [("en", "en"), ("EN-us", "en"), ("pt-BR", "en"), ("fr-CA", "fr"), ("", "en"), ("deu", "en")]
)
def test_a_language_that_we_do_not_speak_is_english(tag: str, language: str) -> None:
    assert language_of(tag) == language


@pytest.mark.parametrize("title", ["{by} {nothing} {", "}{", "{0.__class__}", "%s {issue!r}"])
def test_a_title_is_said_as_it_stands(title: str) -> None:
    assert short(title=title).spoken.sentences[2] == f"It says: {title}."


def test_a_long_title_is_cut() -> None:
    said = short(title="long " * 100).spoken.sentences[2]
    assert len(said) < LONGEST_TITLE + 15


@pytest.mark.parametrize("about", ["customer_changed", "target_missed", "target_warned", "plan_impossible"])
def test_what_a_link_answers_a_digit_answers_too(about: About) -> None:
    assert [key.command for key in keys_of(about, ("acknowledge", "escalate"))] == [
        "acknowledge",
        "decline",
        "escalate",
    ]
    assert ACTS_OF[about] == ("acknowledge", "decline", "escalate")
