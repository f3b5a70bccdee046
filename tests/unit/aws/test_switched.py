"""What a switched name tells of where it leads: several looks at each name server, then the cluster."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.drill_name.switched import LOOKS, SwitchedName
from dr_orchestrator.domain.leading import Way
from dr_orchestrator.domain.led import Told
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable

THERE = Told(4, 4, "all lead there")
ELSEWHERE, SILENT = Told(4, 3, "ns-1 leads to lost.invalid"), Told(4, 2, "ns-2, ns-3 do not answer", silent=2)


def told(looks: list[Told], are: bool | DrillFault = True) -> Told:
    """What a name tells whose servers tell that, look by look, while the cluster says whether its controls are so."""

    def asked(*_: Any, **__: Any) -> bool:
        if isinstance(are, DrillFault):
            raise are
        return are

    seen = iter(looks)
    name = SimpleNamespace(
        _seen=lambda _to: next(seen),
        _targets={Way.THERE: "env.example.com"},
        _asked="",
        _begun=True,
        _states=lambda _way: {},
        _cluster=SimpleNamespace(are=asked),
    )
    return SwitchedName.told(cast("Any", name), Way.THERE)


@pytest.mark.parametrize("at", range(LOOKS))
def test_one_look_that_saw_it_elsewhere_is_told_whatever_the_others_saw(at: int) -> None:
    """With its own words: that others heard less does not make it unseen."""
    looks = [SILENT] * LOOKS
    looks[at] = ELSEWHERE
    assert told(looks) == ELSEWHERE
    assert told(looks).elsewhere


def test_servers_that_are_silent_at_every_look_were_seen_nowhere() -> None:
    """The look that heard the least is told."""
    assert told([THERE, SILENT, Told(4, 3, "ns-2 does not answer", silent=1)]) == SILENT
    assert not told([THERE, SILENT, THERE]).elsewhere


def test_it_leads_there_where_each_look_and_the_cluster_say_so() -> None:
    """The cluster's word is told, too."""
    assert told([THERE] * LOOKS).all
    assert "the cluster says that it is not switched so" in told([THERE] * LOOKS, are=False).words
    assert not told([THERE] * LOOKS, are=False).all


@pytest.mark.parametrize("fault", [NotMeasured("nobody answers"), NotRecoverable("nobody can")])
def test_what_the_servers_said_holds_where_the_cluster_cannot_be_asked(fault: DrillFault) -> None:
    """When the first led there is known all the same; that it was seen elsewhere nobody says."""
    found = told([THERE] * LOOKS, fault)
    assert (found.led, found.all, found.elsewhere) == (4, False, False)
    assert fault.message in found.words
