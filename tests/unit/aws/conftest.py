"""The small estate in a lab, made once for a file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.estate import Estate, estate


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """An estate whose tests leave production as they found it."""
    with estate(tmp_path_factory.mktemp("lab")) as built:
        built.clock.pace = 3000.0  # the watcher's ticks are long: few calls, no less truth
        yield built
