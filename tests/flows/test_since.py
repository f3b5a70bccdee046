"""What was changed since it was rehearsed is told: from the run's own look at its source to the newest look."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from dr_orchestrator.wiring.posture import looking
from dr_orchestrator.wiring.programme import publish
from tests.support.estate import INSTANCE, Estate
from tests.support.shop import ended, fresh, run, world

GIB = 1024**3


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with world(shop, home) as made:
        yield made


def coverage(capsys: Any, *given: str) -> str:
    capsys.readouterr()
    assert main.run(["coverage", *given]) == Exit.PASSED
    return str(capsys.readouterr().out)


def of_orders(capsys: Any) -> dict[str, Any]:
    """What is told of the database, trait by trait."""
    rows = json.loads(coverage(capsys, "--json"))["resources"]
    (row,) = (each for each in rows if each["resource"] == "orders-db")
    since = {each["trait"]: each for drill in row["drills"] for each in drill["since"] if drill["drill"] == DRILL}
    return {"changed_in": row["changed_in"], "coverage": row["coverage"], **since}


DRILL = "orders-snapshot"


def test_a_database_that_was_resized_and_upgraded_is_told(shop: Estate, here: wiring.App, capsys: Any) -> None:
    """The rehearsal keeps what its source was before its point; once a look sees another, it is told as simulated."""
    fresh(shop)
    rds = shop.client("rds")
    before = rds.describe_db_instances(DBInstanceIdentifier=INSTANCE.id)["DBInstances"][0]
    found = run(here, DRILL)
    assert ended(found)[0].green, found.closing
    (kept,) = here.ledger.queries.sources_of([found.header.id])[found.header.id].values()
    assert (kept.of.id, kept.simulated) == (INSTANCE.id, True)
    assert (kept.of.traits.size, kept.of.traits.version) == (before["AllocatedStorage"] * GIB, before["EngineVersion"])

    assert of_orders(capsys)["size"]["standing"] == "not known", "nobody looked since"
    assert "it is not known whether they changed since a run proved or rehearsed them" in coverage(capsys)

    here.clock.sleep(timedelta(hours=1).total_seconds())
    looking.look(here)
    assert {of_orders(capsys)[each]["standing"] for each in ("engine", "size")} == {"as it was"}

    larger = before["AllocatedStorage"] * 2
    rds.modify_db_instance(
        DBInstanceIdentifier=INSTANCE.id, AllocatedStorage=larger, EngineVersion="99.1", ApplyImmediately=True
    )
    try:
        here.clock.sleep(timedelta(hours=1).total_seconds())
        looking.look(here)
        told = of_orders(capsys)
        assert told["size"]["said"] == "grew by 100 %"
        assert (told["size"]["before"], told["size"]["now"]) == (before["AllocatedStorage"] * GIB, larger * GIB)
        engine = f"engine {before['Engine']} {before['EngineVersion']} → 99.1"
        assert told["engine"]["said"] == engine
        assert sorted(told["changed_in"]) == sorted([f"{engine} (SIMULATED)", "grew by 100 % (SIMULATED)"])
        assert told["coverage"] == "never proven", "a rehearsal proves nothing"
        assert "grew by 100 % (SIMULATED)" in coverage(capsys, "--matrix")
        assert "changed since it was rehearsed: " in " ".join(coverage(capsys).split())
        files = publish(here)
        assert "grew by 100 % (SIMULATED)" in files["html"].read_text()
        assert "grew by 100 % (SIMULATED)" in files["md"].read_text()
        (row,) = (each for each in json.loads(files["json"].read_text())["coverage"]["resources"] if each["changed_in"])
        assert (row["resource"], sorted(row["changed_in"])) == ("orders-db", sorted(told["changed_in"]))
    finally:
        rds.modify_db_instance(
            DBInstanceIdentifier=INSTANCE.id,
            AllocatedStorage=before["AllocatedStorage"],
            EngineVersion=before["EngineVersion"],
            ApplyImmediately=True,
        )


def test_an_old_snapshot_is_held_against_what_it_holds(shop: Estate, here: wiring.App, capsys: Any) -> None:
    """A database that grew after the snapshot that is restored has changed since, though the run saw it large."""
    fresh(shop)
    rds = shop.client("rds")
    before = rds.describe_db_instances(DBInstanceIdentifier=INSTANCE.id)["DBInstances"][0]
    larger = before["AllocatedStorage"] * 2
    rds.modify_db_instance(DBInstanceIdentifier=INSTANCE.id, AllocatedStorage=larger, ApplyImmediately=True)
    try:
        found = run(here, DRILL)
        assert ended(found)[0].green, found.closing
        (kept,) = here.ledger.queries.sources_of([found.header.id])[found.header.id].values()
        assert kept.of.traits.size == before["AllocatedStorage"] * GIB
        here.clock.sleep(timedelta(hours=1).total_seconds())
        looking.look(here)
        assert of_orders(capsys)["size"]["said"] == "grew by 100 %"
    finally:
        rds.modify_db_instance(DBInstanceIdentifier=INSTANCE.id, AllocatedStorage=before["AllocatedStorage"])
