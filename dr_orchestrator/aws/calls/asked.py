"""Which calls were sent to a region, by name: where it counts as lost, that is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Asked:
    """Notes the calls of botocore sessions, each once, while somebody wants to know."""

    def __init__(self) -> None:
        self._wanted: Callable[[], bool] = bool
        self._calls: dict[str, None] = {}

    @property
    def calls(self) -> list[str]:
        """The calls, in the order in which each was first made: `rds:DescribeDBInstances`."""
        return [*self._calls]

    def note_while(self, wanted: Callable[[], bool]) -> None:
        """From now on note each call that is made while it is `wanted`."""
        self._wanted = wanted

    def watch(self, session: Any) -> None:
        """Put it on every client that the botocore session will make."""
        session.register("before-call.*.*", self._begun, unique_id="dro-asked")

    def _begun(self, model: Any, **_: Any) -> None:
        if self._wanted():
            self._calls.setdefault(f"{model.service_model.signing_name}:{model.name}")
