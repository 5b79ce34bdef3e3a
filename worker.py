"""The assembly: settings and a connection become a worker. No logic.

A channel is one module under `activities/channels/` and one line in `installed.py` there.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Replayer, Worker

from activities.answer_links import AnswerLinks
from activities.channels.installed import channels
from activities.find_responders import FindingResponders
from activities.gathering import Gathering
from activities.link_duplicate import LinkingDuplicates
from activities.live_rotas import LiveRotas
from activities.live_store import live_directory
from activities.notify import Notifying
from activities.observed import Observing
from activities.record import RecordKeeping
from activities.report_silence import ReportingSilence
from activities.send_digest import SendingDigests
from activities.turns import Turns
from client.converter import data_converter
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
    directory = live_directory(settings, db)
    ways = channels(settings, db)
    gathering, turns, links = Gathering.of(client, settings), Turns.of(settings), AnswerLinks.by(settings)
    telling = Notifying(ways, directory, db, gathering=gathering, turns=turns, links=links)
    keeping, digests = RecordKeeping(db), SendingDigests(ways, directory, db, links)
    finding = FindingResponders(directory, [way.name for way in ways], LiveRotas(settings.rotas_file), db)
    return [
        keeping.record,
        keeping.keep_text,
        keeping.log_refusal,
        telling.notify,
        digests.send_digest,
        finding.find_responders,
        finding.find_shifts,
        LinkingDuplicates(client).link_duplicate,
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
