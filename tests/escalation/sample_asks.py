"""What messages say of what is put to others beside the ladder and of full tiers, for the tests of messages."""

from typing import Any

OF_ASKS: dict[Any, dict[str, Any]] = {
    "tier_full": {
        "asked_of_you": "Everybody whom Team lead could ask is at their limit: their lead is asked. "
        "You own this issue.",
        "owner": "kim",
        "commands": ("escalate", "reassign"),
    },
    "ask_put": {
        "asked_of_you": "ann asks the network department to do something for this issue (network-1): take it on, or "
        "pass it on. The issue stays with ann, who owns it.",
        "commands": ("take_on", "pass_on", "complete"),
        "otherwise": "If nobody takes it on: at Fri 20 Nov 20:10:00 UTC the next one in line is asked.",
    },
    "ask_warned": {
        "asked_of_you": "75% of the time for network-1 is used up; it ends Fri 20 Nov 20:10:00 UTC.",
        "commands": ("complete", "leave"),
    },
    "ask_news": {
        "asked_of_you": "Fraud-1 completed fraud-2. You need do nothing; the issue stays with its owner.",
        "until": None,
        "commands": (),
    },
    "ask_over": {
        "asked_of_you": "ann withdrew network-1.",
        "until": None,
        "commands": (),
        "otherwise": "If you do nothing: nothing more is asked of you.",
    },
}
