"""What a door says of a message that had left: it did not arrive. From plain JSON to a command of the issue."""

from collections.abc import Sequence

from pydantic import ValidationError

from escalation.issue.commands import TakeDelivery
from escalation.issue.facts import Actor
from escalation.issue.from_body import FromBody, read_own_body, unfit_field
from escalation.issue.further import ABOUTS
from escalation.issue.refusal import Rejected

EXAMPLE = '{"message": "<its id>", "person": "kim", "channel": "sms", "about": "asked", "error": "undelivered"}'
_FIELDS = ("id", "message", "person", "channel", "about", "error")


def read_receipt(bodies: Sequence[object], fallback_id: str) -> FromBody | Rejected:
    """Ids and a few words. Whoever sends it is taken at their word: at worst a person is told by one channel more."""
    fields = read_own_body(bodies, EXAMPLE, _FIELDS)
    if isinstance(fields, Rejected):
        return fields
    about = fields.get("about")
    if about not in ABOUTS:
        allowed = ", ".join(sorted(ABOUTS))
        return unfit_field(f"about {str(about)[:60]!a} is no occasion of a message; allowed: {allowed}")
    by = Actor(person="escalon", door="receipt", assurance="asserted", is_machine=True)
    try:
        command = TakeDelivery.model_validate(
            {"id": fallback_id, **fields, "by": by, "outcome": "failed", "is_receipt": True}
        )
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        return unfit_field(f"{place}: {error.errors()[0]['msg'][:120]}; allowed: a body such as {EXAMPLE}")
    return FromBody(command=command, texts={})
