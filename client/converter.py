"""How values travel to and from Temporal: pydantic's JSON, and a stand-in for what nobody can decode.

Without the stand-in the SDK drops a signal that does not decode, with a line in a log that its sender never sees, and
tries a workflow that was started by hand with such an input again for ever (both measured).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter


@dataclass(frozen=True)
class Undecodable:
    """A value in an encoding, or of a form, that is not ours."""

    encoding: str


class TolerantPayloadConverter(PydanticPayloadConverter):
    """Strict where a type is expected; where anything may come, what cannot be decoded comes as `Undecodable`."""

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The values. Raises as its parent does where types are expected."""
        if type_hints:
            return super().from_payloads(payloads, type_hints)
        return [self._anything(payload) for payload in payloads]

    def _anything(self, payload: Payload) -> Any:
        try:
            return super().from_payloads([payload])[0]
        except Exception:  # noqa: BLE001 - it may be anything, and fail in any way
            return Undecodable(payload.metadata.get("encoding", b"none").decode("ascii", "replace")[:60])


data_converter = replace(pydantic_data_converter, payload_converter_class=TolerantPayloadConverter)
"""Of every client, worker and replay."""
