"""The mistakes of a file system in drill files: what nothing could restore, mount or count; and its draft."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.catalog.drafting import entries
from dr_orchestrator.catalog.drafting.entries import Wish
from dr_orchestrator.catalog.gaps import is_gap
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.resources import TYPES
from tests.support import file_systems, volumes, workspace
from tests.support.drill_files import changed
from tests.support.estate import SHARE, VAULT
from tests.support.types import problems

SHOP = workspace.SHOP.replace("\ndrills:\n", file_systems.DRILLED, 1)
MOUNT = next(line for line in SHOP.splitlines(keepends=True) if "mount:" in line)
FROM = next(line for line in SHOP.splitlines(keepends=True) if "recovery_points:" in line)


def told(home: Path, shop: str) -> dict[str, str]:
    """The mistakes of a workspace with the file system, by key."""
    found = problems(workspace.write(home, shop=shop).drills)
    return {each.key: f"{each.message} ({each.fix})" for each in found}


def test_a_file_system_as_it_should_be_has_no_mistake(tmp_path: Path) -> None:
    """Files and a program are what it can be asked for; a key may be declared, by its alias or ARN."""
    assert told(tmp_path / "a", SHOP) == {}
    assert told(tmp_path / "b", changed(SHOP, MOUNT, f"{MOUNT}    kms_key: alias/dr-drills\n")) == {}


def test_the_vault_of_automatic_backups_has_slashes_and_no_other_has(tmp_path: Path) -> None:
    """AWS itself names it so; one of another account by its ARN."""
    vault, automatic = f"vault: {VAULT.name}", "aws/efs/automatic-backup-vault"
    arn = f"arn:aws:backup:us-east-1:222222222222:backup-vault:{automatic}"
    for number, named in enumerate((automatic, arn)):
        assert told(tmp_path / str(number), changed(SHOP, vault, f"vault: {named}")) == {}
    (message,) = told(tmp_path / "other", changed(SHOP, vault, "vault: aws/ebs/vault")).values()
    assert "is not a vault of AWS Backup" in message


def test_a_file_system_that_nothing_mounts_is_told(tmp_path: Path) -> None:
    """A job of AWS Backup makes one that nobody can read."""
    (message,) = told(tmp_path, changed(SHOP, MOUNT, "")).values()
    assert message.startswith("nothing could read a copy, which no one can mount as it is restored (add `mount:")


def test_a_drill_without_a_vault_is_told(tmp_path: Path) -> None:
    """EFS keeps nothing by itself that could be restored."""
    (message,) = told(tmp_path, changed(SHOP, FROM, "")).values()
    assert message.startswith("efs-file-systems are restored from a vault of AWS Backup, and from nowhere else (add")


def test_a_vault_of_another_region_is_one_mistake(tmp_path: Path) -> None:
    """Nobody is told to add the vault and the role that are there."""
    away = FROM.replace("{vault", "{region: eu-central-1, vault")
    found = told(tmp_path, changed(SHOP, FROM, away))
    assert [key.rpartition("recovery_points.")[2] for key in found] == ["region"]
    (message,) = found.values()
    assert message.endswith("that lie in a vault of another region (remove it)")


@pytest.mark.parametrize(
    ("check", "why"),
    [
        ("query: {sql: SELECT 1 FROM files, equals: 1}", "an efs-file-system is read by its files"),
        ("items-at-least: {minimum: 3}", "an efs-file-system is read by its files"),
        ("integrity: {}", "an efs-file-system is read by its files"),
        ("whole-read: {within: 2h}", "an efs-file-system is read by its files"),
        ("files: {paths: {/a: present}, at_least: 0}", "is not a whole number"),
        ("files: {paths: {/a: present}, within: 4d}", "no command goes on for longer than 2 days"),
        ("command: {run: [ls], database: Orders}", "hold no database that could be named"),
    ],
)
def test_what_no_machine_could_tell_is_told(tmp_path: Path, check: str, why: str) -> None:
    """In place of the program, with what to write."""
    program = """command: {run: [sh, -c, 'ls "$DRO_COPY_MOUNT/srv/share"'], proves-data: true}"""
    found = told(tmp_path, changed(SHOP, program, check))
    assert any(why in each for each in found.values()), found


def test_files_of_a_volume_are_not_counted(tmp_path: Path) -> None:
    """It may hold several file systems, and of some nothing is seen: a number would be a guess."""
    shop = workspace.SHOP.replace("\ndrills:\n", volumes.DRILLED, 1)
    newest = f"newest: {volumes.NEWEST}"
    (message,) = told(tmp_path, changed(shop, newest, f"{newest}, at_least: 2")).values()
    assert message.startswith("the files of an ebs-volume are not counted")


def test_a_draft_leaves_vault_and_mount_to_people() -> None:
    """Where it lies AWS tells of each point; which vault a drill is to trust, and by what it reads, nobody but they."""
    of, found = TYPES[SHARE.type], Found(SHARE.type, SHARE.id, "us-east-1", "arn")
    wish = Wish(found, "files", frozenset({Kind.SNAPSHOT_RESTORE}))
    assert is_gap(entries.resource(of, wish, isolation=True).body["mount"])
    (drill,) = entries.drills(of, wish, ())
    assert all(map(is_gap, drill.body["recovery_points"].values()))
    assert drill.body["recovery_points"].keys() == {"vault", "role"}
