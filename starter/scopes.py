"""What an API key may be for."""

from escalation.issue.commands import HUMAN_COMMANDS

ACT = "act"
ON_BEHALF = "on_behalf"
HEARTBEAT = "heartbeat"
MAINTENANCE = "maintenance"
PEOPLE = "people"
MAIL = "mail"
SCOPES = ("open", "read", ACT, "intake", HEARTBEAT, MAINTENANCE, PEOPLE, MAIL, ON_BEHALF, *HUMAN_COMMANDS)
"""`act`: every command of people, else one by one; `on_behalf`: a machine may say for which person it acts."""
ORDINARY = ("open", "read", ACT)
"""What a key is for that nobody has said anything else of."""


def covers(scopes: tuple[str, ...], wanted: str) -> bool:
    """Whether these scopes are enough for that one."""
    return wanted in scopes or (wanted in HUMAN_COMMANDS and ACT in scopes)
