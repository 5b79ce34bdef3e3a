"""The sample's policy: valid with the shipped people, at its top within a minute, and out of the way of real ones."""

from datetime import timedelta

from client.settings import SHIPPED, Settings
from escalation.calendar.limit import longest
from escalation.policy.check_set import check_set
from starter.installation import policy_texts
from starter.sample import POLICY

PEOPLE = ("people.yaml", (SHIPPED / "people.yaml").read_text(encoding="utf-8"))


def test_it_is_valid_without_a_warning() -> None:
    checked = check_set({POLICY.name: POLICY.read_text(encoding="utf-8")}, PEOPLE)
    assert checked.findings == ()


def test_it_climbs_all_four_tiers_within_a_minute() -> None:
    (policy,) = check_set({POLICY.name: POLICY.read_text(encoding="utf-8")}, PEOPLE).policies
    assert len(policy.climb()) == 4
    limits = [longest(policy.tier(name).acknowledge_within["S3"]) for name in policy.climb()]
    assert sum(limits, timedelta()) < timedelta(minutes=1)


def test_no_real_issue_gets_it() -> None:
    assert POLICY.name not in policy_texts(Settings())
