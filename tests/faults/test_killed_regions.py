"""A process that dies while an environment comes back in another region: the next goes on, or takes all of it down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import TERMINAL
from dr_orchestrator.domain.verdict import Outcome
from tests.support import there
from tests.support.dying import deaths, killed_at, killed_in, resumed, swept
from tests.support.estate import Estate
from tests.support.shop import GREEN
from tests.support.there import AWAY, DRILL

CALL = "ChangeResourceRecordSets"
CALLS = deaths((CALL, 1), (CALL, 2), (CALL, 3))
"""The name is made, led there, and back: the death is before the call, or before its answer comes."""


@pytest.fixture(scope="module")
def zone(shop: Estate) -> str:
    return there.prepared(shop)


@pytest.fixture
def here(shop: Estate, zone: str, home: Path) -> Iterator[wiring.App]:
    with there.world(shop, home, zone) as made:
        yield made


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), CALLS)
def test_killed_at_the_name_it_goes_on(
    here: wiring.App, shop: Estate, zone: str, operation: str, number: int, after: bool
) -> None:
    """What was asked for is asked for again, to no other effect; the name is led there, back, and gone at the end."""
    found = resumed(here, killed_in(here, DRILL, killed_at(operation, number, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert all(row.state in TERMINAL for row in found.copies)
    assert there.records(shop, zone) == {}


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), CALLS)
def test_killed_at_the_name_a_sweep_takes_all_of_it_down(
    here: wiring.App, shop: Estate, zone: str, operation: str, number: int, after: bool
) -> None:
    """Wherever the name led: its records are gone, and all that stood in the other region."""
    before = shop.inventory()
    found = swept(here, DRILL, killed_at(operation, number, after), shop.clock, 3600.0)
    assert {row.copy.region for row in found.copies} == {AWAY}
    assert there.records(shop, zone) == {}
    assert shop.inventory() == before


def test_a_sweep_needs_no_drill_file(here: wiring.App, shop: Estate, zone: str) -> None:
    """The zone is no more declared, and the drill is gone from the files: the ledger says where the name is."""
    dead = killed_in(here, DRILL, killed_at(CALL, 2, True))
    files = here.settings.drills
    (files / "shop.yaml").write_text(there.SHOP)
    (files / "tiers.yaml").write_text((files / "tiers.yaml").read_text().partition("drill_zone")[0])
    shop.clock.sleep(3600.0)
    there.swept_anew(here)
    found = here.ledger.queries.run(dead.header.id)
    assert all(row.state in TERMINAL for row in found.copies)
    assert there.records(shop, zone) == {}


COMPARED = deaths(("Scan", 7), ("Scan", 8))
"""Each region is read whole for the comparison, once the name leads back: a death before, and while it is asked."""


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), COMPARED)
def test_killed_while_both_regions_are_compared_it_compares_them(
    here: wiring.App, shop: Estate, zone: str, operation: str, number: int, after: bool
) -> None:
    """The name leads back, and is not led again; the comparison is made anew, and all of it is gone at the end."""
    dead = killed_in(here, DRILL, killed_at(operation, number, after))
    begun = [each.name for each in dead.steps]
    found = resumed(here, dead)
    assert "compare both regions" in begun
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert [each.outcome for each in found.checks if each.name == "both regions hold the same"] == [Outcome.PASSED]
    assert [each.name for each in found.steps].count("lead the name back") == 1
    assert there.records(shop, zone) == {}
