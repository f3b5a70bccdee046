"""A claim that is held while a tracker is asked: whoever asks it once more looks first whether that is still theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_HOLD: ContextVar[Callable[[], None]] = ContextVar("hold", default=lambda: None)


@contextmanager
def holding(hold: Callable[[], None]) -> Iterator[None]:
    """Within: `hold` is called before anything is asked a second time; what it raises ends the call."""
    before = _HOLD.set(hold)
    try:
        yield
    finally:
        _HOLD.reset(before)


def hold() -> None:
    """Go on holding what is held, if anything is."""
    _HOLD.get()()
