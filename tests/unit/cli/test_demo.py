"""The demo, where what it starts does not start: the first fault is told, whatever else goes wrong after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

from dr_orchestrator import lab
from dr_orchestrator.cli import main, server
from dr_orchestrator.errors import Exit, LabError, UsageError


class Started:
    """A lab that is there."""

    def environment(self) -> dict[str, str]:
        return {}


@pytest.fixture
def starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab that starts and cannot be removed, beside a server that does not start."""

    @contextmanager
    def begun(_home: Path) -> Iterator[str]:
        yield "http://127.0.0.1:1/api"

    def silent(*_: Any) -> NoReturn:
        raise UsageError("the Prefect server did not start within 90 s", "see server.log")

    def stays(_state: Path) -> NoReturn:
        raise LabError("databases cannot be removed", "remove them by hand")

    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.setattr(server, "starting", begun)
    monkeypatch.setattr(server, "wait", silent)
    monkeypatch.setattr(lab, "read", lambda _: None)
    monkeypatch.setattr(lab, "start", lambda *_, **__: Started())
    monkeypatch.setattr(lab, "stop", stays)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")


@pytest.mark.usefixtures("starting")
def test_what_broke_first_is_told_though_the_lab_cannot_be_removed(capsys: pytest.CaptureFixture[str]) -> None:
    """Who reads only of files that stayed looks in the wrong place; they are told besides."""
    assert main.run(["demo"]) == Exit.USAGE
    told = capsys.readouterr().err
    assert "Error: the Prefect server did not start within 90 s" in told
    assert "Besides, databases cannot be removed: remove them by hand" in told
