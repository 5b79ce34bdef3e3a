"""A channel that keeps what it is sent, for drills and tests. Keeps the same contract as those that reach people."""

from activities.channels.contract import ChannelRefused, ChannelUnavailable, Envelope, Sent


class MemoryChannel:
    """Everything sent is in `sent`, in order; trouble is had by setting `trouble` or naming addresses in `refused`."""

    def __init__(self, name: str = "memory") -> None:
        self._name = name
        self.sent: list[Envelope] = []
        self.refused: set[str] = set()
        self.trouble: ChannelUnavailable | None = None

    @property
    def name(self) -> str:
        """The name under which the directory lists addresses of it."""
        return self._name

    async def send(self, envelope: Envelope) -> Sent:
        """Keep the envelope, unless there is trouble."""
        if self.trouble is not None:
            raise self.trouble
        if envelope.address in self.refused:
            raise ChannelRefused(f"{envelope.address}: no such address")
        self.sent.append(envelope)
        return Sent(reference=str(len(self.sent)), is_delivered=True)
