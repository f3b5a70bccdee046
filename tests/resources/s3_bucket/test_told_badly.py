"""A bucket is known by a tag alone: one that is told badly as it is made is asked for again, and never written down.

What is told badly of who can read it, or of where it stands, is nothing that a drill fails of.
"""

from __future__ import annotations

import pytest

from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.resources.s3_bucket import bucket
from tests.support.lying import Lie, Proxy
from tests.support.lying import answers as altered
from tests.support.lying.fields import GARBLED, Field, Tree
from tests.support.ways import Make


def _garble(tree: Tree) -> None:
    _number(tree).put(GARBLED)


def _lose(tree: Tree) -> None:
    _tag(tree).remove()


def _tell_twice(tree: Tree) -> None:
    """The last time with another number: whoever takes the last one takes a wrong one."""
    _tag(tree).double()
    number = _number(tree)
    number.put(f"{_text(number)[:-16]}{'0' * 16}")


def _tag(tree: Tree) -> Field:
    fields = tree.fields()
    return fields[_last(fields) - 1]


def _number(tree: Tree) -> Field:
    fields = tree.fields()
    return fields[_last(fields) + 1]


def _last(fields: list[Field]) -> int:
    return max(at for at, each in enumerate(fields) if _text(each) == bucket.MADE)


def _text(field: Field) -> str:
    return str(field.element.text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", [_garble, _lose, _tell_twice])
def test_a_number_that_is_told_badly_at_the_making_is_asked_for_again(
    way_of: Make, lying: Proxy, change: object
) -> None:
    """The ledger gets the number that the bucket wears: by another it could never be proven, and would be left."""
    way = way_of("s3")
    lie = Lie(altered.changed(change), "GetBucketTagging", resource=way.copy.id, times=1)  # type: ignore[arg-type]
    with lying.lying(lie):
        identity = way.made.toolkit.patiently(way.restore)
    assert lie.told
    way.confirm(identity)
    assert identity.unique_id.startswith(f"{way.copy.id}:")
    assert way.restorer.destroy(way.copy) is CopyState.DELETED


@pytest.mark.parametrize("word", [GARBLED, "NobodysOwn", None])
def test_an_ownership_that_nobody_knows_proves_nothing(way_of: Make, lying: Proxy, word: str | None) -> None:
    """That a copy could be read from outside is said on a word of AWS's alone; asked again, it is proven shut."""
    way = way_of("s3")
    way.restored()
    alter = altered.without("ObjectOwnership") if word is None else altered.saying(ObjectOwnership=word)
    lie = Lie(alter, "GetBucketOwnershipControls", resource=way.copy.id)
    with lying.lying(lie), pytest.raises(Strange, match="ObjectOwnership"):
        way.restorer.isolated(way.copy)
    assert lie.told
    assert "shut to all outside of it" in way.restorer.isolated(way.copy).words
    way.restorer.destroy(way.copy)


def test_listings_that_contradict_each_other_prove_nothing(way_of: Make, lying: Proxy) -> None:
    """A source that one listing of its region lacks, and another tells of there, is not declared wrongly."""
    way = way_of("s3")
    lie = Lie(altered.without("Buckets"), "ListBuckets", times=1)
    with lying.lying(lie), pytest.raises(Strange, match="one listing tells of images-prod in us-east-1, another"):
        way.strike()
        way.restorer.choose()
    assert lie.told
