"""A drill of a volume, its own script from top to bottom: restored, read by the drills' machine, and taken down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.machines.disk import Disk
from dr_orchestrator.resources.ebs_volume.lab.backend import Volumes
from dr_orchestrator.wiring.planning import plan
from tests.support import volumes
from tests.support.dying import deaths, gone_on, killed_at, swept
from tests.support.estate import MACHINE, VAULT, VOLUME, WEB, Estate
from tests.support.shop import GREEN, ended, run

HOUR = 3600.0


@pytest.fixture
def drilled(shop: Estate, here: wiring.App) -> wiring.App:
    """The shop's workspace with its volume."""
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace("\ndrills:\n", volumes.DRILLED, 1))
    return here


def standing(shop: Estate) -> list[str]:
    """The volumes but that of the estate's machine."""
    root = volumes.backend().get_instance(WEB.id).block_device_mapping.values()
    return [each for each in shop.inventory()["volumes"] if each not in {held.volume_id for held in root}]


def outcomes(found: Run) -> dict[str, Outcome]:
    return {check.name: check.outcome for check in found.checks}


def test_a_volume_is_restored_read_and_taken_down(shop: Estate, drilled: wiring.App) -> None:
    """Its files, file systems and blocks are read where it is attached; account and source are as before."""
    before, source = shop.inventory(), shop.client("ec2").describe_volumes(VolumeIds=[VOLUME.id])["Volumes"]
    found = run(drilled, "share-snapshot")
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert set(outcomes(found).values()) == {Outcome.PASSED}, [(each.name, each.observed) for each in found.checks]
    told = {each.name: each for each in found.checks}
    assert told["files are there"].observed.startswith(f"2 files of 2 there; {volumes.NEWEST} changed last at")
    assert found.closing.measures.rpa_grade == "B"
    assert told["every block"].figures["bytes"] == told["every block"].figures["of_bytes"] == 1024**3
    assert told["every block"].figures["mb_per_s"] > 0
    assert Moment.DATA_WHOLE in {each.moment for each in found.events}
    assert "attached to i-" in next(step.detail for step in found.steps if step.name == "wait until ready")
    assert shop.inventory() == before
    assert shop.client("ec2").describe_volumes(VolumeIds=[VOLUME.id])["Volumes"] == source
    assert not volumes.machine().block_device_mapping


def test_it_is_planned_without_a_change(shop: Estate, drilled: wiring.App) -> None:
    """Snapshot, key and machine are looked at before: nothing is written anywhere."""
    heard = len(shop.lab.journal)
    told = str(plan.plan(drilled, "share-snapshot"))
    assert f"machine {MACHINE} runs in us-east-1a" in told
    assert volumes.snapshots()[-1].id in told
    changed = [
        each.action
        for each in shop.lab.journal[heard:]
        if not each.action.startswith(("Get", "List", "Describe", "Assume"))
    ]
    assert changed == []


def test_a_name_that_another_drill_takes_first_is_left_to_it(
    drilled: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the machine and the call another volume got the name: the copy takes the next one."""
    held, attach = volumes.machine(), Volumes.attach_volume
    other = volumes.backend().create_volume(1, "us-east-1a", volume_type="gp3").id
    names: list[str] = []

    def after_another(self: Volumes, volume_id: str, instance_id: str, device_path: str, *more: Any) -> Any:
        names.append(device_path)
        if len(names) == 1:
            attach(self, other, instance_id, device_path)
        return attach(self, volume_id, instance_id, device_path, *more)

    try:
        with monkeypatch.context() as patched:
            patched.setattr(Volumes, "attach_volume", after_another)
            found = run(drilled, "share-snapshot")
        assert ended(found)[0] in GREEN, found.closing
        assert len(set(names)) == len(names) == 2
        assert list(held.block_device_mapping) == names[:1]
    finally:
        held.block_device_mapping.clear()
        volumes.backend().volumes.pop(other)


FILES = {"/srv/share/VERSION": b"7\n", "/srv/share/photo 1.jpg": b"x"}


@pytest.mark.campaign(3)
@pytest.mark.parametrize(
    ("check", "disk", "outcome", "why"),
    [
        ("files are there", Disk({**FILES, "/srv/share/VERSION": b"8\n"}), Outcome.FAILED, "with other content"),
        ("files are there", Disk({"/srv/share/VERSION": b"7\n"}), Outcome.FAILED, "missing: /srv/share/photo 1.jpg"),
        (
            "files are there",
            Disk(FILES, broken=("/srv/share/photo 1.jpg",)),
            Outcome.FAILED,
            "cannot be read: /srv/share/p",
        ),
        ("files are there", Disk(FILES, kind="none"), Outcome.INCONCLUSIVE, "no file system in"),
        ("file systems are whole", Disk(FILES, clean=False), Outcome.FAILED, "UNEXPECTED INCONSISTENCY"),
        ("file systems are whole", Disk(FILES, kind="btrfs"), Outcome.INCONCLUSIVE, "nothing here checks it"),
        ("every block", Disk(FILES, readable=False), Outcome.FAILED, "Input/output error"),
    ],
    ids=[
        "other content",
        "missing file",
        "file that cannot be read",
        "no file system",
        "unclean",
        "unknown file system",
        "unreadable",
    ],
)
def test_what_is_wrong_on_the_disk_is_found(
    shop: Estate, drilled: wiring.App, check: str, disk: Disk, outcome: Outcome, why: str
) -> None:
    """By the check that is for it, in the words of what found it; and the copy is taken down all the same."""
    newest = volumes.snapshots()[-1]
    before, newest.disk = newest.disk, disk
    try:
        found = run(drilled, "share-snapshot")
    finally:
        newest.disk = before
    told = {each.name: each for each in found.checks}[check]
    assert (told.outcome, why in told.observed) == (outcome, True), told.observed
    assert ended(found)[0] is not Verdict.PASSED
    assert ended(found)[1] is Cleanup.CLEAN


def test_more_files_than_one_output_can_tell_are_all_looked_for(shop: Estate, drilled: wiring.App) -> None:
    """Systems Manager tells the first 24,000 letters: what was cut off is never called missing."""
    many = {f"/srv/share/{number:04}": b"x" for number in range(300)}
    file, newest = drilled.settings.drills / "shop.yaml", volumes.snapshots()[-1]
    more = ", ".join(f"{path}: present" for path in many)
    file.write_text(file.read_text().replace("files: {paths: {", f"files: {{paths: {{{more}, ", 1))
    before, newest.disk = newest.disk, Disk({**FILES, **many})
    try:
        found = run(drilled, "share-snapshot")
    finally:
        newest.disk = before
    told = {each.name: each for each in found.checks}["files are there"]
    assert (told.outcome, told.figures["files"]) == (Outcome.PASSED, 302), told.observed


def test_a_sample_and_a_program_of_the_teams_own_are_told_in_figures(shop: Estate, drilled: wiring.App) -> None:
    """The blocks that a seed draws, and their worth; the end of what a program prints, its limit and code."""
    file = drilled.settings.drills / "shop.yaml"
    written = file.read_text()
    written = written.replace("whole-read: {within: 2h}", "whole-read: {within: 2h, sample: 20, seed: 7}")
    own = "command: {run: [sh, -c, 'ls \"$DRO_COPY_MOUNT/srv/share\"'], proves-data: true}"
    assert own in written
    slow = 'command: {run: [sh, -c, "echo password=hush; sleep 9"], within: 1s}, mandatory: false'
    wrong = "command: {run: [sh, -c, 'exit 3']}"
    more = f"{own}}}\n      - {{name: too slow, {slow}}}\n      - {{name: wrong, {wrong}"
    file.write_text(written.replace(own, more))
    found = run(drilled, "share-snapshot")
    told = {each.name: each for each in found.checks}
    sample = told["every block"]
    assert (sample.outcome, sample.figures["blocks"], sample.figures["of_blocks"]) == (Outcome.PASSED, 20, 2048)
    assert sample.figures["bytes"] == 20 * 512 * 1024
    assert not sample.figures["whole"]
    assert "drawn with seed 7; with 95 % confidence at most" in sample.observed
    assert told["the team's own"].figures["exit_code"] == 0
    assert "photo 1.jpg" in told["the team's own"].figures["output"]
    assert (told["too slow"].outcome, told["too slow"].figures["killed"]) == (Outcome.INCONCLUSIVE, True)
    assert "hush" not in str(told["too slow"].figures)
    assert (told["wrong"].outcome, told["wrong"].figures["exit_code"]) == (Outcome.FAILED, 3)
    assert ended(found) == (Verdict.FAILED, Cleanup.CLEAN)


def test_a_volume_is_restored_of_the_snapshot_in_a_vault(shop: Estate, drilled: wiring.App) -> None:
    """Of the vault's newest, which is older than others of the account; no job is started, and no role handed over."""
    file = drilled.settings.drills / "shop.yaml"
    said = f"    resource: share\n    recovery_points: {{vault: {VAULT.name}}}\n"
    file.write_text(file.read_text().replace("    resource: share\n", said, 1))
    before, heard = shop.inventory(), len(shop.lab.journal)
    text = str(plan.plan(drilled, "share-snapshot"))
    assert f"vault {VAULT.name} is a backup vault, not locked; the drill restores its snapshot itself" in text
    found = run(drilled, "share-snapshot")
    assert ended(found)[0] in GREEN, found.closing
    assert ended(found)[1] is Cleanup.CLEAN
    kept = [each.point for each in vaults().kept(VAULT.name, None) if each.of == "EBS"]
    (asked,) = [each.params for each in shop.lab.journal[heard:] if each.action == "CreateVolume"]
    assert kept[-1].endswith(asked["SnapshotId"])
    assert not {each.action for each in shop.lab.journal[heard:]} & {"StartRestoreJob", "AssumeRole"}
    assert [each.copy.made_by for each in found.copies] == [""]
    assert shop.inventory() == before


def _archived(shop: Estate) -> None:
    for each in volumes.snapshots():
        each.storage_tier = "archive"
    del shop


def _pending(shop: Estate) -> None:
    for each in volumes.snapshots():
        each.status = "pending"
    del shop


def _stopped(shop: Estate) -> None:
    shop.client("ec2").stop_instances(InstanceIds=[MACHINE])


def _not_ours(shop: Estate) -> None:
    shop.client("ec2").delete_tags(Resources=[MACHINE], Tags=[{"Key": "dr-drill:reader"}])


def _without_agent(shop: Estate) -> None:
    volumes.machine().without_agent = True
    del shop


@pytest.mark.parametrize(
    ("strike", "verdict", "why"),
    [
        (_archived, Verdict.FAILED, "lies in the archive"),
        (_pending, Verdict.FAILED, "is not complete"),
        (_stopped, Verdict.INCONCLUSIVE, "is stopped: nothing can read the copy"),
        (_not_ours, Verdict.INCONCLUSIVE, "does not wear the tag dr-drill:reader"),
        (_without_agent, Verdict.INCONCLUSIVE, "is not known to Systems Manager"),
    ],
    ids=["archived", "pending", "stopped", "not the drills'", "no agent"],
)
def test_bad_ground_is_told_before_anything_is_made(
    shop: Estate, drilled: wiring.App, strike: Callable[[Estate], None], verdict: Verdict, why: str
) -> None:
    """No snapshot that can be restored, no machine that can read: nothing is created, and the reason is told."""
    kept = [(each, each.storage_tier, each.status) for each in volumes.snapshots()]
    heard, machine = len(shop.lab.journal), volumes.machine()
    strike(shop)
    try:
        found = run(drilled, "share-snapshot")
    finally:
        for each, tier, status in kept:
            each.storage_tier, each.status = tier, status
        shop.client("ec2").start_instances(InstanceIds=[MACHINE])
        machine.without_agent = False
        machine.add_tags({"dr-drill:reader": "yes"})
    assert found.closing is not None
    assert found.closing.verdict is verdict, found.closing.reasons
    assert why in " ".join(str(each) for each in found.closing.reasons)
    assert "CreateVolume" not in {each.action for each in shop.lab.journal[heard:]}


def test_a_newer_snapshot_in_the_archive_is_told_and_passed_over(shop: Estate, drilled: wiring.App) -> None:
    """The one before it is restored, and the look before the drill says why."""
    *_, older, newest = volumes.snapshots()
    newest.storage_tier = "archive"
    try:
        told = str(plan.plan(drilled, "share-snapshot"))
    finally:
        newest.storage_tier = "standard"
    assert older.id in told
    assert f"newer, but {newest.id}" in told
    assert standing(shop) == [VOLUME.id]


KILLS = deaths(
    *(("CreateVolume", 1), ("AttachVolume", 1), ("SendCommand", 1), ("SendCommand", 3), ("GetCommandInvocation", 2))
)


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), KILLS)
def test_killed_at_a_call_the_next_one_goes_on(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """With the same volume: none is made twice, none is left, and the machine has let it go."""
    heard = len(shop.lab.journal)
    _, found = gone_on(drilled, "share-snapshot", killed_at(operation, number, after), shop.clock, 60)
    made = {entry.params["ClientToken"] for entry in shop.lab.journal[heard:] if entry.action == "CreateVolume"}
    assert made == {next(iter(found.copies)).copy.id}
    assert [row.state for row in found.copies] == [CopyState.DELETED]
    assert standing(shop) == [VOLUME.id]


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), KILLS)
def test_killed_at_a_call_a_sweep_leaves_nothing(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """Made, attached, or being read: it is taken off the machine, and is gone."""
    found: Any = swept(drilled, "share-snapshot", killed_at(operation, number, after), shop.clock, HOUR)
    assert found is None or all(row.state is not CopyState.LEFTOVER for row in found.copies)
    assert standing(shop) == [VOLUME.id]
    assert not volumes.machine().block_device_mapping
