"""An independent library gives the same answers. `make bench ARGS="--only calendar"` asks 20,000, and for speed."""

from bench.oracle import ZONES, compare


def test_opening_hours_py_agrees() -> None:
    found = compare(seed=20261122, calendars=2 * len(ZONES), questions=70)
    assert found.differing == ()
    assert found.compared > 3000
    assert found.left_out < found.asked * 0.05
