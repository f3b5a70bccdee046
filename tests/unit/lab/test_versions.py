"""A bucket's versions in the lab: one more costs no more where there are many."""

from __future__ import annotations

from typing import Any

from moto.s3.models import FakeKey
from moto.s3.utils import _VersionedKeyStore

from dr_orchestrator.lab import Lab
from dr_orchestrator.lab.cloud.world import ACCOUNT


class Versions(list[Any]):
    """Versions of a key, through which nobody may search."""

    def __contains__(self, _: object) -> bool:
        raise AssertionError("every version is looked for among all others")


class Key(FakeKey):
    """A version that tells when it is given up."""

    given_up = False

    def dispose(self, garbage: bool = False) -> None:
        self.given_up = True
        super().dispose(garbage)


def test_a_version_is_put_without_a_search_through_all_others(lab: Lab) -> None:
    """What is left out is given up, and the rest is kept, by one look at each: a lab stands for days."""
    del lab
    old, kept = (Key("beat", b"1", ACCOUNT, "us-east-1"), Key("beat", b"2", ACCOUNT, "us-east-1"))
    store = _VersionedKeyStore()
    store.setlist("beat", Versions([old, kept]))
    store.setlist("beat", Versions([kept]))
    assert store.getlist("beat") == [kept]
    assert (old.given_up, kept.given_up) == (True, False)
