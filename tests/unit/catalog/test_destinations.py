"""`to` of a drill, and the region in which its points lie: known to its resource alone, each mistake at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.service import Isolation
from tests.support.drill_files import SHOP, changed, only, problems, write
from tests.support.types import load

SNAPSHOT = changed(SHOP, "kind: pitr-restore", "kind: snapshot-restore")
TO = "to: {region: eu-central-1, kms_key: alias/dr-drills}"


def said(text: str, of: str = SNAPSHOT) -> str:
    return changed(of, "    disruption: application\n", f"    disruption: application\n    {text}\n")


def test_its_drill_alone_knows_where_a_copy_is_to_stand(tmp_path: Path) -> None:
    """The resource of the service, which other drills restore, stays where it is."""
    found = load(write(tmp_path, {"shop.yaml": said(TO)}))
    drill = found.drills["shop-pitr"]
    assert drill.resource.to == Destination("eu-central-1", key="alias/dr-drills")
    assert found.services[drill.service.name].resources[drill.resource.name].to is None


def test_it_is_put_where_the_drill_says(tmp_path: Path) -> None:
    """The network of another region may have other names."""
    put = "isolation: {subnet_group: away, security_groups: [sg-away]}"
    drill = load(write(tmp_path, {"shop.yaml": said(TO.replace("}", f", {put}}}"))})).drills["shop-pitr"]
    assert drill.resource.isolation == Isolation("away", ("sg-away",))


def test_what_lies_there_is_restored_there(tmp_path: Path) -> None:
    """A region in place of a vault is where the copy stands, too."""
    drill = load(write(tmp_path, {"shop.yaml": said("recovery_points: {region: eu-central-1}")})).drills["shop-pitr"]
    assert drill.vault is None
    assert drill.resource.to == Destination("eu-central-1", standing=True)


def test_the_place_is_part_of_the_digest_and_its_absence_is_not(tmp_path: Path) -> None:
    """A drill that restores elsewhere, or from elsewhere, is another drill."""
    texts = (SNAPSHOT, said(TO), said(TO.replace("central", "west")), said("recovery_points: {region: eu-central-1}"))
    digests = [load(write(tmp_path, {"shop.yaml": text})).drills["shop-pitr"].digest for text in texts]
    assert len(set(digests)) == 4


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (said(TO, SHOP), "to", "the copy of a pitr-restore stands beside its source"),
        (said(TO.replace("eu-central-1", "us-east-1")), "to.region", "that is where the source is"),
        (said("to: {region: nowhere}"), "to.region", "is not an AWS region"),
        (
            said(TO.replace("alias/dr-drills", "arn:aws:kms:us-east-1:123456789012:key/x")),
            "to.kms_key",
            "the key is of us-east-1",
        ),
        (said(TO.replace("}", ", shared_key: alias/x}")), "to.shared_key", "nothing is shared"),
        (said(TO.replace("}", ', account: "222222222222"}')), "to.account", "no role reaches account 222222222222"),
        (said("recovery_points: {region: us-east-1}"), "recovery_points.region", "that is where the source is"),
        (
            said(f"recovery_points: {{region: eu-central-1}}\n    {TO}"),
            "to.kms_key",
            "nothing is copied where the points lie there already",
        ),
        (
            said("recovery_points: {region: eu-west-1}\n    to: {region: eu-central-1}"),
            "to.region",
            "the points lie in eu-west-1",
        ),
        (said("recovery_points: {region: eu-west-1, vault: nightly}"), "recovery_points", "exclude each other"),
    ],
)
def test_each_mistake_is_told_at_its_key(tmp_path: Path, text: str, key: str, message: str) -> None:
    """What could never work, before anything is asked of AWS."""
    problem = only(tmp_path, {"shop.yaml": text})
    assert problem.key == f"drills.shop-pitr.{key}"
    assert message in problem.message


def test_a_shared_key_is_named_by_its_arn(tmp_path: Path) -> None:
    """The role of the other account is given the key by its ARN: an alias there would leave it without."""
    there = TO.replace("}", ', account: "222222222222", shared_key: alias/x}')
    told = {each.key: each.message for each in problems(write(tmp_path, {"shop.yaml": said(there)}))}
    assert "can name a key by its ARN alone" in told["drills.shop-pitr.to.shared_key"]
