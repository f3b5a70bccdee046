"""File systems that are restored where a vault elsewhere is, into which AWS Backup copied their points: another region,
or another account. They are mounted and read there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from unittest import mock

import pytest
from moto.backup.models import backup_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.access.policies import drill_policies, elsewhere_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.domain.copy import TERMINAL, Place
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.parity import Standing
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.lab.cloud.vaults import Vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.efs_file_system.lab.vaulted import back_up
from dr_orchestrator.wiring import opening
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere, file_systems, workspace
from tests.support.apart import OTHER, THERE
from tests.support.dying import deaths, killed_at, killed_in, resumed, swept
from tests.support.elsewhere import ALIAS, AWAY, MOUNTS, READER, SUBNET
from tests.support.estate import RESTORER, SHARE, VAULT, Estate
from tests.support.passing import passing
from tests.support.shop import GREEN, fresh, run

DRILL, HOUR = "files-vault", 3600.0
MOUNT = f"mount: {{reader: {READER}, subnet: {SUBNET}, security_groups: [{MOUNTS}]}}"


@pytest.fixture(params=["", OTHER], ids=["region", "account"], scope="module")
def account(request: pytest.FixtureRequest, shop: Estate) -> str:
    """The account of the vault in the other region, empty where it is the source's own."""
    found = str(request.param)
    login = elsewhere.login_of(shop.lab, found) if found else {}
    key = elsewhere.prepared(shop.lab, **login)
    backup = elsewhere.client(shop.lab, "backup", **login)
    if VAULT.name not in {each["BackupVaultName"] for each in backup.list_backup_vaults()["BackupVaultList"]}:
        backup.create_backup_vault(BackupVaultName=VAULT.name, EncryptionKeyArn=key)
    return found


@pytest.fixture
def here(shop: Estate, home: Path, account: str) -> Iterator[wiring.App]:
    fresh(shop)
    kept = cast(Vaults, backup_backends[account or ACCOUNT][AWAY])
    kept._points.setdefault(VAULT.name, []).clear()
    at, took = shop.clock.now() - timedelta(minutes=14), timedelta(minutes=10)
    back_up(VAULT.name, SHARE.id, at, AWAY, account or ACCOUNT, took)
    of = f', account: "{account}"' if account else ""
    role = RESTORER.replace(ACCOUNT, account or ACCOUNT)
    there = f'{{vault: {VAULT.name}, role: "{role}", region: {AWAY}}}'
    to = f"to: {{region: {AWAY}{of}, kms_key: {ALIAS}, {MOUNT}}}"
    drilled = file_systems.DRILLED.replace(f'{{vault: {VAULT.name}, role: "{RESTORER}"}}', f"{there}\n    {to}", 1)
    drilled = drilled.replace("disruption: application", "disruption: region", 1)
    assert to in drilled
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    declared = workspace.SHOP.replace("\ndrills:\n", drilled, 1)
    with wiring.using(workspace.world(home, shop.clock, shop=declared)) as made, dead:
        tiers = home / "drills" / "tiers.yaml"
        tiers.write_text(tiers.read_text() + (THERE if account else ""))
        yield made
    kept._points[VAULT.name].clear()


def left(account: str) -> list[str]:
    """The file systems and mount targets that stand there."""
    return elsewhere.file_systems(AWAY, account or ACCOUNT)


def test_a_file_system_is_restored_mounted_and_read_where_the_vault_is(
    shop: Estate, here: wiring.App, account: str
) -> None:
    """By a job there, under the key of the place, in its network and by its machine; nothing that is not declared is
    called, and nothing is left.
    """
    heard, before = len(shop.lab.journal), shop.inventory()
    with passing() as passed:
        found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    read = [each for each in found.checks if each.name in ("files are there", "the team's own")]
    assert [each.outcome for each in read] == [Outcome.PASSED] * 2, [each.observed for each in read]
    (lost,) = [each for each in found.closing.findings if each.rule is Rule.LOST_REGION]
    assert "DescribeMountTargets" not in lost.detail, "of no other region's groups there is anything to fear"
    assert [row.copy.place for row in found.copies] == [Place(account, AWAY)]
    identity = found.copies[0].identity
    assert identity is not None
    assert identity.arn.startswith(f"arn:aws:elasticfilesystem:{AWAY}:{account or ACCOUNT}:file-system/")
    calls = [each for each in shop.lab.journal[heard:] if each.status == 200]
    (asked,) = [each.params for each in calls if each.action == "StartRestoreJob"]
    assert asked["IamRoleArn"].split(":")[4] == (account or ACCOUNT)
    assert asked["Metadata"]["KmsKeyId"].startswith(f"arn:aws:kms:{AWAY}:{account or ACCOUNT}:key/")
    (mounted,) = [each.params for each in calls if each.action == "CreateMountTarget"]
    assert mounted["SubnetId"] == SUBNET
    assert {each.params["InstanceIds"][0] for each in calls if each.action == "SendCommand"} == {READER}
    (point,) = found.points
    assert point.data_time_source == f"CreationDate in {AWAY}"
    (differs,) = [each for each in found.differences if each.setting == "encryption"]
    assert differs.standing is Standing.ACCEPTED
    assert left(account) == []
    assert shop.inventory() == before
    declared = calls_of(TYPES, here.drill(DRILL))
    assert passed <= declared.all, passed - declared.all


def test_it_is_planned_there(here: wiring.App) -> None:
    """The machine, the subnet, the groups and the key that are looked at are those of the place."""
    made = plan(here, DRILL)
    assert made.blockers == []
    looks = {each.name: each.words for each in made.preflight.looks}
    assert f"arn:aws:kms:{AWAY}" in looks["key of the copy"]
    assert looks["region"].startswith(AWAY)
    assert looks["reader"].startswith(f"machine {READER} runs in {AWAY}a")
    assert looks["subnet"].startswith(SUBNET)
    assert "key" not in looks


def test_without_a_key_of_the_place_nothing_is_started(shop: Estate, here: wiring.App) -> None:
    """The source's is the team's own, and of no other region: a copy under AWS's would be anybody's of the account."""
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace(f"kms_key: {ALIAS}, ", "", 1))
    heard = len(shop.lab.journal)
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert "which no other region has" in found.closing.reasons[0]
    assert "StartRestoreJob" not in {each.action for each in shop.lab.journal[heard:]}


def _allowed(policies: list[Any], action: str) -> list[str]:
    """The resources on which policies allow an action."""
    statements = [each for policy in policies for each in policy["Statement"] if each["Effect"] == "Allow"]
    return [arn for each in statements if action in each["Action"] for arn in each["Resource"]]


def test_the_role_of_the_place_mounts_and_reads_there_alone(here: wiring.App, account: str) -> None:
    """Its policies name the subnet and the machine of the place, and never those beside the source."""
    scope = Scope(TYPES, [here.drill(DRILL)], Allowed())
    policies = elsewhere_policies(scope)[account] if account else drill_policies(scope)
    machines = [arn for arn in _allowed(policies, "ssm:SendCommand") if ":instance/" in arn]
    assert {arn.rpartition("/")[2] for arn in machines} == {READER}
    subnets = [arn for arn in _allowed(policies, "ec2:CreateNetworkInterface") if ":subnet/" in arn]
    assert {arn.rpartition("/")[2] for arn in subnets} == {SUBNET}
    if account:
        assert {arn.split(":")[4] for arn in _allowed(policies, "backup:StartRestoreJob")} == {account}
        assert not _allowed(drill_policies(scope), "backup:StartRestoreJob")


KILLS = deaths(("StartRestoreJob", 1), ("TagResource", 1), ("CreateMountTarget", 1), ("DeleteMountTarget", 1))


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), KILLS[:6])
def test_killed_on_the_way_it_goes_on(
    shop: Estate, here: wiring.App, account: str, operation: str, number: int, after: bool
) -> None:
    """With the same job, file system and mount target there."""
    heard = len(shop.lab.journal)
    found = resumed(here, killed_in(here, DRILL, killed_at(operation, number, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    started = [each for each in shop.lab.journal[heard:] if each.action == "StartRestoreJob" and each.status == 200]
    assert len({each.params["IdempotencyToken"] for each in started}) == 1
    assert left(account) == []


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("operation", "number", "after"), KILLS)
def test_killed_on_the_way_a_sweep_takes_it_down(
    shop: Estate, here: wiring.App, account: str, operation: str, number: int, after: bool
) -> None:
    """In the place where it stands: its job ends, then its mount target goes, then itself."""
    before = shop.inventory()
    found = swept(here, DRILL, killed_at(operation, number, after), shop.clock, HOUR)
    assert [row.copy.place for row in found.copies] == [Place(account, AWAY)]
    assert all(row.state in TERMINAL for row in found.copies)
    assert left(account) == []
    assert shop.inventory() == before
