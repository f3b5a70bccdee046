"""`dro iam`: policies to paste, for all drills or some, without a word to AWS."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from tests.support import workspace


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace, and no AWS anywhere."""
    workspace.write(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)


def test_both_policies_are_printed_to_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    """Between the lines of comment stand whole JSON documents: two policies and the trust policy."""
    assert main.run(["iam"]) == Exit.PASSED
    text = capsys.readouterr().out
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("#")).split("\n\n")
    documents = [json.loads(part) for part in bare if part.strip()]
    assert len(documents) == 3
    assert "The source role" in text
    assert documents[2]["Statement"][0]["Action"] == "sts:AssumeRole"


def test_json_narrows_to_the_drills_named(capsys: pytest.CaptureFixture[str]) -> None:
    """For programs: both roles, each as a list of policies, for the drills asked for."""
    assert main.run(["iam", "--drill", "sessions-pitr", "--json"]) == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    assert told["drills"] == ["sessions-pitr"]
    assert "rds:" not in json.dumps(told["drill"][0]["Statement"][0])
    assert told["source"][0]["Version"] == "2012-10-17"


def test_an_unknown_drill_is_the_users_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """It is answered with the nearest name."""
    assert main.run(["iam", "--drill", "session-pitr"]) == Exit.USAGE
    assert "sessions-pitr" in capsys.readouterr().err
