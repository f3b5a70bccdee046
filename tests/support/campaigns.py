"""Tests whose cases are a campaign: a few of them in the short form, each in the long one (`make faults`).

`campaign(kept)` is the mark of one: `kept` of its cases are tried by `make test`, none if that is 0.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import groupby

import pytest

from tests.support.shop import FULL

WAYS_KEPT = 1
"""How many of a type's ways to make a copy each method of a contract is held against by `make test`; by the long form
all of them. Which one differs from method to method, so that every way is held against some.
"""


def left_out(cases: Sequence[str], kept: int) -> set[str]:
    """The cases of one test that the short form does without; which are kept differs from test to test."""
    found = sorted(cases)
    if kept >= len(found):
        return set()
    begin = zlib.crc32(found[0].encode()) % len(found)
    tried = {found[(begin + turn * len(found) // kept) % len(found)] for turn in range(kept)}
    return {*found} - tried


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a campaign the short form tries some; who names a case by itself gets it."""
    if FULL or any("::" in each for each in config.args):
        return
    marked = [(each.nodeid.partition("[")[0], each) for each in items if each.get_closest_marker("campaign")]
    out: set[str] = set()
    for _, group in groupby(sorted(marked, key=lambda pair: pair[1].nodeid), key=lambda pair: pair[0]):
        cases = [item for _, item in group]
        mark = cases[0].get_closest_marker("campaign")
        assert mark is not None
        out |= left_out([each.nodeid for each in cases], *mark.args)
    config.hook.pytest_deselected(items=[each for each in items if each.nodeid in out])
    items[:] = [each for each in items if each.nodeid not in out]
