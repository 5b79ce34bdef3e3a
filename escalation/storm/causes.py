"""What tells that issues have one cause: labels that their source gives, such as a component or the group of an alert.

Pure. How many make a storm is in `counting.py`.
"""

import hashlib
from collections.abc import Mapping, Sequence

from escalation.intake.wording import one_line
from escalation.issue.facts import CauseRef, IssueClass
from escalation.masking import mask_cards

CAUSE_LABELS = ("component", "service", "groupKey")
"""Labels whose equal value makes one cause, where nothing else is set. Of two that fit, the first names a digest."""
_LONGEST_NAME = 80
_KEY_LENGTH = 16


def causes_of(labels: Mapping[str, str], names: Sequence[str], issue_class: IssueClass) -> tuple[CauseRef, ...]:
    """The causes that an issue with these labels may share, in the order of `names`.

    Issues of different class never share one, so that a digest is as open as all that is in it.
    """
    return tuple(_ref(name, labels[name].strip(), issue_class) for name in names if labels.get(name, "").strip())


def read_cause_labels(text: str) -> tuple[str, ...]:
    """Names of labels, commas between them, each once; raises ValueError for an empty one between two commas."""
    names = [name.strip() for name in text.split(",")] if text.strip() else []
    if not all(names):
        raise ValueError(f"{text!r}: a name is empty; allowed: names of labels, commas between: component,service")
    return tuple(dict.fromkeys(names))


def _ref(name: str, value: str, issue_class: IssueClass) -> CauseRef:
    digest = hashlib.sha256("\n".join((issue_class, name, value)).encode()).hexdigest()
    # Masked before it is cut: half of a card number would not be known for one.
    shown = one_line(mask_cards(one_line(f"{name} {value}")), longest=_LONGEST_NAME) if issue_class == "normal" else ""
    return CauseRef(key=digest[:_KEY_LENGTH], name=shown)
