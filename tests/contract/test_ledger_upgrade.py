"""What an upgrade promises: a ledger of an older program keeps every row, and says nothing of what was not kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from dr_orchestrator.domain.finding import Finding, Severity
from dr_orchestrator.domain.objective import Limit, Objective
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Clocks, Measures, Phase, Role, Run, Segment, SegmentKind, ServerTime
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.ledger import views
from dr_orchestrator.ledger.engine import create
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.migrate import MIGRATIONS
from dr_orchestrator.ledger.tables_of_identity import this_ledger
from tests.support.ledger_samples import EXERCISE, LONG, MAXIMAL, MINIMAL, ODD, START, closing, header, step, write

ADDED = {
    "run": (
        *("rta_net_us", "rpa_skew_us", "worst_case_gap_us", "worst_case_p95_us", "worst_case_backup_us"),
        *("tier_rto_us", "tier_rto_operator", "tier_rpo_us", "tier_rpo_operator", "tier_source", "tier_revision"),
        *("real_started_at", "reason_rules", "rpa_check", "rpa_point"),
        *("rta_clock_error_us", "rpa_clock_error_us"),
        *("aws_ahead_us", "aws_ahead_error_us", "ledger_ahead_us", "ledger_ahead_error_us"),
        *("hydration_us", "hydration_operator", "whole_after_us"),
    ),
    "step": ("role", "tried"),
    "copy": ("account", "source_type", "source_id", "source_account", "source_region", "job", "made_by"),
    "finding": ("rule",),
    "check_result": ("store", "reads_whole", "figures"),
    "recovery_point": ("store",),
    "segment": (),
    "server_time": (),
    "difference": (),
    "lease": ("clock",),
    "exercise_lease": (),
    "flow_lease": (),
    "template": (),
    "template_stack": (),
    "template_edit": (),
    "template_allowed": (),
}


@pytest.fixture
def old(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A ledger at revision 0002 with a run in which every field says something, and an empty one."""
    newest = connect(database_url)
    newest.open_exercise(EXERCISE)
    for run in (MAXIMAL, MINIMAL):
        write(newest, run)
    newest.close()
    engine = create(database_url)
    with engine.begin() as connection:
        rows = {name: _rows(connection, name) for name in _tables(connection) if name != this_ledger.name}
        _start_over(connection)
    with monkeypatch.context() as patch:
        patch.setattr(views, "VIEWS", {"v_run": "SELECT * FROM run", "v_step": "SELECT * FROM step"})
        _upgrade(engine, "0002")
    with engine.begin() as connection:
        for name in _in_order(rows):
            _fill(connection, name, rows[name])
    yield engine
    engine.dispose()


def test_an_upgrade_loses_nothing(old: Engine, database_url: str) -> None:
    """Each run of a ledger at 0002 reads today as it was written, without the facts that 0002 did not know."""
    old.dispose()
    ledger = connect(database_url)
    for run in (MAXIMAL, MINIMAL):
        assert ledger.queries.run(run.header.id) == as_of_0002(run)
    assert ledger.queries.exercise(EXERCISE.id)[0] == EXERCISE
    ledger.close()


def test_an_upgrade_changes_no_old_column(old: Engine, database_url: str) -> None:
    """Row by row and column by column every table holds what it held."""
    with old.connect() as connection:
        before = {name: _rows(connection, name) for name in _tables(connection)}
    old.dispose()
    connect(database_url).close()
    engine = create(database_url)
    with engine.connect() as connection:
        after = {name: _rows(connection, name) for name in before}
    engine.dispose()
    assert sum(map(len, before.values())) > 20
    for name, rows in before.items():
        assert [{column: row[column] for column in was} for row, was in zip(after[name], rows, strict=True)] == rows


def test_an_upgraded_ledger_takes_the_new_facts(old: Engine, database_url: str) -> None:
    """A run that was open when the program was upgraded goes on, and new ones keep all that is known now."""
    old.dispose()
    ledger = connect(database_url)
    segment = Segment(SegmentKind.QUOTA, "InstanceQuotaExceeded", START, ODD, ODD)
    told = ServerTime("drill", "available", START, "rds:DescribeEvents")
    ledger.record_segment(MINIMAL.header.id, segment)
    ledger.record_server_time(MINIMAL.header.id, told)
    run = ledger.queries.run(MINIMAL.header.id)
    assert (run.segments, run.server_times) == ((segment,), (told,))
    second = replace(MAXIMAL, header=header("r-second", tier_objective=MAXIMAL.header.tier_objective), copies=())
    write(ledger, second)
    assert ledger.queries.run("r-second") == second
    ledger.close()


VIEWED = {
    "rta_net_s": 7200.000003,
    "rpa_skew_s": 0.000007,
    "worst_case_gap_s": 7689600.000001,
    "worst_case_p95_s": 0.0,
    "worst_case_backup_s": 86399.999999,
    "tier_rpo_s": 93900.000001,
    "rta_clock_error_s": 0.0,
    "rpa_clock_error_s": 0.25,
    "hydration_s": 93901.0,
    "whole_after_s": 187800.000002,
}


def test_the_views_have_the_new_columns(ledger: SqlLedger, database_url: str) -> None:
    """BI reads the new figures in exact seconds, the tier's promise with its operator, and the store of a check."""
    ledger.open_exercise(EXERCISE)
    write(ledger, MAXIMAL)
    ledger.open_run(header("r-open"))
    with create(database_url).connect() as connection:
        done, still_open = connection.execute(text("SELECT * FROM v_run ORDER BY number")).mappings()
        stores = list(connection.scalars(text("SELECT store FROM v_check ORDER BY number")))
    assert {name: float(done[name]) for name in VIEWED} == VIEWED
    assert (done["tier_rto_s"], done["tier_rto_operator"], done["tier_rpo_operator"]) == (None, None, "<=")
    assert [still_open[name] for name in VIEWED] == [None] * len(VIEWED)
    assert stores == ["", "carts", ""]


@pytest.mark.parametrize(("grade", "headroom"), [("A", 93840.000001), ("D", 93840.000001), ("E", None)])
def test_arithmetic_has_no_headroom(ledger: SqlLedger, database_url: str, grade: str, headroom: float | None) -> None:
    """BI cannot count an RPA of grade E as a kept promise: the figure is there, what was left of the target is not."""
    minute = timedelta(minutes=1)
    ledger.open_run(header(objective=Objective(None, Limit(LONG), "t")))
    ledger.close_run("r-1", closing(measures=Measures(rpa=minute, rpa_grade=grade)))
    with create(database_url).connect() as connection:
        row = connection.execute(text("SELECT rpa_s, rpo_headroom_s FROM v_run")).mappings().one()
    assert float(row["rpa_s"]) == 60
    assert (row["rpo_headroom_s"] and float(row["rpo_headroom_s"])) == headroom


def test_the_views_of_an_upgraded_ledger_are_the_new_ones(old: Engine, database_url: str) -> None:
    """An upgrade builds the views anew: unknown figures of old runs are NULL, never 0."""
    old.dispose()
    connect(database_url).close()
    with create(database_url).connect() as connection:
        rows = connection.execute(text("SELECT * FROM v_run ORDER BY number")).mappings().all()
    assert [[row[name] for name in VIEWED] for row in rows] == [[None] * len(VIEWED)] * 2
    assert float(rows[0]["rta_s"]) == 93900.000001


@pytest.mark.parametrize("measures", [Measures(), Measures(rta_net=timedelta(), rpa_skew=-ODD, worst_case_p95=ODD)])
def test_zero_and_nothing_stay_apart(ledger: SqlLedger, measures: Measures) -> None:
    """A figure of 0 s and one that was not measured are not the same in the record."""
    assert MAXIMAL.closing is not None
    ledger.open_run(header())
    ledger.close_run("r-1", replace(MAXIMAL.closing, measures=measures))
    closing = ledger.queries.run("r-1").closing
    assert closing is not None
    assert closing.measures == measures


def test_what_was_kept_in_words_only_is_typed_when_it_is_read(ledger: SqlLedger, database_url: str) -> None:
    """A run of before 0008, which holds sentences only, reads as the rules, the role and the check that they tell."""
    reasons = ("RTO met: 1 h against < 4 h", "A copy may still exist", "its own words")
    found = Finding("f00d", Severity.HIGH, "A copy may still exist", "it resisted", "payments")
    probe = step(1, name="try to reach production from the copy", phase=Phase.TEARDOWN)
    ledger.open_run(header())
    ledger.start_step("r-1", probe)
    ledger.finish_step(
        "r-1", replace(probe, ended_at=START, outcome=Outcome.PASSED, detail="not probed: the lab has no network")
    )
    source = "newest instant in the copy, check 'canary'"
    ledger.close_run("r-1", closing(reasons=reasons, findings=(found,), measures=Measures(rpa_source=source)))
    engine = create(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE run SET reason_rules = NULL, rpa_check = NULL, rpa_point = NULL"))
        connection.execute(text("UPDATE step SET role = NULL, tried = NULL"))
        connection.execute(text("UPDATE finding SET rule = NULL"))
    engine.dispose()
    run = ledger.queries.run("r-1")
    assert run.closing is not None
    assert [reason.rule for reason in run.closing.grounds] == [Rule.RTO_MET, Rule.LEFTOVER, Rule.NOT_KEPT]
    assert (run.closing.findings[0].rule, run.closing.measures.rpa_check) == (Rule.LEFTOVER, "canary")
    assert (run.steps[0].role, run.steps[0].tried) == (Role.PROBE, False)


def as_of_0002(run: Run) -> Run:
    """A run without what later revisions added."""
    measures = run.closing.measures if run.closing else Measures()
    names = ("rta_net", "rpa_skew", "worst_case_gap", "worst_case_p95", "worst_case_backup")
    names += ("rta_clock_error", "rpa_clock_error", "whole_after")
    unread = {**dict.fromkeys(names), "rpa_check": "", "rpa_point": ""}
    closing = run.closing and replace(
        run.closing,
        measures=replace(measures, **unread),
        reason_rules=(Rule.NOT_KEPT,) * len(run.closing.reasons),
        findings=tuple(replace(found, rule=Rule.NOT_KEPT) for found in run.closing.findings),
    )
    unmeasured = replace(run.header.provenance, clocks=Clocks())
    objective = replace(run.header.objective, hydration=None)
    roles = {Phase.RECOVER: Role.STEP, Phase.VERIFY: Role.VERIFY, Phase.TEARDOWN: Role.DESTROY}
    return replace(
        run,
        steps=tuple(replace(each, role=roles[each.phase], tried=True) for each in run.steps),
        copies=tuple(
            replace(each, job="", copy=replace(each.copy, account="", source=None, made_by="")) for each in run.copies
        ),
        header=replace(
            run.header, tier_objective=None, real_started_at=None, provenance=unmeasured, objective=objective
        ),
        checks=tuple(replace(check, store="", reads_whole=False, figures={}) for check in run.checks),
        points=tuple(replace(point, store="") for point in run.points),
        segments=(),
        server_times=(),
        differences=(),
        template=None,
        closing=closing,
    )


def _tables(connection: Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    if connection.dialect.name == "postgresql":
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return [name for name in connection.scalars(text(query)) if name != "alembic_version"]


def _in_order(names: dict[str, list[dict[str, object]]]) -> list[str]:
    """What others refer to goes first."""
    first = ("exercise", "run", "step")
    return [*first, *(name for name in names if name not in first)]


def _rows(connection: Connection, name: str) -> list[dict[str, object]]:
    """A table as the database holds it; PostgreSQL's JSON as text, which it takes back."""
    found = connection.execute(text(f'SELECT * FROM "{name}"')).mappings()
    rows = [{column: _plain(value) for column, value in row.items()} for row in found]
    return sorted(rows, key=lambda row: str(row.get("number", row.get("seq", ""))))


def _plain(value: object) -> object:
    return json.dumps(value) if isinstance(value, list | dict) else value


def _start_over(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
        return
    for view in ("v_run", "v_step", "v_check"):
        connection.execute(text(f"DROP VIEW IF EXISTS {view}"))
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for name in [*reversed(_tables(connection)), "alembic_version"]:
        connection.execute(text(f'DROP TABLE "{name}"'))


def _upgrade(engine: Engine, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _fill(connection: Connection, name: str, rows: list[dict[str, object]]) -> None:
    since = ("segment", "server_time", "difference", "tracked_finding", "finding_history")
    if name in since or name.startswith("template"):
        return
    for row in rows:
        kept = {column: value for column, value in row.items() if column not in ADDED.get(name, ())}
        columns = ", ".join(f'"{column}"' for column in kept)
        values = ", ".join(f":{column}" for column in kept)
        connection.execute(text(f'INSERT INTO "{name}" ({columns}) VALUES ({values})'), kept)
    if connection.dialect.name == "postgresql" and rows and "number" in rows[0]:
        told = f"SELECT setval(pg_get_serial_sequence('{name}', 'number'), (SELECT max(number) FROM {name}))"
        connection.execute(text(told))
