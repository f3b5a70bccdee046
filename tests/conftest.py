"""What stands in tests/support is every test's."""

import logging

import pytest

pytest.register_assert_rewrite("tests.support")
pytest_plugins = ("tests.support.fixtures",)


def pytest_configure() -> None:
    """Prefect, imported in mid-test, would take the handlers of pytest from a root logger that has no others."""
    ours = logging.NullHandler()
    ours.setFormatter(logging.Formatter())
    logging.getLogger().addHandler(ours)
