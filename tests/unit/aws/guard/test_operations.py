"""The guard: of all of botocore's operations, only the known reads and the listed writes go through."""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.guard import Forbidden
from tests.support.estate import REGION
from tests.support.guarded import COPY, MODELS, SERVICES, everywhere, guard
from tests.support.types import READS, WRITES

LOOKING = ("Describe", "List", "Get", "Head", "Query", "Scan", "BatchGet", "BatchCheck", "Simulate", "Filter")
EVERYTHING = [(service, operation) for service in SERVICES for operation in MODELS[service].operation_names]


def test_the_services_guarded_are_those_that_are_used() -> None:
    """Every service that has a read or a write is walked below."""
    assert {*READS, *(service for service, _ in WRITES)} == set(SERVICES)
    assert len(EVERYTHING) > 1000


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_but_the_known_reads_is_refused_on_a_foreign_target(service: str) -> None:
    """All of botocore's operations, whatever they are called: on production none goes through unless it is a read."""
    for operation in MODELS[service].operation_names:
        for target in ("orders-prod", "unheard-of"):
            if operation in READS.get(service, frozenset()):
                guard().check(service, operation, everywhere(service, operation, target))
            else:
                with pytest.raises(Forbidden, match=f"^{service}:{operation}: "):
                    guard(COPY).check(service, operation, everywhere(service, operation, target), REGION)


@pytest.mark.parametrize("service", SERVICES)
def test_only_the_listed_writes_go_through_even_on_a_copy(service: str) -> None:
    """Where every parameter names a copy of the run, an operation passes only if it is a read or a listed write."""
    passed = set()
    for operation in MODELS[service].operation_names:
        try:
            guard(COPY).check(service, operation, everywhere(service, operation, COPY), REGION)
        except Forbidden:
            continue
        passed.add(operation)
    assert passed == READS.get(service, frozenset()) | {name for of, name in WRITES if of == service}


def test_reads_and_writes_exist_and_are_what_they_say() -> None:
    """Each name is in botocore's model; a read does not mutate by its name, and nothing is both."""
    known = set(EVERYTHING)
    reads = {(service, name) for service, names in READS.items() for name in names}
    assert reads <= known
    assert set(WRITES) <= known
    assert not reads & set(WRITES)
    assert all(name.startswith(LOOKING) for _, name in reads)


def test_a_service_that_nobody_listed_is_refused_whole() -> None:
    """Another service has no known reads: nothing of it goes through."""
    for service, operation in (
        ("sqs", "DeleteQueue"),
        ("sns", "DeleteTopic"),
        ("sns", "ListTopics"),
        ("iam", "CreateUser"),
        ("", ""),
    ):
        with pytest.raises(Forbidden):
            guard(COPY).check(service, operation, {"Bucket": COPY})
