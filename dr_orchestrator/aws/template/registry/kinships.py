"""The type that a property speaks of by nothing but its name: `SubnetIds` of subnets, `RestApiId` of an API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product

COMMON = frozenset(
    {
        "AWS::CertificateManager",
        "AWS::CloudWatch",
        "AWS::DynamoDB",
        "AWS::EC2",
        "AWS::ElasticLoadBalancing",
        "AWS::ElasticLoadBalancingV2",
        "AWS::IAM",
        "AWS::KMS",
        "AWS::Kinesis",
        "AWS::Lambda",
        "AWS::Logs",
        "AWS::S3",
        "AWS::SNS",
        "AWS::SQS",
        "AWS::SecretsManager",
    }
)
"""The services whose objects those of all others refer to."""

_NAMED = re.compile(r"[A-Za-z0-9](Arn|ARN|Id|ID|Identifier)s?$|^(Arn|ARN|arn)s?$|K(ms|MS)Key$|Role$")
_ENDINGS = ("Name", "Id", "ID", "Identifier", "Arn", "ARN")
_PLURALS = ("", "s")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Kinships:
    """All types by the words that speak of them; a type of the same service goes before one of another."""

    def __init__(self, types: Iterable[str]) -> None:
        """Of these types; sorted by their words when the first is asked for."""
        self._types = tuple(types)

    @cached_property
    def _plain(self) -> Mapping[str, Sequence[str]]:
        return _by_word((last_part(name) + plural, name) for name in self._types for plural in _PLURALS)

    @cached_property
    def _ended(self) -> Mapping[str, Sequence[str]]:
        endings = [ending + plural for ending, plural in product(_ENDINGS, _PLURALS)]
        return _by_word((last_part(name) + ending, name) for name in self._types for ending in endings)

    def spoken_of(self, word: str, by: str) -> tuple[str, ...]:
        """The types that a property of another type may speak of.

        `DestinationBucketName` speaks of buckets as `BucketName` does. Of the type's own service any name counts
        (`Cluster`), of a common one those that cannot be another word (`BucketName`, `InstanceProfile`).
        """
        for tail in _tails(word):
            found = [*self._ended.get(tail, ()), *self._plain.get(tail, ())]
            near = [each for each in found if service(each) == service(by) and (tail == word or tail in self._ended)]
            if near:
                return tuple(near)
            common = self._ended.get(tail, ()) or (self._plain.get(tail, ()) if _BETWEEN_WORDS.search(tail) else ())
            if far := [each for each in common if service(each) in COMMON]:
                return tuple(far)
        return ()


def _by_word(pairs: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for word, name in pairs:
        found.setdefault(word, []).append(name)
    return found


def is_named_so(word: str) -> bool:
    """Whether a property is called like a reference: `RoleArn`, `VpcId`. `Id` alone is mostly a label of its own."""
    return bool(_NAMED.search(word))


def last_part(name: str) -> str:
    """`Bucket` of `AWS::S3::Bucket`."""
    return name.rpartition("::")[2]


def service(name: str) -> str:
    """`AWS::S3` of `AWS::S3::Bucket`."""
    return name.rpartition("::")[0]


def _tails(word: str) -> Iterator[str]:
    parts = _BETWEEN_WORDS.split(word)
    return ("".join(parts[start:]) for start in range(len(parts)))
