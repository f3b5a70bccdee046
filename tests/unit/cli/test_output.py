"""What commands print fits into the terminal, and nothing of it is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import click
import pytest

from dr_orchestrator.cli.output import RUN_COLUMNS, hang, hang_each, run_rows
from dr_orchestrator.cli.terminal.table import print_table
from tests.support.golden import sample

SEEN = " ".join(f"group-{number}" for number in range(40))
ROW = ("permissions", "passed", SEEN)


RUNS = (sample.passed(), sample.failed(), sample.develop_replica())
ARN = "arn:aws:rds:us-east-1:123456789012:cluster:a-database-with-a-long-name-indeed"
DWA = ("1", "develop-with-aws", "develop-with-aws-replica", "replica-rebuild", "develop-with-aws-stack")
TABLES = {
    "runs": (
        ("Run", "Started (UTC)", *RUN_COLUMNS),
        [(run.header.id, "2026-11-20 09:01", *row) for run, row in zip(RUNS, run_rows(RUNS), strict=True)],
    ),
    "a quarter": (RUN_COLUMNS, run_rows(RUNS)),
    "drills": (
        ("Tier", "Service", "Drill", "Kind", "Resource", "Disruption", "Path", "RTO", "RPO", "Every"),
        [(*DWA, "infrastructure", "primary", "< 4 h", "no target", "quarter")],
    ),
    "plan": (
        ("  Look", "Outcome", "Seen"),
        [("  the way to AWS", "not applicable", f"{SEEN}, as {ARN} is"), ("  a quota", "passed", "none")],
    ),
    "template": (
        ("Line", "Resource", "Was", "Becomes", "Why"),
        [
            ("template.yaml:1204", "OrdersTable.PointInTimeRecovery", '{"Ref": "A"}', "left out", SEEN),
            ("-", "Orders", "nothing", "dro", "so"),
        ],
    ),
}
Terminal = Callable[[int], Callable[[], str]]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal of so many columns, and what is on it by then."""

    def of(columns: int) -> Callable[[], str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        return lambda: click.unstyle(capsys.readouterr().out)

    return of


@pytest.mark.parametrize("columns", [80, 100, 130])
@pytest.mark.parametrize("name", TABLES)
def test_no_word_is_broken_at_usual_widths(terminal: Terminal, name: str, columns: int) -> None:
    """Side by side where the words fit, else in lines of its own, each row is told whole, and each name on one line."""
    told = terminal(columns)
    print_table(*TABLES[name])
    printed = told()
    assert max(len(line.rstrip()) for line in printed.splitlines()) <= columns
    words = [word for row in TABLES[name][1] for cell in row for word in cell.split() if word != ARN]
    assert Counter(words) - Counter(printed.split()) == Counter()
    assert name not in ("runs", "a quarter") or "1 h 39 m 04 s /" in printed


def test_a_row_that_does_not_fit_is_told_under_its_name(terminal: Terminal) -> None:
    """The run's name stands for itself, each cell behind its column's; where they fit, columns are drawn."""
    told = terminal(80)
    print_table(*TABLES["runs"])
    first, second, *_ = told().splitlines()
    assert (first, second[:38]) == ("jira-snapshot-20261120-02", "    Started (UTC): 2026-11-20 09:01  S")
    told = terminal(180)
    print_table(*TABLES["runs"])
    assert len(told().splitlines()) == 1 + len(RUNS)


def test_a_shown_run_fits_into_the_terminal(terminal: Terminal) -> None:
    """Lines of text that are too long go on below, further in, and each word is whole."""
    told = terminal(80)
    hang_each(["run x", f"  passed  {SEEN}"])
    head, *others = told().splitlines()
    assert (head, max(map(len, others)) <= 80) == ("run x", True)
    assert [line[:9].count(" ") for line in others[1:]] == [6] * len(others[1:])
    assert " ".join(others).split() == ["passed", *SEEN.split()]


@pytest.mark.parametrize("columns", [60, 90, 200])
def test_rows_and_lines_fit_into_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """Tables, and what stands under a heading, go on below in their own column, each word whole."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_table(("Look", "Outcome", "Seen"), [ROW])
    hang("  OBSTACLE   ", SEEN)
    printed = click.unstyle(capsys.readouterr().out)
    assert max(map(len, printed.splitlines())) <= columns
    assert [printed.split().count(word) for word in SEEN.split()] == [2] * 40
    assert all(line.startswith("             group") for line in printed.partition("OBSTACLE")[2].splitlines()[1:])


def test_whole_lines_are_written_to_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads a pipe reads one line for each row, however long, whatever the shell around it says."""
    monkeypatch.setenv("COLUMNS", "80")
    print_table(("Look", "Outcome", "Seen"), [ROW])
    hang("  OBSTACLE   ", SEEN)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()][1:] == [
        f"permissions  passed   {SEEN}",
        f"  OBSTACLE   {SEEN}",
    ]
