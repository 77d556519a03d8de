"""What the tests of the command line share: standard output is the command's own."""

from __future__ import annotations

import logging

import pytest

from tradelane.telemetry import configure_logging


@pytest.fixture(autouse=True)
def _nothing_is_told_beside_the_answer(_logging_as_it_comes: None) -> None:
    """Workers and counterparties of these tests run in the same process: what they log is no answer of a command."""
    configure_logging(logging.WARNING)
