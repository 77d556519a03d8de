"""The type checker holds both ends of an effect: a wrong request or a wrong reply never reaches a server."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SNIPPET = """
from activities.implements import implements
from tradelane.contracts.effect import NETWORK, Effect
from tradelane.contracts.journeys import FULFIL_ORDER
from tradelane.contracts.steps import CONFIRM_LOADING, READ_ORDER, READ_PACK, LoadingRequest, OrderRef, PackRef
from tradelane.domain.export_declaration import Loading
from tradelane.domain.identifiers import ExportDeclarationNumber, OrderId
from tradelane.domain.order import Order, Pack
from workflows.steps import Steps

NUMBER = ExportDeclarationNumber("6N00226000123X")


async def story(steps: Steps) -> None:
    asked = OrderRef(seller_id="1", order_id=OrderId("2"))
    order: Order = await steps.perform(READ_ORDER, asked)  # right: request and reply of the effect
    again: Order = await steps.perform(READ_ORDER, lambda: asked)  # right: a request built anew for each round
    await steps.perform(READ_ORDER, LoadingRequest(number=NUMBER))  # wrong: the request of another effect
    await steps.perform(READ_ORDER, lambda: LoadingRequest(number=NUMBER))  # wrong: another effect's request, built anew
    await steps.perform(READ_ORDER, "2000013770481964")  # wrong: an order id instead of a request
    pack: Pack = await steps.perform(READ_ORDER, asked)  # wrong: the reply of another effect
    await steps.perform("read_order", asked)  # wrong: a name instead of an effect
    await steps.perform(FULFIL_ORDER, asked)  # wrong: a workflow instead of an effect
    print(order.id, order.load_before)  # wrong: a field the reply does not have
    print(again, pack)


class Right:
    @implements(CONFIRM_LOADING)
    async def confirm_loading(self, request: LoadingRequest) -> Loading:  # right: as the contract says
        return Loading(number=request.number, found=False)


class Wrong:
    @implements(CONFIRM_LOADING)  # wrong: the implementation takes another request
    async def confirm_loading(self, request: PackRef) -> Loading:
        return Loading(number=NUMBER, found=False)

    @implements(READ_PACK)  # wrong: the implementation gives another reply
    async def read_pack(self, request: PackRef) -> Loading:
        return Loading(number=NUMBER, found=False)

    @implements(READ_ORDER)  # wrong: the implementation is not async
    def read_order(self, request: OrderRef) -> Order:
        raise NotImplementedError

    @implements(READ_ORDER)  # wrong: the implementation takes a second parameter
    async def read_order_twice(self, request: OrderRef, more: int) -> Order:
        raise NotImplementedError


Effect("unpatient", OrderRef, Order, 20, "marketplace", "An effect")  # wrong: a number instead of a patience
Effect("bare", str, Order, NETWORK, "marketplace", "An effect")  # wrong: a request that is no model
"""


@dataclass(frozen=True)
class Verdict:
    """What the type checker said, line by line."""

    errors: dict[int, list[str]]
    output: str


def lines(kind: str) -> list[object]:
    """The marked lines of the snippet: number of the line, named by what is right or wrong with it."""
    return [
        pytest.param(number, id=found[1])
        for number, line in enumerate(SNIPPET.splitlines(), start=1)
        if (found := re.search(rf"# {kind}: (.+)$", line))
    ]


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    """One strict run over the snippet, with the project's own configuration of the checker and its cache."""
    path = tmp_path_factory.mktemp("types") / "snippet.py"
    path.write_text(SNIPPET, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    errors: dict[int, list[str]] = {}
    for line in done.stdout.splitlines():
        found = re.match(r"(.+?):(\d+): error: (.+)$", line)
        if found:
            assert found[1].endswith("snippet.py"), line
            errors.setdefault(int(found[2]), []).append(found[3])
    return Verdict(errors, done.stdout)


@pytest.mark.timeout(90)
@pytest.mark.parametrize("line", lines("wrong"))
def test_what_is_wrong_is_refused_by_the_type_checker(verdict: Verdict, line: int) -> None:
    assert line in verdict.errors, verdict.output


@pytest.mark.timeout(90)
@pytest.mark.parametrize("line", lines("right"))
def test_what_is_right_is_accepted_by_the_type_checker(verdict: Verdict, line: int) -> None:
    assert line not in verdict.errors, verdict.output


@pytest.mark.timeout(90)
def test_the_type_checker_complains_of_nothing_else(verdict: Verdict) -> None:
    """An error elsewhere, such as a failed import, could make every line look wrong."""
    marked = {one.values[0] for one in lines("wrong")}  # type: ignore[attr-defined]
    assert set(verdict.errors) == marked, verdict.output
