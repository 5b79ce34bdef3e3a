"""`escalon audit`: whether the record is as it was written, and statements by which that can be shown later."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starter.options import RUN, JsonOption

if TYPE_CHECKING:
    from client.settings import Settings
    from records.database import Database
    from starter.auditing import Audit, Progress

_ISSUE = typer.Argument(metavar="[ISSUE]", show_default=False, help="One issue, by its id; else all.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    audit = typer.Typer(no_args_is_help=True, help="Check the record, and sign how far it has come.")
    audit.command("verify")(verify)
    audit.command("root")(root)
    audit.command("key")(key)
    audit.command("erasures")(erasures)
    audit.command("rewrap")(rewrap)
    app.add_typer(audit, name="audit", rich_help_panel=RUN)


def verify(
    issue: Annotated[str, _ISSUE] = "",
    against: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", show_default=False, help="A root, or a folder of them. Else: the newest here."),
    ] = None,
    public_key: Annotated[
        str, typer.Option(metavar="KEY", help="Public key that must have signed the roots. Else: ESCALON_ROOT_KEY's.")
    ] = "",
    offline: Annotated[bool, typer.Option("--offline", help="Without the Temporal server.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Check every entry's digest and chain, and hold the record against what workflows and roots have.

    Finds a row that was changed, taken out, put in or displaced, a tail that was cut, an issue that was deleted, and a
    chain that was made anew. Exit code: 0 nothing is found, 1 something is.
    """
    from records import roots
    from starter.failure import REFUSED
    from starter.installation import open_record, settings_now
    from starter.views.audit import audit_json, show_audit

    settings = settings_now()
    private = roots.private_key(settings.root_key.get_secret_value())
    known = roots.public_keys(public_key, "--public-key", private)
    with open_record(settings) as db:
        audit = _audited(settings, db, issue, against or [], known, offline=offline)
    if as_json:
        from starter.showing import say_json

        say_json(audit_json(audit))
    else:
        show_audit(audit)
    return 0 if audit.is_whole else REFUSED


def _audited(
    settings: "Settings", db: "Database", issue: str, given: list[Path], known: frozenset[str], *, offline: bool
) -> "Audit":
    from escalation.issue.identity import read_issue_id
    from records import roots, verifying
    from starter.auditing import Audit, audit_roots, audit_rows
    from starter.failure import WrongInput
    from starter.replaying.progress import progress

    try:
        only = read_issue_id(issue)[0] if issue else None
    except ValueError as error:
        raise WrongInput(str(error)) from None
    audit = Audit()
    with progress("entries", verifying.count(db, str(only) if only else None)) as entries:
        audit_rows(db, audit, only, entries)
    newest = roots.newest(settings.anchors_folder)
    if given or newest is not None:
        audit_roots(db, audit, given or [path for path in (newest,) if path], known, only)
    else:
        audit.unchecked.append(
            "there is no root to hold it against: `escalon audit root` makes one, the watch one a day. Without one, "
            "what is no longer on the server can be cut off or made anew unseen"
        )
    if offline:
        audit.unchecked.append(
            "the server was not asked (--offline): that the latest entries are there, and no issue that it has is gone"
        )
    else:
        with progress("issues on the server", 0) as asked:
            _ask_server(db, audit, only, asked)
    if only is not None and not (audit.issues or audit.on_server or audit.findings):
        raise WrongInput(f"issue: neither the record nor the server knows {only.short}", "no_such_issue")
    return audit


def _ask_server(db: "Database", audit: "Audit", only: object, progress: "Progress") -> None:
    import asyncio

    from client.connect import connect
    from escalation.issue.identity import IssueId
    from starter.auditing import audit_server

    async def ask() -> None:
        await audit_server(db, audit, await connect(), only if isinstance(only, IssueId) else None, progress)

    asyncio.run(ask())


def root(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", show_default=False, help="Else: ESCALON_ANCHORS.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Write a signed statement of how far every issue's chain has come, to be copied out of this machine's reach.

    It is held against the one before it first: where something of that is missing, none is written.
    """
    from datetime import UTC, datetime

    from records import roots
    from starter.failure import REFUSED, NotDone
    from starter.installation import open_record, settings_now
    from starter.showing import console, note, say_json
    from starter.views.audit import findings_table

    settings = settings_now()
    folder = to or settings.anchors_folder
    key = roots.private_key(settings.root_key.get_secret_value())
    with open_record(settings) as db:
        before = roots.newest(folder)
        if before is not None:
            read = roots.read(before)
            found = [*read.findings, *roots.hold_against(db, read)]
            if found:
                note(f"no root is written: the record lacks what {before} stands for, or that was changed")
                if as_json:
                    say_json({"written": None, "findings": found})
                else:
                    console().print(findings_table(found))
                return REFUSED
        try:
            path = roots.write(db, folder, settings.org, datetime.now(UTC), key)
        except FileExistsError:
            raise NotDone(f"{folder} has a root of this second or a later one: nothing is overwritten") from None
        except OSError as error:
            raise NotDone(f"{folder} cannot be written to: {error.strerror}") from None
    written = roots.read(path).root
    if as_json:
        say_json({"written": str(path), **written.model_dump(mode="json")})
    else:
        console().print(f"{path}\n{written.issues} issues, {written.entries} entries, {written.root}")
    if key is None:
        note("it is not signed: ESCALON_ROOT_KEY is empty (`escalon audit key` makes one)")
    return 0


def key(as_json: JsonOption = False) -> None:
    """Make a pair of keys for roots: the private one for ESCALON_ROOT_KEY, the public one for whoever checks them."""
    from records import roots
    from starter.showing import console, say_json

    private, public = roots.new_key()
    if as_json:
        say_json({"private": private, "public": public})
    else:
        console().print(f"ESCALON_ROOT_KEY={private}\npublic key: {public}")


def erasures(as_json: JsonOption = False) -> None:
    """Show what text was erased: of which issue, when, by whom and why."""
    from datetime import UTC, datetime

    from escalation.issue.identity import read_issue_id
    from escalation.message import one_line
    from records import text_keys
    from starter.installation import open_record, people_names, settings_now
    from starter.reader import Reader, machine_zone
    from starter.showing import console, note, say_json, table

    settings = settings_now()
    with open_record(settings) as db:
        found = text_keys.erasures(db)
    if as_json:
        say_json(found)
        return
    if not found:
        note("no text was erased")
        return
    reader = Reader(datetime.now(UTC), machine_zone(), people_names(settings))
    made = table("when", ("issue", {"style": "cyan"}), "who", ("why", {"overflow": "fold"}))
    for each in found:
        issue = read_issue_id(each.issue)[0].short
        made.add_row(
            reader.clock(each.erased_at), issue, reader.person(each.erased_by), one_line(each.erased_why or "")
        )
    console().print(made)


def rewrap(as_json: JsonOption = False) -> int:
    """Put the first key of ESCALON_TEXT_KEY around every issue's text key, after it was changed or first set."""
    from records import text_keys
    from starter.failure import REFUSED, WrongInput
    from starter.installation import open_record, settings_now
    from starter.showing import console, note, say_json

    settings = settings_now()
    if not settings.text_key.get_secret_value().strip():
        raise WrongInput("ESCALON_TEXT_KEY: is empty; set the new key, and the old ones after it, commas between")
    with open_record(settings) as db:
        changed = text_keys.rewrap(db)
        locked = text_keys.locked_away(db)
    if as_json:
        say_json({"changed": changed, "locked_away": locked})
    else:
        console().print(f"{changed} keys of texts are under the first key now")
    for name, number in locked.items():
        note(f"{number} are under key {name}, which ESCALON_TEXT_KEY does not hold: their text cannot be read")
    return REFUSED if locked else 0
