"""What tests of the lab's databases share: a client of its RDS."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.lab import Lab
from tests.support.labs import client


@pytest.fixture
def rds(lab: Lab) -> Any:
    return client(lab, "rds")
