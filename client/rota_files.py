"""The file of rotas and the feeds that it names, as texts. What they say, and if it is right: `escalation/oncall`."""

from pathlib import Path

from escalation.oncall.read_rotas import RotaTexts, feed_files


class RotasUnreadable(Exception):
    """The file is there and cannot be read; says why."""


def read_rota_files(path: Path) -> RotaTexts | None:
    """The rotas' text with those of its feeds, which lie beside it; None where there is no such file.

    A feed that cannot be read is not among them: whoever reads the rotas says so at its line. Raises RotasUnreadable.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RotasUnreadable(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise RotasUnreadable(f"{path} is not UTF-8: byte {error.start}") from None
    feeds: dict[str, str] = {}
    for name in feed_files(text):
        if Path(name).name != name:
            continue
        try:
            feeds[name] = (path.parent / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return RotaTexts(str(path), text, feeds)
