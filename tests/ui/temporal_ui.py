"""The Temporal UI as a person uses it: fields by their labels, buttons by their words, never by how they are drawn.

Several elements of a page exist twice (a narrow and a wide layout), so a thing is always the *visible* one of its role.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize, expect

PATIENCE = 45.0
"""Seconds for what the UI does by itself."""

ORDERS = quote('`WorkflowType`="FulfilOrder"')
WIDTH, HEIGHT = 1400, 900
"""Pixels; wide enough for every tab of a run in one row."""

WHOLE_JOURNEY = 3600
"""Pixels that show every step of a plain order's timeline; what is out of sight is not drawn."""

COLOURS = 64
"""Enough for a page of text, and a picture that a repository can carry."""

LESS = ("Run ID", "Type", "Start", "End")
MORE = ("Stage", "Waybill", "DueAt", "Hold")
"""Columns of the list that a desk takes away, and our search attributes it puts there."""


class TemporalUi:
    """One browser page on the UI of an installation; `pictures` is where to keep what it shows, if anywhere."""

    def __init__(self, page: Page, address: str, pictures: Path | None) -> None:
        self._page = page
        self._workflows = f"{address}/namespaces/default/workflows"
        self._pictures = pictures
        page.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        page.set_viewport_size(ViewportSize(width=WIDTH, height=HEIGHT))

    def _seen(self, role: Any, name: str | re.Pattern[str]) -> Locator:
        found = self._page.get_by_role(role, name=name, exact=isinstance(name, str))
        return found.locator("visible=true").first

    def picture(self, name: str, *, of: Locator | None = None, width: int = WIDTH, height: int = HEIGHT) -> None:
        """Keep what is on the page, or one thing on it, where pictures are wanted."""
        if self._pictures is None:
            return
        self._page.set_viewport_size(ViewportSize(width=width, height=height))
        self._page.evaluate("document.activeElement?.blur()")  # no frame around what the keyboard would reach
        self._page.wait_for_timeout(600)  # nothing half faded in
        shot = (of or self._page).screenshot()
        with Image.open(io.BytesIO(shot)) as taken:
            few = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            few.save(self._pictures / f"{name}.png", optimize=True)
        self._page.set_viewport_size(ViewportSize(width=WIDTH, height=HEIGHT))

    # --- the list -----------------------------------------------------------------------------------------------

    def orders(self) -> None:
        """Open the list of orders; sweeps are left out."""
        self._page.goto(f"{self._workflows}?query={ORDERS}")
        expect(self._seen("table", "Workflows")).to_be_visible()

    def row(self, workflow_id: str) -> str:
        """What the list says of a run, once it is there."""
        rows = self._page.get_by_role("row").filter(has=self._page.get_by_role("link", name=workflow_id, exact=True))
        self.orders()
        self._until(lambda: rows.count() > 0, f"{workflow_id} is not in the list", again=self.orders)
        return rows.first.text_content() or ""

    def arrange_columns(self) -> None:
        """Put our search attributes into the list, as a desk does once in its browser."""
        self.orders()
        self._seen("button", "Configure Columns").click()
        for name in LESS:
            self._seen("button", f"Remove {name} column").click()
        for name in MORE:
            self._seen("button", f"Add {name} column").click()
        self._page.keyboard.press("Escape")
        for name in MORE:
            expect(self._seen("columnheader", name)).to_be_visible()

    # --- starting -----------------------------------------------------------------------------------------------

    def start(self, workflow_id: str, content: dict[str, Any], *, picture: str = "") -> None:
        """Start a run with the list's button Start Workflow."""
        self.orders()
        self._seen("link", "Start Workflow").click()
        self._seen("textbox", "Workflow ID").fill(workflow_id)
        self._seen("textbox", "Task Queue").fill("orders")
        self._seen("textbox", "Workflow Type").fill("FulfilOrder")
        self._type(self._page.get_by_role("main"), content)
        expect(self._page.get_by_text("Task Queue is Active").locator("visible=true").first).to_be_visible()
        if picture:
            self.picture(picture, height=960)
        with self._page.expect_response(lambda r: r.request.method == "POST" and "/api/" in r.url) as answer:
            self._seen("button", "Start Workflow").click()
        assert answer.value.ok, answer.value.text()

    def _type(self, place: Locator, content: dict[str, Any]) -> None:
        """Fill the one JSON payload and leave the field, for that lays the text out anew and moves the buttons."""
        field = place.get_by_role("textbox", name="Data", exact=True).locator("visible=true").first
        field.fill(json.dumps(content))
        field.press("Tab")
        expect(field).to_contain_text(next(iter(content)))

    # --- one run ------------------------------------------------------------------------------------------------

    def open(self, workflow_id: str) -> None:
        """Open a run from the list."""
        self.row(workflow_id)
        self._seen("link", workflow_id).click()
        expect(self._seen("tab", "Timeline")).to_be_visible()

    def tab(self, name: str) -> None:
        """Go to a tab of the run's page."""
        self._seen("tab", re.compile(rf"^{name}\b")).click()

    def status(self) -> str:
        """The word beside the run's id."""
        return (self._page.get_by_role("main").get_by_role("status").first.text_content() or "").strip()

    def wait_for_status(self, status: str, within: float) -> None:
        """Stay on the run's page until it has a status; the page renews itself."""
        self._until(lambda: self.status() == status, f"the run is not {status}", within=within)

    def details(self, until: str, within: float = PATIENCE) -> str:
        """Current Details of the run as the page shows them, asked anew until they say a thing."""
        self.tab("User Metadata")
        text = self._page.frame_locator("iframe >> visible=true").locator("body")

        def words() -> str:
            return text.inner_text() if self._page.locator("iframe >> visible=true").count() else ""

        self._until(lambda: until in words(), f"the details do not say {until!r}", again=self._refresh, within=within)
        return words()

    def _refresh(self) -> None:
        """The page says: press R for freshness."""
        self._page.keyboard.press("r")

    def expect_timeline(self, *steps: str) -> None:
        """Wait until the timeline shows each of these steps, by their names, with a summary beside it."""
        self.tab("Timeline")
        self._page.set_viewport_size(ViewportSize(width=WIDTH, height=WHOLE_JOURNEY))
        events = self._page.get_by_role("button", name=re.compile("^Event "))
        for step in steps:
            expect(events.filter(has_text=re.compile(rf"{step}\S* • \w")).first).to_be_visible()
        self._page.set_viewport_size(ViewportSize(width=WIDTH, height=HEIGHT))

    def result(self, until: str) -> str:
        """The run's result or failure as its page shows it, once it is decoded and says a thing."""
        self.tab("Timeline")
        shown = self._page.get_by_role("textbox", name="Result", exact=True).locator("visible=true").first
        expect(shown).to_contain_text(until)
        return shown.inner_text()

    # --- updates ------------------------------------------------------------------------------------------------

    def updates(self, *, picture: str = "") -> dict[str, str]:
        """The Updates the dialog offers, each with its description."""
        dialog = self._update_dialog()
        offered = [text.strip().partition("\n") for text in dialog.get_by_role("option").all_inner_texts()]
        if picture:
            self.picture(picture, of=dialog)
        self._page.reload()
        return {name: said.strip() for name, _, said in offered}

    def send_update(self, name: str, content: dict[str, Any], *, picture: str = "") -> str:
        """Send an Update as a person does; gives the complaint the dialog shows, empty when it took the Update.

        The picture is of the dialog, with its complaint if it has one.
        """
        dialog = self._update_dialog()
        dialog.get_by_role("option", name=re.compile(rf"^{name}\b")).click()
        self._type(dialog, content)
        if picture:
            self.picture(picture, of=dialog)
        with self._page.expect_response(lambda r: r.request.method == "POST" and "/update/" in r.url) as answer:
            dialog.get_by_role("button", name="Submit", exact=True).click()
        if "success" in answer.value.json().get("outcome", {}):
            expect(dialog).to_have_count(0)
            return ""
        complaint = dialog.get_by_role("alert").filter(has_text=re.compile(r"\w")).locator("visible=true").first
        expect(complaint).to_be_visible()
        if picture:
            self.picture(picture, of=dialog)
        return complaint.inner_text().strip()

    def close_dialog(self) -> None:
        """Leave the dialog without sending."""
        self._page.get_by_role("dialog").get_by_role("button", name="Cancel").last.click()

    def _update_dialog(self) -> Locator:
        self._seen("button", "More Actions").click()
        self._seen("menuitem", "Send an Update").click()
        dialog = self._page.get_by_role("dialog", name="Send an Update")
        dialog.get_by_role("button", name="Select an Update").click()
        expect(dialog.get_by_role("option").first).to_be_visible()
        return dialog

    def _until(
        self,
        met: Callable[[], bool],
        otherwise: str,
        *,
        again: Callable[[], object] = lambda: None,
        within: float = PATIENCE,
    ) -> None:
        """Ask again and again until something is met, with `again` every two seconds in between."""
        for _ in range(int(within / 2)):
            for _ in range(8):
                if met():
                    return
                self._page.wait_for_timeout(250)
            again()
        raise AssertionError(f"{otherwise} after {within:g} s at {self._page.url}")
