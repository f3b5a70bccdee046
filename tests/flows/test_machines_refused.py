"""What a drill of a machine refuses before anything is started: no image, an open network, production's rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.wiring.planning import plan
from tests.support import web
from tests.support.estate import PROFILE, SUBNET, WEB, Estate
from tests.support.shop import GREEN, ended, run


@pytest.fixture
def drilled(here: wiring.App) -> wiring.App:
    """The shop's workspace with its machine."""
    return web.drilled(here)


def _archived() -> Iterator[None]:
    yield from _each(storage_tier="archive")


def _gone() -> Iterator[None]:
    yield from _each(status="error")


def _each(**changed: Any) -> Iterator[None]:
    found = [web.snapshot_of(each) for each in web.images()]
    before = [{name: getattr(each, name) for name in changed} for each in found]
    for each in found:
        vars(each).update(changed)
    yield
    for each, was in zip(found, before, strict=True):
        vars(each).update(was)


def _open_group() -> Iterator[None]:
    group = web.backend().get_security_group_by_name_or_id("dro-isolated")
    web.backend().authorize_security_group_egress(group.id, "tcp", "443", "443", [{"CidrIp": "0.0.0.0/0"}])
    yield
    web.backend().revoke_security_group_egress(group.id, "tcp", "443", "443", [{"CidrIp": "0.0.0.0/0"}])


def _database_port() -> Iterator[None]:
    group = web.backend().get_security_group_by_name_or_id("dro-isolated")
    web.backend().authorize_security_group_egress(group.id, "tcp", "5432", "5432", [{"CidrIp": "10.0.0.0/8"}])
    yield
    web.backend().revoke_security_group_egress(group.id, "tcp", "5432", "5432", [{"CidrIp": "10.0.0.0/8"}])


def _with_ipv6() -> Iterator[None]:
    subnet = web.backend().get_subnet(SUBNET)
    with web.as_it_was(subnet, assign_ipv6_address_on_creation=True):
        yield


def _same_profile() -> Iterator[None]:
    with web.as_it_was(web.backend().get_instance(WEB.id), iam_instance_profile=_profile(PROFILE)):
        yield


def _profile(name: str) -> dict[str, str]:
    return {"Arn": f"arn:aws:iam::123456789012:instance-profile/{name}", "Id": "AIPAX"}


@pytest.mark.parametrize(
    ("strike", "why"),
    [
        (_archived, "lies in the archive"),
        (_gone, "which is 'error'"),
        (_open_group, "lets out to 0.0.0.0/0"),
        (_database_port, "lets out more than TCP 443"),
        (_with_ipv6, "gives each machine an address of IPv6"),
        (_same_profile, f"instance profile {PROFILE} is production's own"),
    ],
    ids=["archived", "broken snapshot", "open group", "database port", "IPv6", "production's profile"],
)
def test_bad_ground_is_told_before_anything_is_made(
    shop: Estate, drilled: wiring.App, strike: Callable[[], Iterator[None]], why: str
) -> None:
    """No image that can be started, no closed network, production's own rights: nothing is started."""
    heard, striking = len(shop.lab.journal), contextmanager(strike)
    with striking():
        found = run(drilled, "web-snapshot")
    assert ended(found)[0] is Verdict.FAILED
    assert why in web.told(found)
    assert web.started(shop, heard) == []


def test_production_s_profile_is_given_where_somebody_says_why(shop: Estate, drilled: wiring.App) -> None:
    """With a reason it is the drill's; without one it was refused."""
    web.rewritten(drilled, f"{{name: {PROFILE}}}", f"{{name: {PROFILE}, reason: it reads its licence from S3}}")
    with contextmanager(_same_profile)():
        found = run(drilled, "web-snapshot")
    assert ended(found)[0] in GREEN


def test_a_member_of_an_auto_scaling_group_is_refused_by_its_name(shop: Estate, drilled: wiring.App) -> None:
    """The group makes it anew: what to drill in its place is said, and nothing is started."""
    source, heard = web.backend().get_instance(WEB.id), len(shop.lab.journal)
    source.add_tags({"aws:autoscaling:groupName": "web-asg"})
    try:
        text = str(plan.plan(drilled, "web-snapshot"))
        found = run(drilled, "web-snapshot")
    finally:
        web.backend().tags[WEB.id].pop("aws:autoscaling:groupName")
    assert f"machine {WEB.id} is of the Auto Scaling group web-asg" in text
    assert "drill what it is made from" in text
    assert ended(found)[0] is Verdict.FAILED
    assert web.started(shop, heard) == []
