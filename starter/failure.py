"""How a command line fails: with a sentence for people, a code for programs, and one of three exit codes.

0 done, 1 refused or found wanting, 2 the call or its input is wrong.
"""

from collections.abc import Iterable

REFUSED = 1
WRONG = 2
AWAY = {
    "no_server", "no_namespace", "no_worker", "server_error", "search_attributes_wrong", "record_away", "record_busy",
    "schema_mismatch", "no_record", "waits_for_worker", "record_lags", "bad_database", "bad_connection_settings",
    "bad_settings", "policy_errors", "no_policies", "key_store_away", "busy",
}  # fmt: skip
"""Codes of what is no fault of the caller's, and may be over when the same call is made again."""
_MOST_NAMED = 10
"""Of more names only the nearest are told."""


class Failed(Exception):
    """A command that ends here, with the sentence that says why."""

    exit_code = REFUSED
    code = "failed"

    def __init__(self, why: str, code: str | None = None, *, is_answered: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.code = code or self.code
        self.is_answered = is_answered
        """Whether a program has been answered already: stdout holds one JSON value, never two."""


class WrongInput(Failed):
    """What was given cannot be used; names the field, the value and what is allowed."""

    exit_code = WRONG
    code = "wrong_input"


class NotDone(Failed):
    """What was asked was understood and is refused, or cannot be done now."""

    code = "not_done"


_KNOWN: dict[str, tuple[int, str]] = {
    "client.connect.NoServer": (REFUSED, "no_server"),
    "client.connect.NoNamespace": (REFUSED, "no_namespace"),
    "client.connect.BadConnectionSettings": (WRONG, "bad_connection_settings"),
    "client.names.SearchAttributesWrong": (REFUSED, "search_attributes_wrong"),
    "client.sending.NoSuchIssue": (REFUSED, "no_such_issue"),
    "client.asking.NoWorker": (REFUSED, "no_worker"),
    "escalation.policy.finding.PolicyErrors": (WRONG, "policy_errors"),
    "records.backup.BackupError": (REFUSED, "backup_error"),
    "records.kept_keys.KeysUnreadable": (WRONG, "keys_unreadable"),
    "records.roots.BadKey": (WRONG, "bad_key"),
    "records.sealing.BadTextKey": (WRONG, "bad_key"),
    "records.roots.RootUnreadable": (WRONG, "root_unreadable"),
    "starter.homelock.InUse": (REFUSED, "in_use"),
    "records.database.BadDatabase": (WRONG, "bad_database"),
    "records.database.SchemaMismatch": (REFUSED, "schema_mismatch"),
    "records.database.RecordBusy": (REFUSED, "record_busy"),
    "pydantic_settings.exceptions.SettingsError": (WRONG, "bad_settings"),
}
"""What the layers below raise, by qualified name: naming them here imports none of them."""


def as_failure(error: BaseException) -> Failed | None:
    """The failure that this error stands for; None for one that nobody has foreseen."""
    if isinstance(error, Failed):
        return error
    for kind in type(error).__mro__:
        known = _KNOWN.get(f"{kind.__module__}.{kind.__qualname__}")
        if known is not None:
            return _failure(str(error), *known)
    if type(error).__module__ == "temporalio.service":
        return _failure(f"the Temporal server did not do it: {error}", REFUSED, "server_error")
    if type(error).__module__.startswith("sqlalchemy."):
        cause = getattr(error, "orig", None) or error
        first = next(iter(str(cause).splitlines()), type(cause).__name__)
        return _failure(f"the record cannot be read or written: {first}", REFUSED, "record_away")
    return None


def _failure(why: str, exit_code: int, code: str) -> Failed:
    return WrongInput(why, code) if exit_code == WRONG else NotDone(why, code)


def unknown(field: str, value: str, allowed: Iterable[str]) -> WrongInput:
    """The error for a name that is none of the allowed ones, with the nearest of them."""
    from escalation.policy.finding import listed, nearest, shown

    names = list(dict.fromkeys(allowed))
    meant = nearest(value, names)
    hint = f"; did you mean '{meant}'?" if meant else ""
    allowed = listed(names) or "none at all"
    if len(names) > _MOST_NAMED:
        near = sorted(names, key=lambda name: _distance(value, name))[:_MOST_NAMED]
        allowed = f"{listed(near)} and {len(names) - _MOST_NAMED} more"
    return WrongInput(f"{field}: '{shown(value)}' is not known; allowed: {allowed}{hint}")


def _distance(value: str, name: str) -> float:
    from difflib import SequenceMatcher

    return -SequenceMatcher(None, value[:80].lower(), name.lower()).ratio()


def one_of(field: str, value: str, allowed: Iterable[str]) -> str:
    """The value, where it is one of the allowed; raises WrongInput."""
    names = list(allowed)
    if value not in names:
        raise unknown(field, value, names)
    return value
