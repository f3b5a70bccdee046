"""What commands print fits into the terminal, and nothing of it is lost."""

from __future__ import annotations

import click
import pytest

from dr_orchestrator.cli.output import hang, print_table

SEEN = " ".join(f"group-{number}" for number in range(40))
ROW = ("permissions", "passed", SEEN)


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
