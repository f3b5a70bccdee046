"""A machine and a volume brought into another account: copied under a key of the team's, shared, and copied there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.ec2.models import ec2_backends
from moto.sts.models import sts_backends

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of, lends_of
from dr_orchestrator.domain.copy import TERMINAL, CopyState, Place
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.lab.calls import ApiCall
from dr_orchestrator.lab.cloud.vaulting import Kept
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.lab.twin import Twin
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.ebs_volume.lab import vaulted as of_volumes
from dr_orchestrator.resources.ec2_instance.lab import vaulted as of_machines
from dr_orchestrator.wiring import opening
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import elsewhere, volumes, web, workspace
from tests.support.apart import OTHER, THERE
from tests.support.dying import deaths, killed_at, killed_in, resumed, swept
from tests.support.elsewhere import ALIAS, AWAY, copied
from tests.support.estate import PROFILE, REGION, VAULT, VOLUME, WEB, Estate
from tests.support.passing import passing
from tests.support.shop import GREEN, fresh, run

DECLARED = web.DRILLED + elsewhere.MACHINE_DRILL.removeprefix("\n")
BOTH = DECLARED.replace("\n  web:", volumes.DRILLED.partition("drills:")[0] + "  web:", 1) + elsewhere.VOLUME_DRILL[1:]
DRILLS = ("share-away", "web-away")
WAYS = [("share-away", AWAY), ("share-away", REGION), ("web-away", AWAY), ("web-away", REGION)]
PARTS = {"share-away": "ebs-snapshot", "web-away": "ec2-image"}
MADE = {"share-away": "ebs-volume", "web-away": "ec2-instance"}
COPIES = {"share-away": "CopySnapshot", "web-away": "CopyImage"}
WRITES = {
    "share-away": ("CopySnapshot", "ModifySnapshotAttribute", "CopySnapshot", "CreateVolume"),
    "web-away": ("CopyImage", "ModifySnapshotAttribute", "ModifyImageAttribute", "CopyImage", "RunInstances"),
}
"""The writes of each until its copy is asked for, in their order."""


def numbered(writes: Sequence[str]) -> list[tuple[str, int]]:
    """Each of them, and the how manieth of its name it is."""
    return [(each, writes[: at + 1].count(each)) for at, each in enumerate(writes)]


@pytest.fixture(scope="module")
def key(shop: Estate) -> str:
    login = elsewhere.login_of(shop.lab, OTHER)
    for region in (AWAY, REGION):
        elsewhere.prepared(shop.lab, region, **login)
    iam = elsewhere.client(shop.lab, "iam", **login)
    iam.create_instance_profile(InstanceProfileName=PROFILE)
    made = elsewhere.prepared(shop.lab)
    elsewhere.lets_in(OTHER, AWAY, REGION)
    return made


def written(keys: str, region: str) -> str:
    """What the workspace says of both drills, with that region of the other account, and with these keys."""
    said = BOTH.replace(f"kms_key: {ALIAS}, ", f'account: "{OTHER}", {keys}')
    lines = "".join(f"      {each}\n" for each in (f'account: "{OTHER}"', *filter(None, keys.split(", "))))
    said = said.replace(f"      kms_key: {ALIAS}\n", lines)
    if region == REGION:  # which is not lost, then: the account is
        said = said.replace("disruption: region", "disruption: infrastructure")
    return workspace.SHOP.replace("\ndrills:\n", said.replace(f"region: {AWAY}", f"region: {region}"), 1)


@contextmanager
def world(shop: Estate, home: Path, key: str, region: str) -> Iterator[wiring.App]:
    fresh(shop)
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    tiers = workspace.TIERS + THERE
    keys = f'kms_key: {ALIAS}, shared_key: "{key}", ' if region == AWAY else ""
    with wiring.using(workspace.world(home, shop.clock, shop=written(keys, region), tiers=tiers)) as made, dead:
        yield made


@pytest.fixture
def here(shop: Estate, key: str, home: Path, region: str) -> Iterator[wiring.App]:
    with world(shop, home, key, region) as made:
        yield made


@contextmanager
def heard_beside(shop: Estate) -> Iterator[set[str]]:
    """Within: the calls of the sources' account, as `service:Operation`: of all but the other account's role."""
    called, twins = set[str](), shop.lab.application._twins

    def hear(call: ApiCall) -> None:
        if sts_backends[OTHER]["aws"].get_assumed_role_from_access_key(call.key) is None:
            called.add(f"{call.service}:{call.action}")

    with mock.patch.object(shop.lab.application, "_twins", (Twin(refuses=hear), *twins)):
        yield called


def left(region: str) -> list[str]:
    """All that drills have made, in either account, and is there."""
    return [each for account in (ACCOUNT, OTHER) for each in copied(region, account)]


def calls(shop: Estate, heard: int, *actions: str) -> list[tuple[str, dict[str, Any]]]:
    """Those that were answered well, in order."""
    return [
        (each.action, each.params)
        for each in shop.lab.journal[heard:]
        if each.action in actions and 200 <= each.status < 300
    ]


@pytest.mark.campaign(2)
@pytest.mark.parametrize(("drill", "region"), WAYS)
def test_it_is_shared_and_copied_there(shop: Estate, here: wiring.App, drill: str, region: str) -> None:
    """Two copies of the point, the first shared with that account alone, and what is made of the second; all are gone
    again, nothing of production's was changed, and nothing is called that is not declared.
    """
    heard, before = len(shop.lab.journal), shop.inventory()
    with passing() as passed, heard_beside(shop) as beside:
        found = run(here, drill)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [(row.copy.type, row.copy.place, row.state) for row in found.copies] == [
        (PARTS[drill], Place("", region), CopyState.DELETED),
        (PARTS[drill], Place(OTHER, region), CopyState.DELETED),
        (MADE[drill], Place(OTHER, region), CopyState.DELETED),
    ]
    made = calls(shop, heard, *WRITES[drill])
    assert [action for action, _ in made] == list(WRITES[drill])
    first, second = [given for action, given in made if action == COPIES[drill]]
    source = f"Source{COPIES[drill].removeprefix('Copy')}Id"
    shares = [given for action, given in made if action.startswith("Modify")]
    assert all(given["UserId.1"] == OTHER and "UserId.2" not in given for given in shares)
    shared = {given.get("SnapshotId") or given["ImageId"] for given in shares}
    assert second[source] in shared
    assert first[source] not in shared
    assert (first["SourceRegion"], second["SourceRegion"]) == (REGION, region)
    assert second["KmsKeyId"] == (ALIAS if region == AWAY else "alias/aws/ebs")
    assert left(region) == []
    assert shop.inventory() == before
    declared = calls_of(TYPES, here.drill(drill))
    assert passed <= declared.all, passed - declared.all
    assert beside & declared.writes == lends_of(TYPES, here.drill(drill))  # its role has the right to these alone


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("drill", "region"), [("web-away", AWAY), ("share-away", REGION)])
def test_what_is_done_is_told_before(here: wiring.App, drill: str, region: str) -> None:
    """Both copies and what is made of them, in whose account, under which keys, and that one is shared."""
    made = plan(here, drill)
    assert made.blockers == []
    assert len(made.creates) == 3
    looks = {look.name: look.words for look in made.preflight.looks}
    shared, _, own = looks["key of what is copied"].partition("; there ")
    assert shared.startswith(f"shared under key arn:aws:kms:{region}:{ACCOUNT}:key/")
    assert own.startswith(f"key arn:aws:kms:{region}:{OTHER}:key/" if region == AWAY else "alias/aws/ebs")
    assert f"there {region}" in looks["region"]
    assert "-shared is free" in looks["name of what is copied"]


@pytest.mark.campaign(1)
@pytest.mark.parametrize(("drill", "region"), [("web-away", REGION), ("share-away", AWAY)])
def test_a_key_of_awss_own_is_not_shared(shop: Estate, here: wiring.App, drill: str, region: str, key: str) -> None:
    """Told before anything starts, with what to name in its place; nothing is copied, nor shared."""
    if region == REGION:
        (image, *_) = shop.client("ec2").describe_images(Owners=["self"])["Images"]
        held = [each["Ebs"]["SnapshotId"] for each in image["BlockDeviceMappings"]]
        (snapshot,) = shop.client("ec2").describe_snapshots(SnapshotIds=held)["Snapshots"]
        key = str(snapshot["KmsKeyId"])
    heard = len(shop.lab.journal)
    elsewhere.of_aws(key, region=region)
    try:
        found = run(here, drill)
    finally:
        elsewhere.of_aws(key, managed=False, region=region)
    assert found.copies == ()
    assert found.closing is not None
    assert "a key of AWS's own, which no other account may use" in found.closing.reasons[0]
    assert calls(shop, heard, *WRITES[drill]) == []


@pytest.fixture
def plain(shop: Estate) -> Iterator[None]:
    """The volume's snapshots are not encrypted, and EBS encrypts by default what is made of them."""
    ec2, backend = shop.client("ec2"), ec2_backends[ACCOUNT][REGION]
    ec2.enable_ebs_encryption_by_default()
    with ExitStack() as undo:
        undo.callback(ec2.disable_ebs_encryption_by_default)
        undo.callback(ec2.modify_ebs_default_kms_key_id, KmsKeyId="alias/aws/ebs")
        for each in (each for each in backend.snapshots.values() if each.volume.id == VOLUME.id):
            undo.enter_context(mock.patch.object(each, "encrypted", new=False))
            undo.enter_context(mock.patch.object(each, "kms_key_id", new=None))
        yield


@pytest.mark.campaign(1)
@pytest.mark.parametrize("region", [REGION])
@pytest.mark.usefixtures("plain")
def test_what_ebs_would_encrypt_with_its_own_key_is_told_before_anything_is_made(
    shop: Estate, here: wiring.App
) -> None:
    """Nothing encrypted so can be shared: the copy would be made in vain."""
    heard = len(shop.lab.journal)
    found = run(here, "share-away")
    assert found.closing is not None
    assert found.closing.verdict not in GREEN
    assert "EBS encrypts by default in us-east-1 of the source's account" in found.closing.reasons[0]
    assert found.copies == ()
    assert calls(shop, heard, *WRITES["share-away"]) == []


@pytest.mark.campaign(1)
@pytest.mark.parametrize("region", [REGION])
@pytest.mark.usefixtures("plain")
def test_what_ebs_encrypts_under_a_teams_own_key_is_shared_under_that(shop: Estate, here: wiring.App) -> None:
    """It is named in the call, and proven to let the other account in; what is encrypted so stays encrypted there."""
    kms, ec2 = shop.client("kms"), shop.client("ec2")
    own = str(kms.create_key()["KeyMetadata"]["Arn"])
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=own)
    heard = len(shop.lab.journal)
    found = run(here, "share-away")
    assert found.closing is not None
    assert f"account {OTHER} may not use {own}" in found.closing.reasons[0]
    assert calls(shop, heard, *WRITES["share-away"]) == []
    elsewhere.lets_in(OTHER, REGION)
    heard = len(shop.lab.journal)
    found = run(here, "share-away")
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert [given["KmsKeyId"] for _, given in calls(shop, heard, "CopySnapshot")] == [own, "alias/aws/ebs"]
    assert left(REGION) == []


KILLS = [(drill, *each) for drill in DRILLS for each in deaths(*numbered(WRITES[drill]))]


@pytest.mark.campaign(1)
@pytest.mark.parametrize("region", [AWAY])
@pytest.mark.parametrize(("drill", "operation", "number", "after"), KILLS)
def test_killed_on_the_way_it_goes_on(
    here: wiring.App, shop: Estate, region: str, drill: str, operation: str, number: int, after: bool
) -> None:
    """What was asked for is adopted in either account: nothing is copied twice, though EC2 takes no token for it."""
    heard = len(shop.lab.journal)
    found: Run = resumed(here, killed_in(here, drill, killed_at(operation, number, after)))
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert [each for each, _ in calls(shop, heard, COPIES[drill])] == [COPIES[drill]] * 2
    assert left(region) == []


@pytest.mark.campaign(1)
@pytest.mark.parametrize("region", [REGION])
@pytest.mark.parametrize(("drill", "operation", "number", "after"), KILLS)
def test_killed_on_the_way_a_sweep_takes_all_of_it_down(
    here: wiring.App, shop: Estate, region: str, drill: str, operation: str, number: int, after: bool
) -> None:
    """In both accounts: what was shared is shared no more, and nothing of production's is gone."""
    before = shop.inventory()
    found = swept(here, drill, killed_at(operation, number, after), shop.clock, 3600.0)
    assert all(row.state in TERMINAL for row in found.copies)
    assert left(region) == []
    assert shop.inventory() == before


VAULTED = [("web-away", AWAY), ("share-away", REGION)]
AWAY_OF: dict[str, tuple[str, Callable[..., Any], str]] = {
    "web-away": (WEB.id, of_machines.away, "RunInstances"),
    "share-away": (VOLUME.id, of_volumes.away, "CreateVolume"),
}
OLD, TOOK = timedelta(minutes=14), timedelta(minutes=10)


@pytest.fixture
def from_vault(shop: Estate, key: str, home: Path, drill: str, region: str) -> Iterator[tuple[wiring.App, Kept]]:
    """The drills, of what AWS Backup copied into a vault of the other account, and that."""
    login, there = elsewhere.login_of(shop.lab, OTHER), vaults(region, OTHER)
    if VAULT.name not in there.vaults:
        of_it = elsewhere.prepared(shop.lab, region, **login)
        backup = elsewhere.client(shop.lab, "backup", region, **login)
        backup.create_backup_vault(BackupVaultName=VAULT.name, EncryptionKeyArn=of_it)
    lies = f"    path: fallback\n    recovery_points: {{vault: {VAULT.name}}}\n"
    head, drilled, rest = written("", region).partition("\n  web-away:")
    said = head + drilled + rest.replace("    path: fallback\n", lies)
    fresh(shop)
    id, away, _ = AWAY_OF[drill]
    kept = away(VAULT.name, id, shop.clock.now() - OLD, region, TOOK, OTHER)
    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    tiers = workspace.TIERS + THERE
    with wiring.using(workspace.world(home, shop.clock, shop=said, tiers=tiers)) as made, dead:
        yield made, kept
    there._points[VAULT.name].clear()


@pytest.mark.parametrize(("drill", "region"), VAULTED)
def test_it_is_restored_there_from_the_vault_of_that_account(
    shop: Estate, from_vault: tuple[wiring.App, Kept], drill: str, region: str
) -> None:
    """Of the copy that lies there, as old as the data in it; nothing is copied or shared, and nothing is called that is
    not declared.
    """
    here, kept = from_vault
    heard, (_, _, asks) = len(shop.lab.journal), AWAY_OF[drill]
    with passing() as passed:
        found = run(here, drill)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [row.copy.place for row in found.copies] == [Place(OTHER, region)]
    assert [action for action, _ in calls(shop, heard, *WRITES[drill])] == [asks]
    (point,) = found.points
    assert kept.point.endswith(f"/{point.id}")
    assert (point.data_time, point.created_at) == (kept.at, kept.at + TOOK)
    assert left(region) == []
    declared = calls_of(TYPES, here.drill(drill))
    assert passed <= declared.all, passed - declared.all
    assert not [each for each in declared.writes if each.startswith(("ec2:Copy", "ec2:Modify"))]
