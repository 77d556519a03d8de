"""The command reference, made from the commands themselves: `python -m cli.reference > docs/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer.main

from cli.main import app
from tradelane.desk.complaints import EXIT_CODES

HEAD = """\
# The command line

Every command takes its settings from `TRADELANE_*` variables (and the engine's address from `TEMPORAL_*` variables or a
profile), prints for people, or JSON with `--json`, and ends with a code from the table below. What cannot be done is one
line on standard error, never a traceback; `TRADELANE_DEBUG=1` adds one for faults of our own.

A command stopped by Ctrl-C or SIGTERM ends with 130, as shells have it; `up` ends with 0.

`tradelane --timings COMMAND` says on standard error how long start-up and the command itself took.

A usual morning: `tradelane doctor`, then `tradelane todo`; each hold names the command that resolves it.

This page is made from the commands: `python -m cli.reference > docs/cli.md`.
"""


@dataclass(frozen=True)
class Entry:
    """One command as its help tells it."""

    path: str
    help: str
    example: str
    arguments: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]


def entries() -> Iterator[Entry]:
    """All commands, in the order of `tradelane --help`."""
    yield from _walk(typer.main.get_command(app), ())


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[Entry]:
    children = getattr(command, "commands", None)
    if children is not None:
        for name, child in children.items():
            yield from _walk(child, (*path, name))
        return
    arguments = [
        (p.metavar or str(p.name).upper(), p.help or "") for p in command.params if p.param_type_name == "argument"
    ]
    options = [(_names(p), p.help or "") for p in command.params if p.param_type_name == "option" and p.name != "help"]
    yield Entry(
        path=" ".join(path),
        help=(command.help or "").strip(),
        example=(command.epilog or "").removeprefix("Example: "),
        arguments=tuple(arguments),
        options=tuple(options),
    )


def _names(option: Any) -> str:
    names = ", ".join(option.opts)
    return names if option.is_flag else f"{names} {option.metavar or str(option.name).upper()}"


def page() -> str:
    """The whole page in Markdown."""
    lines = [HEAD, "## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    lines += ["", "## Commands", ""]
    for entry in entries():
        words = " ".join([f"tradelane {entry.path}", *(name for name, _ in entry.arguments)])
        lines += [f"### `{words}`", "", entry.help, "", "```sh", entry.example, "```", ""]
        told = [pair for pair in (*entry.arguments, *entry.options) if pair[1]]
        if told:
            lines += ["| | |", "|---|---|", *(f"| `{name}` | {words} |" for name, words in told), ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(page(), end="")
