"""A ticket says of which finding and whose ledger's it is in words that are read back, and are nobody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.domain.tickets.ticket import Seen, key_of, whose, whose_in
from tests.support.tracked import tracked

SEEN = Seen("1", "T-1", "", "open", closed=False)


@pytest.mark.parametrize("simulated", [False, True])
@pytest.mark.parametrize("ledger", ["", "0a1b2c"])
def test_what_it_says_is_read_back(simulated: bool, ledger: str) -> None:
    """Of the real and the simulated one, of a ledger and of one of before those had names; in the last such words, for
    what a description quotes stands before its own.
    """
    told = whose(key_of(tracked(simulated=simulated)), ledger)
    assert whose_in(f"see dr-orchestrator dro-another of ledger abc.\n\ndr-orchestrator {told}.") == told
    assert whose_in("dr-orchestrator made it") == ""


def test_a_ticket_of_another_ledger_is_anothers() -> None:
    """By its words alone; one that says nothing of a ledger is of before there were names."""
    mine = replace(SEEN, whose=whose("dro-1", "mine"))
    assert mine.is_anothers("other") and not mine.is_anothers("mine")
    assert not replace(SEEN, whose=whose("dro-1", "")).is_anothers("mine")
    assert not SEEN.is_anothers("mine")
