"""`escalon`: the command line. Finds the commands, maps every ending to an exit code, and leaves.

Each module of `starter/commands/` has `register(app)`, which adds its commands to the app, and imports at its top
nothing heavier than typer: `escalon --help` must not pay for what it does not use.
"""

import importlib
import io
import json
import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import typer

import starter.commands
from starter.failure import REFUSED, WRONG, as_failure

_FIRST = (
    "open", "list", "show", "timeline", "deliveries", "explain", "watch", "inbox", "policy", "intake", "act",
    "adopt_policy", "up", "worker",
)  # fmt: skip
"""The modules whose commands the help shows first; the others follow by name."""
_INTERRUPTED = 130


def build_app(only: str | None = None) -> typer.Typer:
    """The app with all commands, or with those of the one module that is asked for by name."""
    app = typer.Typer(
        name="escalon",
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_about)
    names = [module.name for module in pkgutil.iter_modules(starter.commands.__path__)]
    names.sort(key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    for name in [only] if only in names else names:
        importlib.import_module(f"starter.commands.{name}").register(app)
    return app


def _say_version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        print(f"escalon {version('escalon')}")
        raise typer.Exit


def _about(
    is_version: bool = typer.Option(
        False, "--version", help="Say which release this is, and end.", is_eager=True, callback=_say_version
    ),
) -> None:
    """Issue escalation that forgets nobody: every issue climbs until somebody has it.

    Exit codes: 0 done, 1 refused or found wanting, 2 the call or its input is wrong.
    """
    assert not is_version, "its callback has ended the call"


def run(arguments: Sequence[str]) -> int:
    """Run one command line and say its exit code. Answers go to stdout, everything else to stderr."""
    wants_json = "--json" in arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign is no reason to fail
    first = next(iter(arguments), "")
    try:
        return _ended(arguments, first, wants_json=wants_json)
    except BrokenPipeError:  # whoever read the answer has had enough of it
        _close_stdout()
        return 0


def _ended(arguments: Sequence[str], first: str, *, wants_json: bool) -> int:
    try:
        app = build_app(first.replace("-", "_") if first.isidentifier() else None)
        ended = typer.main.get_command(app).main(args=list(arguments), prog_name="escalon", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        return _usage(error, first, wants_json=wants_json)
    except (KeyboardInterrupt, typer.Abort):
        return _INTERRUPTED
    except BrokenPipeError:
        raise
    except SystemExit as leaving:
        # Both rich and typer leave by themselves, with 1, where nobody reads on.
        if isinstance(leaving.__context__, BrokenPipeError):
            raise leaving.__context__ from None
        return leaving.code if isinstance(leaving.code, int) else REFUSED if leaving.code else 0
    except Exception as error:  # noqa: BLE001 - the last place where it can be said in words
        return _failed(error, wants_json=wants_json)
    return ended if isinstance(ended, int) else 0


def _usage(error: typer.TyperException, command: str, *, wants_json: bool) -> int:
    why = error.format_message()
    if not why:  # no arguments: the help has been shown
        return WRONG
    if why.startswith("No such command"):
        names = [name for name in _command_names() if name.startswith(command.lower())]
        if names:
            why = f"{why.partition(' Did you mean')[0]} Did you mean {' or '.join(names)}?"
        command = ""
    known = f" {command}" if command and not command.startswith("-") else ""
    _say("wrong_call", f"{why} (see: escalon{known} --help)", wants_json=wants_json)
    return WRONG


def _command_names() -> list[str]:
    group = typer.main.get_command(build_app())
    return list(getattr(group, "commands", {}))


def _failed(error: Exception, *, wants_json: bool) -> int:
    failure = as_failure(error)
    if failure is None:
        traceback.print_exc()
        _say("bug", f"this was not foreseen: {type(error).__name__}: {error}", wants_json=wants_json)
        return REFUSED
    try:
        _say(failure.code, failure.why, wants_json=wants_json and not failure.is_answered)
    except BrokenPipeError:
        _close_stdout()
    return failure.exit_code


def _say(code: str, why: str, *, wants_json: bool) -> None:
    # What was typed is quoted in it, and may not act on the terminal.
    why = "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in why)
    if wants_json:
        print(json.dumps({"error": {"code": code, "why": why}}, ensure_ascii=False), flush=True)
    is_plain = "NO_COLOR" in os.environ or not sys.stderr.isatty()
    mark = "error:" if is_plain else "\x1b[1;31merror:\x1b[0m"
    print(mark, why, file=sys.stderr, flush=True)


def _close_stdout() -> None:
    """Whoever read it has gone: give the rest to nobody, or the interpreter complains when it flushes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> NoReturn:
    """The console script. Leaves without the interpreter's own ending, in which Temporal's SDK may abort.

    Seen in one of ten such endings; sdk-python issue 300, open since 2023.
    """
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
