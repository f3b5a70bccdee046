"""What stands in tests/support is every test's."""

import pytest

pytest.register_assert_rewrite("tests.support")
pytest_plugins = ("tests.support.fixtures",)
