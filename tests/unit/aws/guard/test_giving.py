"""The guard of a verdict that is given back: of all calls that change something, that one alone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from dr_orchestrator.aws.backup import testing
from dr_orchestrator.aws.guard import Forbidden, OneWriteGuard
from dr_orchestrator.domain.restore_test import Back, RestoreTest
from tests.support.guarded import COPY, MODELS, SERVICES, everywhere, guard
from tests.support.types import CALLS, READS

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
JOB = RestoreTest("job-1", "123456789012", "us-east-1", "arn:plan", "arn:x", "RDS", "arn:point", NOON, "COMPLETED")
BACK = Back(JOB, "r-1", "SUCCESSFUL", "dro run r-1: PASSED")
PUT = {"RestoreJobId": "job-1", "ValidationStatus": "SUCCESSFUL", "ValidationStatusMessage": "dro run r-1: PASSED"}


def giving() -> OneWriteGuard:
    return OneWriteGuard(CALLS, testing.GIVING, partial(testing.is_given, BACK), "the verdict")


@pytest.mark.parametrize("service", SERVICES)
def test_it_lets_reads_through_and_nothing_else_of_any_service(service: str) -> None:
    """Not one write of a drill, on a copy either."""
    for operation in MODELS[service].operation_names:
        parameters = everywhere(service, operation, COPY)
        if operation in READS.get(service, frozenset()):
            giving().check(service, operation, parameters)
        else:
            with pytest.raises(Forbidden):
                giving().check(service, operation, parameters)


@pytest.mark.parametrize(
    "changed",
    [
        {"RestoreJobId": "job-2"},
        {"ValidationStatus": "FAILED"},
        {"ValidationStatusMessage": "another"},
        {"ValidationStatusMessage": None},
        {"More": "x"},
    ],
)
def test_it_knows_its_one_verdict(changed: dict[str, Any]) -> None:
    """Another job, another word or another message is refused, and no drill's guard lets any through."""
    giving().check("backup", "PutRestoreValidationResult", PUT)
    with pytest.raises(Forbidden, match="not the verdict"):
        giving().check("backup", "PutRestoreValidationResult", PUT | changed)
    for other in (OneWriteGuard(CALLS), guard(COPY)):
        with pytest.raises(Forbidden):
            other.check("backup", "PutRestoreValidationResult", PUT)
