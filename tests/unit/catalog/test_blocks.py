"""The mistakes of a volume in drill files: what nothing could read, and what no command can be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import volumes, workspace
from tests.support.drill_files import changed
from tests.support.estate import MACHINE, VOLUME
from tests.support.types import problems

ROLE = "arn:aws:iam::123456789012:role/dr-restore"
SHOP = workspace.SHOP.replace("\ndrills:\n", volumes.DRILLED, 1)
AWAY = "recovery_points: {vault: nightly, region: eu-central-1}"


def told(home: Path, shop: str) -> dict[str, str]:
    """The mistakes of a workspace with the volume, by key."""
    found = problems(workspace.write(home, shop=shop).drills)
    return {each.key: f"{each.message} ({each.fix})" for each in found}


def test_a_volume_as_it_should_be_has_no_mistake(tmp_path: Path) -> None:
    """Files, file systems, a program and its blocks are what it can be asked for."""
    assert told(tmp_path, SHOP) == {}


def test_a_volume_that_nothing_reads_is_told(tmp_path: Path) -> None:
    """EC2 calls a volume available whose blocks nobody has read: no drill passes on that."""
    (message,) = told(tmp_path, changed(SHOP, f"    reader: {MACHINE}\n", "")).values()
    assert message.startswith("nothing could read a copy, which EC2 alone calls available (add `reader:")


@pytest.mark.parametrize(
    ("check", "why"),
    [
        ("query: {sql: SELECT 1 FROM files, equals: 1}", "an ebs-volume is read by its blocks and its files"),
        ("items-at-least: {minimum: 3}", "an ebs-volume is read by its blocks and its files"),
        ("files: {paths: {srv/VERSION: present}}", "is not a path of a file"),
        ("files: {paths: {/srv/../VERSION: present}}", "is not a path of a file"),
        ("files: {paths: {/srv/VERSION: abc}}", "is not what a file holds"),
        ("integrity: {require: [amcheck]}", "a file system is asked by its own check alone"),
        ("whole-read: {within: 2h, rate: 100}", "a volume is read as fast as it goes"),
        ("whole-read: {within: 2h, sample: 5000}", "at most 2,000 blocks are drawn"),
        ("whole-read: {within: 4d}", "no command goes on for longer than 2 days"),
        ("command: {run: [ls], within: 48h}", "no program goes on for longer than 2 days but a minute"),
        ("integrity: {database: Orders}", "hold no database that could be named"),
    ],
)
def test_what_no_command_could_tell_is_told(tmp_path: Path, check: str, why: str) -> None:
    """In place of the integrity check, with what to write."""
    found = told(tmp_path, changed(SHOP, "integrity: {}", check))
    assert any(why in each for each in found.values()), found


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("recovery_points: {vault: nightly}", ""),
        (f'recovery_points: {{vault: nightly, role: "{ROLE}"}}', "no job of AWS Backup restores ebs-volumes"),
        (f"{AWAY}\n    to: {{region: eu-central-1, reader: {MACHINE}}}", ""),
        (AWAY, "the copy stands in eu-central-1, and the `reader` of the resource is of us-east-1"),
        (
            f"{AWAY}\n    to: {{region: eu-central-1, reader: {MACHINE}, kms_key: alias/k}}",
            "ebs-volumes are restored under the key that their points have in the vault",
        ),
        (
            "recovery_points: {region: eu-central-1}",
            "that lie in another region: EC2 tells of no copied snapshot what it is of, and as of when",
        ),
    ],
)
def test_a_volume_in_a_vault_has_no_role(tmp_path: Path, said: str, why: str) -> None:
    """No job restores it: a role would be handed to AWS Backup for nothing. Out of the vault of another region it is
    read there, under the key of that; and what lies there in no vault is not taken.
    """
    found = told(tmp_path, changed(SHOP, "    resource: share\n", f"    resource: share\n    {said}\n"))
    assert bool(found) == bool(why)
    assert not why or any(why in each for each in found.values()), found


@pytest.mark.parametrize(("rate", "legal"), [(99, False), (100, True), (300, True), (301, False), ("fast", False)])
def test_a_rate_of_initialization_is_one_that_ec2_takes(tmp_path: Path, rate: object, legal: bool) -> None:
    """From 100 to 300 MiB a second."""
    reader = f"    reader: {MACHINE}\n"
    found = told(tmp_path, changed(SHOP, reader, f"{reader}    initialization_rate: {rate}\n"))
    assert list(found) == ([] if legal else ["resources.share.initialization_rate"])


def test_another_type_holds_no_files(tmp_path: Path) -> None:
    """A check of files in a drill of a table is told."""
    once = "{name: sessions are there, items-at-least: {minimum: 50}}"
    found = told(tmp_path, changed(SHOP, once, "{name: files, files: {paths: {/a: present}}}"))
    assert any("dynamodb-tables hold no files" in each for each in found.values()), found


def test_ids_are_those_of_ec2(tmp_path: Path) -> None:
    """A volume and a machine have ids that AWS gave."""
    found = told(tmp_path / "volume", changed(SHOP, VOLUME.id, "share-prod"))
    assert any("is not a legal ebs-volume identifier" in each for each in found.values()), found
    found = told(tmp_path / "machine", changed(SHOP, MACHINE, "the-reader"))
    assert any("is not the id of a machine" in each for each in found.values()), found
