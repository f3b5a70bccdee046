"""What a drill of a stream is performed with: its restorer, checks of its records; and who beats its heart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.canary.beating import Beat
from dr_orchestrator.checks.items import ItemChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.service import Canary
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.runner import Components
from tests.support.fake_type import stream
from tests.support.fake_type.restore import KinesisStream


def components(order: Order) -> Components:
    """The restorer, and checks that read the restored stream, or the source beside it."""
    drill, toolkit = order.drill, order.toolkit

    def api_of(name: str) -> Api:
        there = toolkit.account if name == drill.resource.id else toolkit.account_at(order.copy.place)
        return there.api("kinesis")

    restorer = KinesisStream(drill.resource, drill.selection, toolkit)
    items = ItemChecks(_Records(api_of), lambda copy, _table: copy.id, lambda _table: drill.resource.id)
    suite = Suite(
        drill.checks,
        toolkit.clock,
        items=items,
        store_of=lambda _check: drill.resource.name,
        patiently=toolkit.patiently,
    )
    return Components(suite, restorer=restorer, isolated=restorer.isolated)


class _Records:
    """The records of streams, read as the items of tables are: by key the newest one that has it."""

    def __init__(self, api_of: Callable[[str], Api]) -> None:
        self._api_of = api_of

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every record, whichever way a table would be read."""
        del operation, key
        name = parameters["TableName"]
        for _, fields in stream.records(self._api_of(name), name):
            yield {field: {"S": value} for field, value in fields.items()}

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The newest record of a key."""
        wanted = parameters["Key"].items()
        found = [each for each in self.pages(operation, "", **parameters) if wanted <= each.items()]
        return {"Item": found[-1]} if found else {}


class StreamWriter:
    """Puts one record at each beat: the declared key, the instant and its number."""

    def __init__(self, api: Api, name: str, canary: Canary, clock: Clock) -> None:
        self._api, self._stream, self._canary, self._clock = api, name, canary, clock

    def beat(self) -> Beat:
        """Put the record with the next number."""
        key = self._canary.key.items()
        beats = [fields for _, fields in stream.records(self._api, self._stream) if key <= fields.items()]
        beat = Beat(int(beats[-1]["sequence"]) + 1 if beats else 1, self._clock.now())
        written = {self._canary.attribute: beat.at.isoformat(timespec="microseconds"), "sequence": str(beat.sequence)}
        data = json.dumps({**self._canary.key, **written})
        self._api.call("PutRecord", StreamName=self._stream, PartitionKey="canary", Data=data)
        return beat

    def close(self) -> None:
        """Nothing is held."""
