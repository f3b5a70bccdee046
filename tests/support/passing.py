"""The calls that pass the guard, as they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from dr_orchestrator.aws.guard import Guard


@contextmanager
def passing() -> Iterator[set[str]]:
    """Within: every call that the guard lets through, as `service:Operation`."""
    passed: set[str] = set()
    check: Callable[..., None] = Guard.check

    def note(guard: Guard, service: str, operation: str, *rest: Any) -> None:
        check(guard, service, operation, *rest)
        passed.add(f"{service}:{operation}")

    with mock.patch.object(Guard, "check", note):
        yield passed
