"""Estate files: read into a company, or told where they are wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from dr_orchestrator.settings import shipped
from dr_orchestrator.wiring.company import FILE, company, problems, written
from dr_orchestrator.wiring.lab import estate_of

WHOLE = """
elsewhere:
  eu-central-1: {key: alias/dr-drills}
rds-instance:
  shop-prod:
    engine: mariadb
    database: shop
    gib: 40
    tables:
      orders: {rows: 10, every: 2h, columns: {city: [Köln, Malmö], number: "A-{1..4}"}}
    copied: {to: eu-central-1, after: 45m}
  archive-prod: {engine: mysql, database: archive, gib: 20}
dynamodb-table:
  parcels: {items: {number: 3, key: "p{n}"}}
ec2-instance:
  i-0c1a551c:
    gib: 8
    files: {/srv/a: "1", /srv/b/c: "2", /srv/b/d/e: "3"}
    volumes: {/dev/sdf: {gib: 1, mounted: /srv/b}, /dev/sdg: {gib: 1, mounted: /srv/b/d}}
    network: {subnet: subnet-0c1a551c}
    profile: dr-machine
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / FILE
    path.write_text(WHOLE)
    return path


def test_a_company_is_what_its_file_says(file: Path) -> None:
    """By type and id; the databases with the names that nobody wrote, the regions with their keys."""
    found = company(file, TYPES)
    shop, archive = found.databases
    assert (shop.id, shop.engine, shop.user, shop.secret) == ("shop-prod", "mariadb", "shop_admin", "prod/shop-db")
    assert (archive.id, archive.engine, archive.tables) == ("archive-prod", "mysql", ())
    assert [each.every for each in shop.tables] == [timedelta(hours=2)]
    assert [(each.region, each.key) for each in found.elsewhere] == [("eu-central-1", "alias/dr-drills")]
    assert list(found.of("dynamodb-table")) == ["parcels"]
    assert found.of("s3-bucket") == {}
    web = found.of("ec2-instance")["i-0c1a551c"]
    assert [web.on(each) for each in ("", "/dev/sdf", "/dev/sdg")] == [{"/srv/a": "1"}, {"/c": "2"}, {"/e": "3"}]


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("gib: 40", "gib: many", "estate.yaml:8:rds-instance.shop-prod.gib: 'many' is not a whole number"),
        ("gib: 40", "gibs: 40", "estate.yaml:8:rds-instance.shop-prod.gibs: 'gibs' is not a key here"),
        ("engine: mariadb", "engine: maria", "(did you mean 'mariadb'?)"),
        ('"A-{1..4}"', '"A-{x}"', "estate.yaml:10:rds-instance.shop-prod.tables.orders.columns.number: '{x}' stands"),
        ("[Köln, Malmö]", "[]", "columns.city: is empty"),
        ("{city:", '{"city; DROP":', "is not a name in a database"),
        ("to: eu-central-1", "to: eu-west-3", "rds-instance.shop-prod.copied.to: eu-west-3 is none of 'elsewhere'"),
        ("  shop-prod:", "  shop_prod:", "estate.yaml:5:rds-instance.shop_prod: 'shop_prod' is no id of one"),
        ("database: archive", "database: shop", "another has its login in prod/shop-db, too"),
        ("dynamodb-table:", "dynamo-table:", "'dynamo-table' is not a key here (did you mean 'dynamodb-table'?)"),
        ("parcels: {", "parcels: {stack: orders, ", "no stack 'orders' is in this file"),
        ("elsewhere:", "cloudformation-stack: {web: {template: web.yaml}}\nelsewhere:", "web.yaml: no such file"),
        ("elsewhere:", "cloudformation-stack: {web: {template: ../web.yaml}}\nelsewhere:", "is not a template's file"),
        ("rds-instance:", "rds-instance: [", "is not YAML"),
        ("  i-0c1a551c:", "  web:", "estate.yaml:16:ec2-instance.web: 'web' is no id of one"),
        ("gib: 8", "gib: 8\n    instance_type: t3.tiny", "ec2-instance.i-0c1a551c.instance_type: the lab has no type"),
        ("mounted: /srv/b/d", "mounted: /srv/b", "volumes./dev/sdg.mounted: /dev/sdf is mounted there, too"),
        ("/dev/sdg:", "/dev/sda:", "is not the device of a volume beside the first"),
        (
            "subnet: subnet-0c1a551c",
            "subnet: isolated",
            "ec2-instance.i-0c1a551c.network.subnet: 'isolated' is not the id",
        ),
        ("gib: 8", "gib: 8\n    images: {kept: 0}", "ec2-instance.i-0c1a551c.images.kept: "),
        (
            "elsewhere:",
            "ebs-volume: {vol-0c1a551c: {gib: 1, reader: i-0c1a551c}}\nelsewhere:",
            "reads no copies of volumes",
        ),
    ],
)
def test_a_mistake_is_told_by_file_line_and_key(file: Path, written: str, instead: str, told: str) -> None:
    """With what would mend it; nothing is made of a file with a mistake in it."""
    file.write_text(WHOLE.replace(written, instead, 1))
    found = "\n".join(map(str, problems(file, TYPES)))
    assert told in found
    with pytest.raises(CatalogError):
        company(file, TYPES)


def test_a_workspace_without_one_has_the_sample_companys(tmp_path: Path, file: Path) -> None:
    """Only where there is none: one that is wrong is told, and not passed over."""
    assert estate_of(tmp_path) == file
    file.write_text("rds-instance: {shop-prod: {}}")
    with pytest.raises(CatalogError):
        estate_of(tmp_path)
    file.unlink()
    assert written(tmp_path) is None
    assert estate_of(tmp_path) == shipped() / FILE
