"""Numbers of things, in words."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things: `1 copy`, `2,000 copies`; `many` where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
