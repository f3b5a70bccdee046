"""The contract of every resource type when AWS lies: whatever it is made to say, nothing is changed but the copy."""

from __future__ import annotations

from typing import ClassVar

import pytest

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.errors import DrillFault
from tests.support.campaigns import WAYS_KEPT
from tests.support.lying import Lie, Proxy
from tests.support.lying import answers as altered
from tests.support.lying.answers import Alter
from tests.support.ways import Spec, Way

BREAKS = (altered.truncated(0.7), altered.page(), altered.cut(0.3))


@pytest.mark.campaign(WAYS_KEPT)
class LiesContract:
    """Whatever AWS is made to say, nothing is changed but the copy."""

    ways: ClassVar[tuple[Spec, ...]]
    long: ClassVar[bool] = True

    @pytest.mark.parametrize("alter", BREAKS, ids=["truncated", "page", "cut"])
    def test_a_copy_lives_from_restore_to_gone_though_every_answer_is_broken_once(
        self, way: Way, lying: Proxy, alter: Alter
    ) -> None:
        """The first answer to each operation is none: it is asked for again, and nothing else is as it was before."""
        before, once = way.made.inventory(), [Lie(alter, each, times=1) for each in _operations(way.spec)]
        toolkit = way.made.toolkit
        with lying.lying(*once):
            identity = toolkit.patiently(way.restore)
            way.confirm(identity)
            toolkit.patiently(lambda: way.restorer.ready(way.copy))
            assert toolkit.patiently(lambda: way.restorer.destroy(way.copy)) is CopyState.DELETED
        assert any(lie.told for lie in once)
        assert way.made.inventory() == before

    def test_production_in_the_copys_place_is_not_deleted(self, way: Way, lying: Proxy) -> None:
        """Each answer that names the copy names the source instead: no deletion is sent, and the copy is still told."""
        way.restored()
        told = Lie(altered.replaced(way.copy.id, way.resource.id))
        with lying.lying(told), pytest.raises(DrillFault):
            way.restorer.destroy(way.copy)
        assert told.told
        assert not way.deletions
        assert way.restorer.destroy(way.copy) is CopyState.DELETED

    def test_another_identity_under_the_copys_name_is_not_deleted(self, way: Way, lying: Proxy) -> None:
        """The id that AWS never uses twice is told as another: somebody made the object anew, or AWS is not asked."""
        ours = way.restored().unique_id
        told = Lie(altered.replaced(ours, f"{ours[:-4]}ffff"))
        with lying.lying(told), pytest.raises(DrillFault):
            way.restorer.destroy(way.copy)
        assert told.told
        assert not way.deletions
        assert way.restorer.destroy(way.copy) is CopyState.DELETED

    def test_what_takes_effect_under_an_answer_that_is_lost_is_taken_down(self, way: Way, lying: Proxy) -> None:
        """A creation whose every answer is broken may have been taken all the same: the ledger's intent finds it."""
        with lying.lying(Lie(altered.page(), way.spec.ask, errors=True)), pytest.raises(DrillFault):
            way.restore()
        assert way.calls(way.spec.ask)
        way.made.clock.sleep(3600)
        assert way.restorer.destroy(way.copy) is CopyState.DELETED
        assert not way.exists()


def _operations(spec: Spec) -> list[str]:
    """The operations that a drill of a way calls, from its first look to its teardown."""
    return [call.partition(":")[2] for call in spec.declared.all]
