"""Tests of a file whose ground takes long to lay go to one worker, in which it is laid once.

Each worker would else lay it for itself: a lab, a company in it, a server of Prefect.
"""

from __future__ import annotations

from pathlib import Path

import pytest

LONG_TO_LAY = {"exercises", "faults", "flows", "resources"}
"""The folders of tests in which almost every file has such a ground."""

_TESTS = Path(__file__).parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file is a group, but for those that say of which they are."""
    for item in items:
        file = item.path.relative_to(_TESTS)
        if file.parts[0] in LONG_TO_LAY and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(file)))
