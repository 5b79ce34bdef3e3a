"""Arguments and options that several commands share, so that they read alike everywhere."""

from typing import Annotated, TypeAlias

import typer

IssueArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="ISSUE", show_default=False, help="SOURCE:REFERENCE for the latest occurrence, or the full id."
    ),
]
AsOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--as", metavar="PERSON", envvar="ESCALON_AS", show_default=False, help="Who you are: an id of the directory."
    ),
]
ReaderOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--as", metavar="PERSON", envvar="ESCALON_AS", show_default=False, help="Who reads: times are in their zone."
    ),
]
AsOfOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="TIME",
        show_default=False,
        help="By the files as they were then: an instant with its zone, or 2 h ago. Else: as they are.",
    ),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON value on stdout, for programs.")]
IdOption: TypeAlias = Annotated[
    str,
    typer.Option("--id", metavar="ID", show_default=False, help="The command's id: the same one twice is done once."),
]
EVERYDAY = "Everyday"
ADAPT = "Act: how bad it is, and by which policy"
RUN = "Run the house"
"""The panels of `escalon --help`."""
