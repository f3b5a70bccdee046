"""Directories that others keep: what they say is read, and what is wrong in them is told by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.catalog.directory import table
from dr_orchestrator.domain.discovery.directory import Directory, Person
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.wiring.discovery import directories

ENTITIES = """\
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: money, title: Money, labels: {acme.com/tier: "1"}}
spec: {owner: group:default/payers}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Pay-API
  annotations:
    dr-orchestrator/dr-champion: Ada
    acme.com/bucket: arn:aws:s3:::pay-receipts
  links:
    - {url: https://wiki.example.com/pay, title: Runbook of pay}
spec: {type: service, lifecycle: production, owner: payers, system: money}
---
apiVersion: backstage.io/v1beta1
kind: Group
metadata: {name: payers}
spec: {type: team, profile: {displayName: The Payers, email: pay@example.com}, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: pay-prod}
spec: {type: database, owner: payers, dependencyOf: [component:default/pay-api]}
---
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: root}
spec: {targets: [./other.yaml]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: "${{ values.name | dump }}"}
"""


def read(home: Path, name: str, text: str | bytes) -> Directory:
    file = home / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return directories.read([file])


def wrong(home: Path, name: str, text: str | bytes) -> list[tuple[int, str, str, str]]:
    with pytest.raises(CatalogError) as told:
        read(home, name, text)
    assert {each.file for each in told.value.problems} == {str(home / name)}
    return [(each.line, each.key, each.message, each.fix) for each in told.value.problems]


def test_a_component_is_a_service_with_what_its_system_and_its_owner_say(home: Path) -> None:
    """Many entities in one file, that name one another."""
    found = read(home, "catalog-info.yaml", ENTITIES)
    assert set(found.entries) == {"money", "pay-api"}
    (entry,) = found.entries["pay-api"]
    assert (entry.title, entry.tier, entry.owner, entry.dr_champion) == ("Money", "1", "The Payers", "Ada")
    assert (entry.runbook, entry.lifecycle) == ("https://wiki.example.com/pay", "production")
    assert entry.contacts == (Person("The Payers", "owner", "pay@example.com"),)
    assert entry.source.endswith("catalog-info.yaml:6")
    assert [each.service for each in found.claimed("pay-prod", "arn:of-it")] == ["Pay-API"]
    assert [each.service for each in found.claimed("x", "arn:aws:s3:::pay-receipts")] == ["Pay-API"]


def test_a_folder_is_read_with_all_below_it(home: Path) -> None:
    """An owner that stands in another file is found."""
    first, *rest = ENTITIES.split("---\n")
    for number, each in enumerate(["---\n".join(rest), first]):
        (home / str(number)).mkdir()
        (home / str(number) / "catalog-info.yaml").write_text(each)
    assert directories.read([home]).entries["pay-api"][0].tier == "1"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("kind: [\n", 2, "is no YAML"),
        ("apiVersion: v1\nkind: Pod\n---\n- b\n", 4, "is no entity of Backstage"),
        ("a: {b: c}\n", 1, "says neither apiVersion nor kind"),
        ("apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {}\n", 1, "the entity has no name"),
        ("x: !include other.yaml\n", 1, "is no YAML"),
        ("<html>: {{ no }}\n  <p>", 1, "is no YAML"),
        (b"\xff\xfea\x00", 1, "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_descriptor_is_told_with_its_line(
    home: Path, text: str | bytes, line: int, message: str
) -> None:
    """What it is not, and what to do."""
    ((at, _, told, fix),) = wrong(home, "catalog-info.yaml", text)
    assert message in told
    assert at >= line
    assert fix


@pytest.mark.parametrize("by", [",", ";", "\t", "|"])
def test_a_table_is_read_whatever_parts_its_columns(home: Path, by: str) -> None:
    """Rows of one service are put together; columns of others are passed over."""
    rows = [
        "Service,Tier,DR Champion,contact,contact_reach,resource,colour",
        'pay,1,Ada,"Pay, on call",#pay,pay-prod,red',
    ]
    rows += ["pay,,,Bob,bob@example.com,,", "", ",,,,,,"]
    text = "\n".join(rows[:1]) + "\n" + "\n".join(rows[1:])
    parted = text.replace(",", by).replace(f'"Pay{by} on call"', '"Pay, on call"')
    found = read(home, "services.csv", "\ufeff" + parted)
    first, second = found.entries["pay"]
    assert (first.tier, first.dr_champion, first.source) == ("1", "Ada", f"{home / 'services.csv'}:2")
    assert first.contacts == (Person("Pay, on call", "contact", "#pay"),)
    assert second.contacts == (Person("Bob", "contact", "bob@example.com"),)
    assert [each.service for each in found.claimed("pay-prod", "")] == ["pay"]


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("", 1, "", "is empty"),
        ("name,tier\npay,1\n", 1, "service", "no column is called service"),
        ("service,tier\npay\n", 2, "", "has 1 columns, the headers are 2"),
        ("service,tier\n,1\n", 2, "service", "is empty"),
        ("service,ownr\npay,Ada\n", 1, "ownr", "is no column that is read"),
        ("service,runbook\n\npay,wiki\n", 3, "runbook", "'wiki' is no address"),
        ("service,runbook_reviewed\npay,1.10.2026\n", 2, "runbook_reviewed", "'1.10.2026' is no day"),
        ('service,tier\npay,"1\n', 2, "", "is no CSV"),
        ("service,contact\npay,Ada\n", 2, "contact_reach", "nothing says how to reach Ada"),
        ("service,tier\npay,1\n".encode("utf-16"), 1, "", "is not UTF-8"),
        ("service,title\npay,Größe\n".encode("latin-1"), 2, "", "is not UTF-8"),
    ],
)
def test_a_row_that_is_wrong_is_told_by_its_line(
    home: Path, text: str | bytes, line: int, key: str, message: str
) -> None:
    """With the column, and what to do."""
    at, column, told, fix = wrong(home, "services.csv", text)[0]
    assert (at, column) == (line, key)
    assert message in told
    assert fix


def test_every_column_is_in_the_readme() -> None:
    """Whoever makes a table finds its headers."""
    from dr_orchestrator.settings import CHECKOUT

    text = (CHECKOUT / "drills" / "README.md").read_text()
    assert [name for name in table.COLUMNS if f"`{name}`" not in text] == []
