"""What stands in tests/support is every test's."""

import gc
import logging

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.support")
pytest_plugins = (
    "tests.support.fixtures",
    "tests.support.campaigns",
    "tests.support.grouping",
    "tests.support.in_memory",
)


def pytest_configure() -> None:
    """Nothing depends on how busy the machine is, nor on who imports Prefect first.

    Prefect would take the handlers of pytest from a root logger that has no others.
    """
    settings.register_profile("any weather", deadline=None)  # how long an example takes is the machine's affair
    settings.load_profile("any weather")
    from tests.support import botocore_once, in_memory, moto_once, straight

    in_memory.go()
    botocore_once.remember()
    moto_once.remember()
    straight.go()
    ours = logging.NullHandler()
    ours.setFormatter(logging.Formatter())
    logging.getLogger().addHandler(ours)


def pytest_collection_finish() -> None:
    """What the tests are made of stays to the end: the collector of garbage looks at it no more, and seldom at all."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
