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


AWAY = FROM.replace("{vault", "{region: eu-central-1, vault")
THERE = "mount: {reader: i-0bbbbbbbbbbbbbbbb, subnet: subnet-0bbbbbbbbbbbbbbbb, security_groups: [dro-mounts]}"


def test_a_vault_of_another_region_needs_a_mount_there(tmp_path: Path) -> None:
    """The machine, the subnet and the groups of the resource are of its own region; with others there is no mistake."""
    (message,) = told(tmp_path / "a", changed(SHOP, FROM, AWAY)).values()
    assert message.endswith("is of us-east-1 (add `to: {region: eu-central-1, mount: …}`)")
    without = f"{AWAY}    to: {{region: eu-central-1, kms_key: alias/dr-drills}}\n"
    (message,) = told(tmp_path / "b", changed(SHOP, FROM, without)).values()
    assert message.endswith("the `mount` of the resource is of us-east-1 (add `mount`, of eu-central-1)")
    whole = f"{AWAY}    to: {{region: eu-central-1, kms_key: alias/dr-drills, {THERE}}}\n"
    assert told(tmp_path / "c", changed(SHOP, FROM, whole)) == {}


@pytest.mark.parametrize(
    ("to", "why"),
    [
        (f"region: eu-central-1, isolation: {{subnet_group: x, security_groups: [y]}}, {THERE}", "have none"),
        (f"region: eu-central-1, reader: i-0bbbbbbbbbbbbbbbb, {THERE}", "no efs-file-system has a `reader`"),
        (f"region: eu-central-1, shared_key: alias/x, {THERE}", "nothing is"),
        (f"region: eu-west-1, {THERE}", "the points lie in eu-central-1, and are restored there"),
        ("region: eu-central-1, mount: {reader: m, subnet: subnet-0bbbbbbbbbbbbbbbb, security_groups: [x]}", "machine"),
    ],
)
def test_what_has_no_place_there_is_told(tmp_path: Path, to: str, why: str) -> None:
    """The words of databases, of volumes and of copying, another region than the vault's, and what is no machine."""
    found = told(tmp_path, changed(SHOP, FROM, f"{AWAY}    to: {{{to}}}\n"))
    assert any(why in each for each in found.values()), found


def test_a_vault_of_another_account_needs_a_mount_there(tmp_path: Path) -> None:
    """In the same region, too: no machine of the source's account reads there."""
    other = "222222222222"
    far = FROM.replace("123456789012", other)
    (message,) = (
        each
        for each in told(
            tmp_path, changed(SHOP, FROM, f'{far}    to: {{region: us-east-1, account: "{other}"}}\n')
        ).values()
        if "mount" in each
    )
    assert (
        f"the copy stands in us-east-1 of account {other}, and the `mount` of the resource is of us-east-1" in message
    )


def test_no_drill_brings_a_file_system_anywhere(tmp_path: Path) -> None:
    """Without a vault there is nothing to restore, wherever it is to stand."""
    found = told(tmp_path, changed(SHOP, FROM, f"    to: {{region: eu-central-1, {THERE}}}\n"))
    assert any("and from nowhere else" in each for each in found.values()), found


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
