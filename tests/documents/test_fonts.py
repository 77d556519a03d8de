"""Fonts come from the wheel or a folder, are parsed once, and say what they lack."""

import subprocess
import sys
from pathlib import Path

import pytest

from tradelane.documents.fonts import FontsNotFound, FontSource, MissingGlyph, load


def test_the_wheel_is_found_without_importing_it() -> None:
    program = (
        "import sys\n"
        "from tradelane.documents.fonts import load\n"
        "load()\n"
        "print([name for name in ('koreanize_matplotlib', 'matplotlib') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_parsed_fonts_are_kept() -> None:
    assert load() is load(FontSource.installed())


def test_a_folder_with_the_files_serves_as_well(tmp_path: Path) -> None:
    wheel = FontSource.installed()
    (tmp_path / "NanumGothic-Regular.ttf").write_bytes(wheel.regular.read_bytes())
    (tmp_path / "NanumGothic-Bold.ttf").write_bytes(wheel.bold.read_bytes())
    fonts = load(FontSource.in_folder(tmp_path))
    assert fonts.regular.width("한빛 Ñ", 8) == load().regular.width("한빛 Ñ", 8) > 0


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FontsNotFound, match=r"NanumGothic\.ttf"):
        FontSource.in_folder(tmp_path)


@pytest.mark.parametrize("text", ["á é í ó ú ñ ü ¿ ¡ º ª € ₩", "가힣똠", "Incoterms® 2020"])
@pytest.mark.parametrize("bold", [True, False])
def test_what_the_papers_need_can_be_drawn(text: str, bold: bool) -> None:
    load().check([(text, bold, "")])


@pytest.mark.parametrize("character", ["\U0001f338", "\n", "\x00", "\u200b", "\u0e01"])
def test_what_cannot_be_drawn_is_named(character: str) -> None:
    with pytest.raises(MissingGlyph, match=f"U\\+{ord(character):04X}"):
        load().check([(f"a{character}b", False, "a box")])
