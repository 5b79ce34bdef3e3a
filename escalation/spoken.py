"""What a telephone says of a message: few short sentences in the person's language, each of which can stand alone.

What people wrote (an issue's title) is read out as it is, in whatever language. Which keys mean what comes from
`short_message.py`; how it is said twice, and by which voice, is the business of the channel.
"""

from datetime import datetime

from escalation.instant import clock, place, zone_of
from escalation.spoken_words import WORDS, Group, Language
from escalation.value import Value

LONGEST_TITLE = 120


class Spoken(Value):
    """What is said, sentence by sentence, and in which language."""

    language: Language = "en"
    sentences: tuple[str, ...]
    keys: tuple[str, ...] = ()
    """For each key that the person can press, what to press for what."""
    no_key: str = ""
    """Said where no key was pressed, or none can be."""


class Facts(Value):
    """What a call is about."""

    group: Group
    issue: str
    """As people write it, without what tells installations apart."""
    severity: str
    title: str
    """Empty where it may not be said, or there is none."""
    name: str
    """Of the person who is called."""
    until: datetime | None
    at: datetime
    is_restricted: bool
    is_possible_repeat: bool


def speak(facts: Facts, keys: tuple[tuple[str, str], ...], tag: str, zone: str) -> Spoken:
    """The sentences for somebody of this language (a BCP 47 tag) and zone; `keys` are digits and their commands.

    English where the language is none of ours.
    """
    language = language_of(tag)
    words = WORDS[language]
    by = _when(facts.until, facts.at, zone, language) if facts.until is not None else ""
    pair = words.restricted if facts.is_restricted else words.groups[facts.group]
    said = pair[0 if by else 1]
    told = {"issue": facts.issue, "severity": facts.severity, "by": by}
    title = facts.title[:LONGEST_TITLE].rstrip(" .")
    sentences = (
        words.intro.replace("{name}", facts.name),
        _filled(said, told),
        _filled(words.title, {"title": title}) if title and not facts.is_restricted else "",
        words.repeat if facts.is_possible_repeat else "",
    )
    return Spoken(
        language=language,
        sentences=tuple(sentence for sentence in sentences if sentence),
        keys=tuple(_filled(words.key, {"digit": digit, "means": words.means[command]}) for digit, command in keys),
        no_key=words.no_key,
    )


def speak_digest(
    name: str, number: int, severity: str, until: datetime | None, at: datetime, digit: str, tag: str, zone: str
) -> Spoken:
    """The sentences of a call about many issues at once; `severity` empty: there is nothing to act on.

    `digit` answers for all of them; empty: nothing can be pressed.
    """
    language = language_of(tag)
    words = WORDS[language]
    by = _when(until, at, zone, language) if until is not None and until > at else ""
    said = words.digest[2 if not severity else 0 if by else 1]
    sentences = (
        words.intro.replace("{name}", name),
        _filled(said, {"number": str(number), "severity": severity, "by": by}),
    )
    keys = (_filled(words.key, {"digit": digit, "means": words.all_of_them}),) if digit else ()
    return Spoken(language=language, sentences=sentences, keys=keys, no_key=words.no_key)


def language_of(tag: str) -> Language:
    """The language of ours that a tag such as de-AT means; English where it means none."""
    base = tag.split("-", maxsplit=1)[0].lower()
    return next((language for language in WORDS if language == base), "en")


def _filled(sentence: str, told: dict[str, str]) -> str:
    # Not str.format: titles hold braces.
    parts = sentence.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        filled.append(told[name] + rest)
    return "".join(filled)


def _when(until: datetime, at: datetime, zone: str, language: Language) -> str:
    if language == "en":
        return clock(until, zone, at)
    local, here = until.astimezone(zone_of(zone)), at.astimezone(zone_of(zone))
    day = "" if local.date() == here.date() else f"{local.day}.{local.month}. "
    return f"{day}{local.hour:02}:{local.minute:02} {place(zone)}"
