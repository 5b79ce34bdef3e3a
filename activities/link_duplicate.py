"""Having the first issue record its duplicate: through the client, since only that issue can decide it.

What it refuses, and an issue that does not exist, are answers. A server or a worker that is away is none: Temporal
tries again until the errand's time is up, and the rules answer for it then.
"""

from temporalio import activity

from client.duplicates import record_duplicate
from client.finding import Connection
from escalation.issue.commands import TakeSuppression
from escalation.issue.effects import LinkDuplicate


class LinkingDuplicates:
    """The activity, with the connection that it sends through."""

    def __init__(self, client: Connection) -> None:
        self._client = client

    @activity.defn
    async def link_duplicate(self, effect: LinkDuplicate) -> TakeSuppression:
        """Whether the first issue has it on record. Raises where nobody could be asked."""
        error = await record_duplicate(self._client, effect.duplicate_of, effect.issue, effect.said_by, effect.key)
        return TakeSuppression(id=effect.key, duplicate_of=str(effect.duplicate_of), error=error)
