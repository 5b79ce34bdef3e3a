"""A namespace that forgets before an issue can no longer be reopened is found, with what it needs."""

from datetime import timedelta

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.testing import WorkflowEnvironment

from activities.live_directory import LiveDirectory
from selfwatch.retention import MARGIN, retention_short
from selfwatch.watched import Watched
from tests.selfwatch.stand import Stand, later

pytestmark = pytest.mark.server


async def keep(env: WorkflowEnvironment, retention: timedelta) -> None:
    kept = Duration()
    kept.FromTimedelta(retention)
    config = NamespaceConfig(workflow_execution_retention_ttl=kept)
    await env.client.workflow_service.update_namespace(
        UpdateNamespaceRequest(namespace=env.client.namespace, config=config)
    )


async def test_it_must_keep_longer_than_issues_can_be_reopened(env: WorkflowEnvironment, stand: Stand) -> None:
    policy = stand.settings.policies / "small.yaml"
    policy.write_text(policy.read_text().replace("reopen_within: 1 h", "reopen_within: 21 days"))
    watched = Watched(stand.settings, stand.db, LiveDirectory(stand.settings.people))
    try:
        await keep(env, timedelta(days=21))
        (found,) = await retention_short(watched, later())
        assert found.key == "retention_short"
        assert found.detail == (
            "the namespace 'default' keeps what has ended for 21 days; allowed: 22 days or more, since the policy "
            "'quick-climb' lets issues be reopened for 21 days"
        )
        await keep(env, timedelta(days=21) + MARGIN)
        assert await retention_short(watched, later()) == []
        policy.write_text("no policy")
        assert await retention_short(watched, later()) == [], "a finding of its own"
    finally:
        await keep(env, timedelta(days=90))


async def test_the_watch_tells_of_it_and_of_its_end(env: WorkflowEnvironment, stand: Stand) -> None:
    policy = stand.settings.policies / "small.yaml"
    text = policy.read_text()
    policy.write_text(text.replace("reopen_within: 1 h", "reopen_within: 100 days"))
    watch = stand.watch()
    assert "retention_short" in {each.found.kind for each in (await watch.round(later())).open}
    assert "retention_short" in stand.kinds()
    policy.write_text(text)
    assert "retention_short" not in {each.found.kind for each in (await watch.round(later())).open}
