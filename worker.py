"""The assembly: settings and a connection become a worker. No logic.

A channel is one module under `activities/channels/` and one line in `installed.py` there.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Replayer, Worker

from activities.channels.installed import channels
from activities.find_responders import FindingResponders
from activities.gathering import Gathering
from activities.link_duplicate import LinkingDuplicates
from activities.live_directory import LiveDirectory
from activities.live_rotas import LiveRotas
from activities.notify import Notifying
from activities.observed import Observing
from activities.record import RecordKeeping
from activities.report_silence import ReportingSilence
from activities.send_digest import SendingDigests
from client.converter import data_converter
from client.kept_directory import KeptDirectory
from client.settings import Settings
from records.database import Database
from starter.silences import reporting
from workflows.bundle import BundleOfMessages
from workflows.escalation import Escalation
from workflows.heartbeat import Heartbeat

WORKFLOWS = [Escalation, BundleOfMessages, Heartbeat]
ACTIVITY_THREADS = 8
WORKFLOW_TASKS_AT_ONCE = 40
"""Bounded, since many replays at once can trip the SDK's two-second detector."""


def activities(client: Client, settings: Settings, db: Database) -> list[Callable[..., Any]]:
    """Every effect's activity, and the one of the watch of sources."""
    directory = LiveDirectory(settings.people, KeptDirectory(settings.home))
    ways = channels(settings, db)
    gathering, most = Gathering.of(client, settings), settings.messages_a_minute
    keeping, telling = RecordKeeping(db), Notifying(ways, directory, db, gathering=gathering, most_a_minute=most)
    digests = SendingDigests(ways, directory, db)
    finding = FindingResponders(directory, [way.name for way in ways], LiveRotas(settings.rotas_file), db)
    linking = LinkingDuplicates(client)
    return [
        keeping.record,
        keeping.keep_text,
        keeping.log_refusal,
        telling.notify,
        digests.send_digest,
        finding.find_responders,
        linking.link_duplicate,
        ReportingSilence(reporting(client, settings, db)).report_silence,
    ]


def build_worker(client: Client, settings: Settings, db: Database, cached_workflows: int = 1000) -> Worker:
    """A worker for the settings' task queue; the database is open and migrated."""
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=WORKFLOWS,
        activities=activities(client, settings, db),
        activity_executor=ThreadPoolExecutor(ACTIVITY_THREADS, thread_name_prefix="activity"),
        max_cached_workflows=cached_workflows,
        max_concurrent_workflow_tasks=WORKFLOW_TASKS_AT_ONCE if cached_workflows else None,
        graceful_shutdown_timeout=timedelta(seconds=5),
        interceptors=[Observing()],
    )


def build_replayer() -> Replayer:
    """What tries out histories on this release's workflows, as the worker would run them."""
    return Replayer(workflows=WORKFLOWS, data_converter=data_converter)
