"""A bucket's own mistakes in the drill files: what no copy would hold, and what a part proves nothing of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.drill_files import changed, write
from tests.support.types import problems

MEDIA = """\
service: media
title: The media
tier: 1
owner: Team Media
dr_champion: Cy
runbook: {url: https://wiki.example.com/media, reviewed: 2026-10-06}
resources:
  images:
    type: s3-bucket
    id: images-prod
    region: us-east-1
    canary: {key: {object: dro/beat.json}, attribute: at, interval: 5m}
drills:
  images-pitr:
    kind: pitr-restore
    resource: images
    disruption: application
    checks:
      - {name: heartbeat, canary-item: {key: {object: dro/pulse.json}, attribute: at, interval: 5m}}
      - {name: took effect, restored-state: {key: {object: dro/mark.json}, attribute: at}}
"""
KEYS = {
    "beat": "resources.images.canary.key",
    "pulse": "drills.images-pitr.checks[0].canary-item.key",
    "mark": "drills.images-pitr.checks[1].restored-state.key",
}


def told(home: Path, media: str) -> dict[str, str]:
    """The mistakes of a workspace with the bucket, by key."""
    return {each.key: f"{each.message} ({each.fix})" for each in problems(write(home, {"media.yaml": media}))}


def test_a_heartbeat_outside_of_what_is_restored_is_told(tmp_path: Path) -> None:
    """The drill would fail for it: where it is written, and where a check reads it; one within is right."""
    found = told(tmp_path, changed(MEDIA, "id: images-prod", "id: images-prod\n    prefix: images/"))
    assert found == {
        key: f"no copy would hold 'dro/{name}.json': only what begins with 'images/' is restored"
        " (choose a key that is restored)"
        for name, key in KEYS.items()
    }
    assert told(tmp_path, changed(MEDIA, "id: images-prod", "id: images-prod\n    prefix: dro/")) == {}
    assert told(tmp_path, MEDIA) == {}


@pytest.mark.parametrize("name", KEYS)
def test_an_object_has_one_key(tmp_path: Path, name: str) -> None:
    """Wherever a heartbeat is named: a second key says nothing of it."""
    object_ = f"{{object: dro/{name}.json"
    assert told(tmp_path, changed(MEDIA, object_, f"{object_}, part: b")) == {
        KEYS[name]: "an object has one key, this has object and part (keep the one that names it)"
    }


def test_a_sample_proves_nothing_of_the_time_for_all(tmp_path: Path) -> None:
    """A drill of a part is no primary path: that is told with what to write."""
    found = told(tmp_path, changed(MEDIA, "id: images-prod", "id: images-prod\n    sample: {draws: 300}"))
    assert list(found) == ["drills.images-pitr.resource"]
    assert "`path: fallback`" in found["drills.images-pitr.resource"]
    assert "or restore all of it" in found["drills.images-pitr.resource"]
