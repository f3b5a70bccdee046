"""Numbers of things read right, one of them too."""

from __future__ import annotations

from dr_orchestrator.domain.counted import counted


def test_one_is_no_plural_and_many_are_told_by_thousands() -> None:
    """One alone has the singular; a plural that is not made with an s is given."""
    assert [counted(number, "row") for number in (0, 1, 2, 1000)] == ["0 rows", "1 row", "2 rows", "1,000 rows"]
    assert [counted(number, "copy", "copies") for number in (1, 2)] == ["1 copy", "2 copies"]
