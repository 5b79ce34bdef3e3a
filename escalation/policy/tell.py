"""Whom a policy tells, and limits by severity: what tiers, the last resort and more of a policy are made of."""

from datetime import timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from pydantic import Field

from escalation.value import Value

Limits: TypeAlias = dict[str, timedelta]
"""A limit by severity name. A severity that is absent has no such limit."""


class Tell(Value):
    """Whom a tier tells: those named, who is on duty, and who has one of the roles (in `team`, where it is given)."""

    people: tuple[str, ...] = ()
    """Ids of people in the directory, told whatever their role. One of people, rotas and roles is needed."""
    roles: tuple[str, ...] = ()
    """Roles of the directory; whoever has one is told, looked up when the tier begins."""
    team: str | None = None
    """Look for the roles in this team alone; absent: in the issue's team, or anywhere where nobody there has it."""
    rotas: tuple[str, ...] = ()
    """Rotas; whoever is on duty by one is told, looked up when the tier begins: docs/oncall.md."""
    skills: tuple[str, ...] = ()
    """Only who has all of these skills."""
    authority: dict[str, Decimal] = Field(default_factory=dict)
    """Only who may decide at least so much alone, by currency (ISO 4217), in its unit."""
    language: Literal["needed", "preferred"] | None = None
    """Where the issue has its customer's language: only who speaks it; or, where somebody does, only them."""
    choose: Literal["everybody", "first", "round_robin", "least_loaded"] | None = None
    """Of those left: everybody (also where absent), the first, whose last issue is longest ago, who has fewest open."""
    at_most: int | None = Field(default=None, ge=1, le=200)
    """So many are chosen; absent: one. The others are asked in turn where these decline or cannot be reached."""

    when_full: Literal["ask_lead", "wait"] | None = None
    """What is done where everybody who could be asked has as much work as they may have at once (`at_once` of people):
    their lead is asked, or it waits and they are looked up again, while its time runs on. The owner is told. Absent:
    ask_lead."""

    @property
    def is_routed(self) -> bool:
        """Whether not simply everybody is told."""
        return bool(self.skills or self.authority or self.language or self.choose or self.at_most or self.when_full)
