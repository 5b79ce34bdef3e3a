"""Which limits were missed, counted from the journal's entries and from nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from escalation.intake.logged import LogFormat
from escalation.issue.events import Entry, Exhausted, TargetMissed, TierBegan


@dataclass
class Counts:
    """How many cases missed which limit."""

    format: LogFormat
    cases: int = 0
    entries: int = 0
    tiers: dict[str, int] = field(default_factory=dict)
    """By tier, in how many cases it was left because nobody had acknowledged."""
    targets: dict[str, int] = field(default_factory=dict)

    def take(self, entries: Iterable[Entry]) -> None:
        """The whole journal of one case."""
        self.cases += 1
        missed_tiers: set[str] = set()
        missed_targets: set[str] = set()
        tier = ""
        for entry in entries:
            self.entries += 1
            event = entry.event
            if isinstance(event, TierBegan | Exhausted):
                if event.why in {"not_acknowledged", "too_few_acknowledged"}:
                    missed_tiers.add(tier)
                tier = event.tier if isinstance(event, TierBegan) else tier
            elif isinstance(event, TargetMissed):
                missed_targets.add(event.target)
        for name in missed_tiers:
            self.tiers[name] = self.tiers.get(name, 0) + 1
        for name in missed_targets:
            self.targets[name] = self.targets.get(name, 0) + 1

    @property
    def acknowledge_timeouts(self) -> dict[str, int]:
        """By limit, in how many cases nobody had acknowledged by then."""
        return {limit: self.tiers.get(tier, 0) for limit, tier in self.format.tiers.items()}

    @property
    def resolve_breaches(self) -> dict[str, dict[str, int]]:
        """By group and limit, in how many cases nothing was resolved by then."""
        return {
            group: {limit: self.targets.get(target, 0) for limit, target in named.items()}
            for group, named in self.format.targets.items()
        }
