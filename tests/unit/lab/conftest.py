"""The lab's fixtures."""

from tests.support.labs import clock, lab

__all__ = ["clock", "lab"]
