"""A drill of a file system, its own script from top to bottom: restored by a job, mounted, read, and taken down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.machines.disk import Disk
from dr_orchestrator.resources.efs_file_system.lab import vaulted
from dr_orchestrator.resources.efs_file_system.lab.backend import FileSystems
from dr_orchestrator.wiring.planning import plan
from tests.support import file_systems, volumes
from tests.support.dying import deaths, gone_on, killed_at, swept
from tests.support.estate import MACHINE, SHARE, SUBNET, VAULT, Estate
from tests.support.shop import GREEN, ended, run

HOUR = 3600.0
FILES = {"/srv/share/VERSION": b"7\n", "/srv/share/photo 1.jpg": b"x"}


@pytest.fixture
def drilled(shop: Estate, here: wiring.App) -> Iterator[wiring.App]:
    """The shop's workspace with its file system; the newest point holds afterwards what it held before."""
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace("\ndrills:\n", file_systems.DRILLED, 1))
    point = file_systems.newest()
    before = vaulted.held(point)
    yield here
    vaulted.hold(point, before)


def outcomes(found: Run) -> dict[str, Outcome]:
    return {check.name: check.outcome for check in found.checks}


def test_a_file_system_is_restored_mounted_read_and_taken_down(shop: Estate, drilled: wiring.App) -> None:
    """Its files are read where AWS Backup put them; account and source are as before, and no mount target is left."""
    before, source = shop.inventory(), shop.client("efs").describe_mount_targets(FileSystemId=SHARE.id)["MountTargets"]
    found = run(drilled, "files-vault")
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert set(outcomes(found).values()) == {Outcome.PASSED}, [(each.name, each.observed) for each in found.checks]
    told = {each.name: each for each in found.checks}["files are there"]
    assert told.observed.startswith(f"2 files of 2 there; {file_systems.NEWEST} changed last at")
    assert "2 in all; mounted without TLS" in told.observed
    assert (told.figures["in_all"], told.figures["lost_and_found"]) == (2, 0)
    assert found.closing.measures.rpa_grade == "B"
    assert "mounted at 172.31." in next(step.detail for step in found.steps if step.name == "wait until ready")
    assert shop.inventory() == before
    assert shop.client("efs").describe_mount_targets(FileSystemId=SHARE.id)["MountTargets"] == source
    assert not file_systems.backend().mount_targets_by_id


def test_what_a_job_does_not_carry_is_told(drilled: wiring.App) -> None:
    """Throughput, lifecycle and automatic backups of the source: the copy has none of them."""
    found = run(drilled, "files-vault")
    told = {each.setting: (each.source, each.copy) for each in found.differences}
    assert told["throughput-mode"] == ("elastic", "bursting")
    assert told["lifecycle"][1] == "none"
    assert told["automatic-backups"] == ("on", "off")


def test_a_copy_in_one_zone_is_not_backed_up(
    shop: Estate, drilled: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EFS has that on by itself: it is switched off, and what was taken meanwhile outlives it, and is left over."""
    backend, kept = file_systems.backend(), list[str]()
    monkeypatch.setattr(backend.file_systems_by_id[SHARE.id], "availability_zone_name", "us-east-1a")
    heard = len(shop.lab.journal)

    def put(self: Any, *args: Any, **given: Any) -> Any:
        made = create(self, *args, **given)
        kept.append(vaults().keep(VAULT.name, made.file_system_arn, "EFS", shop.clock.now()).point)
        return made

    create = type(backend).create_file_system
    monkeypatch.setattr(type(backend), "create_file_system", put)
    found = run(drilled, "files-vault")
    vaults()._points[VAULT.name][:] = [each for each in vaults().kept(VAULT.name, None) if each.point not in kept]
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    (asked,) = [each.params for each in shop.lab.journal[heard:] if each.action == "PutBackupPolicy"]
    assert asked["BackupPolicy"] == {"Status": "DISABLED"}
    told = {step.name: step.detail for step in found.steps}
    assert "automatic backups, which EFS had on by itself, were switched off" in told["wait until ready"]
    assert found.closing.cleanup is Cleanup.LEFTOVERS
    assert f"1 recovery point of it: {kept[0]} (COMPLETED) in vault {VAULT.name}" in told["destroy copy"]


def test_it_is_planned_without_a_change(shop: Estate, drilled: wiring.App) -> None:
    """Point, vault, key, network and machine are looked at before: nothing is written anywhere."""
    heard = len(shop.lab.journal)
    told = str(plan.plan(drilled, "files-vault"))
    for word in (f"machine {MACHINE} runs in us-east-1a", file_systems.newest(), SUBNET, "has no policy of its own"):
        assert word in told
    changed = [
        each.action
        for each in shop.lab.journal[heard:]
        if not each.action.startswith(("Get", "List", "Describe", "Assume"))
    ]
    assert changed == []


@pytest.mark.campaign(2)
@pytest.mark.parametrize(
    ("disk", "outcome", "why"),
    [
        (Disk({**FILES, "/srv/share/VERSION": b"8\n"}), Outcome.FAILED, "with other content"),
        (Disk({"/srv/share/VERSION": b"7\n", "/b": b""}), Outcome.FAILED, "missing: /srv/share/photo 1.jpg"),
        (Disk(FILES, broken=("/srv/share/photo 1.jpg",)), Outcome.FAILED, "cannot be read: /srv/share/p"),
        (Disk({}), Outcome.INCONCLUSIVE, "0 folders aws-backup-restore_"),
    ],
    ids=["other content", "missing file", "file that cannot be read", "nothing restored"],
)
def test_what_is_wrong_in_the_files_is_found(drilled: wiring.App, disk: Disk, outcome: Outcome, why: str) -> None:
    """In the words of what found it; and the copy is taken down all the same."""
    file_systems.holding(disk)
    found = run(drilled, "files-vault")
    told = {each.name: each for each in found.checks}["files are there"]
    assert (told.outcome, why in told.observed) == (outcome, True), told.observed
    assert ended(found)[0] is not Verdict.PASSED
    assert ended(found)[1] is Cleanup.CLEAN


def test_too_few_files_fail(drilled: wiring.App) -> None:
    """All that are named are there, and the folder is emptier than it ever was."""
    file = drilled.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace("at_least: 2", "at_least: 3", 1))
    found = run(drilled, "files-vault")
    told = {each.name: each for each in found.checks}["files are there"]
    assert (told.outcome, told.figures["in_all"]) == (Outcome.FAILED, 2)
    assert "2 in all, and 3 at least are wanted" in told.observed


def test_what_the_restore_itself_wrote_tells_no_loss(shop: Estate, drilled: wiring.App) -> None:
    """Had AWS Backup given files the time of their restoring, that would look as if nothing were lost."""
    point = file_systems.newest()
    vaulted.hold(point, replace(vaulted.held(point), at=shop.clock.now().replace(year=2100)))
    found = run(drilled, "files-vault")
    told = {each.name: each for each in found.checks}["files are there"]
    assert (told.outcome, told.newest) == (Outcome.INCONCLUSIVE, None)
    assert "so that it tells no loss" in told.observed


def test_what_was_written_while_it_was_backed_up_makes_no_loss_smaller(shop: Estate, drilled: wiring.App) -> None:
    """A backup of files is no instant: the loss counts from its beginning, and the newest file is told beside it."""
    point = file_systems.newest()
    begun = next(each.at for each in vaults().kept(VAULT.name, None) if each.point == point)
    vaulted.hold(point, replace(vaulted.held(point), at=begun + timedelta(seconds=30)))
    found = run(drilled, "files-vault")
    told = {each.name: each for each in found.checks}["files are there"]
    assert (told.outcome, told.newest) == (Outcome.PASSED, begun)
    assert f"changed last at {begun + timedelta(seconds=30):%Y-%m-%d %H:%M:%S}" in told.observed
    assert f"the loss counts from {begun:%Y-%m-%d %H:%M:%S} UTC, when the backup began" in told.observed


def test_a_mount_target_that_fails_says_nothing_of_the_backup(shop: Estate, drilled: wiring.App) -> None:
    """The job is complete by then: what lacks is the network, and the drill could not tell."""
    shop.lab.faults.add({"kind": "ends-as", "service": "efs", "action": "CreateMountTarget", "status": "error"})
    try:
        found = run(drilled, "files-vault")
    finally:
        shop.lab.faults.clear()
    assert ended(found) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN), found.closing
    assert found.closing is not None
    assert "mount target" in " ".join(map(str, found.closing.reasons))


def test_a_machine_that_is_not_let_in_reads_nothing(drilled: wiring.App) -> None:
    """The group of the mount target names another address: what cannot be mounted is never called good."""
    (rule,) = file_systems.group().ingress_rules
    before, rule.ip_range = rule.ip_range, {"CidrIp": "10.99.0.1/32"}
    try:
        found = run(drilled, "files-vault")
    finally:
        rule.ip_range = before
    assert set(outcomes(found).values()) == {Outcome.INCONCLUSIVE}
    assert "cannot mount" in found.checks[0].observed
    assert ended(found) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)


def _forbidden(shop: Estate) -> Callable[[], None]:
    there: Any = vaults().vaults[VAULT.name]
    there.forbids_restores = True
    return lambda: setattr(there, "forbids_restores", False)


def _expired(shop: Estate) -> Callable[[], None]:
    kept = [each.point for each in vaults().kept(VAULT.name, None) if each.of == "EFS"]
    for each in kept:
        vaults().change(each, status="EXPIRED")
    return lambda: [vaults().change(each, status="COMPLETED") for each in kept] and None


def _open(shop: Estate) -> Callable[[], None]:
    (rule,) = file_systems.group().ingress_rules
    before, rule.ip_range = rule.ip_range, {"CidrIp": "0.0.0.0/0"}
    return lambda: setattr(rule, "ip_range", before)


def _stopped(shop: Estate) -> Callable[[], None]:
    shop.client("ec2").stop_instances(InstanceIds=[MACHINE])
    return lambda: shop.client("ec2").start_instances(InstanceIds=[MACHINE]) and None


def _not_ours(shop: Estate) -> Callable[[], None]:
    shop.client("ec2").delete_tags(Resources=[MACHINE], Tags=[{"Key": "dr-drill:reader"}])
    return lambda: volumes.machine().add_tags({"dr-drill:reader": "yes"})


@pytest.mark.parametrize(
    ("strike", "verdict", "why"),
    [
        (_forbidden, Verdict.FAILED, "denies backup:StartRestoreJob to everybody"),
        (_expired, Verdict.FAILED, "(beside 3 EXPIRED)"),
        (_open, Verdict.FAILED, "lets in 0.0.0.0/0"),
        (_stopped, Verdict.INCONCLUSIVE, "is stopped: nothing can read the copy"),
        (_not_ours, Verdict.INCONCLUSIVE, "does not wear the tag dr-drill:reader"),
    ],
    ids=["forbidden", "expired", "open", "stopped", "not the drills'"],
)
def test_bad_ground_is_told_before_anything_is_made(
    shop: Estate,
    drilled: wiring.App,
    strike: Callable[[Estate], Callable[[], None]],
    verdict: Verdict,
    why: str,
) -> None:
    """No point that can be restored, no closed network, no machine that can read: nothing is started."""
    heard, undo = len(shop.lab.journal), strike(shop)
    try:
        found = run(drilled, "files-vault")
    finally:
        undo()
    assert found.closing is not None
    assert found.closing.verdict is verdict, found.closing.reasons
    assert why in " ".join(str(each) for each in found.closing.reasons)
    assert "StartRestoreJob" not in {each.action for each in shop.lab.journal[heard:]}


KILLS = deaths(
    *(("StartRestoreJob", 1), ("TagResource", 1), ("CreateMountTarget", 1), ("SendCommand", 1), ("SendCommand", 2)),
    *(("DeleteMountTarget", 1), ("DeleteFileSystem", 1)),
)


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), KILLS)
def test_killed_at_a_call_the_next_one_goes_on(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """With the same job, file system and mount target: none is made twice, and none is left."""
    heard = len(shop.lab.journal)
    _, found = gone_on(drilled, "files-vault", killed_at(operation, number, after), shop.clock, 60)
    made = {entry.params["IdempotencyToken"] for entry in shop.lab.journal[heard:] if entry.action == "StartRestoreJob"}
    assert len(made) == 1
    assert [row.state for row in found.copies] == [CopyState.DELETED]
    assert shop.inventory()["file systems"] == [SHARE.id]
    assert not file_systems.backend().mount_targets_by_id


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), KILLS)
def test_killed_at_a_call_a_sweep_leaves_nothing(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """Being restored, mounted, or read: its mount target goes first, and then it is gone."""
    found: Any = swept(drilled, "files-vault", killed_at(operation, number, after), shop.clock, HOUR)
    assert found is None or all(row.state is not CopyState.LEFTOVER for row in found.copies)
    assert shop.inventory()["file systems"] == [SHARE.id]
    assert not file_systems.backend().mount_targets_by_id


def test_a_source_that_is_deleted_meanwhile_is_told(drilled: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the job began: the copy is taken down, and the drill says what is not there any more."""
    there, make = file_systems.backend().file_systems_by_id, FileSystems.create_mount_target
    kept = dict(there)

    def after_its_end(self: FileSystems, *args: Any, **given: Any) -> Any:
        there.pop(SHARE.id, None)
        return make(self, *args, **given)

    with monkeypatch.context() as patched:
        patched.setattr(FileSystems, "create_mount_target", after_its_end)
        found = run(drilled, "files-vault")
    there[SHARE.id] = kept[SHARE.id]
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    assert f"no file system {SHARE.id}" in " ".join(map(str, found.closing.reasons)), found.closing.reasons
