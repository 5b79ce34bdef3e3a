"""The address that the directory gives, checked by the channel itself once more: a worker reads files of its own."""

from activities.channels.contract import ChannelRefused
from escalation.policy.addresses import address_fault


def check_address(channel: str, address: str, what: str) -> None:
    """Raises ChannelRefused, with what is allowed and nothing of the address, where it is not `what`."""
    wrong = address_fault(channel, address)
    if wrong is not None:
        raise ChannelRefused(f"this is no {what}; allowed: {wrong}")
