"""17TRACK's tables (docs/counterparties/seventeentrack.md) held against adapter and simulator, each alone."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from tests.adapters.contract import Field, faults, free, like, needed, one_of, text
from tests.adapters.counterparty import Counterparty
from tests.adapters.office import Office
from tradelane.adapters.seventeentrack import SeventeenTrackAccess, SeventeenTrackAggregator
from tradelane.domain.identifiers import WaybillNumber

WAYBILL = WaybillNumber("1234567891")
NUMBER = like("[0-9A-Za-z]{5,50}")
DHL = one_of(100001)

REGISTER: tuple[Field, ...] = (
    needed("number", NUMBER),
    needed("carrier", DHL),  # optional by the table, and "always send the carrier"
    free("order_no", text(50)),
    free("tag", text(100)),
)
INFO: tuple[Field, ...] = (needed("number", NUMBER), needed("carrier", DHL))
LIST: tuple[Field, ...] = (
    free("page_no", one_of(*range(1, 51))),
    free("number", NUMBER),
    free("carrier", DHL),
    free("tracking_status", one_of("Tracking", "Stopped")),
)


def aggregator(party: Counterparty) -> SeventeenTrackAggregator:
    access = SeventeenTrackAccess(base_url="https://t.example/track/v2.4", token=SecretStr("the-key"))
    return SeventeenTrackAggregator(access, party.client())


def sent(party: Counterparty, call: str) -> Any:
    """The body of the one request, with method, path and headers looked at."""
    [request] = party.requests
    assert (request.method, request.url.path) == ("POST", f"/track/v2.4/{call}")
    assert request.headers["17token"] == "the-key"
    assert request.headers["Content-Type"] == "application/json"
    return party.body()


async def test_a_registration_has_every_field_in_its_form_and_no_other() -> None:
    accepted = {"origin": 1, "number": WAYBILL, "carrier": 100001}
    party = Counterparty().answers({"code": 0, "data": {"accepted": [accepted], "rejected": []}})
    await aggregator(party).register(WAYBILL, "6KRMLC45848383497")
    [item] = sent(party, "register")
    assert faults(item, REGISTER) == []


async def test_a_question_has_every_field_in_its_form_and_no_other() -> None:
    party = Counterparty().answers({"code": 0, "data": {"accepted": [{"number": WAYBILL}], "rejected": []}})
    await aggregator(party).events(WAYBILL)
    [item] = sent(party, "gettrackinfo")
    assert faults(item, INFO) == []


async def test_a_look_at_the_list_has_every_field_in_its_form_and_no_other() -> None:
    party = Counterparty().answers({"code": 0, "page": {"page_total": 1}, "data": {"accepted": []}})
    await aggregator(party).find_registration(WAYBILL)
    assert faults(sent(party, "gettracklist"), LIST) == []


# --- the simulator, apart from us ----------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["register", "gettrackinfo", "stoptrack"])
async def test_the_simulator_rejects_an_entry_without_its_number(office: Office, call: str) -> None:
    """A rejection inside a 200, by the code for a missing number."""
    url = f"{office.settings.simulators_url}/17track/track/v2.4/{call}"
    headers = {"17token": office.settings.seventeentrack_token.get_secret_value()}
    before = await office.acted("register", "")

    answer = await office.stage.post(url, headers=headers, json=[{"carrier": 100001}])

    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data["accepted"] == []
    assert [rejected["error"]["code"] for rejected in data["rejected"]] == [-18010010]
    assert await office.acted("register", "") == before


@pytest.mark.parametrize("call", ["register", "gettrackinfo", "gettracklist", "stoptrack", "getquota"])
@pytest.mark.parametrize("headers", [{}, {"17token": "guessed"}], ids=["no key", "another key"])
async def test_the_simulator_answers_no_call_without_the_key(
    office: Office, call: str, headers: dict[str, str]
) -> None:
    url = f"{office.settings.simulators_url}/17track/track/v2.4/{call}"
    answer = await office.stage.post(url, headers=headers, json=[{"number": WAYBILL, "carrier": 100001}])
    assert answer.status_code == 401
    assert answer.json()["code"] == -18010002
    assert await office.acted("register", WAYBILL) == 0
