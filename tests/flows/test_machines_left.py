"""What a drill of a machine might leave behind: deleted too, told as left, or refused while it lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.resources.ec2_instance.lab.backend import Machines
from tests.support import web
from tests.support.estate import Estate
from tests.support.shop import ended, run


@pytest.fixture
def drilled(here: wiring.App) -> wiring.App:
    """The shop's workspace with its machine."""
    return web.drilled(here)


def test_a_volume_that_outlives_its_machine_is_deleted_too(
    shop: Estate, drilled: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody switched that off meanwhile: it is proven to be the copy's, and goes."""
    before, heard, end = shop.inventory(), len(shop.lab.journal), Machines._ended

    def keeping(self: Machines, machine: Any) -> None:
        for held in machine.block_device_mapping.values():
            held.delete_on_termination = False
        end(self, machine)

    with monkeypatch.context() as patched:
        patched.setattr(Machines, "_ended", keeping)
        found = run(drilled, "web-snapshot")
    assert ended(found)[1] is Cleanup.CLEAN
    assert [each.action for each in shop.lab.journal[heard:]].count("DeleteVolume") == 1
    assert shop.inventory() == before


def test_a_network_interface_that_outlives_its_machine_is_deleted_too(
    shop: Estate, drilled: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is known by the tags and the description that it was made with."""
    end, heard = Machines._ended, len(shop.lab.journal)

    def keeping(self: Machines, machine: Any) -> None:
        for card in machine.nics.values():
            card.delete_on_termination = False
        end(self, machine)

    with monkeypatch.context() as patched:
        patched.setattr(Machines, "_ended", keeping)
        found = run(drilled, "web-snapshot")
    assert ended(found)[1] is Cleanup.CLEAN
    assert [each.action for each in shop.lab.journal[heard:]].count("DeleteNetworkInterface") == 1
    assert [each.id for each in web.backend().enis.values() if "dr-drill:run" in str(each.get_tags())] == []


@pytest.mark.parametrize("part", ["volume", "network interface"])
def test_what_outlives_its_machine_and_lost_its_tags_is_told_as_left(
    shop: Estate, drilled: wiring.App, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Nothing proves it any more, so it is not deleted; nor is it passed over."""
    end, left = Machines._ended, list[Any]()
    ec2 = shop.client("ec2")

    def keeping(self: Machines, machine: Any) -> None:
        held = machine.block_device_mapping.values() if part == "volume" else machine.nics.values()
        for each in held:
            each.delete_on_termination = False
            left.append(each.volume_id if part == "volume" else each.id)
        self.delete_tags(left, {"dr-drill:run": None, "dr-drill:machine": None})
        end(self, machine)

    with monkeypatch.context() as patched:
        patched.setattr(Machines, "_ended", keeping)
        found = run(drilled, "web-snapshot")
    for each in left:
        if part == "volume":
            ec2.delete_volume(VolumeId=each)
        else:
            ec2.delete_network_interface(NetworkInterfaceId=each)
    shop.clock.sleep(600)  # until they are gone: what other tests count is what there is
    assert ended(found)[1] is Cleanup.LEFTOVERS
    assert found.closing is not None
    assert left[0] in " ".join(map(str, found.closing.cleanup_reasons))


def _kept_card(machine: Any) -> None:
    for card in machine.nics.values():
        card.delete_on_termination = False


def _stops(machine: Any) -> None:
    machine.instance_initiated_shutdown_behavior = "stop"


@pytest.mark.parametrize(
    ("strike", "why"),
    [
        (_kept_card, "its network interface would outlive it"),
        (_stops, "it would not end as it shuts down: stop"),
    ],
)
def test_what_would_outlive_the_drill_is_not_isolated(
    shop: Estate, drilled: wiring.App, monkeypatch: pytest.MonkeyPatch, strike: Callable[[Any], None], why: str
) -> None:
    """It is proven of the live machine, and not believed of the request: nothing is asked of such a one."""
    before, start = shop.inventory(), Machines._start

    def otherwise(self: Machines, made: Any, token: str) -> None:
        strike(made)
        start(self, made, token)

    with monkeypatch.context() as patched:
        patched.setattr(Machines, "_start", otherwise)
        found = run(drilled, "web-snapshot")
    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)
    assert why in web.told(found)
    assert shop.inventory() == before
