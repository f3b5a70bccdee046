"""Puts a company's buckets into a fresh lab: with the versions of the months before it began, and a heartbeat."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import cast

from moto.s3.models import s3_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.estate.seed import TAGS, Seed
from dr_orchestrator.resources.s3_bucket.lab import entry
from dr_orchestrator.resources.s3_bucket.lab.backend import Buckets
from dr_orchestrator.resources.s3_bucket.lab.vaulted import back_up
from dr_orchestrator.resources.s3_bucket.name import NAME

HEARTBEAT = "dro/heartbeat.json"
_MINUTE = timedelta(minutes=1)
_EVERY, _DAY = 5 * _MINUTE, timedelta(days=1)
_JSON = "application/json"
_NIGHTS = 7


def make(seed: Seed) -> None:
    """Make the buckets that no stack makes."""
    buckets = cast(Buckets, s3_backends[ACCOUNT]["aws"])
    for id, each in seed.company.of(NAME).items():
        if each.stack is None:
            buckets.create_bucket(id, REGION)
            buckets.put_bucket_tagging(id, {tag["Key"]: tag["Value"] for tag in TAGS})
            buckets.put_bucket_versioning(id, "Enabled")


def fill(seed: Seed) -> None:
    """Put the objects there, some of them anew and some away again, and have the heartbeats go on."""
    for id, each in seed.company.of(NAME).items():
        bucket = _Bucket(seed, id, each)
        if each.objects is not None:
            bucket.fill(each.objects)
        for at in (seed.start - number * _EVERY for number in range(24 * 12, -1, -1)):
            bucket.beat(at)
        seed.world.agenda.at(seed.start + _EVERY, bucket.beat_on)
        if each.vault:
            bucket.fill_vault(each.vault, seed.start - each.vaulted)


class _Bucket:
    def __init__(self, seed: Seed, id: str, entry: entry.Bucket) -> None:
        self._seed, self._random, self._id, self._entry = seed, seed.random(7), id, entry

    def fill(self, objects: entry.Objects) -> None:
        for at, number, put in objects.story(self._seed.start, self._random):
            key = objects.key.of(number, self._seed.start - objects.since + number * objects.every)
            if put:
                self._put(key, objects, number, at)
                continue
            with self._seed.world.as_of(at):
                self._buckets.delete_object(self._id, key)

    def _put(self, key: str, objects: entry.Objects, number: int, at: datetime) -> None:
        sizes = objects.bytes
        size = sizes.least + 64 * (number % max(1, (sizes.most - sizes.least) // 64))
        with self._seed.world.as_of(at):
            self._buckets.put_object(self._id, key, self._random.randbytes(size))

    def beat(self, at: datetime) -> None:
        held = {"at": at.isoformat(timespec="microseconds"), "sequence": int(at.timestamp())}
        with self._seed.world.as_of(at):
            made = self._buckets.put_object(self._id, HEARTBEAT, json.dumps(held).encode())
            made.set_metadata({"Content-Type": _JSON})

    def beat_on(self) -> None:
        now = self._seed.world.now()
        if self._id not in self._buckets.buckets:
            return
        self.beat(now)
        # After a long sleep of a virtual clock only the last day is caught up.
        self._seed.world.agenda.at(max(now + _EVERY, self._seed.world.clock.now() - _DAY), self.beat_on)

    def fill_vault(self, vault: str, newest: datetime) -> None:
        self._seed.vault(vault)
        for night in range(_NIGHTS - 1, -1, -1):
            back_up(vault, self._id, newest - night * _DAY)
        self._seed.world.agenda.at(newest + _DAY, lambda: self._vaulted(vault))

    def _vaulted(self, vault: str) -> None:
        now = self._seed.world.now()
        if self._id in self._buckets.buckets:
            back_up(vault, self._id, now)
            self._seed.world.agenda.at(now + _DAY, lambda: self._vaulted(vault))

    @property
    def _buckets(self) -> Buckets:
        return cast(Buckets, s3_backends[ACCOUNT]["aws"])
