"""The frozen value that every model of the rules is made of.

Tolerant within: unknown fields are ignored, because histories and carried states of other releases are decoded
with today's models. Strictness belongs to the doors (`policy/parse.py`, CLI, signals), which refuse unknown fields.
"""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value; two with equal fields are equal."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_timedelta="iso8601")
