"""A ledger that version 0.1.0 made, of drills that it really ran, is gone on with by every later version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from tests.support import ledger_of_old as old
from tests.support import shop as shops
from tests.support.ledger_of_old import RUNS, Then

GOLDEN = sorted(path.stem.removeprefix("show-") for path in old.DATA.glob("show-*.json") if path.stem[5:] in RUNS)
DEAD = [name for name in RUNS if name.startswith("dead-")]
PASSED = ("PASSED", "PASSED WITH FINDINGS")


@pytest.fixture
def url(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The ledger as it was left; `dro` is in the workspace of then."""
    old.load(database_url)
    old.workspace(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.setenv("DRO_DATABASE_URL", database_url)
    for name in ("DRO_CLOCK_PACE", "AWS_ENDPOINT_URL", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return database_url


@pytest.fixture
def then(url: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Then]:
    """The account that the ledger tells of."""
    with old.account(tmp_path, url, tmp_path_factory.mktemp("lab")) as made:
        old.replay(made.shop)
        yield made


def dro(capsys: pytest.CaptureFixture[str], *arguments: str, code: int | None = 0) -> Any:
    """What a command of `dro` prints, read where it is JSON."""
    capsys.readouterr()
    got = main.run([*arguments])
    said = capsys.readouterr()
    assert code is None or got == code, said.out + said.err
    return json.loads(said.out) if "--json" in arguments else said.out


def golden(name: str) -> Any:
    return json.loads((old.DATA / f"show-{name}.json").read_text())


def less(told: Any, than: Any) -> Any:
    """What is told, without the keys that were not known then."""
    if isinstance(told, dict) and isinstance(than, dict):
        return {key: less(told[key], than[key]) for key in told if key in than}
    if isinstance(told, list) and isinstance(than, list) and len(told) == len(than):
        return [less(*each) for each in zip(told, than, strict=True)]
    return told


def test_it_opens_at_the_newest_revision(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever command comes first brings it up to date, and lists every run that it held."""
    held = {row["id"] for row in old.ask(url, "SELECT id FROM run")}
    assert {run["id"] for run in dro(capsys, "runs", "--limit", "1000", "--json")} == held
    assert set(RUNS.values()) < held
    assert old.ask(url, "SELECT version_num FROM alembic_version") == [{"version_num": old.newest_revision()}]


def test_no_row_is_lost_and_no_word_changed(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every column of then holds in every row what it held."""
    tables = ("run", "exercise", "event", "step", "copy", "check_result", "recovery_point", "observation", "segment")
    every = (*tables, "server_time", "finding", "lease", "exercise_lease")
    before = {name: old.ask(url, f"SELECT * FROM {name} ORDER BY 1, 2") for name in every}
    dro(capsys, "runs")
    after = {name: old.ask(url, f"SELECT * FROM {name} ORDER BY 1, 2") for name in every}
    assert less(after, before) == before


def test_every_run_is_told_as_it_was(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`dro show --json` has every key that it had, with the same value; programs that read it go on."""
    del url
    was = {name: golden(name) for name in GOLDEN}
    assert {name: less(dro(capsys, "show", RUNS[name], "--json"), was[name]) for name in GOLDEN} == was


def test_the_exercises_are_told_as_they_were(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """So are they: the one that ended, and the two that died."""
    told, was = dro(capsys, "runs", "--exercises", "--json"), golden("exercises")
    for each in (*told, *was):  # PostgreSQL keeps no order of what was left out
        each["plan"]["in_scope"].sort()
        each["plan"]["left_out"].sort(key=lambda one: str(one["drill"]))
    assert less(told, was) == was
    assert sorted(each["closed"] for each in told) == [False, False, True]


def test_the_views_are_what_they_were(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A dashboard that reads them finds each of its columns, and as many rows."""
    dro(capsys, "runs")
    for name, was in golden("views").items():
        rows = old.ask(url, f"SELECT * FROM {name}")
        assert len(rows) == was["rows"]
        assert set(was["columns"]) <= set(rows[0])


@pytest.mark.slow
def test_every_run_and_exercise_has_its_page(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On the terminal and as HTML, Markdown and JSON, however it ended or did not."""
    out = tmp_path / "out"
    runs = [run["id"] for run in dro(capsys, "runs", "--limit", "1000", "--json")]
    listed, exercises = dro(capsys, "runs", "--limit", "1000"), [each["id"] for each in golden("exercises")]
    for run in runs:
        assert run in listed
        assert run in dro(capsys, "show", run)
    for name in (*runs, *exercises):
        dro(capsys, "report", name, "--out", str(out))
        for ending in ("html", "md", "json"):
            assert name in (out / f"{name}.{ending}").read_text()


@pytest.mark.campaign(1)
@pytest.mark.slow
def test_every_dead_run_is_resumed_to_its_end(then: Then, capsys: pytest.CaptureFixture[str]) -> None:
    """Each goes on where the older program died: copies that stand are adopted, none is made twice, all of them go."""
    with then.now(later=2):
        for name in DEAD:
            run = RUNS[name]
            dro(capsys, "resume", run)
            told = dro(capsys, "show", run, "--json")
            assert told["verdict"] in PASSED, (name, told["reasons"])
            assert told["cleanup"] == "CLEAN", (name, told["cleanup_reasons"])
            assert {copy["state"] for copy in told["copies"]} == {"deleted"}, name
            assert max(shops.made(then.shop, run).values()) == 1, name
            assert not then.copies(run), name
        dro(capsys, "abort", RUNS["under-way"], code=Exit.ABORTED)
        assert not then.copies(RUNS["under-way"])


@pytest.mark.campaign(1)
@pytest.mark.slow
def test_a_sweep_ends_all_that_was_left(then: Then, capsys: pytest.CaptureFixture[str]) -> None:
    """Dead runs and exercises are closed, copies and leftovers are gone; a run that is driven is left until it dies."""
    asked = {run["id"]: run for run in dro(capsys, "runs", "--limit", "1000", "--json")}
    running = RUNS["under-way"]
    with then.now():
        told = dro(capsys, "sweep", "--json", code=Exit.LEFTOVERS)
        assert "is driven by" in refused(capsys, "resume", running)
    assert list(told["under_lease"]) == [running]
    assert then.copies() == then.copies(running) != set()
    assert told["dead_runs"] == sum(not run["closed"] for run in asked.values()) - 1
    swept = {copy["run"]: copy["state"] for copy in told["copies"]}
    assert set(swept.values()) == {"deleted", "never created"}
    assert swept[RUNS["leftover-instance"]] == swept[RUNS["leftover-table"]] == "deleted"
    assert (told["strays"], told["inventory"]["others_gone"], told["inventory"]["not_proven_gone"]) == ([], [], [])

    with then.now(later=2):
        assert [copy["run"] for copy in dro(capsys, "sweep", "--json")["copies"]] == [running]
    assert then.shop.inventory() == then.before
    for run in dro(capsys, "runs", "--limit", "1000", "--json"):
        assert run["verdict"] == (asked[run["id"]]["verdict"] or "INCONCLUSIVE")
        assert run["cleanup"] == "CLEAN", run["cleanup_reasons"]
    assert all(each["verdict"] for each in dro(capsys, "runs", "--exercises", "--json"))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main.run([*arguments]) == Exit.USAGE
    return capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_impostor_is_not_swept(then: Then, capsys: pytest.CaptureFixture[str]) -> None:
    """What lives by now under the name of an old copy, with its tag, and is another object: it is told, and stays."""
    run = RUNS["leftover-instance"]
    (copy,) = then.copies(run)
    old.exchanged(then.shop, copy)
    with then.now(later=2):
        dro(capsys, "sweep", "--json", code=Exit.LEFTOVERS)
    assert then.copies() == {copy}
    assert dro(capsys, "show", run, "--json")["cleanup"] == "LEFTOVERS"


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_scripts_of_then_still_run(
    url: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """A team that has its own copy of `flows/`, as `dro init` gave it, drills on without a change."""
    flows = old.DATA / f"flows-{old.VERSION}"
    with old.account(tmp_path, url, tmp_path_factory.mktemp("lab"), flows) as then, then.now(later=2):
        for drill in shops.CREATES:
            shops.fresh(then.shop)
            told = dro(capsys, "run", drill, "--json")
            assert told["verdict"] in PASSED, told["reasons"]
            assert told["cleanup"] == "CLEAN"
