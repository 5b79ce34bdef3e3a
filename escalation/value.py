"""The frozen value that every model of the rules is made of.

Tolerant within: unknown fields are ignored, because histories and carried states of other releases are decoded
with today's models. Strictness belongs to the doors (`policy/parse.py`, CLI, signals), which refuse unknown fields.
"""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value; two with equal fields are equal."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_timedelta="iso8601")

    def changed(self, change: dict[str, Any]) -> Self:
        """A copy with these fields changed, unchecked: as `model_copy(update=change)`, in two thirds of its time."""
        made = type(self).__new__(type(self))
        object.__setattr__(made, "__dict__", {**self.__dict__, **change})
        object.__setattr__(made, "__pydantic_fields_set__", self.__pydantic_fields_set__ | change.keys())
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made
