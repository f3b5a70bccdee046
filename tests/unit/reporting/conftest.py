"""Where the templates are."""

from pathlib import Path

import pytest

from tests.support.golden.write import TEMPLATES


@pytest.fixture
def templates() -> tuple[Path, ...]:
    """The shipped templates alone."""
    return TEMPLATES
