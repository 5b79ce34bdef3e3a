"""What every channel keeps to, the fake one too. A new channel joins by its line in `trials.py`."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.channels.contract import ChannelRefused, ChannelUnavailable
from tests.activities.channels.trial import Trial, envelope, message
from tests.activities.channels.trials import TRIALS

REFUSES_NOBODY = {"inbox"}
SAYS_IT_IS_DELIVERED = {"inbox", "memory", "slack", "mattermost", "matrix"}
GIVES_NO_REFERENCE = {"teams", "mattermost", "apprise"}
OF_FEW_WORDS = {"sms", "voice"}
"""Phones take neither whole messages nor ids: what they get is in test_sms.py and test_voice.py."""


@pytest.fixture(params=TRIALS)
async def trial(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Trial]:
    """Each channel in turn."""
    async with TRIALS[request.param](tmp_path) as ready:
        yield ready


@pytest.mark.parametrize("trial", sorted(TRIALS.keys() - OF_FEW_WORDS), indirect=True)
async def test_a_message_arrives_whole(trial: Trial) -> None:
    subject = "[S1] Acționează până la 22:10 București: plăți căzute, 支払い 💳, desk:REF-1"
    body = (
        ".\n..two dots\nFrom here on\n\n\ttabbed  spaces \n"
        + "long " * 700
        + "\n支払い 💳 ștampilă =3D\nIf nobody does."
    )
    await trial.channel.send(envelope(trial.address, message=message(subject, body)))
    (found,) = trial.arrived()
    assert (found.to, found.subject, found.body) == (trial.address, subject, body)


@pytest.mark.parametrize(("trial", "name"), [(name, name) for name in TRIALS], indirect=["trial"])
async def test_what_the_other_side_says_of_it_is_known(trial: Trial, name: str) -> None:
    sent = await trial.channel.send(envelope(trial.address))
    assert sent.is_delivered == (name in SAYS_IT_IS_DELIVERED)
    assert (sent.reference is None) == (name in GIVES_NO_REFERENCE)


@pytest.mark.parametrize("trial", sorted(TRIALS.keys() - OF_FEW_WORDS), indirect=True)
async def test_copies_of_a_message_are_known_as_the_same(trial: Trial) -> None:
    await trial.channel.send(envelope(trial.address))
    await trial.channel.send(envelope(trial.address, is_possible_repeat=True))
    await trial.channel.send(envelope(trial.address, number=2))
    ids = [found.message_id for found in trial.arrived()]
    assert len(set(ids)) == 2


@pytest.mark.parametrize("trial", sorted(TRIALS.keys() - OF_FEW_WORDS), indirect=True)
async def test_messages_of_an_issue_stay_together_and_apart_from_others(trial: Trial) -> None:
    for reference, number in (("REF-1", 1), ("REF-2", 1), ("REF-1", 2)):
        await trial.channel.send(envelope(trial.address, reference, number))
    threads = [found.thread for found in trial.arrived()]
    assert len(threads) == 3
    assert len(set(threads)) == 2


async def test_many_messages_at_once_all_arrive(trial: Trial) -> None:
    await asyncio.gather(*(trial.channel.send(envelope(trial.address, number=number)) for number in range(40)))
    assert len({found.message_id for found in trial.arrived()}) == 40


@pytest.mark.parametrize("trial", sorted(TRIALS.keys() - REFUSES_NOBODY), indirect=True)
async def test_who_is_refused_is_refused_for_good_and_nobody_else_with_them(trial: Trial) -> None:
    with pytest.raises(ChannelRefused):
        await trial.channel.send(envelope(trial.refused_address))
    await trial.channel.send(envelope(trial.address, number=2))
    assert [found.to for found in trial.arrived()] == [trial.address]


async def test_what_is_away_is_unavailable_and_takes_messages_when_it_is_back(trial: Trial) -> None:
    await trial.go_away()
    with pytest.raises(ChannelUnavailable) as caught:
        await trial.channel.send(envelope(trial.address))
    assert not caught.value.is_outcome_unknown
    await trial.come_back()
    await trial.channel.send(envelope(trial.address))
    assert len(trial.arrived()) == 1


@pytest.mark.parametrize(
    "subject", ["Act\r\nBcc: eve@example.org", "Act\nBcc: eve@example.org\n\nHello", "Act\x85\u2028x"]
)
async def test_no_subject_becomes_anything_else(trial: Trial, subject: str) -> None:
    await trial.channel.send(envelope(trial.address, message=message(subject, "If nobody does.")))
    (found,) = trial.arrived()
    assert found.to == trial.address
    assert found.body == "If nobody does."
    assert found.subject.startswith("Act")


@pytest.mark.parametrize("address", ["", "kim", "kim@", "@example.org", "kim@example.org\r\nRCPT TO:<eve@example.org>"])
async def test_an_odd_address_reaches_nobody_else(trial: Trial, address: str) -> None:
    try:
        await trial.channel.send(envelope(address))
    except ChannelRefused:
        assert trial.arrived() == []
    else:
        assert "eve@example.org" not in {found.to for found in trial.arrived()}


async def test_a_channel_is_named_as_the_directory_names_it(trial: Trial) -> None:
    assert trial.channel.name.isidentifier()
