"""Where the record and the files of this installation are: opened and read, whatever is in them."""

from pathlib import Path

from client.settings import Settings
from records.database import Database, check_schema, open_database
from starter.failure import NotDone, WrongInput


def text_of(path: Path, what: str) -> str:
    """The text of a file that was given as `what`; raises WrongInput."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise WrongInput(f"{what}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise WrongInput(f"{what}: {path} is not UTF-8: byte {error.start}") from None


def database_of(settings: Settings) -> Database:
    """The record, not looked at yet. Never makes one: raises NotDone where there is none yet."""
    url = settings.record
    if url.startswith("sqlite") and not _sqlite_file(url).is_file():
        raise NotDone(
            f"there is no record at {url}: start `escalon up` or `escalon worker`, which make it, "
            "or set ESCALON_HOME or ESCALON_RECORD_URL to where it lies",
            "no_record",
        )
    return open_database(url, settings.text_key.get_secret_value())


def _sqlite_file(url: str) -> Path:
    from sqlalchemy import make_url

    return Path(make_url(url).database or "")


def lasting_record(settings: Settings) -> Database:
    """The record, open as long as the process runs: for people, who are looked up again and again. Raises NotDone."""
    known = settings.record, settings.text_key.get_secret_value()
    if known not in _LASTING:
        db = database_of(settings)
        try:
            check_schema(db)
        except BaseException:
            db.close()
            raise
        _LASTING[known] = db
    return _LASTING[known]


_LASTING: dict[tuple[str, str], Database] = {}
"""By URL and keys."""
