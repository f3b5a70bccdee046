"""The contract of every resource type at what AWS denies, does not have, or never ends: told, and never guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.drill import Pick, Selection
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources import TYPES
from tests.support.campaigns import WAYS_KEPT
from tests.support.ways import Make, Spec, Way, looked


@pytest.mark.campaign(WAYS_KEPT)
class EndingsContract:
    """What AWS refuses or denies fails the drill, or is not measured."""

    ways: ClassVar[tuple[Spec, ...]]

    def test_a_denied_restore_makes_nothing(self, way: Way) -> None:
        """The creating call is denied: INCONCLUSIVE, and the teardown knows that there is nothing."""
        way.made.lab.faults.add({"kind": "access-denied", "action": way.spec.ask})
        with pytest.raises(Denied, match=way.spec.ask):
            way.restore()
        assert way.restorer.destroy(way.copy) is CopyState.NEVER_CREATED

    def test_all_pages_of_a_listing_are_read(self, way: Way) -> None:
        """However few AWS tells at a time, the points, the inventory and the worst case are those of all."""
        account, of = way.made.toolkit.account, TYPES[way.spec.type]
        way.restored()  # so that there are two at least

        def seen() -> tuple[Any, ...]:
            found = frozenset(of.listed(account))
            chosen = () if way.spec.environment else (way.restorer.choose().id.partition("@")[0],)
            return found, *chosen

        whole = seen()
        for call, (limit, least) in way.spec.paged.items():
            service = call.partition(".")[0]
            events = account.api(service)._client.meta.events
            events.register(f"before-parameter-build.{call}", _few_a_page(limit, least), unique_id="few")
            try:
                heard = len(way.made.lab.journal)
                assert seen() == whole
                asked = [each for each in way.made.lab.journal[heard:] if each.action == call.partition(".")[2]]
                assert len(asked) > 1
            finally:
                events.unregister(f"before-parameter-build.{call}", unique_id="few")
        way.restorer.destroy(way.copy)


def _called(way: Way) -> str:
    """A pattern of the calls by which a source is looked at."""
    return way.spec.looks.replace("*", r"\w+")


def _few_a_page(limit: str, least: int) -> Any:
    def few(params: dict[str, Any], **_: Any) -> None:
        params[limit] = least

    return few


MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SELECTIONS: dict[str, Callable[[datetime], Selection]] = {
    "latest": lambda _: Selection(),
    "oldest": lambda _: Selection(Pick.OLDEST),
    "random": lambda _: Selection(Pick.RANDOM),
    "the start": lambda _: Selection(Pick.AT, ago=timedelta()),
    "half an hour before": lambda _: Selection(Pick.AT, ago=30 * MINUTE),
    "at the disruption": lambda struck: Selection(Pick.AT, struck.replace(microsecond=0)),
    "at a later instant": lambda struck: Selection(Pick.AT, struck + DAY),
    "before an earlier incident": lambda struck: Selection(Pick.BEFORE, struck - 30 * MINUTE),
    "before a later incident": lambda struck: Selection(Pick.BEFORE, struck + DAY),
}


class PointsContract(EndingsContract):
    """What is restored from a recovery point ends likewise, and tells what there is not."""

    @pytest.mark.campaign(4)
    @pytest.mark.parametrize("pick", SELECTIONS)
    def test_nothing_from_after_the_disruption_is_chosen(self, way: Way, pick: str) -> None:
        """However late AWS is asked: nothing of then is taken, nor is loss counted from an instant of then."""
        struck = way.strike()
        way.selection = SELECTIONS[pick](struck)
        try:
            point = way.restorer.choose()
        except NotRecoverable as refused:
            assert ("later" in pick, "outside its restorable window" in refused.message) == (True, True)
            return
        assert point.data_time <= struck
        assert (point.reference or struck) <= struck

    def test_an_instant_is_counted_from_the_disruption(self, way: Way) -> None:
        """Half an hour before the start is so long before the disruption, whenever AWS comes to tell what there is."""
        struck = way.strike()
        way.selection = Selection(Pick.AT, ago=30 * MINUTE)
        counted = way.restorer.choose().reference
        assert struck - 30 * MINUTE - timedelta(seconds=1) < counted <= struck - 30 * MINUTE

    def test_no_recovery_point_is_a_failed_drill(self, way: Way) -> None:
        """The service cannot be recovered this way, and nothing is made."""
        assert way.spec.pointless is not None
        fault, why = way.spec.pointless
        way.made.lab.faults.add(dict(fault))
        with pytest.raises(NotRecoverable, match=why):
            way.restorer.choose()
        assert way.calls(way.spec.ask) == []

    def test_a_source_that_is_not_there_is_a_failed_drill(self, way: Way, way_of: Make) -> None:
        """A mistyped or deleted source is told with the call, at the preflight already."""
        way = way_of(way.kind, replace(way.spec.source, id="no-such-thing"))
        with pytest.raises(NotRecoverable, match=rf"^[a-z0-9]+:{_called(way)}: .*no-such-thing"):
            looked(way)
        with pytest.raises(NotRecoverable):
            way.restorer.choose()

    def test_a_denied_look_is_inconclusive(self, way: Way) -> None:
        """Access denied says nothing about the backups: not measured, with the call that was denied."""
        way.made.lab.faults.add({"kind": "access-denied", "action": way.spec.looks})
        for act in (way.restorer.choose, lambda: looked(way)):
            with pytest.raises(NotMeasured, match=rf"^[a-z0-9]+:{_called(way)}: AccessDenied"):
                act()


@pytest.mark.campaign(WAYS_KEPT)
class StatesContract:
    """What AWS is a while about ends, or never does: the drill fails with the state that it was in."""

    ways: ClassVar[tuple[Spec, ...]]

    def test_a_copy_that_dies_is_a_failed_drill_and_is_taken_down(self, way: Way) -> None:
        """What will never be ready fails the drill with its state, or the first thing in it that failed."""
        status, why = way.spec.dies
        way.made.lab.faults.add({"kind": "ends-as", "status": status, "action": way.spec.makes or way.spec.ask})
        way.restored(ready=False)
        with pytest.raises(NotRecoverable, match=why):
            way.restorer.ready(way.copy)

    def test_a_copy_that_is_never_ready_is_given_up_at_the_ceiling(self, way: Way) -> None:
        """One hour here: the drill fails with the state that it hung in, instead of waiting for ever."""
        way.made = replace(way.made, toolkit=replace(way.made.toolkit, ceiling=3600.0))
        way.made.lab.faults.add({"kind": "stuck", "action": way.spec.makes or way.spec.ask})
        way.restored(ready=False)
        with pytest.raises(way.spec.late, match=rf"{way.spec.hangs} after 1\.0 h"):
            way.restorer.ready(way.copy)


class UnknownStatesContract(StatesContract):
    """Of what is restored a state may be new, too."""

    def test_a_state_that_nobody_knows_is_reported_and_waited_on(self, way: Way) -> None:
        """AWS has a new word for a state: it is evidence, neither ready nor dead, and ends at the ceiling."""
        way.made = replace(way.made, toolkit=replace(way.made.toolkit, ceiling=3600.0))
        action = way.spec.makes or way.spec.ask
        way.made.lab.faults.add({"kind": "ends-as", "status": "pondering", "action": action})
        way.restored(ready=False)
        with pytest.raises(way.spec.late, match=r"was still 'pondering' after 1\.0 h"):
            way.restorer.ready(way.copy)
        assert (way.copy.id, "pondering (unknown state)") in way.made.ledger.seen
