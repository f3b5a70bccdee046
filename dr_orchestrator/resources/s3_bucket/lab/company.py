"""The sample company's buckets, of images and of its environment: with the versions of the months before the lab began,
and a heartbeat.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import cast

from moto.s3.models import s3_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.estate import company
from dr_orchestrator.lab.estate.seed import TAGS, Seed
from dr_orchestrator.resources.s3_bucket.lab.backend import Buckets

IMAGES, HEARTBEAT = "image-effects-prod", "dro/heartbeat.json"
NUMBER, DELIVERIES = 120, 40
_MINUTE = timedelta(minutes=1)
_EVERY, _CATCH_UP = 5 * _MINUTE, timedelta(days=1)
_JSON = "application/json"


def make(seed: Seed) -> None:
    """Make the bucket of images; the other is its environment's own."""
    del seed
    buckets = cast(Buckets, s3_backends[ACCOUNT]["aws"])
    buckets.create_bucket(IMAGES, REGION)
    buckets.put_bucket_tagging(IMAGES, {each["Key"]: each["Value"] for each in TAGS})
    buckets.put_bucket_versioning(IMAGES, "Enabled")


def fill(seed: Seed) -> None:
    """Put the objects there, some of them anew and some away again, and have the heartbeats go on."""
    images, payloads = _Images(seed, IMAGES), _Payloads(seed, company.PAYLOADS)
    images.put()
    payloads.put()
    for each in (images, payloads):
        for at in (seed.start - number * _EVERY for number in range(24 * 12, -1, -1)):
            each.beat(at)
        seed.world.agenda.at(seed.start + _EVERY, each.beat_on)


class _Bucket:
    def __init__(self, seed: Seed, name: str) -> None:
        self._seed, self._random, self._name = seed, seed.random(7), name

    @property
    def _buckets(self) -> Buckets:
        return cast(Buckets, s3_backends[ACCOUNT]["aws"])

    def beat(self, at: datetime) -> None:
        held = {"at": at.isoformat(timespec="microseconds"), "sequence": int(at.timestamp())}
        with self._seed.world.as_of(at):
            made = self._buckets.put_object(self._name, HEARTBEAT, json.dumps(held).encode())
            made.set_metadata({"Content-Type": _JSON})

    def beat_on(self) -> None:
        now = self._seed.world.now()
        if self._name not in self._buckets.buckets:
            return
        self.beat(now)
        # After a long sleep of a virtual clock only the last day is caught up.
        self._seed.world.agenda.at(max(now + _EVERY, self._seed.world.clock.now() - _CATCH_UP), self.beat_on)


class _Payloads(_Bucket):
    def put(self) -> None:
        for number in range(DELIVERIES):
            at = self._seed.start - timedelta(days=20) + timedelta(hours=11 * number)
            content = json.dumps({"detail": self._random.randbytes(900 + 30 * number).hex()}).encode()
            with self._seed.world.as_of(at):
                self._buckets.put_object(self._name, f"{at:%Y/%m/%d}/{number:06x}.json", content)


class _Images(_Bucket):
    def put(self) -> None:
        for number in range(NUMBER):
            first = self._seed.start - timedelta(days=60) + timedelta(minutes=number)
            self._image(number, first)
            if number % 4 == 0:
                self._image(number, self._seed.start - timedelta(minutes=self._random.uniform(30, 3000)))
            if number % 15 == 7:
                with self._seed.world.as_of(self._seed.start - timedelta(minutes=self._random.uniform(30, 3000))):
                    self._buckets.delete_object(IMAGES, _key(number))

    def _image(self, number: int, at: datetime) -> None:
        content = self._random.randbytes(256 + 64 * (number % 40))
        with self._seed.world.as_of(at):
            self._buckets.put_object(IMAGES, _key(number), content)


def _key(number: int) -> str:
    return f"images/{number % 7}/photo {number:04d} größe.jpg"
