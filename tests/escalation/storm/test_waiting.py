"""A message of a storm joins the digest that is being collected, however late the worker, the server or the way is."""

from datetime import timedelta

import pytest

from escalation.storm.bundle import Became
from escalation.storm.waiting import HANDED_WITHIN, asked_after, first_look, not_handed_over
from tests.escalation.storm.given import seconds

PATIENCE = timedelta(minutes=2)
WAITS = Became(what="waits", wait=seconds(3))
WENT = Became(what="went", digest="digest:main:kim:sms:0123456789abcdef/1")


@pytest.mark.parametrize("waited", [0, 89, 90, 119, 120, 600, 86_000])
@pytest.mark.parametrize("patience", [PATIENCE, None, seconds(10)])
@pytest.mark.parametrize("found", [WAITS, None])
def test_it_never_goes_by_itself_because_somebody_is_slow(
    waited: float, patience: timedelta | None, found: Became | None
) -> None:
    became = asked_after(found, seconds(waited), patience, looks=3)
    is_over = patience is not None and seconds(waited) >= patience
    assert became.what == ("late" if is_over else "waits")
    handed = not_handed_over(seconds(waited), patience)
    if patience is not None:
        assert handed.what == became.what


@pytest.mark.parametrize("what", ["went", "over", "by_itself", "lost"])
@pytest.mark.parametrize("waited", [1, 119, 7200])
def test_what_its_bundle_knows_counts_however_late_it_is_asked(what: str, waited: float) -> None:
    found = WENT.changed({"what": what})
    assert asked_after(found, seconds(waited), PATIENCE, looks=0) == found


def test_hundreds_do_not_ask_every_second_and_none_asks_later_than_its_patience_ends() -> None:
    looks = [asked_after(WAITS, seconds(0), None, looks).wait.total_seconds() for looks in range(9)]
    assert looks == [3, 3, 4, 8, 16, 32, 64, 120, 120]
    assert asked_after(WAITS, seconds(118), PATIENCE, looks=5).wait == seconds(2)
    assert asked_after(None, seconds(119.5), PATIENCE, looks=5).wait == seconds(0.5)


def test_a_message_is_asked_after_when_its_digest_should_have_left() -> None:
    assert first_look(seconds(15), None) == seconds(16)
    assert first_look(seconds(15), PATIENCE) == seconds(16)
    assert first_look(seconds(15), seconds(10)) == seconds(7.5)


def test_one_without_patience_goes_by_itself_where_nobody_takes_it_for_long() -> None:
    assert not_handed_over(HANDED_WITHIN, None).what == "waits"
    assert not_handed_over(HANDED_WITHIN + seconds(1), None).what == "by_itself"
