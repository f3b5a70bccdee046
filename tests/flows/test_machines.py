"""A drill of a machine, its own script from top to bottom: started of an image, asked itself, and taken down."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.resources.ec2_instance.lab.backend import Machines
from dr_orchestrator.wiring.planning import plan
from tests.support import web
from tests.support.dying import deaths, gone_on, killed_at, swept
from tests.support.estate import PROFILE, SUBNET, VAULT, WEB, Estate
from tests.support.shop import GREEN, ended, run

HOUR = 3600.0


@pytest.fixture
def drilled(shop: Estate, here: wiring.App) -> wiring.App:
    """The shop's workspace with its machine."""
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace("\ndrills:\n", web.DRILLED, 1))
    return here


def rewritten(here: wiring.App, old: str, new: str) -> None:
    file = here.settings.drills / "shop.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))


def started(shop: Estate, heard: int) -> list[dict[str, Any]]:
    return [each.params for each in shop.lab.journal[heard:] if each.action == "RunInstances"]


def told(found: Run) -> str:
    assert found.closing is not None
    return " ".join(str(each) for each in found.closing.reasons)


@contextmanager
def as_it_was(thing: Any, **changed: Any) -> Iterator[None]:
    """Within: something of the lab's with other attributes."""
    before = {name: getattr(thing, name) for name in changed}
    vars(thing).update(changed)
    try:
        yield
    finally:
        vars(thing).update(before)


def test_a_machine_is_started_asked_and_taken_down(shop: Estate, drilled: wiring.App) -> None:
    """Of the newest image; its files and a program tell of it; account and source are as before."""
    before, heard = shop.inventory(), len(shop.lab.journal)
    source = shop.client("ec2").describe_instances(InstanceIds=[WEB.id])["Reservations"]
    found = run(drilled, "web-snapshot")
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    checks = {each.name: each for each in found.checks}
    assert {each.outcome for each in checks.values()} == {Outcome.PASSED}, [each.observed for each in found.checks]
    assert checks["files are there"].observed.startswith("2 files of 2 there; /srv/web/log changed last at")
    assert checks["the team's own"].figures["output"].strip() == "7"
    assert found.closing.measures.rpa_grade == "B"
    assert shop.inventory() == before
    assert shop.client("ec2").describe_instances(InstanceIds=[WEB.id])["Reservations"] == source
    detail = next(step.detail for step in found.steps if step.name == "wait until ready")
    assert "no user data was run again" in detail
    assert f"profile {PROFILE}" in detail
    asked = started(shop, heard)
    assert len(asked) == 1
    assert asked[0]["ImageId"] == web.images()[-1].id


def test_the_request_leaves_nothing_to_a_default(shop: Estate, drilled: wiring.App) -> None:
    """No public address, no key, no user data, IMDSv2, a token, volumes that end with it, and tags on all of it."""
    heard = len(shop.lab.journal)
    run(drilled, "web-snapshot")
    asked = started(shop, heard)[0]
    told = {key: str(value).lower() for key, value in asked.items()}
    card = "NetworkInterface.1."
    assert (told[f"{card}AssociatePublicIpAddress"], told[f"{card}DeleteOnTermination"]) == ("false", "true")
    assert told[f"{card}SubnetId"] == SUBNET
    assert told[f"{card}SecurityGroupId.1"].startswith("sg-")
    assert told["MetadataOptions.HttpTokens"] == "required"
    assert told["InstanceInitiatedShutdownBehavior"] == "terminate"
    volumes = {key: value for key, value in told.items() if key.startswith("BlockDeviceMapping.")}
    assert volumes == {
        "BlockDeviceMapping.1.DeviceName": "/dev/sda1",
        "BlockDeviceMapping.1.Ebs.DeleteOnTermination": "true",
    }
    assert told["IamInstanceProfile.Name"] == PROFILE
    assert not {"KeyName", "UserData", "SubnetId", "SecurityGroupId.1"} & told.keys()
    worn = [value for key, value in told.items() if key.startswith("TagSpecification.")]
    kinds = {value for key, value in told.items() if key.endswith(".ResourceType")}
    assert kinds == {"instance", "volume", "network-interface"}
    assert worn.count("dr-drill:run") == len(kinds)
    assert worn.count("dr-drill:machine") == 2
    assert worn.count(told["ClientToken"]) == len(kinds)


def test_a_machine_is_started_of_the_image_in_a_vault(shop: Estate, drilled: wiring.App) -> None:
    """Of the vault's newest, which is older than others of the account; no job is started, and no role handed over."""
    rewritten(drilled, "    resource: web\n", f"    resource: web\n    recovery_points: {{vault: {VAULT.name}}}\n")
    before, heard = shop.inventory(), len(shop.lab.journal)
    text = str(plan.plan(drilled, "web-snapshot"))
    assert f"vault {VAULT.name} is a backup vault, not locked; the drill starts its image itself" in text
    found = run(drilled, "web-snapshot")
    assert ended(found)[0] in GREEN, told(found)
    assert ended(found)[1] is Cleanup.CLEAN
    kept = [each.point for each in vaults().kept(VAULT.name, None) if each.of == "EC2"]
    (asked,) = started(shop, heard)
    assert kept[-1].endswith(asked["ImageId"])
    assert not {each.action for each in shop.lab.journal[heard:]} & {"StartRestoreJob", "AssumeRole"}
    assert [each.copy.made_by for each in found.copies] == [""]
    assert shop.inventory() == before


def test_it_is_planned_without_a_change(shop: Estate, drilled: wiring.App) -> None:
    """Image, network, profile, capacity and user data are told before: nothing is written anywhere."""
    heard, text = len(shop.lab.journal), str(plan.plan(drilled, "web-snapshot"))
    assert web.images()[-1].id in text
    assert f"{SUBNET} in us-east-1a is in" in text
    assert "takes 2 vCPU" in text
    assert "vCPU of standard machines in use" in text
    assert "not run again" in text
    reads = ("Get", "List", "Describe", "Assume")
    assert [each.action for each in shop.lab.journal[heard:] if not each.action.startswith(reads)] == []


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
    with as_it_was(subnet, assign_ipv6_address_on_creation=True):
        yield


def _same_profile() -> Iterator[None]:
    with as_it_was(web.backend().get_instance(WEB.id), iam_instance_profile=_profile(PROFILE)):
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
    assert why in told(found)
    assert started(shop, heard) == []


def test_production_s_profile_is_given_where_somebody_says_why(shop: Estate, drilled: wiring.App) -> None:
    """With a reason it is the drill's; without one it was refused."""
    rewritten(drilled, f"{{name: {PROFILE}}}", f"{{name: {PROFILE}, reason: it reads its licence from S3}}")
    with contextmanager(_same_profile)():
        found = run(drilled, "web-snapshot")
    assert ended(found)[0] in GREEN


def test_user_data_is_run_again_where_somebody_says_why(shop: Estate, drilled: wiring.App) -> None:
    """It is read of the source, and given as it was written."""
    rewritten(drilled, f"    profile: {{name: {PROFILE}}}", f"    profile: {{name: {PROFILE}}}\n    user_data: joins")
    source, heard = web.backend().get_instance(WEB.id), len(shop.lab.journal)
    written = base64.b64encode(b"#!/bin/sh\ntrue\n").decode()
    with as_it_was(source, user_data=written):
        found = run(drilled, "web-snapshot")
    assert ended(found)[0] in GREEN
    assert started(shop, heard)[0]["UserData"] == written
    assert "its user data was run again" in next(each.detail for each in found.steps if each.name == "wait until ready")


def test_what_the_copy_writes_itself_tells_no_loss(shop: Estate, drilled: wiring.App) -> None:
    """A log that goes on in the copy is as new as the copy: it is no instant of production's."""
    snapshot = web.snapshot_of(web.images()[-1])
    with as_it_was(snapshot, disk=replace(snapshot.disk, at=shop.clock.now() + timedelta(days=1))):
        found = run(drilled, "web-snapshot")
    check = {each.name: each for each in found.checks}["files are there"]
    assert (check.outcome, check.newest) == (Outcome.INCONCLUSIVE, None)
    assert "the copy itself has written it" in check.observed
    assert ended(found)[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("code", "message", "what"),
    [
        ("Client.VolumeLimitExceeded", "Volume limit exceeded", "more storage"),
        ("Server.InsufficientInstanceCapacity", "none left", "another subnet"),
    ],
)
def test_a_machine_that_ends_at_its_start_is_told_with_the_reason(
    shop: Estate, drilled: wiring.App, monkeypatch: pytest.MonkeyPatch, code: str, message: str, what: str
) -> None:
    """In EC2's words, and with what to do; a limit says nothing of the backup."""
    before, end = shop.inventory(), Machines._ended

    def with_reason(self: Machines, machine: Any) -> None:
        machine.state_reason.code, machine.state_reason.message = code, f"{code}: {message}"
        end(self, machine)

    shop.lab.faults.add({"kind": "ends-as", "status": "terminated", "action": "RunInstances"})
    with monkeypatch.context() as patched:
        patched.setattr(Machines, "_ended", with_reason)
        found = run(drilled, "web-snapshot")
    shop.lab.faults.clear()
    assert ended(found) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert f"ended as 'terminated': {code}: {message}" in told(found)
    assert shop.inventory() == before
    assert what in " ".join(each.detail for each in found.steps)


def test_an_agent_that_never_answers_is_inconclusive(
    shop: Estate, drilled: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a quarter of an hour: that says nothing of the backup, and the copy is taken down."""
    start = Machines._start

    def silent(self: Machines, made: Any, token: str) -> None:
        made.without_agent = True
        start(self, made, token)

    with monkeypatch.context() as patched:
        patched.setattr(Machines, "_start", silent)
        found = run(drilled, "web-snapshot")
    assert ended(found) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert {each.outcome for each in found.checks} == {Outcome.INCONCLUSIVE}
    assert "is not known to Systems Manager" in found.checks[0].observed


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
    assert why in told(found)
    assert shop.inventory() == before


def test_a_machine_that_somebody_renamed_is_not_lost(
    shop: Estate, drilled: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its token is its name for good: it is waited for, asked, proven and ended all the same."""
    before, start = shop.inventory(), Machines._start

    def renamed(self: Machines, made: Any, token: str) -> None:
        start(self, made, token)
        made.add_tags({"Name": "do not touch"})

    with monkeypatch.context() as patched:
        patched.setattr(Machines, "_start", renamed)
        found = run(drilled, "web-snapshot")
    assert ended(found)[0] in GREEN, told(found)
    assert ended(found)[1] is Cleanup.CLEAN
    assert shop.inventory() == before


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
    assert started(shop, heard) == []


KILLS = deaths(*(("RunInstances", 1), ("SendCommand", 1), ("TerminateInstances", 1)))


@pytest.mark.parametrize(("operation", "number", "after"), KILLS)
def test_killed_at_a_call_the_next_one_goes_on(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """With the same machine: none is started twice, and none is left."""
    heard, before = len(shop.lab.journal), shop.inventory()
    _, found = gone_on(drilled, "web-snapshot", killed_at(operation, number, after), shop.clock, 60)
    assert {each["ClientToken"] for each in started(shop, heard)} == {next(iter(found.copies)).copy.id}
    assert [row.state for row in found.copies] == [CopyState.DELETED]
    assert shop.inventory() == before


@pytest.mark.parametrize(("operation", "number", "after"), KILLS)
def test_killed_at_a_call_a_sweep_leaves_nothing(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """Started or being asked: it ends, with its volumes."""
    before = shop.inventory()
    found: Any = swept(drilled, "web-snapshot", killed_at(operation, number, after), shop.clock, HOUR)
    assert found is None or all(row.state is not CopyState.LEFTOVER for row in found.copies)
    assert shop.inventory() == before
