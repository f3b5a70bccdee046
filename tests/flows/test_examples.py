"""The example workspaces are data alone, and in order."""

from __future__ import annotations

import os
from unittest import mock

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from tests.support import examples


@pytest.mark.parametrize("name", examples.names())
def test_an_example_is_data_alone(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It has no program of its own, and `dro check` finds nothing wrong with it."""
    files = [each for each in (examples.EXAMPLES / name).rglob("*") if each.is_file()]
    assert {each.suffix for each in files if ".dro" not in each.parts} <= {".yaml", ".md", ".json", ""}
    with mock.patch.dict(os.environ, {"DRO_HOME": str(examples.EXAMPLES / name)}):
        assert main.run(["check"]) in (Exit.PASSED, Exit.INCONCLUSIVE)
    assert "problem" not in capsys.readouterr().out
