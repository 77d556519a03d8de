"""The repository's documents as the house tests read them: headings, tables, code, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.tree import ROOT, repository_files

FENCE = re.compile(r"^(```+)(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return FENCE.sub("", self.text)

    def blocks(self, language: str | None = None) -> list[tuple[str, str]]:
        """Fenced blocks as (language, content), all of them or those of one language."""
        found = [(match[2], match[3]) for match in FENCE.finditer(self.text)]
        return [block for block in found if language in (None, block[0])]

    def inline_code(self) -> list[str]:
        """Every piece of code in a line of prose."""
        return INLINE.findall(self.prose)

    def links(self) -> list[str]:
        """Targets of every link."""
        return LINK.findall(INLINE.sub("", self.prose))

    def anchors(self) -> set[str]:
        """What `#...` may point at: headings as GitHub and others turn them into anchors."""
        headings = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}

    def section(self, heading: str) -> list[str]:
        """The lines under a heading, up to the next one of the same or a higher level.

        Raises:
            KeyError: there is no such heading.
        """
        level, fenced = 0, False
        lines: list[str] = []
        for line in self.text.splitlines():
            fenced ^= line.startswith("```")
            marks = re.match(r"(#+) ", line) if not fenced else None
            if marks and not level and line.removeprefix(marks[0]) == heading:
                level = len(marks[1])
            elif marks and level and len(marks[1]) <= level:
                return lines
            elif level:
                lines.append(line)
        if not level:
            raise KeyError(f"{self.name} has no heading {heading!r}")
        return lines

    def table(self, heading: str) -> list[list[str]]:
        """The rows of the first table under a heading, without its head."""
        return self.table_after(heading, "")

    def table_after(self, heading: str, first: str) -> list[list[str]]:
        """The rows of the first table under a heading whose first column is called so, without its head.

        Raises:
            KeyError: there is no such heading or table.
        """
        lines = self.section(heading)
        heads = (n for n, line in enumerate(lines[1:], 1) if line.startswith("|---"))
        start = next((n for n in heads if lines[n - 1].startswith(f"| {first}")), None)
        if start is None:
            raise KeyError(f"{self.name} has no such table under {heading!r}")
        rows = []
        for line in lines[start + 1 :]:
            if not line.startswith("|"):
                break
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        return rows


def documents() -> Iterator[Document]:
    """Every Markdown file of the repository."""
    yield from (Document(path) for path in repository_files() if path.suffix == ".md")


def document(name: str) -> Document:
    """One document by its path from the root."""
    return Document(ROOT / name)
