"""The lab's fixtures."""

from tests.lab_fixtures import clock, lab

__all__ = ["clock", "lab"]
