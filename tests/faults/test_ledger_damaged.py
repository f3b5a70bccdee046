"""The ledger's file is damaged while a drill runs: it is told as damage, and a copy that may live decides the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.cli.commands import sweep
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from tests.support.estate import Estate


def test_damage_in_mid_drill_leaves_a_copy_that_a_new_ledger_finds(
    shop: Estate, here: wiring.App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 5, the damage and what to do; a sweep with a new ledger then lists the copy, and leaves it alone."""
    path, finish = Path(here.settings.database_url.removeprefix("sqlite:///")), SqlLedger.finish_step

    def damaged(ledger: SqlLedger, run: str, step: object) -> None:
        finish(ledger, run, step)  # type: ignore[arg-type]
        if getattr(step, "name", "") == "wait until ready":
            ledger.close()
            whole = path.read_bytes()
            path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))

    with monkeypatch.context() as patch:
        patch.setattr(SqlLedger, "finish_step", damaged)
        assert main.run(["run", "sessions-pitr"]) == Exit.LEFTOVERS
    told = capsys.readouterr().err
    assert f"Error: the ledger {path} is damaged" in told
    assert "restore it from its backup" in told
    assert "may have left copies" in told
    assert "Traceback" not in told

    (copy,) = (name for name in shop.inventory()["tables"] if name.startswith("dro-"))
    new = connect(f"sqlite:///{tmp_path / 'new.db'}")
    monkeypatch.setitem(vars(here), "ledger", new)
    swept = CliRunner().invoke(sweep.sweep, [], standalone_mode=False)
    assert swept.return_value == Exit.LEFTOVERS
    assert f"{copy} wears the tag of run" in swept.output, swept.output
    assert copy in shop.inventory()["tables"]
    new.close()
