"""A drill of a machine, its own script from top to bottom: started of an image, asked itself, and taken down."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import CopyState
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
def drilled(here: wiring.App) -> wiring.App:
    """The shop's workspace with its machine."""
    return web.drilled(here)


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
    asked = web.started(shop, heard)
    assert len(asked) == 1
    assert asked[0]["ImageId"] == web.images()[-1].id


def test_the_request_leaves_nothing_to_a_default(shop: Estate, drilled: wiring.App) -> None:
    """No public address, no key, no user data, IMDSv2, a token, volumes that end with it, and tags on all of it."""
    heard = len(shop.lab.journal)
    run(drilled, "web-snapshot")
    asked = web.started(shop, heard)[0]
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
    web.rewritten(drilled, "    resource: web\n", f"    resource: web\n    recovery_points: {{vault: {VAULT.name}}}\n")
    before, heard = shop.inventory(), len(shop.lab.journal)
    text = str(plan.plan(drilled, "web-snapshot"))
    assert f"vault {VAULT.name} is a backup vault, not locked; the drill starts its image itself" in text
    found = run(drilled, "web-snapshot")
    assert ended(found)[0] in GREEN, web.told(found)
    assert ended(found)[1] is Cleanup.CLEAN
    kept = [each.point for each in vaults().kept(VAULT.name, None) if each.of == "EC2"]
    (asked,) = web.started(shop, heard)
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


def test_user_data_is_run_again_where_somebody_says_why(shop: Estate, drilled: wiring.App) -> None:
    """It is read of the source, and given as it was written."""
    profile = f"    profile: {{name: {PROFILE}}}"
    web.rewritten(drilled, profile, f"{profile}\n    user_data: joins")
    source, heard = web.backend().get_instance(WEB.id), len(shop.lab.journal)
    written = base64.b64encode(b"#!/bin/sh\ntrue\n").decode()
    with web.as_it_was(source, user_data=written):
        found = run(drilled, "web-snapshot")
    assert ended(found)[0] in GREEN
    assert web.started(shop, heard)[0]["UserData"] == written
    assert "its user data was run again" in next(each.detail for each in found.steps if each.name == "wait until ready")


def test_what_the_copy_writes_itself_tells_no_loss(shop: Estate, drilled: wiring.App) -> None:
    """A log that goes on in the copy is as new as the copy: it is no instant of production's."""
    snapshot = web.snapshot_of(web.images()[-1])
    with web.as_it_was(snapshot, disk=replace(snapshot.disk, at=shop.clock.now() + timedelta(days=1))):
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
    assert f"ended as 'terminated': {code}: {message}" in web.told(found)
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
    assert ended(found)[0] in GREEN, web.told(found)
    assert ended(found)[1] is Cleanup.CLEAN
    assert shop.inventory() == before


KILLS = deaths(*(("RunInstances", 1), ("SendCommand", 1), ("TerminateInstances", 1)))


@pytest.mark.parametrize(("operation", "number", "after"), KILLS)
def test_killed_at_a_call_the_next_one_goes_on(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """With the same machine: none is started twice, and none is left."""
    heard, before = len(shop.lab.journal), shop.inventory()
    _, found = gone_on(drilled, "web-snapshot", killed_at(operation, number, after), shop.clock, 60)
    assert {each["ClientToken"] for each in web.started(shop, heard)} == {next(iter(found.copies)).copy.id}
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
