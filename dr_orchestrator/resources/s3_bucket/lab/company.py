"""The sample company's bucket of images: with the versions of the months before the lab began, and a heartbeat."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import cast

from moto.s3.models import s3_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.lab.estate.seed import TAGS, Seed
from dr_orchestrator.resources.s3_bucket.lab.backend import Buckets

IMAGES, HEARTBEAT = "image-effects-prod", "dro/heartbeat.json"
NUMBER = 120
_MINUTE = timedelta(minutes=1)
_EVERY, _CATCH_UP = 5 * _MINUTE, timedelta(days=1)
_JSON = "application/json"


def make(seed: Seed) -> None:
    """Make the bucket."""
    del seed
    buckets = cast(Buckets, s3_backends[ACCOUNT]["aws"])
    buckets.create_bucket(IMAGES, REGION)
    buckets.put_bucket_tagging(IMAGES, {each["Key"]: each["Value"] for each in TAGS})
    buckets.put_bucket_versioning(IMAGES, "Enabled")


def fill(seed: Seed) -> None:
    """Put the images there, some of them anew and some away again, and have the heartbeat go on."""
    images = _Images(seed)
    images.put()
    for at in (seed.start - number * _EVERY for number in range(24 * 12, -1, -1)):
        images.beat(at)
    seed.world.agenda.at(seed.start + _EVERY, images.beat_on)


class _Images:
    def __init__(self, seed: Seed) -> None:
        self._seed, self._random = seed, seed.random(7)

    @property
    def _buckets(self) -> Buckets:
        return cast(Buckets, s3_backends[ACCOUNT]["aws"])

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

    def beat(self, at: datetime) -> None:
        held = {"at": at.isoformat(timespec="microseconds"), "sequence": int(at.timestamp())}
        with self._seed.world.as_of(at):
            made = self._buckets.put_object(IMAGES, HEARTBEAT, json.dumps(held).encode())
            made.set_metadata({"Content-Type": _JSON})

    def beat_on(self) -> None:
        now = self._seed.world.now()
        if IMAGES not in self._buckets.buckets:
            return
        self.beat(now)
        # After a long sleep of a virtual clock only the last day is caught up.
        self._seed.world.agenda.at(max(now + _EVERY, self._seed.world.clock.now() - _CATCH_UP), self.beat_on)


def _key(number: int) -> str:
    return f"images/{number % 7}/photo {number:04d} größe.jpg"
