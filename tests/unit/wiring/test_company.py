"""Estate files: read into a company, or told where they are wrong."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from moto.ec2.models.instance_types import INSTANCE_TYPES

from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.ec2_instance.lab.entry import _known_types
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

OBJECTS = 's3-bucket: {scans: {objects: {number: 3, key: "{n}", bytes: {least: 900, most: 3}}}}\n'
SCALING = "aurora-cluster: {wiki-prod: {database: wiki, gib: 8, scaling: {least: 5000, most: 1}}}\n"
BILLS = "database: bills, gib: 100, engine: mysql, tables: {bills: {rows: 9, columns: {a: x}}}"
ZONES = f"multi-az-cluster: {{bills-prod: {{{BILLS}}}}}\n"
DISK = "ebs-volume: {vol-0c1a551c0c1a551c0: {gib: 8, files: {/a: x, /a/b: y}}}\n"
SHARE = """
efs-file-system:
  fs-0c1a551c:
    gib: 8
    files: {/a: x, /b/c: y}
    backups: {every: 1d}
    mount: {reader: i-0c1a551d, subnet: subnet-0c1a551c}
rds-instance:"""


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
        ("/b/c", "/a/b", "efs-file-system.fs-0c1a551c.files./a: it is a file, and the folder of /a/b"),
        ("every: 1d", "every: 1m", "efs-file-system.fs-0c1a551c.backups.every: 1 m is too often"),
        ("every: 1d", "vault: aws/ebs/x", "backups.vault: 'aws/ebs/x' is not a vault of AWS Backup"),
        ("i-0c1a551d", "i-0c1a551c", "mount.reader: i-0c1a551c is production's own, and mounts no copies"),
        ("subnet: subnet-0c1a551c", "subnet: isolated", "mount.subnet: 'isolated' is not a subnet's id"),
        ("fs-0c1a551c:", "scans:", "efs-file-system.scans: 'scans' is no id of one"),
    ],
)
def test_a_mistake_in_a_file_system_is_told(file: Path, written: str, instead: str, told: str) -> None:
    """As that of any other; without one there is none."""
    whole = WHOLE.replace("\nrds-instance:", SHARE, 1)
    file.write_text(whole)
    assert problems(file, TYPES) == []
    file.write_text(whole.replace(written, instead, 1))
    assert told in "\n".join(map(str, problems(file, TYPES)))


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
            "ec2-instance.i-0c1a551c.network.subnet: 'isolated' is not a subnet's id",
        ),
        ("gib: 8", "gib: 8\n    images: {kept: 0}", "ec2-instance.i-0c1a551c.images.kept: "),
        (
            "elsewhere:",
            "ebs-volume: {vol-0c1a551c: {gib: 1, reader: i-0c1a551c}}\nelsewhere:",
            "reads no copies of volumes",
        ),
        ("{city:", "{id:", "tables.orders.columns.id: each table has 'id' already"),
        ("{city:", "{created_at:", "columns.created_at: each table has 'created_at' already"),
        ("orders: {", "heartbeat: {", "tables.heartbeat: 'heartbeat' is the table that each database has"),
        ("every: 2h", "every: 900000d", "estate.yaml:10:rds-instance.shop-prod.tables.orders.every: 10 rows"),
        ("[Köln, Malmö]", '"' + "ö" * 256 + '"', "columns.city: it is 256 characters long (at most 255 in mariadb)"),
        ("gib: 40", "gib: 40\n    snapshots: {every: 1s}", "shop-prod.snapshots.every: 1 s is too often"),
        ("gib: 40", "gib: 40\n    replicated_to: mars-east-9", "shop-prod.replicated_to: 'mars-east-9' is no"),
        (
            "eu-central-1: {key",
            "mars-east-9: {}\n  eu-central-1: {key",
            "elsewhere.mars-east-9: 'mars-east-9' is no region",
        ),
        (
            "eu-central-1: {key",
            "us-east-1: {}\n  eu-central-1: {key",
            "elsewhere.us-east-1: the company itself is in us-east-1",
        ),
        ("database: archive", "database: mysql", "archive-prod.database: 'mysql' is a database of the server itself"),
        ("database: archive", "database: archive, user: root", "archive-prod.user: 'root' is a user of the server"),
        ("number: 3,", "number: 3, since: 1h, within: 2h,", "parcels.items.within: 2 h is longer than 1 h"),
        ("number: 3,", "number: 3, since: 1h, every: 1h, within: 1h,", "parcels.items.every: 3, 1 h apart, do not fit"),
        ('key: "p{n}"', 'key: "p{n}", attributes: {pk: x}', "attributes.pk: 'pk' is the table's key"),
        ("rds-instance:", OBJECTS + "rds-instance:", "s3-bucket.scans.objects.bytes.least: 900 is more than 3"),
        ("rds-instance:", SCALING + "rds-instance:", "aurora-cluster.wiki-prod.scaling.least: 5000 is more than 1"),
        (
            "rds-instance:",
            ZONES.replace("a: x", "a: " + "x" * 256) + "rds-instance:",
            "multi-az-cluster.bills-prod.tables.bills.columns.a: it is 256 characters long (at most 255 in mysql)",
        ),
        ("rds-instance:", ZONES.replace("mysql", "mariadb") + "rds-instance:", "'mariadb' is not an engine of such"),
        ("rds-instance:", ZONES.replace("gib: 100", "gib: 100, iops: 1") + "rds-instance:", "bills-prod.iops: "),
        ("rds-instance:", DISK + "rds-instance:", "files./a: it is a file, and the folder of /a/b"),
        ("rds-instance:", DISK.replace("gib: 8", "gib: 8, zone: z") + "rds-instance:", "'z' is not a zone's letter"),
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


def test_the_types_of_machines_are_those_of_moto_which_is_not_loaded_for_them() -> None:
    """`dro check` reads an estate file: what takes a second to be loaded is left to the lab."""
    told = "import sys; from dr_orchestrator.resources.ec2_instance.lab.entry import _known_types; _known_types()"
    asked = f"{told}; print([each for each in sys.modules if each.split('.')[0] == 'moto'])"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    assert _known_types() == INSTANCE_TYPES.keys()
