"""The files of policies in their folder, as texts. What they say, and whether it is right: `escalation/policy`."""

from client.settings import Settings

BESIDE = frozenset({"people.yaml", "calendars.yaml", "rotas.yaml", "heartbeats.yaml"})
"""Files of that folder that are no policies, though they end in .yaml."""


class PoliciesUnreadable(Exception):
    """The folder or a file in it cannot be read; says which, and why."""


def read_policy_files(settings: Settings) -> dict[str, str]:
    """The text of every policy by its file's name, without what lies beside; raises PoliciesUnreadable."""
    folder, people = settings.policies, settings.people.resolve()
    if not folder.is_dir():
        raise PoliciesUnreadable(f"ESCALON_POLICIES: there is no folder {folder}")
    texts: dict[str, str] = {}
    for path in sorted(path for ending in ("*.yaml", "*.yml") for path in folder.glob(ending)):
        if path.name in BESIDE or path.resolve() == people:
            continue
        try:
            texts[path.name] = path.read_text(encoding="utf-8")
        except OSError as error:
            raise PoliciesUnreadable(f"policy: {path} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise PoliciesUnreadable(f"policy: {path} is not UTF-8: byte {error.start}") from None
    if not texts:
        raise PoliciesUnreadable(f"ESCALON_POLICIES: the folder {folder} has no policy: no file ends in .yaml or .yml")
    return texts
