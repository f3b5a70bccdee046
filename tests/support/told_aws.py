"""An AWS that tells what a test says, for what no lab has: by region and operation; each request is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.posture.ground import Ground, Reader
from dr_orchestrator.domain.posture.facts import Protection
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from tests.support.fakes import FakeClock

HOME, AWAY = "us-east-1", "us-west-2"
ALL = Wanted(copy_in=(AWAY,), immutable=True, own_key=True)


@dataclass
class ToldAws:
    """The answers by operation, or by region and operation; an error is raised, and an empty answer is none."""

    answers: Mapping[str, Any]
    asked: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    def read(self, reader: Callable[[Ground], Reader], name: str, wanted: Wanted = ALL, **own: Any) -> Protection:
        """How the backups of a resource are kept, as a type's reader reads it."""
        clock = FakeClock()
        ground = Ground(self.account(), self.account, clock, clock.now())
        return reader(ground)(Resource("a-resource", "a-type", name, HOME, own=own), wanted)

    def account(self, region: str = HOME) -> Account:
        """The account in a region."""
        return cast(Account, _Account(self, region))

    def but(self, **changes: Any) -> ToldAws:
        """The same with other answers."""
        return replace(self, answers={**self.answers, **changes}, asked=[])

    def requests(self, operation: str) -> list[Mapping[str, Any]]:
        """The parameters of every request of an operation."""
        return [given for _, name, given in self.asked if name == operation]


class _Account:
    pinned = "123456789012"

    def __init__(self, aws: ToldAws, region: str) -> None:
        self._aws, self.region = aws, region

    def api(self, service: str) -> _Api:
        return _Api(self._aws, self.region, service)


class _Api:
    def __init__(self, aws: ToldAws, region: str, service: str) -> None:
        self._aws, self.region, self._service = aws, region, service

    def call(self, operation: str, **given: Any) -> Any:
        self._aws.asked.append((self.region, operation, given))
        answers = self._aws.answers
        told = answers.get(f"{self.region}_{operation}".replace("-", "_"), answers.get(operation))
        if isinstance(told, Exception):
            raise told
        return told(given) if callable(told) else told or {}

    def pages(self, operation: str, key: str, **given: Any) -> Iterator[Any]:
        told = self.call(operation, **given)
        yield from told.get(key, ()) if isinstance(told, Mapping) else told

    def named(self, operation: str, key: str, field: str, name: str, **given: Any) -> Any:
        told = self.call(operation, **given)[key]
        (found,) = told if isinstance(told, list) else [told]
        assert found[field] == name
        return found
