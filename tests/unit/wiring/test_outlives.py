"""What AWS Backup took of copies that are gone: who may not ask, and who gets no answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.calls.api import Denied, Expired, Refused
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import DrillFault, NotMeasured, Transient
from dr_orchestrator.wiring.outliving import SILENT, Outlives
from tests.support.fakes import FakeClock
from tests.support.rehearsal import COPY

POINT = {"RecoveryPointArn": "arn:point", "BackupVaultName": "nightly", "Status": "COMPLETED"}
THERE = replace(COPY, region="eu-west-1")


def denied(code: str) -> Denied:
    made = Denied(code, call="backup:List")
    made.code = code
    return made


class World:
    """AWS Backup in each region as a test says: points by ARN, or a fault; what was asked, and told, is kept."""

    def __init__(self, **regions: Any) -> None:
        self.regions = {name.replace("_", "-"): told for name, told in regions.items()}
        self.asked, self.heard, self.clock = list[str](), list[str](), FakeClock()
        self.silences: dict[str, tuple[float, Transient]] = {}

    def outlives(self, *, known: bool = False, held: tuple[str, ...] = ()) -> Outlives:
        """As one run, or one copy's sweep, has it."""
        row = SimpleNamespace(identity=SimpleNamespace(arn="arn:copy"), copy=COPY)
        tools = SimpleNamespace(
            clock=self.clock,
            context=SimpleNamespace(told=self.heard.append, held_by=lambda _: held),
            observed=tuple,
            account_at=lambda place: SimpleNamespace(api=lambda _: Asked(self, place.region)),
            once_gone=lambda ask: ask(),
            proofs=SimpleNamespace(record=lambda _: row, owned=lambda _: ()),
        )
        of: Any = SimpleNamespace(backed=(("EC2", "instance/*"), ("EBS", "volume/*")))
        return Outlives({COPY.type: of}, cast(Toolkit, tools), self.silences, lambda _: known)


class Asked:
    def __init__(self, world: World, region: str) -> None:
        self.world, self.region = world, region

    def pages(self, _operation: str, _key: str, **given: Any) -> Iterator[Any]:
        self.world.asked.append(f"{self.region} {given['ResourceArn']}")
        told = self.world.regions.get(self.region, ())
        told = told.get(given["ResourceArn"], ()) if isinstance(told, dict) else told
        if isinstance(told, Exception):
            raise told
        yield from told

    def call(self, _operation: str, **_: Any) -> Any:
        return {}


def fault_of(outlives: Outlives, copy: Copy = COPY) -> DrillFault:
    with pytest.raises(DrillFault) as raised:
        outlives(copy)
    return raised.value


HOME = COPY.region.replace("-", "_")


def test_who_may_not_ask_is_told_once_of_a_place() -> None:
    """A denial in one region silences no other: what is there is told."""
    world = World(**{HOME: denied("AccessDeniedException"), "eu_west_1": [POINT]})
    outlives = world.outlives()
    assert (outlives(COPY), outlives(COPY), len(world.heard), len(world.asked)) == ("", "", 1, 1)
    assert "AWS Backup keeps 1 recovery point of it: arn:point" in outlives(THERE)


def test_a_denial_does_not_unsee_what_was_seen() -> None:
    """Whoever swept before saw points: that is no copy that is gone."""
    world = World(**{HOME: denied("AccessDeniedException")})
    assert isinstance(fault_of(world.outlives(known=True)), Denied)


@pytest.mark.parametrize(
    "fault",
    [denied("InvalidClientTokenId"), Denied("no AWS credentials"), Expired("ended"), Refused("no"), NotMeasured("501")],
    ids=repr,
)
def test_what_is_no_denial_of_a_right_is_a_fault(fault: DrillFault) -> None:
    """Credentials that are not good, or a call that nobody knows, say nothing of what is there."""
    assert fault_of(World(**{HOME: fault}).outlives()) is fault


def test_what_was_found_before_a_fault_is_kept() -> None:
    """The points of a machine are told, though those of its volume could not be asked after."""
    world = World(**{HOME: {"arn:copy": [POINT], "arn:held": denied("AccessDeniedException")}})
    told = world.outlives(held=("arn:held",))(COPY)
    assert "AWS Backup keeps 1 recovery point of it: arn:point" in told
    assert "whether it keeps more of it could not be asked: backup:List: AccessDenied" in told


def test_a_place_that_gave_no_answer_is_not_waited_for_again() -> None:
    """By no copy of any run of the process, for a while; then somebody asks again."""
    world = World(**{HOME: Transient("nobody answers")})
    for _ in range(3):
        assert fault_of(world.outlives()).message == "nobody answers"
    assert len(world.asked) == 1
    assert world.outlives()(THERE) == ""
    world.regions.clear()
    world.clock.sleep(SILENT)
    assert world.outlives()(COPY) == ""
