"""What a failover's figures say, and that they are the same when they are read back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from dr_orchestrator.domain.failover import FAILOVER, Counted, Outage, Switched, Zones, read, stretches, switches
from dr_orchestrator.domain.verdict import Outcome

S = timedelta(seconds=1)
GOOD = Switched(
    FAILOVER,
    100 * S,
    Zones("a", "b"),
    Zones("b", "a"),
    30 * S,
    Counted(sent=101, acknowledged=100, present=100, in_doubt=1, client=7, unacknowledged=((40, 40),)),
    Outage(101 * S, 171 * S, 1, 40 * S, timedelta(milliseconds=20)),
)


def test_figures_are_read_back_as_they_were() -> None:
    """Whatever is kept of a failover survives JSON: the ledger holds no sentence that anybody would have to read."""
    kept = GOOD.result
    assert read(replace(kept, figures=json.loads(json.dumps(kept.figures)))) == GOOD
    unseen = replace(GOOD, outage=None)
    assert switches([unseen.result]) == {FAILOVER: unseen}
    of_cluster = replace(GOOD, usual=(30 * S, 60 * S))
    assert switches([of_cluster.result]) == {FAILOVER: of_cluster}
    of_old = {key: value for key, value in kept.figures.items() if key != "usual"}
    assert read(replace(kept, figures=of_old)) == GOOD  # it was kept before AWS's figure was
    assert GOOD.outage is not None
    assert GOOD.outage.lasted == 70 * S


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, Outcome.PASSED),
        ({"counted": replace(GOOD.counted, in_doubt=3, in_doubt_present=0)}, Outcome.PASSED),
        ({"counted": replace(GOOD.counted, lost=1)}, Outcome.FAILED),
        ({"counted": replace(GOOD.counted, doubled=1)}, Outcome.FAILED),
        ({"gone": 1}, Outcome.FAILED),
        ({"after": GOOD.before}, Outcome.FAILED),
        ({"after": Zones("")}, Outcome.FAILED),
        ({"outage": None}, Outcome.INCONCLUSIVE),
        ({"asked": 101 * S + timedelta(milliseconds=1)}, Outcome.INCONCLUSIVE),
        ({"counted": Counted()}, Outcome.INCONCLUSIVE),
    ],
)
def test_only_a_measured_move_without_loss_passes(changed: dict[str, object], outcome: Outcome) -> None:
    """What was in doubt is no loss; a lost or doubled write, or a zone that stayed, fails; none seen never passes."""
    assert replace(GOOD, **changed).result.outcome is outcome  # type: ignore[arg-type]


def test_the_numbers_that_were_acknowledged_are_known_by_the_stretches_that_were_not() -> None:
    """A process that goes on reads them again; of a client with too many gaps it is said that they are not known."""
    count = replace(GOOD.counted, sent=10, unacknowledged=stretches([2, 3, 7]))
    assert count.unacknowledged == ((2, 3), (7, 7))
    assert [*count.taken()] == [0, 1, 4, 5, 6, 8, 9]
    assert stretches(range(0, 100_000, 2)) is None
    with pytest.raises(ValueError, match="not kept"):
        [*replace(count, unacknowledged=None).taken()]


def test_zones_are_told_though_there_is_none() -> None:
    """A copy may have no standby, and AWS no word of its zone."""
    assert str(Zones("a", "b")) == "a serves, b stands by"
    assert str(Zones("")) == "no zone serves, no zone stands by"
