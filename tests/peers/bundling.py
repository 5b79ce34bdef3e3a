"""The bundling that a case sets, as limits of ours: what gathers does so by the rules of the product."""

from escalation.storm.counting import Limits
from tests.peers.fields import Fields
from tests.peers.scenario import Scenario


def read_limits(scenario: Scenario, settings: Fields) -> Limits | None:
    """How messages are bundled; None: the case says nothing of it. Raises Unsupported.

    With us every channel but the inbox gathers: a case that leaves others out can be played where it does not matter.
    What is bundled elsewhere goes after a fixed time, and nothing joins it later.
    """
    gather = settings.span("bundle_delay")
    bundled, left_out = set(settings.names("bundled_channels")), settings.names("not_bundled")
    if gather is None:
        if bundled or left_out:
            raise settings.cannot("bundled_channels")
        return None
    sent = [
        (str(event.get("to")), str(event.get("channel"))) for event in scenario.when if event["event"] == "send_due"
    ]
    if left_out and any(sent.count(one) > 1 for one in sent if one[1] not in bundled):
        raise settings.cannot("not_bundled")
    return Limits(after=1, gather=gather, gather_times=1, stand_times=0)
