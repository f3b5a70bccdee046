"""The last line of a lab's log, which is what `dro lab start` shows of one that died."""

from __future__ import annotations

import pytest

from dr_orchestrator.wiring import lab


def test_a_lab_that_dies_says_of_what_in_its_last_line(capfd: pytest.CaptureFixture[str]) -> None:
    """The type of the error and its message, on one line, after its traceback; then the process ends."""
    with pytest.raises(SystemExit) as ended, lab._told():
        raise KeyError("mars-east-9\nis none")
    out, err = capfd.readouterr()
    assert ended.value.code == 1
    assert out.splitlines() == [r"KeyError: 'mars-east-9\nis none'"]
    assert "Traceback" in err
