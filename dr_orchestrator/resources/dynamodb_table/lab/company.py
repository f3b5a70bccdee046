"""Fills the sample company's configuration table with what it held before the lab began, has its heart beat on, and has
AWS Backup back it up every night.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from moto.dynamodb.models import dynamodb_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION, naive
from dr_orchestrator.lab.estate import company
from dr_orchestrator.lab.estate.seed import KEPT, Seed
from dr_orchestrator.resources.dynamodb_table.lab.backend import DynamoDb
from dr_orchestrator.resources.dynamodb_table.lab.backups import TableBackup
from dr_orchestrator.resources.dynamodb_table.lab.table import JournalledTable

_MINUTE = timedelta(minutes=1)
_DAY = _CATCH_UP = timedelta(days=1)
_SINCE_BACKUP = timedelta(hours=7)


def fill(seed: Seed) -> None:
    """Fill the table, which the company's environment has made."""
    table = _Table(seed)
    table._table.deletion_protection_enabled = True
    table._fill_table()
    seed.world.agenda.at(seed.start + _MINUTE, table._beat_table)
    newest = seed.start - _SINCE_BACKUP
    for days in range(KEPT.days - 1, -1, -1):
        table._back_up(newest - days * _DAY)
    seed.world.agenda.at(newest + _DAY, table._nightly)


class _Table:
    def __init__(self, seed: Seed) -> None:
        self._seed = seed
        self._random = seed.random(7)

    @property
    def _table(self) -> JournalledTable:
        return cast(JournalledTable, self._backend.tables[company.CONFIG_TABLE])

    def _fill_table(self) -> None:
        for number in range(company.WORKSPACES):
            first = self._seed.start - timedelta(days=60) + timedelta(minutes=number)
            self._put_at(first, _workspace(number, 1, first))
            if number % 3 == 0:
                later = self._seed.start - timedelta(minutes=self._random.uniform(8, 350))
                self._put_at(later, _workspace(number, 2, later))
        # A canary for every five minutes of the weeks before, for every minute of the last day.
        weeks, day = 40 * 24 * 60, 24 * 60
        for at in (self._seed.start - n * _MINUTE for n in [*range(weeks, day, -5), *range(day, 0, -1)]):
            self._table.remember(at, _canary(at))  # of those that were written over a restore alone knows
        self._put_at(self._seed.start, _canary(self._seed.start))

    def _put_at(self, at: datetime, item: dict[str, Any]) -> None:
        with self._seed.world.as_of(at):
            self._table.put_item(item)

    def _beat_table(self) -> None:
        now = self._seed.world.now()
        table = self._backend.tables.get(company.CONFIG_TABLE)
        if table is None:
            return
        table.put_item(_canary(now))
        # After a long sleep of a virtual clock only the last day is caught up.
        self._seed.world.agenda.at(max(now + _MINUTE, self._seed.world.clock.now() - _CATCH_UP), self._beat_table)

    def _nightly(self) -> None:
        now = self._seed.world.now()
        if company.CONFIG_TABLE not in self._backend.tables:
            return
        self._back_up(now)
        self._seed.world.agenda.at(now + _DAY, self._nightly)
        for old in [each for each in self._backend.backups.values() if each.creation_date_time < naive(now - KEPT)]:
            del self._backend.backups[old.arn]

    def _back_up(self, at: datetime) -> None:
        self._backend.keep(TableBackup(self._table, f"nightly-{at:%Y-%m-%d}", "AWS_BACKUP", at))

    @property
    def _backend(self) -> DynamoDb:
        return cast(DynamoDb, dynamodb_backends[ACCOUNT][REGION])


def _canary(at: datetime) -> dict[str, Any]:
    """The item that `dro canary` would have put, the seconds being its numbers."""
    return {
        "pk": {"S": "canary"},
        "at": {"S": at.isoformat(timespec="microseconds")},
        "sequence": {"N": str(int(at.timestamp()))},
    }


def _workspace(number: int, version: int, at: datetime) -> dict[str, Any]:
    return {
        "pk": {"S": f"workspace#{number}"},
        "connection": {"S": f"arn:aws:codestar-connections:us-east-1:{ACCOUNT}:connection/{number:04d}-{version}"},
        "region": {"S": company.REGIONS[number % len(company.REGIONS)]},
        "updated_at": {"S": at.isoformat()},
    }
