"""One installation and one headless Chromium for all tests of the Temporal UI.

`make test-ui` installs what these tests need; where it is not installed they are not collected.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.ui.installed import Installed, up

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.ui.temporal_ui import TemporalUi

collect_ignore_glob = [] if find_spec("playwright") else ["*"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PICTURES = "TRADELANE_UI_PICTURES"
DAYS_PER_SECOND = 1.0


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser of this machine: none is downloaded."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.exit(f"No browser on PATH ({', '.join(BROWSERS)}); install Chromium to test the Temporal UI.", 3)
    return found


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """`tradelane up`, told nothing by the environment of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("TRADELANE_", "TEMPORAL_")) and name != PICTURES:
                patch.delenv(name)
        with up(tmp_path_factory.mktemp("installation"), DAYS_PER_SECOND) as running:
            yield running


@pytest.fixture(scope="session")
def browser(chromium: str, installed: Installed) -> Iterator[Browser]:
    """Headless Chromium; a container's root may not use its sandbox, and only our own pages are opened."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--disable-dev-shm-usage"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where to keep pictures of the pages, if they are wanted: `TRADELANE_UI_PICTURES=docs/ui`."""
    wanted = os.environ.get(PICTURES)
    if not wanted:
        return None
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def ui(browser: Browser, installed: Installed, pictures: Path | None) -> Iterator[TemporalUi]:
    """A fresh browser profile on the UI's pages, in trade's own time zone."""
    from tests.ui.temporal_ui import TemporalUi

    context = browser.new_context(timezone_id="UTC", locale="en-GB", color_scheme="light")
    yield TemporalUi(context.new_page(), installed.ui, pictures)
    context.close()
