"""Checks that go deep, as they are written: each key has its meaning, and a mistake its line, key and fix."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.objective import Disruption, Limit
from dr_orchestrator.domain.proof import (
    AnswersWithin,
    Command,
    Counted,
    Counts,
    Deep,
    Integrity,
    Tolerance,
    WholeRead,
)
from tests.support.drill_files import CLOUD, SHOP, TIERS, changed, only, write
from tests.support.types import load

ROWS = "      - {name: orders, rows-at-least: {table: orders, minimum: 1}}\n"
HOUR = timedelta(hours=1)
SQL = "SELECT * FROM orders"


def with_check(claim: str, more: str = "") -> dict[str, str | bytes | None]:
    return {"shop.yaml": changed(SHOP, ROWS, f"{ROWS}      - {{name: deep, {claim}{more}}}\n")}


@pytest.mark.parametrize(
    ("claim", "check"),
    [
        ("whole-read: {within: 6h}", WholeRead("deep", 6 * HOUR)),
        ("whole-read: {within: 1h, rate: 400, parallel: 9}", WholeRead("deep", HOUR, 400, 9)),
        ("whole-read: {within: 1h, sample: 3000, seed: 0}", WholeRead("deep", HOUR, sample=3000, seed=0)),
        ("whole-read: {within: 1h, whole: true}", WholeRead("deep", HOUR, whole=True)),
        ("integrity: {}", Integrity("deep")),
        (
            "integrity: {within: 2h, require: [amcheck, checksums], against: source}",
            Integrity("deep", 2 * HOUR, ("amcheck", "checksums"), True),
        ),
        (f"answers-within: {{sql: {SQL}, limit: 250ms}}", AnswersWithin("deep", SQL, timedelta(milliseconds=250))),
        (
            f"answers-within: {{sql: {SQL}, times: 9, cold: 0, p: 50, against: source, factor: 1.5}}",
            AnswersWithin("deep", SQL, None, 9, 0, 50, True, 1.5),
        ),
        ("counts: {against: source}", Counts("deep", against_source=True)),
        (
            "counts: {tables: {orders: {tolerance: 0.1%, as-of: at}, b.c: {}}, "
            "tolerance: 10, as-of: t, against: source}",
            Counts(
                "deep",
                (Counted("orders", Tolerance(share=0.001), "at"), Counted("b.c")),
                Tolerance(10),
                "t",
                against_source=True,
            ),
        ),
        (
            "command: {run: [pytest, -q], within: 90s, proves-data: true}",
            Command("deep", ("pytest", "-q"), timedelta(seconds=90), True),
        ),
    ],
)
def test_each_is_read_as_it_is_written(tmp_path: Path, claim: str, check: Deep) -> None:
    """Every key, and what holds where it is left out."""
    catalogue = load(write(tmp_path, with_check(claim)))
    assert catalogue.drills["shop-pitr"].checks[1] == check


@pytest.mark.parametrize(
    ("claim", "key", "message"),
    [
        ("whole-read: {}", "whole-read.within", "is missing"),
        ("whole-read: {within: 1h, seed: 3}", "whole-read.seed", "nothing is drawn"),
        ("whole-read: {within: 1h, sample: 9, whole: true}", "whole-read.whole", "a sample tells of no copy"),
        ("whole-read: {within: 1h, sample: 0}", "whole-read.sample", "from 1 up"),
        ("integrity: {require: [amchek]}", "integrity.require", "is not what an engine can be asked"),
        ("integrity: {against: production}", "integrity.against", "did you mean|one of: source"),
        (f"answers-within: {{sql: {SQL}}}", "answers-within", "a limit, or the source"),
        (f"answers-within: {{sql: {SQL}, limit: 1s, against: source}}", "answers-within", "a limit, or the source"),
        (f"answers-within: {{sql: {SQL}, limit: soon}}", "answers-within.limit", "not a short time"),
        (f"answers-within: {{sql: {SQL}, limit: 1h}}", "answers-within.limit", "ended after 5 minutes"),
        ("answers-within: {sql: SELECT 1, limit: 1s}", "answers-within.sql", "names no table of the source"),
        ("answers-within: {sql: DELETE FROM orders, limit: 1s}", "answers-within.sql", "changes nothing"),
        (f"answers-within: {{sql: {SQL}, limit: 1s, p: 101}}", "answers-within.p", "from 1 to 100"),
        (f"answers-within: {{sql: {SQL}, against: source, factor: 0}}", "answers-within.factor", "not a factor"),
        ("counts: {}", "counts", "compares the copy with nothing"),
        ("counts: {tolerance: some, against: source}", "counts.tolerance", "not a tolerance"),
        ("counts: {tables: {pg_class: {}}, against: source}", "counts.tables.pg_class", "server's own"),
        ("command: {run: []}", "command.run", ""),
        ("command: {run: ls}", "command.run", ""),
        ("command: {}", "command.run", "is missing"),
    ],
)
def test_a_mistake_is_told_by_its_key(tmp_path: Path, claim: str, key: str, message: str) -> None:
    """File, line and key; nothing is started."""
    problem = only(tmp_path, with_check(claim))
    assert problem.file.endswith("shop.yaml")
    assert problem.line == SHOP.count("\n") + 1
    assert problem.key.startswith(f"drills.shop-pitr.checks[1].{key}"), problem.key
    assert any(word in f"{problem.message} {problem.fix}" for word in message.split("|")), str(problem)


def test_counts_that_compare_nothing_may_be_told(tmp_path: Path) -> None:
    """Where the drill may pass without: the copy's own figures are shown."""
    load(write(tmp_path, with_check("counts: {}", ", mandatory: false")))


def test_a_drill_proves_its_data_by_counts_or_by_a_program_that_says_so(tmp_path: Path) -> None:
    """To read every block, or fast, proves no data: an empty database passes that, too."""
    for claim in ("counts: {against: source}", "command: {run: [x], proves-data: true}"):
        text = changed(SHOP, "rows-at-least: {table: orders, minimum: 1}", claim)
        load(write(tmp_path, {"shop.yaml": text}))
    for claim in ("whole-read: {within: 1h}", "integrity: {}", "command: {run: [x]}"):
        text = changed(SHOP, "rows-at-least: {table: orders, minimum: 1}", claim)
        assert "no mandatory check proves the data" in only(tmp_path, {"shop.yaml": text}).message


def test_a_second_reading_finds_no_cold_block(tmp_path: Path) -> None:
    """It would measure the first one's work; a sample beside it may stand."""
    text = changed(SHOP, ROWS, f"{ROWS}      - {{name: deep, whole-read: {{within: 1h}}}}\n")
    both = text + "      - {name: more, whole-read: {within: 1h}}\n"
    assert "'deep' reads the copy already" in only(tmp_path, {"shop.yaml": both}).message
    load(write(tmp_path, {"shop.yaml": text + "      - {name: more, whole-read: {within: 1h, sample: 9}}\n"}))


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("whole-read: {within: 1h}", "have no rows"),
        ("integrity: {}", "have no rows"),
        ("counts: {against: source}", "have no rows"),
        (f"answers-within: {{sql: {SQL}, limit: 1s}}", "have no rows"),
    ],
)
def test_a_replica_has_no_database_to_ask(tmp_path: Path, claim: str, message: str) -> None:
    """What a drill cannot do is told before it starts; a program of the team's own may be run on one."""
    line = "      - {name: answers, http-answer"
    text = changed(CLOUD, line, f"      - {{name: deep, {claim}}}\n{line}")
    assert message in only(tmp_path, {"cloud.yaml": text}).message
    load(
        write(tmp_path, {"cloud.yaml": changed(CLOUD, line, f"      - {{name: suite, command: {{run: [x]}}}}\n{line}")})
    )


def test_a_program_gets_no_credential_for_a_table(tmp_path: Path) -> None:
    """It could read nothing: told before it starts."""
    drill = """
  settings-pitr:
    kind: pitr-restore
    resource: settings
    disruption: application
    checks:
      - {name: items, items-at-least: {minimum: 1}}
      - {name: suite, command: {run: [x]}}
"""
    assert "no credential" in only(tmp_path, {"cloud.yaml": CLOUD + drill.lstrip("\n")}).message


def test_a_database_without_a_login_cannot_be_asked(tmp_path: Path) -> None:
    """As of every other check by SQL."""
    text = changed(SHOP, "    database: {name: shop, secret: prod/shop}\n", "")
    text = changed(text, "rows-at-least: {table: orders, minimum: 1}", "command: {run: [x], proves-data: true}")
    assert "how to log in" in only(tmp_path, {"shop.yaml": text}).message


def test_an_objective_of_the_hydration(tmp_path: Path) -> None:
    """Of a tier, of a service's own promise, of a fallback; where nothing says so the digest is as ever."""
    plain = load(write(tmp_path)).drills["shop-pitr"]
    assert plain.objective.hydration is None
    tier = changed(TIERS, 'rto: "< 6h", rpo: "< 1h"', 'rto: "< 6h", rpo: "< 1h", hydration: "< 9h"')
    of_tier = load(write(tmp_path, {"tiers.yaml": tier})).drills["shop-pitr"]
    assert of_tier.objective.hydration == Limit(9 * HOUR)
    assert of_tier.digest != plain.digest
    own = changed(
        SHOP, "resources:", 'objectives: {application: {rto: "< 6h", rpo: none, hydration: "<= 3h"}}\nresources:'
    )
    service = load(write(tmp_path, {"shop.yaml": own})).drills["shop-pitr"].service
    assert str(service.objective_for(Disruption.APPLICATION).hydration) == "<= 3 h"
    path = 'path: fallback\n    objective: {rto: none, rpo: none, hydration: "< 2h", reason: slow}\n    checks'
    fallback = load(write(tmp_path, {"shop.yaml": changed(SHOP, "checks", path)})).drills["shop-pitr"]
    assert fallback.objective.hydration == Limit(2 * HOUR)
    none = changed(TIERS, 'rto: "< 6h", rpo: "< 1h"', 'rto: "< 6h", rpo: "< 1h", hydration: none')
    assert load(write(tmp_path, {"tiers.yaml": none})).drills["shop-pitr"].digest == plain.digest
