"""The frame around every command: one JSON switch, one way to print, one way out.

Nothing heavy is imported here: `tradelane --help` must answer at once, so commands import what they need inside.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from cli.timings import watch
from tradelane.desk.complaints import Complaint, NotThere, WrongUsage

if TYPE_CHECKING:
    from tradelane.desk.session import Desk
    from tradelane.settings import Settings
    from tradelane.stores import Stores

Reply = TypeVar("Reply")

Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Order = Annotated[str, typer.Argument(metavar="ORDER", help="Mercado Libre order id.")]


def filled(value: str) -> str:
    """A text of an option, where it is no blank of a printed command."""
    from tradelane.domain.blanks import filled_in

    try:
        return filled_in(value)
    except ValueError as blank:
        raise typer.BadParameter(str(blank)) from blank


def filled_or_none(value: str | None) -> str | None:
    """The same for an option that may be left out."""
    return None if value is None else filled(value)


Reason = Annotated[str, typer.Option("--reason", callback=filled, help="Why; kept with the decision.")]
Actor = Annotated[str, typer.Option("--actor", callback=filled, help="Who decides; your login name unless given.")]

INTERRUPTED = 130
"""Exit code of a command stopped by Ctrl-C, as shells have it."""

WIDE = 200
"""Columns of a table that is not read at a terminal."""


def group(help_text: str) -> typer.Typer:
    """A group of commands; called alone it shows its help."""
    return typer.Typer(help=help_text, no_args_is_help=True, rich_markup_mode=None, add_completion=False)


def example(line: str) -> str:
    """The example at the end of a command's help."""
    return f"Example: tradelane {line}"


def current_settings(**given: Any) -> Settings:
    """Settings from the environment, with what was given on the command line laid over.

    Raises:
        WrongUsage: a variable does not fit, named in one sentence.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from tradelane.settings import Settings

    try:
        return Settings(**given)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = "TRADELANE_" + "__".join(str(place) for place in first["loc"]).upper()
        raise WrongUsage(f"{name} does not fit: {first['msg']}.") from wrong
    except SettingsError as wrong:
        raise WrongUsage(f"The settings cannot be read: {wrong}.") from wrong


def at_desk(call: Callable[[Desk], Awaitable[Reply]]) -> Reply:
    """Open the desk, make one call, close it."""
    import asyncio

    from tradelane.desk.session import open_desk

    async def visit() -> Reply:
        async with open_desk(current_settings()) as desk:
            watch.is_ready()
            return await call(desk)

    return asyncio.run(visit())


def with_stores(call: Callable[[Stores], Reply]) -> Reply:
    """Open the stores without the engine, make one call, close them."""
    from tradelane.stores import open_stores

    with open_stores(current_settings()) as stores:
        watch.is_ready()
        return call(stores)


def actor_or_login(actor: str) -> str:
    """The actor given, or the login name."""
    return actor or getpass.getuser()


def pairs(given: Iterable[str], option: str) -> dict[str, str]:
    """Read `name=value` options.

    Raises:
        WrongUsage: one has no name or no equals sign.
    """
    read: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise WrongUsage(f"{option} wants name=value, not {pair!r}.")
        read[name.strip()] = value.strip() if option == "--result" else _filled_pair(option, pair, value.strip())
    return read


def _filled_pair(option: str, pair: str, value: str) -> str:
    from tradelane.domain.blanks import filled_in

    try:
        return filled_in(value)
    except ValueError as blank:
        raise WrongUsage(f"{option} {pair}: {blank}.") from blank


def print_json(content: Any) -> None:
    """Print JSON; models by their own rules, everything else as text."""
    print(json.dumps(content, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if callable(dump) else str(value)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print a table for people, or one sentence when there is nothing to show."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    if not table.row_count:
        print(empty)
        return
    Console(width=None if sys.stdout.isatty() else WIDE, markup=False, highlight=False, emoji=False).print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return ", ".join(str(one) for one in value)
    return str(value)


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run one command and give its exit code; complaints and wrong usage become one line on stderr.

    What nobody foresaw is raised.
    """
    from typer.exceptions import Abort, Exit, TyperException

    try:
        ended = app(args=list(arguments), prog_name="tradelane", standalone_mode=False)
    except Complaint as complaint:
        _complain(str(complaint))
        return complaint.code
    except TyperException as wrong:
        return _usage(wrong)
    except Exit as leaving:
        return leaving.exit_code
    except (Abort, KeyboardInterrupt):
        _complain("stopped")
        return INTERRUPTED
    except SystemExit as leaving:  # rich leaves like this when the reader of our output has seen enough
        return leaving.code if isinstance(leaving.code, int) else 1
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        return 0
    except OSError as problem:
        _complain(f"Not reached: {problem}.")
        return NotThere.code
    except _database_errors() as silence:
        _complain(f"The database does not answer: {str(silence).splitlines()[0]}")
        return NotThere.code
    if ended == INTERRUPTED:
        _complain("stopped")
    return ended if isinstance(ended, int) else 0


def _usage(wrong: Any) -> int:
    message = str(wrong.format_message())
    if "\n" in message:  # a group called alone answers with its help
        print(message)
        return 2
    context = getattr(wrong, "ctx", None)
    command = context.command_path if context is not None else "tradelane"
    _complain(f"{message.rstrip('.')}. Try `{command} --help`.")
    return 2


def _database_errors() -> tuple[type[Exception], ...]:
    """What a database that is not there raises; asked only when something was raised, so nothing is imported early."""
    loaded = sys.modules.get("sqlalchemy.exc")
    return (loaded.SQLAlchemyError,) if loaded is not None else ()


def tell_our_fault(fault: BaseException) -> int:
    """One line about what nobody foresaw, and its exit code; `TRADELANE_DEBUG=1` adds the traceback."""
    if os.environ.get("TRADELANE_DEBUG"):
        sys.excepthook(type(fault), fault, fault.__traceback__)
    _complain(f"Our fault, {type(fault).__name__}: {fault}. TRADELANE_DEBUG=1 shows where.")
    return 1


def _complain(sentence: str) -> None:
    print(" ".join(sentence.split()), file=sys.stderr)
