"""`via: data-api` is told at its line wherever there is no Data API, or it cannot do what a check claims."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.domain.service import Via
from tests.support.drill_files import SHOP, changed, only, write
from tests.support.types import load

KEY = "resources.shop-db.database"
PLAIN = "{name: shop, secret: prod/shop}"
CLUSTER = changed(SHOP, "type: rds-instance", "type: aurora-cluster")
CLAIM = "rows-at-least: {table: orders, minimum: 1}"


def of_cluster(written: str = "via: data-api") -> str:
    return changed(CLUSTER, PLAIN, f"{{name: shop, secret: s, {written}}}")


def test_a_cluster_may_be_asked_so(tmp_path: Path) -> None:
    """And is asked at its address where nothing is said."""
    for text, via in ((of_cluster(), Via.DATA_API), (CLUSTER, Via.ADDRESS)):
        database = load(write(tmp_path, {"shop.yaml": text})).services["shop"].resources["shop-db"].database
        assert database is not None
        assert database.via is via


@pytest.mark.parametrize(
    ("text", "key", "message", "fix"),
    [
        (
            changed(SHOP, PLAIN, "{name: shop, secret: s, via: data-api}"),
            f"{KEY}.via",
            "rds-instances have no Data API",
            "only aurora-clusters have one",
        ),
        (
            of_cluster("engine: aurora-mysql, via: data-api"),
            f"{KEY}.via",
            "Aurora MySQL is not asked by the Data API",
            "where copies can be reached",
        ),
        (of_cluster("via: dataapi"), f"{KEY}.via", "'dataapi' is not a way to ask a database", "data-api"),
        (
            changed(CLUSTER, PLAIN, "{name: shop, via: data-api, auth: iam, user: u}"),
            KEY,
            "`via: data-api` and 'auth: iam' exclude each other",
            "logs in by a secret",
        ),
        (of_cluster("via: data-api, keys: {user: a}"), KEY, "`via: data-api` and 'keys' exclude", "`username`"),
        (of_cluster("via: data-api, ca: rds.pem"), KEY, "`via: data-api` and 'ca' exclude each other", "by HTTPS"),
    ],
)
def test_where_there_is_none_it_is_told_at_its_line(
    tmp_path: Path, text: str, key: str, message: str, fix: str
) -> None:
    """An instance, an engine without one, a login that it does not know: before anything is asked of AWS."""
    problem = only(tmp_path, {"shop.yaml": text})
    assert (problem.line, problem.key) == (12, key)
    assert message in problem.message
    assert fix in problem.fix


@pytest.mark.parametrize(
    ("claim", "key", "message", "fix"),
    [
        ("command: {run: [sh, -c, 'true'], within: 1m}", "command", "a program needs the copy's address", "reached"),
        (
            'answers-within: {sql: "SELECT count(*) FROM orders", limit: 41s}',
            "answers-within.limit",
            "the Data API ends a statement after 45 s",
            "40s or less",
        ),
    ],
)
def test_a_claim_that_it_cannot_tell_of_is_refused(
    tmp_path: Path, claim: str, key: str, message: str, fix: str
) -> None:
    """A program, which needs an address, and a statement that may take longer than one lasts there."""
    two = f"{CLAIM}}}\n      - {{name: deep, {claim}, mandatory: false"
    problem = only(tmp_path, {"shop.yaml": changed(of_cluster(), CLAIM, two)})
    assert (problem.line, problem.key) == (20, f"drills.shop-pitr.checks[1].{key}")
    assert message in problem.message
    assert fix in problem.fix
    write(tmp_path, {"shop.yaml": changed(CLUSTER, CLAIM, two)})
    load(tmp_path / "drills")
