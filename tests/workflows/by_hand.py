"""What a person can do with nothing but Temporal's own `temporal` program."""

import asyncio
from dataclasses import dataclass

from temporalio.client import Client

from escalation.issue.identity import IssueId
from tests.server import TEMPORAL


@dataclass(frozen=True)
class Ran:
    """How a program ended and what it said."""

    code: int
    out: str
    err: str


async def temporal(client: Client, *arguments: str) -> Ran:
    """Run `temporal` with these arguments against the client's server."""
    address = client.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(
        str(TEMPORAL), *arguments, "--address", address, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 20)
    except TimeoutError:
        process.kill()
        raise
    return Ran(process.returncode or 0, out.decode(), err.decode())


async def signal(client: Client, issue: IssueId, name: str, *more: str) -> Ran:
    """`temporal workflow signal` with these further arguments."""
    return await temporal(client, "workflow", "signal", "-w", str(issue), "--name", name, *more)


async def update(client: Client, issue: IssueId, name: str, *more: str) -> Ran:
    """`temporal workflow update execute` with these further arguments."""
    return await temporal(client, "workflow", "update", "execute", "-w", str(issue), "--name", name, *more)
