"""The content of an object: told by S3's checksums and digests, or read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.calls.bodies import body
from dr_orchestrator.errors import Transient
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where

PIECE = 8 * 1024**2
"""How many bytes are read in one call: no more of an object is held at a time."""

_GET = "s3:GetObject"
_CHECKSUM = re.compile(r"Checksum(?!Type)\w+")
_PARTS = re.compile(r"-\d+$")
_WHOLE = "FULL_OBJECT"


class Object:
    """One version of an object in one place."""

    def __init__(self, api: Api, where: Where, version: Version) -> None:
        self._api, self._version = api, version
        self._given = {**where.given, "Key": version.key, **({"VersionId": version.id} if where.versions else {})}

    def head(self) -> Mapping[str, Any]:
        """The words of S3 on it, with its checksums."""
        return self._api.call("HeadObject", **self._given, ChecksumMode="ENABLED")

    def read(self) -> str:
        """The SHA-256 of all that it holds, read piece by piece."""
        digest = hashlib.sha256()
        for first in range(0, self._version.size, PIECE):
            digest.update(self.piece(first, min(first + PIECE, self._version.size) - 1))
        return digest.hexdigest()

    def piece(self, first: int, last: int) -> bytes:
        """The bytes from one to another."""
        return body(self._api.call("GetObject", **self._given, Range=f"bytes={first}-{last}"), last - first + 1)


def whole(answer: Mapping[str, Any], size: int) -> bytes:
    """All bytes of an object whose answer that is; Transient where its ETag is a digest, and of other bytes."""
    digest = _is_digest(answer)
    read = body(answer, size)
    if digest and hashlib.md5(read, usedforsecurity=False).hexdigest() != str(answer["ETag"]).strip('"'):
        raise Transient(f"the {size} bytes that came are not those of its ETag", call=_GET)
    return read


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool | None:
    """Whether two objects hold the same by what S3 says of them; None where that tells nothing.

    A checksum of parts (COMPOSITE) says of the same bytes in the same parts that they are the same, and nothing where
    it is another; an ETag is a digest of one part alone that no key of KMS or of the customer's encrypts.
    """
    first, second = _checksums(one), _checksums(other)
    shared = first.keys() & second.keys()
    if shared:
        return all(first[each] == second[each] for each in shared)
    if _of_parts(one) & _of_parts(other):
        return True
    if _is_digest(one) and _is_digest(other):
        return bool(one["ETag"] == other["ETag"])
    return None


def _checksums(head: Mapping[str, Any]) -> dict[str, str]:
    """The checksums of all of an object."""
    if head.get("ChecksumType", _WHOLE) != _WHOLE:
        return {}
    return {name: value for name, value in _told(head).items() if not _PARTS.search(value)}


def _of_parts(head: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The checksums of its parts' checksums, each of which ends with their number."""
    return {(name, value) for name, value in _told(head).items() if _PARTS.search(value)}


def _told(head: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in head.items() if _CHECKSUM.fullmatch(name)}


def _is_digest(head: Mapping[str, Any]) -> bool:
    keyed = str(head.get("ServerSideEncryption", "")).startswith("aws:kms") or head.get("SSECustomerAlgorithm")
    return not keyed and "-" not in str(head["ETag"])
