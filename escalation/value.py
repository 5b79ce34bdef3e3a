"""The frozen value that every model of the rules is made of.

Tolerant within: unknown fields are ignored, because histories and carried states of other releases are decoded
with today's models. Strictness belongs to the doors (`policy/parse.py`, CLI, signals), which refuse unknown fields.
"""

from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value; two with equal fields are equal."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_timedelta="iso8601")

    @classmethod
    def trusted(cls, **fields: Any) -> Self:
        """One made of parts that are valid already, unchecked: what the rules make of their own values, step by step.

        Half of the time of a step went into checking such parts again. Never for what comes from outside.
        Where all fields are given, they are given in their order, which is that of the JSON.
        """
        blank, given = _BLANK.get(cls) or _blank(cls)
        return _made(cls, fields if len(fields) == len(blank) else {**blank, **fields}, given)

    def changed(self, change: dict[str, Any]) -> Self:
        """A copy with these fields changed, unchecked: as `model_copy(update=change)`, in a third of its time."""
        given = self.__pydantic_fields_set__
        return _made(
            type(self), {**self.__dict__, **change}, given if given >= change.keys() else given | change.keys()
        )


_BLANK: dict[type[Value], tuple[dict[str, Any], set[str]]] = {}
"""By model, all of its fields in their order, with the defaults of those that have one; and their names, which all
count as given. Both are shared."""
_SET_FIELDS = BaseModel.__dict__["__dict__"].__set__
_SET_GIVEN = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_SET_EXTRA = BaseModel.__dict__["__pydantic_extra__"].__set__
_SET_PRIVATE = BaseModel.__dict__["__pydantic_private__"].__set__
_Made = TypeVar("_Made", bound=Value)


def _made(kind: type[_Made], fields: dict[str, Any], given: set[str]) -> _Made:
    made = kind.__new__(kind)
    _SET_FIELDS(made, fields)
    _SET_GIVEN(made, given)
    _SET_EXTRA(made, None)
    _SET_PRIVATE(made, None)
    return made


def _blank(kind: type[Value]) -> tuple[dict[str, Any], set[str]]:
    """Defaults that are made anew for each value would be shared: none of the rules ever changes one."""
    blank = {
        name: None if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in kind.model_fields.items()
    }
    return _BLANK.setdefault(kind, (blank, set(blank)))
