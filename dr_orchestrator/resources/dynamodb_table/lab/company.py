"""Puts a company's tables into a fresh lab, with what they held before it began; has their hearts beat on, and has AWS
Backup back them up every night.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, naive
from dr_orchestrator.lab.estate.seed import AGE, KEPT, TAGS, Seed
from dr_orchestrator.resources.dynamodb_table.lab import entry
from dr_orchestrator.resources.dynamodb_table.lab.backend import DynamoDb
from dr_orchestrator.resources.dynamodb_table.lab.backups import TableBackup
from dr_orchestrator.resources.dynamodb_table.lab.table import JournalledTable
from dr_orchestrator.resources.dynamodb_table.lab.vaulted import back_up
from dr_orchestrator.resources.dynamodb_table.name import NAME

_MINUTE = timedelta(minutes=1)
_DAY = _CATCH_UP = timedelta(days=1)


def make(seed: Seed) -> None:
    """Make the tables that no stack makes."""
    for id, each in seed.company.of(NAME).items():
        if each.stack is None:
            _Table(seed, id, each).make()


def fill(seed: Seed) -> None:
    """Fill the tables."""
    for id, each in seed.company.of(NAME).items():
        _Table(seed, id, each).fill()


class _Table:
    def __init__(self, seed: Seed, id: str, entry: entry.Table) -> None:
        self._seed, self._id, self._entry = seed, id, entry
        self._random = seed.random(7)

    def make(self) -> None:
        self._make(self._backend, None, list(TAGS))

    def _make(self, backend: DynamoDb, sse: dict[str, Any] | None, tags: list[dict[str, str]]) -> None:
        backend.create_table(
            self._id,
            schema=[{"AttributeName": self._entry.key, "KeyType": "HASH"}],
            attr=[{"AttributeName": self._entry.key, "AttributeType": "S"}],
            throughput=None,
            global_indexes=None,
            indexes=None,
            streams=None,
            billing_mode="PAY_PER_REQUEST",
            sse_specification=sse,
            tags=tags,
            deletion_protection_enabled=self._entry.protected,
            warm_throughput=None,
        )
        backend.update_continuous_backups(self._id, {"PointInTimeRecoveryEnabled": True})

    def fill(self) -> None:
        seed = self._seed
        self._table.deletion_protection_enabled = self._entry.protected
        if self._entry.replicated_to is not None:
            self._replicate(self._entry.replicated_to)
        if self._entry.items is not None:
            self._fill(self._entry.items)
        self._beat_before()
        seed.world.agenda.at(seed.start + _MINUTE, self._beat)
        if self._entry.nightly is not None:
            newest = seed.start - self._entry.nightly
            for days in range(KEPT.days - 1, -1, -1):
                self._back_up(newest - days * _DAY)
            seed.world.agenda.at(newest + _DAY, self._nightly)

    def _replicate(self, region: str) -> None:
        """Make the replica, as old as the table; from then on either takes on what the other has."""
        there = cast(DynamoDb, dynamodb_backends[ACCOUNT][region])
        told = self._table.sse_specification or {}  # each region has a key of its own
        encrypted = {name: value for name, value in told.items() if name != "KMSMasterKeyId"}
        with self._seed.world.as_of(self._seed.start - AGE):
            self._make(there, encrypted or None, list(self._table.tags or []))
        replica = cast(JournalledTable, there.tables[self._id])
        self._table.replicas, replica.replicas = (replica,), (self._table,)

    def _fill(self, items: entry.Items) -> None:
        for at, number, put in items.story(self._seed.start, self._random):
            # Whatever is done with an item, its key is of when it was made.
            key = items.key.of(number, self._seed.start - items.since + number * items.every)
            if put:
                self._put_at(at, items, number, key)
                continue
            with self._seed.world.as_of(at):
                self._table.delete_item(DynamoType({"S": key}), None)

    def _put_at(self, at: datetime, items: entry.Items, number: int, key: str) -> None:
        texts = {name: words.of(number, at) for name, words in items.attributes.items()}
        texts[self._entry.key] = key
        with self._seed.world.as_of(at):
            self._table.put_item({name: {"S": text} for name, text in texts.items()})

    def _beat_before(self) -> None:
        # A canary for every five minutes of the weeks before, for every minute of the last day.
        table, weeks, day = self._table, 40 * 24 * 60, 24 * 60
        for at in (self._seed.start - n * _MINUTE for n in [*range(weeks, day, -5), *range(day, 0, -1)]):
            table.remember(at, self._canary(at))  # of those that were written over a restore alone knows
        with self._seed.world.as_of(self._seed.start):
            self._table.put_item(self._canary(self._seed.start))

    def _beat(self) -> None:
        now = self._seed.world.now()
        table = self._backend.tables.get(self._id)
        if table is None:
            return
        table.put_item(self._canary(now))
        # After a long sleep of a virtual clock only the last day is caught up.
        self._seed.world.agenda.at(max(now + _MINUTE, self._seed.world.clock.now() - _CATCH_UP), self._beat)

    def _nightly(self) -> None:
        now = self._seed.world.now()
        if self._id not in self._backend.tables:
            return
        self._back_up(now)
        self._seed.world.agenda.at(now + _DAY, self._nightly)
        for old in [each for each in self._backend.backups.values() if each.creation_date_time < naive(now - KEPT)]:
            del self._backend.backups[old.arn]

    def _back_up(self, at: datetime) -> None:
        self._backend.keep(TableBackup(self._table, f"nightly-{at:%Y-%m-%d}", "AWS_BACKUP", at))
        if self._entry.vault:
            self._seed.vault(self._entry.vault)
            back_up(self._entry.vault, self._id, at)

    def _canary(self, at: datetime) -> dict[str, Any]:
        """The item that `dro canary` would have put, the seconds being its numbers."""
        return {
            self._entry.key: {"S": "canary"},
            "at": {"S": at.isoformat(timespec="microseconds")},
            "sequence": {"N": str(int(at.timestamp()))},
        }

    @property
    def _table(self) -> JournalledTable:
        return cast(JournalledTable, self._backend.tables[self._id])

    @property
    def _backend(self) -> DynamoDb:
        return cast(DynamoDb, dynamodb_backends[ACCOUNT][REGION])
