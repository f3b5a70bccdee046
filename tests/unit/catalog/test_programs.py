"""The mistakes in how an environment is made by a program are told by `dro check`, each by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.errors import CatalogError
from dr_orchestrator.lab.cloud.world import ACCOUNT
from tests.support import workspace
from tests.support.apart_app import TIERS
from tests.support.built_shop import ASKED
from tests.support.fakes import FakeClock

LOGIN = "database: {name: postgres, engine: postgres, secret: prod/orders}"
STORE = "{resource: orders-db, address: db_host, port: db_port, secret: db_secret}"


def mistakes(tmp_path: Path, shop: str, tiers: str = TIERS) -> str:
    with pytest.raises(CatalogError) as told:
        _ = workspace.world(tmp_path / "w", FakeClock(), shop=shop, tiers=tiers).catalogue
    return str(told.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("within: 40s", "within: 25h", "a program may take a day"),
        ("within: 40s", "place: beside", "a program is run in a drill account alone"),
        ("within: 40s", "parameters: {A: b}", "'parameters' is for templates"),
        ("within: 40s", "template: x.yaml", "'template' and 'command' exclude each other"),
        ("within: 40s", "passed: [AWS_PROFILE]", "AWS_PROFILE is not passed"),
        ("down.py]", f"down.py, 'role={ACCOUNT}']", f"names account {ACCOUNT}, in which drills read production"),
        ("type: built-environment", "type: cloudformation-stack", "are not made by `command`"),
        (STORE, "nothing-such", "the service has no resource 'nothing-such'"),
        (STORE, f"{STORE}, other: orders-db", "'orders-db' is the source of 'database' already"),
        (STORE, STORE.replace("port:", "fill: items, port:"), "'fill' of 'database' is for templates"),
        (STORE, STORE.replace("address: db_host, ", ""), "nothing says which output is the address of 'database'"),
        (STORE, STORE.replace("orders-db", "sessions"), "which is not asked by SQL"),
        (STORE, "orders-db", "nothing says which output of the program is the address of 'database'"),
        (STORE, STORE.replace("db_host", '"{db_host}"'), "is not an output"),
        ("engine: postgres, ", "", "nobody tells the engine of what a program restores from 'orders-db'"),
        ("database: database, ", "database: another, ", "'another' is not among the databases that are made"),
        (
            "newest-row: {database: database, table: heartbeat, column: at, canary: true, interval: 1h}",
            "items-at-least: {table: database, minimum: 1}",
            "what a program made is asked by SQL, by HTTP, or by a command",
        ),
        (
            "newest-row: {database: database, table: heartbeat, column: at, canary: true, interval: 1h}",
            "restored-state: {database: database, table: heartbeat, column: at}",
            "production is not read beside what a program restores",
        ),
        (
            "newest-row: {database: database, table: heartbeat, column: at, canary: true, interval: 1h}",
            "counts: {database: database, against: source}",
            "production is not read beside what a program restores",
        ),
    ],
)
def test_a_mistake_is_told_by_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    """What a program is given, what it may be told, and how its stores are asked."""
    assert old in ASKED
    assert words in mistakes(tmp_path, ASKED.replace(old, new, 1))


def test_a_login_that_drills_may_not_read_is_told_by_the_program(tmp_path: Path) -> None:
    """RDS's own secret of the source opens nothing that a program restored."""
    text = ASKED.replace("secret: prod/orders", "secret: managed").replace(", secret: db_secret", "")
    assert "let the program tell a secret of its own: add `secret: OUTPUT`" in mistakes(tmp_path, text)


def test_beside_production_no_program_is_run(tmp_path: Path) -> None:
    """Where tiers.yaml has no account for replicas, it is told."""
    assert "beside production nothing holds what it does" in mistakes(tmp_path, ASKED, workspace.TIERS)


def test_keys_of_a_program_are_no_templates(tmp_path: Path) -> None:
    """An output is told by a program alone."""
    text = workspace.SHOP.replace("fill: items", "address: db_host")
    assert "'address' is for `command`" in mistakes(tmp_path, text)
