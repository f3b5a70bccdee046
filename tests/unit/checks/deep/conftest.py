"""Real copies with checksums, for all tests of this folder."""

from tests.support.deep_copies import plain_copy, programs, rich_copy

__all__ = ["plain_copy", "programs", "rich_copy"]
