"""The region of a copy is asked for where it is: an account that has not enabled it has no credentials there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.preflight.region import enabled, usable
from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.errors import NotRecoverable

HERE, AWAY, OTHER = "eu-south-1", "eu-central-1", "222222222222"


class Toolkits:
    """The accounts of a drill, in their regions; each place that is asked is noted, and may be refused."""

    def __init__(self, **refused: str) -> None:
        self.asked: list[Place] = []
        self._refused = refused

    def at(self, place: Place) -> Any:
        return SimpleNamespace(account=self.account(place))

    def account(self, place: Place) -> Any:
        def call(_operation: str, **given: Any) -> Any:
            self.asked.append(place)
            if code := self._refused.get(f"of_{place.account}"):
                denied = Denied(f"{code}: no", "", "ec2:DescribeRegions")
                denied.code = code
                raise denied
            return {"Regions": [{"RegionName": given["RegionNames"][0], "OptInStatus": "opted-in"}]}

        return SimpleNamespace(region=place.region, api=lambda _: SimpleNamespace(call=call))


def look(toolkits: Toolkits) -> str:
    resource: Any = SimpleNamespace(region=HERE, account="")
    return usable(cast("Any", toolkits), resource, Destination(AWAY, OTHER))


def test_each_account_is_asked_in_the_region_of_the_copy() -> None:
    """Nothing is asked of the source's: it may be lost, or one that the other account never enabled."""
    toolkits = Toolkits()
    assert look(toolkits) == f"{AWAY}, opted-in; there {AWAY}, opted-in"
    assert toolkits.asked == [Place("", AWAY), Place(OTHER, AWAY)]


@pytest.mark.parametrize("code", ["AuthFailure", "UnrecognizedClientException", "InvalidClientTokenId"])
def test_credentials_that_are_not_known_there_say_that_nobody_enabled_it(code: str) -> None:
    """That is how AWS answers an account in a region that it has not enabled."""
    with pytest.raises(NotRecoverable, match=f"region {AWAY} is not enabled for account {OTHER}: .*{code}"):
        look(Toolkits(**{f"of_{OTHER}": code}))


@pytest.mark.parametrize(("code", "region"), [("UnauthorizedOperation", AWAY), ("AuthFailure", HERE)])
def test_a_right_that_lacks_is_no_answer(code: str, region: str) -> None:
    """Nor are credentials that are good nowhere: then nobody could look."""
    with pytest.raises(Denied):
        enabled(Toolkits(of_=code).account(Place("", region)), AWAY)
