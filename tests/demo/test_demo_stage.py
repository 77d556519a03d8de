"""What `demo` and `up` know of the simulated counterparties besides the defaults of the settings."""

from __future__ import annotations

from tradelane.demo.stage import SELECTION_CODES, Application, StageDoor, introduced
from tradelane.settings import Settings
from tradelane.simulators.ktnet.selections import LOOKS


class Door(StageDoor):
    """A stage that says what it must, without a socket."""

    def application(self) -> Application:
        return Application(application_id=1, client_id="id", client_secret="secret", sellers=())

    def tracking_key(self) -> str:
        return "key"


def known(settings: Settings) -> dict[str, str]:
    with Door("http://127.0.0.1:9") as door:
        return dict(introduced(settings, door).ktnet_selection_codes)


def test_a_selection_of_the_simulated_customs_says_which_look_it_is() -> None:
    """Customs publishes no codes: those of the simulator are its own, and the desk of a demo knows them."""
    assert {look.code for look in LOOKS.values()} == set(SELECTION_CODES)
    assert SELECTION_CODES[LOOKS["select_inspection"].code] == "inspection"
    assert SELECTION_CODES[LOOKS["select_documents"].code] == "documents"
    assert known(Settings()) == {"21": "documents", "31": "inspection"}
    assert known(Settings(ktnet_selection_codes={"31": "documents"}))["31"] == "documents", "what is set goes first"


def test_the_codes_of_the_simulator_are_never_taken_for_those_of_the_real_customs() -> None:
    assert known(Settings(ktnet_url="https://testcbtapi.utradehub.or.kr")) == {}
