"""Our answers where peers differ: the table of the player and the page for operators say the same."""

import re
from pathlib import Path

import pytest

from tests.peers.conventions import TOPICS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conventions.md"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+\?) \| ([^|]+) \|$", re.MULTILINE)


def test_the_page_answers_every_question_once() -> None:
    topics = [topic for topic, _, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))]
    assert topics == list(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_the_page_names_our_answer(topic: str) -> None:
    answers = {name: answer for name, _, answer in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    assert f"`{TOPICS[topic].ours}`" in answers[topic]
