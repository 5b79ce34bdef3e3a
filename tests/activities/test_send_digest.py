"""The errand of a digest: it leaves without what is over, is retried while its way is away, and is given up at once
where it can never go, so that its messages go by themselves.
"""

import dataclasses

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.channels.contract import ChannelUnavailable
from activities.channels.memory import MemoryChannel
from activities.live_directory import LiveDirectory
from activities.send_digest import SendingDigests
from escalation.issue.facts import CauseRef, PersonFacts
from escalation.storm.digest import DigestWent, Listed, SendDigest, Standing
from records import deliveries, journal, reading
from records.database import Database
from tests.activities.given import AT
from tests.records.samples import issue_id, record
from tests.workflows.waiting import until_found


def known(db: Database, reference: str, **fields: object) -> str:
    """An issue on record that stands so."""
    issue = issue_id(reference)
    journal.write(db, record(issue, 1, 1, **fields))
    return str(issue)


LEE = PersonFacts(id="lee", role="lead", channels=("memory",))


def digest(*issues: str, channel: str = "memory", person: PersonFacts = LEE) -> SendDigest:
    """A digest about these issues, all new."""
    return SendDigest(
        key="digest:main:lee:memory:0123456789abcdef/1",
        person=person,
        channel=channel,
        cause=CauseRef(key="0123456789abcdef", name="component payments-api"),
        issue_class="normal",
        at=AT,
        listed=tuple(
            Listed(issue=issue, severity="S2", priority=2, asks=True, can_acknowledge=True, is_new=True)
            for issue in issues
        ),
    )


async def sent(sending: SendingDigests, given: SendDigest) -> DigestWent:
    """Run the errand once."""
    env = ActivityEnvironment()
    env.info = dataclasses.replace(env.info, scheduled_time=AT, started_time=AT)
    answer = await env.run(sending.send_digest, given)
    assert isinstance(answer, DigestWent)
    return answer


async def test_it_is_one_message_and_one_line_on_the_log(directory: LiveDirectory, db: Database) -> None:
    memory = MemoryChannel()
    given = digest("main:main:main:desk:REF-1:1", "main:main:main:desk:REF-2:1")
    went = await sent(SendingDigests([memory], directory, db), given)
    (envelope,) = memory.sent
    assert (went.dropped, went.is_delivered) == ((), True)
    assert (envelope.message_id, envelope.address, envelope.about) == (given.key, "lee's", "digest")
    assert envelope.subject == "[S2] 2 issues at once: component payments-api"

    async def logged() -> list[deliveries.Delivery]:
        return deliveries.of_issue(db, given.issue)

    (row,) = await until_found(logged)
    assert (row.message, row.about, row.state, row.person) == (given.key, "digest", "delivered", "lee")


async def test_what_is_over_is_left_out_and_where_all_is_nothing_is_sent(
    directory: LiveDirectory, db: Database
) -> None:
    over = known(db, "OVER", status="closed")
    held = known(db, "HELD", handler="kim")
    below = known(db, "BELOW", handler="ann")
    standing = reading.standing_of(db, [over, held, below, "?"])
    assert standing == {
        over: Standing(is_open=False, is_taken=False),
        held: Standing(is_open=True, is_taken=True),
        below: Standing(is_open=True, is_taken=False),
    }
    memory = MemoryChannel()
    sending = SendingDigests([memory], directory, db)
    went = await sent(sending, digest(over, held, below, "main:main:main:desk:NEW:1"))
    assert went.dropped == (over,), "who was never told is told, although another has acknowledged it"
    assert memory.sent[0].subject.startswith("[S2] 3 issues at once")
    assert (await sent(sending, digest(over))).dropped == (over,)
    assert len(memory.sent) == 1


async def test_while_its_way_is_away_it_is_retried(directory: LiveDirectory, db: Database) -> None:
    memory = MemoryChannel()
    memory.trouble = ChannelUnavailable("the other side, lee's, is away")
    with pytest.raises(ApplicationError) as caught:
        await sent(SendingDigests([memory], directory, db), digest("main:main:main:desk:REF-1:1"))
    assert (caught.value.type, caught.value.non_retryable) == ("ChannelUnavailable", False)
    assert "lee's" not in str(caught.value), "no address stands in a history"


@pytest.mark.parametrize(
    ("channel", "person"), [("sms", LEE), ("memory", PersonFacts(id="nobody", role="lead")), ("memory", LEE)]
)
async def test_where_it_can_never_go_it_is_given_up_at_once(
    directory: LiveDirectory, db: Database, channel: str, person: PersonFacts
) -> None:
    memory = MemoryChannel()
    memory.refused.add("lee's")
    given = digest("main:main:main:desk:REF-1:1", channel=channel, person=person)
    with pytest.raises(ApplicationError) as caught:
        await sent(SendingDigests([memory], directory, db), given)
    assert (caught.value.type, caught.value.non_retryable) == ("ChannelRefused", True)
