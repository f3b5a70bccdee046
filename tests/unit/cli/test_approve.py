"""`dro approve`: a person's word for a failover of production, kept with who and when; nothing is started by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger.ledger import connect
from tests.support import workspace
from tests.support.on_production import ACCOUNT, DRILL, ENTRY, SHOP
from tests.support.types import load


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspace.write(tmp_path, SHOP, tiers=workspace.TIERS + ENTRY)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_an_approval_is_kept_with_its_plan_and_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bound to the digest of the drill as it stands; what it means is told before anybody runs it."""
    assert main.run(["approve", DRILL, "--by", "Ada Lovelace"]) == Exit.PASSED
    told = capsys.readouterr().out
    digest = load(home / "drills").drills[DRILL].digest
    for words in (
        digest,
        "Ada Lovelace",
        "production itself, and back",
        "dr_probe",
        "never tried",
        "2099-12-31",
        f"account {ACCOUNT}",
    ):
        assert words in told
    ledger = connect(f"sqlite:///{home / '.dro' / 'ledger.db'}", own=True)
    (kept,) = ledger.queries.approvals(DRILL)
    assert (kept.plan, kept.by, kept.run) == (digest, "Ada Lovelace", "")
    assert (kept.ground.account, kept.ground.simulated) == (ACCOUNT, False)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["orders-snapshot", "--by", "Ada"], "performed on a restored copy"),
        ([DRILL, "--by", "  "], "an approval is a person's"),
        ([DRILL, "--by", "Ada\nwindow: always"], "in one line"),
        (["no-such-drill", "--by", "Ada"], "no drill 'no-such-drill'"),
        ([DRILL], "--by"),
    ],
)
def test_what_is_no_approval_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], given: list[str], told: str
) -> None:
    """Of a drill that needs none, of nobody, or of nothing: wrong usage, and nothing is kept."""
    assert main.run(["approve", *given]) == Exit.USAGE
    assert told in capsys.readouterr().err


def test_a_quarter_never_fails_production_over(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An exercise leaves it out and says so; by name it is refused, whatever was approved."""
    assert main.run(["approve", DRILL, "--by", "Ada"]) == Exit.PASSED
    assert main.run(["quarterly", DRILL]) == Exit.USAGE
    assert "in no exercise" in capsys.readouterr().err


def test_an_entry_that_has_expired_is_told_by_check(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anybody runs the drill, with its place."""
    tiers = home / "drills" / "tiers.yaml"
    tiers.write_text(tiers.read_text().replace("2099-12-31", "2020-12-31"))
    assert main.run(["check"]) == Exit.INCONCLUSIVE
    assert "has expired on 2020-12-31" in capsys.readouterr().err


def test_what_lacks_still_is_told_with_the_approval(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever approves learns then, and not in the night, that the run would be refused."""
    tiers = home / "drills" / "tiers.yaml"
    tiers.write_text(tiers.read_text().replace("2099-12-31", "2020-12-31"))
    assert main.run(["approve", DRILL, "--by", "Ada"]) == Exit.PASSED
    told = capsys.readouterr().out
    assert "lacks still" in told
    assert "expired on 2020-12-31" in told
