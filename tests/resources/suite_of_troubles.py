"""The contract of every resource type in trouble: throttled, full, bereaved, or pointed at what it does not drill."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

import pytest
from botocore.session import get_session

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.resource_type import Effect
from dr_orchestrator.domain.run import SegmentKind
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources import TYPES
from tests.support.campaigns import WAYS_KEPT
from tests.support.ways import Make, Mistaken, Spec, Way, looked
from tests.support.ways.troubles import Outlived, Vanish, listening, throttling

ELSEWHERE = "eu-west-1"
"""A region in which nothing of the estate stands."""

_MODELS = get_session()
_NO_ROOM = re.compile("Quota|Limit|Insufficient|NoFree|NotAvailable|TooMany")
_RETRIED = 6
"""How often botocore asks by itself again where it takes an answer for throttling."""


@pytest.mark.campaign(WAYS_KEPT)
class TroublesContract:
    """What goes wrong around a drill is waited out, or told with the call that said so; and nothing is left of it."""

    ways: ClassVar[tuple[Spec, ...]]

    def test_each_call_may_be_throttled_once(self, way: Way) -> None:
        """Restoring, waiting and taking down: one copy all the same, and what it took is told as throttling."""
        before, context = way.made.inventory(), listening(way)
        since = len(way.made.lab.journal)
        for call in way.declared:
            service, _, action = call.partition(":")
            way.made.lab.faults.add({**throttling(service), "action": action})
        way.whole()
        way.ended()
        heard = way.made.lab.journal[since:]
        refused = {(each.service, each.action) for each in heard if each.fault}
        declared = {tuple(call.split(":")) for call in way.declared}
        assert {(each.service, each.action) for each in heard} & declared == refused
        assert way.spec.ask in {action for _, action in refused}
        assert len(way.calls(way.spec.ask)) == 1
        assert {of for of, _, _ in context.delays} == {SegmentKind.THROTTLING}
        assert way.made.inventory() == before

    def test_what_there_is_no_room_for_is_waited_out(self, way: Way) -> None:
        """Each code of a quota, of each call that makes something: asked again, told as a wait, and made once."""
        context = listening(way)
        for call, codes in way.spec.full.items():
            for code in codes:
                times = _RETRIED if code == "LimitExceededException" else 1
                way.made.lab.faults.add({"kind": "error", "action": call, "code": code, "times": times})
        way.whole()
        assert all(rule["seen"] for rule in way.made.lab.faults.listed())
        waits = [reason for of, reason, _ in context.delays if of is SegmentKind.QUOTA]
        assert {re.split(": *", each)[1] for each in waits} == set(way.spec.full)
        for call in way.spec.full:
            made = [str(params) for params in way.calls(call)]
            assert 1 <= len(set(made)) == len(made)
        assert len(way.calls(way.spec.ask)) == 1
        way.ended()
        assert not way.exists()

    def test_each_code_of_a_quota_that_aws_knows_is_known(self, way: Way) -> None:
        """Of each call that makes a copy: what its model says of room is waited out, or no matter of waiting."""
        of = TYPES[way.spec.type]
        makes = {each.operation for each in of.writes if each.effect in (Effect.CREATE, Effect.RESTORE)}
        for call in way.spec.declared.writes & makes:
            service, action = call.split(":")
            shapes = _MODELS.get_service_model(service).operation_model(action).error_shapes
            codes = {str((each.metadata.get("error") or {}).get("code") or each.name) for each in shapes}
            known = {*way.spec.full.get(action, ()), *way.spec.refuses}
            assert {each for each in codes if _NO_ROOM.search(each)} <= known, call


@pytest.mark.campaign(WAYS_KEPT)
class GoneContract:
    """What is not there, or no more, is told with the call that said so; and nothing is left of the drill."""

    ways: ClassVar[tuple[Spec, ...]]

    @pytest.mark.campaign(4)
    @pytest.mark.parametrize("anew", [False, True], ids=["same-process", "another-process"])
    def test_what_is_gone_between_look_and_restore_is_told(self, way: Way, vanishes: Vanish, anew: bool) -> None:
        """Its source, or the point that was chosen: by whoever goes on with the drill."""
        before, restorer = way.made.inventory(), way.restorer
        point = restorer.choose()
        with vanishes(point):
            with pytest.raises((NotRecoverable, NotMeasured)) as fault:
                way.confirm(way.restore(way.restorer if anew else restorer, point))
                way.restorer.ready(way.copy)
            assert fault.value.call
            assert fault.value.message.startswith(f"{fault.value.call}: ")
            way.ended()
        assert not way.exists()
        assert way.made.inventory() == before

    def test_a_source_of_another_region_is_told_before_anything_starts(self, way: Way, apart: str) -> None:
        """It lives, and not where the drill says: with the region that was looked in, and its own where AWS tells."""
        way.resource = replace(way.resource, region=ELSEWHERE)
        account = Account(ELSEWHERE, way.made.toolkit.account.guard)
        way.made = replace(way.made, toolkit=replace(way.made.toolkit, account=account))
        with pytest.raises(NotRecoverable, match=rf"^[a-z0-9]+:\w+: .*{way.resource.id}{apart}") as fault:
            looked(way)
        assert ELSEWHERE in fault.value.message
        assert way.calls(way.spec.ask) == []


@pytest.mark.campaign(WAYS_KEPT)
class OutlivedContract:
    """What a recovery point holds is restored though its source is gone."""

    ways: ClassVar[tuple[Spec, ...]]

    def test_what_its_recovery_point_outlives_is_restored_all_the_same(self, way: Way, outlived: Outlived) -> None:
        """Gone between look and restore: the copy holds what the point holds, by itself, and is taken down."""
        before, restorer = way.made.inventory(), way.restorer
        point = restorer.choose()
        with outlived.by(point):
            way.confirm(way.restore(restorer, point))
            if (named := way.restorer.ready(way.copy).identity) is not None:
                way.confirm(named)
            assert outlived.held(way) > 0
            way.ended()
        assert not way.exists()
        assert way.made.inventory() == before


@pytest.mark.campaign(2)  # what is mistaken for what differs more than the ways do
class MistakenContract:
    """What stands under the declared id is told, where that is another thing."""

    ways: ClassVar[tuple[Spec, ...]]

    def test_a_source_of_another_type_is_told_before_anything_starts(
        self, way: Way, mistaken: Mistaken, way_of: Make
    ) -> None:
        """What it is, or that there is none of the type, with the call that said so."""
        make, why = mistaken
        way = way_of(way.kind, replace(way.spec.source, id=make(way.made)))
        with pytest.raises(NotRecoverable, match=rf"^[a-z0-9]+:\w+: .*{why}"):
            looked(way)
        assert way.calls(way.spec.ask) == []
