"""A bucket as a store of a replica: its mistakes are told with file, line and key before anything is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.errors import CatalogError
from tests.support import built_shop, filled, workspace
from tests.support.drill_files import changed
from tests.support.types import load

STORES, CHECKS = "resources.environment.rebuild.stores", "drills.shop-replica.checks"


BUCKET = "  images: {type: s3-bucket, id: images-prod, region: us-east-1}\n"


def told(home: Path, shop: str = filled.SHOP, template: str = filled.TEMPLATE) -> list[str]:
    """The mistakes of a workspace, each with its key."""
    made = workspace.write(home, shop=shop, template=template)
    try:
        load(made.drills)
    except CatalogError as wrong:
        return [f"{each.line}: {each.key}: {each.message} ({each.fix})" for each in wrong.problems]
    return []


def test_a_bucket_is_a_store_and_its_checks_name_it(tmp_path: Path) -> None:
    """One of the template filled from one of the service: nothing is wrong with it."""
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ("Files: images", "Queue: images", f"{STORES}.Queue", "the template has no table, database or bucket 'Queue'"),
        ("Files: images", "Files: sessions", f"{STORES}.Files",
         "'Files' is of AWS::S3::Bucket, and 'sessions' is a dynamodb-table"),
        ("Config: {resource: sessions, fill: items}", "Config: images", f"{STORES}.Config",
         "'Config' is of AWS::DynamoDB::Table, and 'images' is an s3-bucket"),
        ("Files: images", "Files: {resource: images, fill: items}", f"{STORES}.Files.fill",
         "'images' is an s3-bucket, which is filled from its versions (remove `fill`)"),
        ("same-objects: {bucket: Files}", "same-objects: {}", f"{CHECKS}[4].same-objects",
         "in a replica the bucket has to be named (add `bucket`, "),
        ("same-objects: {bucket: Files}", "same-objects: {bucket: Config}", f"{CHECKS}[4].same-objects.bucket",
         "'Config' is not among the stores that are filled"),
        ("same-objects: {bucket: Files}", "same-objects: {bucket: Files, seed: 3}", f"{CHECKS}[4].same-objects.seed",
         "without a sample nothing is drawn"),
        ("{bucket: Files, minimum: 3}", "{table: Files, minimum: 3}", f"{CHECKS}[3].items-at-least.table",
         "'Files' is not among the stores that are filled"),
        ("{bucket: Files, minimum: 3}", "{table: Config, bucket: Files, minimum: 3}", f"{CHECKS}[3].items-at-least",
         "a check reads one store: a table, or a bucket (keep one of `table` and `bucket`)"),
        ("id: images-prod", "id: images-prod\n    prefix: photos/", f"{CHECKS}[2].canary-item.key",
         "no copy would hold 'dro/heartbeat.json': only what begins with 'photos/' is restored"),
        ("id: images-prod\n    region: us-east-1", "id: images-prod\n    region: eu-west-1", f"{STORES}.Files",
         "'images' is not in the region and account of the stack"),
    ],
)  # fmt: skip
def test_what_must_hold_of_it(tmp_path: Path, old: str, new: str, key: str, message: str) -> None:
    """What it is filled into, from what and how, and what reads it."""
    found = told(tmp_path, changed(filled.SHOP, old, new))
    assert [each for each in found if f" {key}: " in each and message in each], found


def test_a_bucket_that_the_template_imports_is_none_of_its_own(tmp_path: Path) -> None:
    """It is production's, or another stack's: nothing is put there, and the line says so."""
    template = changed(workspace.TEMPLATE, "Outputs:", "Outputs:\n  Files: {Value: !ImportValue shared-files}")
    (found, *_) = told(tmp_path, template=template)
    assert f"{STORES}.Files: the template has no table, database or bucket 'Files'" in found


def test_a_sample_proves_nothing_of_the_time_for_all(tmp_path: Path) -> None:
    """A replica whose bucket is filled in part is no primary path, whatever else is filled whole."""
    (found,) = told(tmp_path, changed(filled.SHOP, "id: images-prod", "id: images-prod\n    sample: {draws: 300}"))
    assert "drills.shop-replica.resource: a part of 'images' tells nothing of the time for all of it" in found
    assert "`path: fallback`" in found


def test_a_check_of_a_bucket_alone_names_none(tmp_path: Path) -> None:
    """There is no other that it could mean."""
    alone = "      - {name: all, same-objects: {bucket: Files}}\n"
    drill = "  images-pitr:\n    kind: pitr-restore\n    resource: images\n    disruption: application\n    checks:\n"
    (found,) = told(tmp_path, f"{filled.SHOP}{drill}{alone}")
    assert "same-objects.bucket: the drill restores one of them, which needs no naming" in found


def test_a_program_may_restore_one_and_tells_its_instant(tmp_path: Path) -> None:
    """As it may a table: its data is asked by no SQL, so it has no address."""
    shop = changed(built_shop.SHOP, "  environment:\n", f"{BUCKET}  environment:\n")
    shop = changed(shop, "stores: {database: orders-db}", "stores: {database: orders-db, files: images}")
    made = workspace.write(tmp_path, shop=shop, tiers=built_shop.TIERS)
    assert load(made.drills).drills["shop-replica"].stores["files"].id == "images-prod"
    shop = changed(shop, "files: images", "files: {resource: images, address: Url}")
    (made.drills / "shop.yaml").write_text(shop)
    with pytest.raises(CatalogError, match="'images' is an s3-bucket, which is not asked by SQL"):
        load(made.drills)
