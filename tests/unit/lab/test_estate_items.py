"""Items of a company's table: what was put anew or taken away is the item that was made."""

from __future__ import annotations

from pathlib import Path

from dr_orchestrator.wiring.lab import serve
from tests.support.fakes import FakeClock
from tests.support.labs import client

FILE = """
dynamodb-table:
  parcels:
    nightly: 7h
    items: {number: 6, key: "{date}#{n}#{at}", since: 20d, every: 1d, again: 2, deleted: 3, within: 5d}
"""


def test_a_key_with_its_date_stays_the_items_own(clock: FakeClock, tmp_path: Path) -> None:
    """Six were made and two of them taken away; the one that was put anew after that is there once."""
    file = tmp_path / "estate.yaml"
    file.write_text(FILE)
    with serve(clock, estate=file) as lab:
        found = client(lab, "dynamodb").scan(TableName="parcels")["Items"]
    keys = [each["pk"]["S"] for each in found if each["pk"]["S"] != "canary"]
    numbers = [key.split("#")[1] for key in keys]
    assert len(numbers) == len(set(numbers))
    assert {"2", "3", "5", "6"} <= set(numbers)
    assert "1" not in numbers
