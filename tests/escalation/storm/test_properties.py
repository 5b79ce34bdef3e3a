"""What is true of every storm, whatever is handed over when: nobody is left untold, and nobody is told too often."""

import math
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.storm.bundle import Bundle, Handed, begun, ends_at, gone, sends_at, taken
from escalation.storm.digest import SendDigest, digest_of
from tests.escalation.storm.given import LIMITS, at, bundle, handed, issue, seconds

_SENDING = seconds(1)


class Storm:
    """A bundle that is played to its end; each digest takes a second."""

    def __init__(self, messages: list[Handed]) -> None:
        self.bundle: Bundle = bundle()
        self.digests: list[SendDigest] = []
        self.alone: list[tuple[datetime, str]] = []
        for message in sorted(messages, key=lambda each: each.handed_at):
            self._run(message.handed_at)
            self.bundle = taken(self.bundle, message)
        self._run(None)

    def _run(self, until: datetime | None) -> None:
        while (due := sends_at(self.bundle)) is not None and (until is None or due <= until):
            before, self.bundle = self.bundle, begun(self.bundle)
            if not self.bundle.under_way and not self.bundle.naming:
                self.alone += [(due, message.issue) for message in before.waiting]
                continue
            self.digests.append(digest_of(self.bundle, due))
            self.bundle = gone(self.bundle, due + _SENDING, frozenset(), is_delivered=True)

    def named(self, name: str) -> list[datetime]:
        """When its person was told of the issue by name."""
        listed = [digest.at for digest in self.digests if any(each.issue == name for each in digest.listed)]
        return [*listed, *(at for at, alone in self.alone if alone == name)]


@st.composite
def messages(draw: st.DrawFn, *, is_one_question: bool = False) -> list[Handed]:
    """Up to forty messages about a few issues within an hour."""
    found = []
    for place in range(draw(st.integers(1, 40))):
        asks = is_one_question or draw(st.booleans())
        number = place if is_one_question else draw(st.integers(0, 12))
        about = (
            "asked"
            if is_one_question
            else draw(st.sampled_from(["asked", "reminded"] if asks else ["left_tier", "warned"]))
        )
        more = (
            {}
            if is_one_question
            else {"tier": draw(st.sampled_from(["first", "second"])), "priority": draw(st.integers(1, 3))}
        )
        hold = draw(st.sampled_from([None, seconds(20), seconds(90)])) if asks else None
        after = draw(st.integers(0, 3600))
        found.append(
            handed(
                number,
                after,
                key=f"message-{place}",
                about=about,
                asks=asks,
                can_acknowledge=asks,
                hold=hold,
                within=seconds(draw(st.integers(60, 3600))),
                **more,
            )
        )
    return found


@settings(max_examples=150, deadline=None)
@given(messages())
def test_every_message_ends_and_every_issue_that_is_asked_about_is_named_in_time(given: list[Handed]) -> None:
    storm = Storm(given)
    assert {message.key for message in given} == storm.bundle.ended.keys()
    assert ends_at(storm.bundle) is not None
    for message in given:
        if not message.asks or message.about != "asked":
            continue
        longest = max(LIMITS.gather_longest, LIMITS.longest)
        ended = any(each.about == "left_tier" and each.issue == message.issue for each in given)
        named = [when for when in storm.named(message.issue) if abs(when - message.handed_at) <= longest + _SENDING]
        assert named or ended, f"{message.issue} was not named within {longest}"
        became = storm.bundle.ended[message.key]
        assert became.what in {"went", "by_itself"}
        assert (became.what == "went") == bool(became.digest)


@settings(max_examples=150, deadline=None)
@given(messages(is_one_question=True))
def test_one_question_about_many_issues_makes_no_more_digests_than_the_storm_doubles_in_length(
    given: list[Handed],
) -> None:
    storm = Storm([message.changed({"within": None}) for message in given])
    lasted = max(message.handed_at for message in given) - min(message.handed_at for message in given)
    first, longest = LIMITS.stands(1), LIMITS.longest
    doublings = math.log2(lasted / first + 1) + lasted / longest
    assert len(storm.digests) <= 2 + doublings
    assert len(storm.alone) <= LIMITS.after + 1, "a first one, of which there is nothing yet to join, and a few more"
    if storm.digests:
        assert {each.issue for each in storm.digests[-1].listed} == {issue(place) for place in range(len(given))}
        assert at(0) <= storm.digests[0].at <= min(m.handed_at for m in given) + lasted + timedelta(seconds=90)
