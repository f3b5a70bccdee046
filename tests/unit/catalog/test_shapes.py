"""A mistake in one file is told at its line and key, with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.errors import CatalogError
from tests.support.drill_files import CLOUD, SHOP, TIERS, changed, only, write
from tests.support.types import load, problems

CHECK = "- {name: orders, rows-at-least: {table: orders, minimum: 1}}"
KEY = "drills.shop-pitr"


def _checks(claim: str) -> tuple[str, str]:
    return (CHECK, CHECK + "\n      - " + claim)


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "message", "fix"),
    [
        ("owner:", "ownr:", 4, "ownr", "'ownr' is not a key here", "did you mean 'owner'?"),
        ("dr_champion:", "dr-champion:", 5, "dr-champion", "'dr-champion' is not a key", "did you mean 'dr_champion'?"),
        ("owner: Team Shop\n", "", 1, "owner", "'owner' is missing", "add it"),
        ("    resource:", "    resorce:", 16, f"{KEY}.resorce", "'resorce' is not a key", "did you mean 'resource'?"),
        ("    region: us-east-1\n", "", 8, "resources.shop-db.region", "'region' is missing", "add it"),
        ("tier: 1", "tier: one", 3, "tier", "'one' is not a whole number", "write digits only, without quotes"),
        ("tier: 1", 'tier: "1"', 3, "tier", "'1' is not a whole number", "write digits only, without quotes"),
        ("tier: 1", "tier: 1_0", 3, "tier", "'1_0' is not a whole number", "write digits only, without quotes"),
        ("title: The shop", "title: 1234", 2, "title", "1234 is not text in YAML", 'quote it: "1234"'),
        ("title: The shop", "title:", 2, "title", "has no value", "give it one, or remove the key"),
        ("title: The shop", 'title: " "', 2, "title", "is empty", "give it a value, or remove the key"),
        ("title: The shop", "title: [a]", 2, "title", "is a list where text belongs", "write text"),
        ("title: The shop", 'title: "a\\0b"', 2, "title", "holds a control character", "remove it"),
        ("2026-10-06", "6 October", 6, "runbook.reviewed", "'6 October' is not a date", "such as 2026-10-06"),
        ("https://", "ftp://", 6, "runbook.url", "'ftp://wiki.example.com/shop' is not an address", "such as https"),
        ("rds-instance", "rds-instanse", 9, "resources.shop-db.type", "'rds-instanse' is not a type", "did you mean"),
        ("us-east-1", "Ireland", 11, "resources.shop-db.region", "'Ireland' is not an AWS region", "such as us-east-1"),
        ("pitr-restore", "restore-pitr", 15, f"{KEY}.kind", "'restore-pitr' is not a kind", "one of: az-failover, g"),
        ("pitr-restore", "pitr-restor", 15, f"{KEY}.kind", "'pitr-restor' is not a kind", "did you mean 'pitr-restore"),
        (": application", ": fire", 17, f"{KEY}.disruption", "'fire' is not a disruption", "one of: application, avai"),
        ("shop-pitr", "Shop_PITR", 14, "drills.Shop_PITR", "'Shop_PITR' is not a legal name", "lower-case letters"),
        ("minimum: 1}", "minimum: 0}", 19, f"{KEY}.checks[0].rows-at-least.minimum", "'0' is not a whole", "write dig"),
        ("table: orders", "table: a;b", 19, f"{KEY}.checks[0].rows-at-least.table", "'a;b' is not a table", "letters"),
        (*_checks("{name: b}"), 20, f"{KEY}.checks[1]", "a check makes exactly one claim, this has none", "one of: ro"),
        (*_checks("{name: b, querry: {}}"), 20, f"{KEY}.checks[1].querry", "'querry' is not a key", "did you mean 'qu"),
        (
            *_checks("{name: b, newest-row: {table: t, column: c, interval: 1 minute}}"),
            20,
            f"{KEY}.checks[1].newest-row.interval",
            "'1 minute' is not a duration",
            "such as 90m",
        ),
        (
            *_checks("{name: b, newest-row: {table: t, column: c, timezone: Berlin}}"),
            20,
            f"{KEY}.checks[1].newest-row.timezone",
            "'Berlin' is not a time zone",
            "an IANA name, such as UTC",
        ),
        (
            *_checks("{name: b, query: {sql: SELECT 1, equals: 1}, mandatory: no}"),
            20,
            f"{KEY}.checks[1].mandatory",
            "'no' is not a truth value",
            "write true or false",
        ),
        ("resources:\n", "objectives: {region: }\nresources:\n", 7, "objectives.region", "has no value", "give it one"),
        (
            "resources:\n",
            "objectives: {region: {rto: 4h, rpo: none}}\nresources:\n",
            7,
            "objectives.region.rto",
            "'4h' is not a limit",
            'such as "< 4h"',
        ),
        ("    kind", "    every: month\n    kind", 15, f"{KEY}.every", "'month' is not a period", "one of: half-year,"),
        (
            "    kind",
            "    selection: {at: 2026-11-20T09:00:00}\n    kind",
            15,
            f"{KEY}.selection.at",
            "'2026-11-20T09:00:00' is not an instant",
            "such as 2026-11-20T09:00:00Z, zone included",
        ),
        ("    kind", "    selection: {ago: 0m}\n    kind", 15, f"{KEY}.selection.ago", "'0m' is not a duration", "suc"),
        ("    kind", "    selection: {}\n    kind", 15, f"{KEY}.selection", "is empty", "write latest, oldest"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_service_file(
    tmp_path: Path, old: str, new: str, line: int, key: str, message: str, fix: str
) -> None:
    """One mistake is one problem: file, line, key, what is wrong, what to write."""
    found = problems(write(tmp_path, {"shop.yaml": changed(SHOP, old, new)}))
    assert len(found) == 1, "\n".join(map(str, found))
    assert (found[0].file, found[0].line, found[0].key) == ("drills/shop.yaml", line, key)
    assert found[0].message.startswith(message)
    assert found[0].fix.startswith(fix)


def test_no_key_of_another_type_is_advised(tmp_path: Path) -> None:
    """A table has neither `database` nor `rebuild`: what is written in their place is told what a table can have."""
    table = "resources:\n  carts: {type: dynamodb-table, id: carts, region: us-east-1, zzz: 1}\n"
    (found,) = problems(write(tmp_path, {"shop.yaml": changed(SHOP, "resources:\n", table)}))
    assert found.key == "resources.carts.zzz"
    assert found.fix == "one of: account, canary, id, region, type"


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "message", "fix"),
    [
        ("revision: r1\n", "", 1, "revision", "'revision' is missing", "add it"),
        ('"< 6h"', '"6h"', 4, "tiers[0].rto", "'6h' is not a limit", 'such as "< 4h", "<= 30m" or none'),
        ('"< 6h"', '"< 0h"', 4, "tiers[0].rto", "'< 0h' is not a limit", 'such as "< 4h", "<= 30m" or none'),
        ('"< 6h"', '"< ' + "9" * 400 + 'd"', 4, "tiers[0].rto", "'< 999", 'such as "< 4h", "<= 30m" or none'),
        ("{number: 2", "{number: 1", 5, "tiers[1].number", "tier 1 is declared on line 4", "renumber it"),
        ("security_groups: [sealed]", "security_groups: []", 6, "isolation.security_groups", "is empty", "list at lea"),
        ("tiers:\n", "limits: {budget: -1}\ntiers:\n", 3, "limits.budget", "'-1' is not an amount of money", "digits"),
        ("tiers:\n", "limits: {at_once: 0}\ntiers:\n", 3, "limits.at_once", "'0' is not a whole number", "write digit"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_tiers(
    tmp_path: Path, old: str, new: str, line: int, key: str, message: str, fix: str
) -> None:
    """Mistakes in the policy are told the same way, and no service is blamed for them."""
    problem = only(tmp_path, {"tiers.yaml": changed(TIERS, old, new)})
    assert (problem.file, problem.line, problem.key) == ("drills/tiers.yaml", line, key)
    assert problem.message.startswith(message)
    assert problem.fix.startswith(fix)


@pytest.mark.parametrize("text", ["just words", "- a\n- b\n", "42", "null"])
def test_a_file_that_is_no_mapping(tmp_path: Path, text: str) -> None:
    """A file that holds something else than keys says so on its first line."""
    problem = only(tmp_path, {"shop.yaml": text})
    assert (problem.file, problem.line, problem.key) == ("drills/shop.yaml", 1, "")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """A broken drill hides neither its neighbours' mistakes nor those of other files."""
    shop = SHOP.replace("pitr-restore", "pitr").replace("owner:", "ownr:") + (
        "  shop-again:\n    {kind: replica-rebuild, resource: nothing, disruption: region, checks: []}\n"
    )
    found = problems(write(tmp_path, {"shop.yaml": shop, "cloud.yaml": CLOUD.replace("tier: 1", "tier: 9")}))
    assert [(one.file, one.line, one.key) for one in found] == [
        ("drills/cloud.yaml", 3, "tier"),
        ("drills/shop.yaml", 4, "ownr"),
        ("drills/shop.yaml", 15, "drills.shop-pitr.kind"),
        ("drills/shop.yaml", 21, "drills.shop-again.checks"),
        ("drills/shop.yaml", 21, "drills.shop-again.resource"),
    ]
    with pytest.raises(CatalogError) as caught:
        load(tmp_path / "drills")
    assert caught.value.problems == found
    assert str(found[0]) == "drills/cloud.yaml:3:tier: tier 9 is not in tiers.yaml (one of: 1, 2)"
