"""The lists of a bucket's versions that S3 makes by itself once a day or a week, read in place of asking page by page.

S3 calls it an inventory. It names the instant at which it began to look, and tells of none that came later; what was
written or deleted shortly before may be missing in it still (S3's own word, "eventually consistent").
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import itertools
import json
import os
import re
import sqlite3
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.s3_bucket.objects.holding import PIECE, Object
from dr_orchestrator.resources.s3_bucket.objects.versions import NULL, Version, Where, current, every

if TYPE_CHECKING:
    from dr_orchestrator.resources.s3_bucket.shape import Inventory

CALL = "s3:GetBucketInventoryConfiguration"
FIELDS = ("Size", "LastModifiedDate", "ETag", "StorageClass")
"""The fields that a list needs of each version, beside its key and its id."""

_GET, _LIST = "s3:GetObject", "s3:ListObjectVersions"
_COLUMNS = ("Key", "VersionId", "IsLatest", "IsDeleteMarker", *FIELDS)
_BEGAN = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\dZ)/(manifest\.json|manifest\.checksum)")
_BUCKET = re.compile(r"arn:[\w-]+:s3:::(?P<name>[^/]+)")
_FILES = ("manifest.json", "manifest.checksum")
_CONTENTS = ("data/", "hive/")
"""The beginnings of the keys of what the lists are made of."""

_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True)
class Listed:
    """A list that S3 has published: of which instant, when that was, and its manifest."""

    began: datetime
    published: datetime
    manifest: Version


class Lists:
    """The lists that one configuration of an inventory makes of a bucket, each where S3 puts it."""

    def __init__(self, api: Api, source: Where, declared: Inventory) -> None:
        self._api, self._source, self._declared = api, source, declared
        self._sorted: dict[str, _Sorted] = {}

    def seen(self, until: datetime) -> str:
        """The configuration, and the newest list from before an instant; NotRecoverable where they do not do."""
        often = self._configured()["Schedule"]["Frequency"].lower()
        newest = self.newest(until)
        return (
            f"listed {often} by inventory {self._declared.id}; the newest list is of {newest.began:%Y-%m-%d %H:%M} UTC"
        )

    def newest(self, until: datetime) -> Listed:
        """The newest list that was published by then."""
        found = [each for each in self.all() if each.published <= until]
        if not found:
            where = f"s3://{self._there.bucket}/{self._base}"
            told = f"no list of inventory {self._declared.id} was published in {where} by {until:%Y-%m-%d %H:%M:%S} UTC"
            hint = "the first one comes within 48 hours; are bucket and prefix those of the inventory's destination?"
            raise NotRecoverable(told, hint, _LIST)
        return max(found, key=lambda each: each.began)

    def all(self) -> Iterator[Listed]:
        """Every list that is there whole, by age."""
        held: dict[str, dict[str, Version]] = {}
        for each in current(self._api, self._there):
            named = _BEGAN.fullmatch(each.key.removeprefix(self._base))
            if each.key.removeprefix(self._base).startswith(_CONTENTS):
                break  # they come after all manifests
            if named is None:
                continue  # nothing of S3's
            held.setdefault(named[1], {})[named[2]] = each
        for began, files in held.items():
            if len(files) == len(_FILES):
                at = datetime.strptime(began, "%Y-%m-%dT%H-%MZ").replace(tzinfo=UTC)
                yield Listed(at, files["manifest.checksum"].modified, files["manifest.json"])

    def versions(self, listed: Listed) -> Iterator[Version]:
        """Every version and delete marker of a list below the prefix, in the order of the keys, the newest first.

        S3 tells whole seconds: where a key has several of one second, S3 itself is asked for their order.
        """
        if listed.manifest.key not in self._sorted:
            self._sorted = {listed.manifest.key: _Sorted(self._rows(listed))}
        for key, of_key in itertools.groupby(self._sorted[listed.manifest.key].read(), key=lambda each: each.key):
            known = list(of_key)
            if _is_tied(known):
                asked = every(self._api, replace(self._source, prefix=key))
                known = [each for each in asked if each.key == key]
            yield from known

    def _rows(self, listed: Listed) -> Iterator[Version]:
        manifest = self._manifest(listed)
        columns = [each.strip() for each in manifest["fileSchema"].split(",")]
        lacking = [each for each in _COLUMNS if each not in columns]
        if lacking:
            told = f"the list of {listed.began:%Y-%m-%d %H:%M} UTC tells no {', '.join(lacking)}"
            raise NotRecoverable(told, _remedy(self._declared.id), _GET)
        for file in manifest["files"]:
            named = Version(str(file["key"]), NULL, listed.began, int(file["size"]))
            read = self._read(named, str(file["MD5checksum"]), columns)
            yield from (each for each in read if each.key.startswith(self._source.prefix))

    def _manifest(self, listed: Listed) -> Mapping[str, Any]:
        """The manifest, by its checksum, of this bucket and in a form that is read here."""
        key = listed.manifest.key
        held = self._held(listed.manifest)
        beside = self._held(Version(f"{key.removesuffix('json')}checksum", NULL, listed.published, _CHECKSUM))
        if beside.decode("ascii", "replace").strip() != hashlib.md5(held, usedforsecurity=False).hexdigest():
            raise Strange(f"{key} is not as its checksum says", _GET)
        try:
            read = json.loads(held)
            form, of, into = (str(read[each]) for each in ("fileFormat", "sourceBucket", "destinationBucket"))
            files = [{each: file[each] for each in ("key", "size", "MD5checksum")} for file in read["files"]]
            known = {"fileSchema": str(read["fileSchema"]), "files": files}
        except (KeyError, TypeError, ValueError) as wrong:
            raise Strange(f"{key} is no manifest of an inventory", _GET) from wrong
        if form != "CSV":
            told = f"the lists of inventory {self._declared.id} are {form}, of which nothing is read here"
            raise NotRecoverable(told, "have it make CSV", _GET)
        if (of, into.rpartition(":")[2]) != (self._source.bucket, self._there.bucket):
            raise Strange(f"{key} is a list of bucket {of} in {into}", _GET)
        return known

    def _read(self, file: Version, digest: str, columns: Sequence[str]) -> Iterator[Version]:
        """The versions of one file, which is never in memory as a whole; Strange where it is another."""
        pieces = _Pieces(Object(self._api, self._there, file), file.size)
        number = 0
        try:
            with gzip.open(io.BufferedReader(pieces, PIECE), "rt", encoding="utf-8", newline="") as text:
                for row in csv.reader(text):
                    number += 1
                    yield _version(dict(zip(columns, row, strict=True)))
        except NotFound as gone:
            told = f"{file.key}, which belongs to a list, is gone from {self._there.bucket}"
            raise NotMeasured(told, "is there a lifecycle rule that deletes lists too soon?", _GET) from gone
        except (ValueError, KeyError, EOFError, OSError, csv.Error, zlib.error) as wrong:
            raise Strange(f"{file.key} cannot be read after row {number}: {wrong}", _GET) from wrong
        if pieces.digest != digest:
            raise Strange(f"{file.key} is not the file of its manifest", _GET)

    def _held(self, version: Version) -> bytes:
        return Object(self._api, self._there, version).piece(0, version.size - 1)

    def _configured(self) -> Mapping[str, Any]:
        """The configuration; NotRecoverable where its lists say too little, or lie elsewhere than is declared."""
        declared, given = self._declared, {"Id": self._declared.id}
        owner = {"ExpectedBucketOwner": self._source.owner} if self._source.owner else {}
        try:
            answer = self._api.call("GetBucketInventoryConfiguration", Bucket=self._source.bucket, **owner, **given)
        except NotFound as absent:
            lacks = f"bucket {self._source.bucket} has no inventory {declared.id}"
            raise NotRecoverable(lacks, "declare the `id` of one that it has", CALL) from absent
        told: Mapping[str, Any] = answer["InventoryConfiguration"]
        into = told["Destination"]["S3BucketDestination"]
        named = _BUCKET.fullmatch(into["Bucket"])
        of = str(told.get("Filter", {}).get("Prefix", ""))
        lacking = [each for each in FIELDS if each not in told.get("OptionalFields", ())]
        wrong = {
            "is switched off": not told["IsEnabled"],
            "lists no versions but the newest": told["IncludedObjectVersions"] != "All",
            f"lists only what begins with '{of}'": not self._source.prefix.startswith(of),
            f"makes {into['Format']}, and CSV alone is read": into["Format"] != "CSV",
            f"tells no {', '.join(lacking)}": bool(lacking),
        }
        for what, is_so in wrong.items():
            if is_so:
                raise NotRecoverable(f"inventory {declared.id} {what}", _remedy(declared.id), CALL)
        there = (named["name"] if named else into["Bucket"]), str(into.get("Prefix", "")).strip("/")
        if there != (declared.bucket, declared.below):
            told_there = "/".join(filter(None, there))
            raise NotRecoverable(f"inventory {declared.id} lies in {told_there}", "declare that place", CALL)
        return told

    @property
    def _base(self) -> str:
        """The beginning of the keys of its lists."""
        return "/".join((*filter(None, (self._declared.below,)), self._source.bucket, self._declared.id, ""))

    @property
    def _there(self) -> Where:
        """Where the lists are, of whose bucket: whoever else has one of that name decides nothing."""
        return Where(self._declared.bucket, self._base, self._declared.account or self._source.owner, versions=False)


_CACHE_KIB = 64 * 1024
"""The memory in which versions are sorted; the rest is on the disk."""

_CHECKSUM = 32
"""Bytes of a manifest's checksum."""


class _Pieces(io.RawIOBase):
    """The bytes of an object, fetched piece by piece as they are read, with the MD5 of those that were."""

    def __init__(self, held: Object, size: int) -> None:
        super().__init__()
        self._held, self._size, self._at = held, size, 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, into: Any) -> int:
        """As many as there is room for, and as one call fetches."""
        last = min(self._at + min(len(into), PIECE), self._size) - 1
        if last < self._at:
            return 0
        read = self._held.piece(self._at, last)
        into[: len(read)] = read
        self._md5.update(read)
        self._at += len(read)
        return len(read)

    @property
    def digest(self) -> str:
        """The MD5 of all of it, once it is read."""
        return self._md5.hexdigest()


class _Sorted:
    """Versions on the disk, in the order in which S3 lists them: an inventory has none.

    The file has no name once it is open, so that nothing of it is left, however the process ends.
    """

    def __init__(self, versions: Iterator[Version]) -> None:
        opened, name = tempfile.mkstemp(prefix="dro-inventory-")
        os.close(opened)
        self._held = sqlite3.connect(name, check_same_thread=False, isolation_level=None)
        made = self._held
        for each in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            made.execute(f"PRAGMA {each}")
        made.execute("CREATE TABLE told (key, latest, modified, marker, id, size, digest, storage)")
        Path(name).unlink()
        made.execute("BEGIN")
        made.executemany("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_row, versions))
        made.execute("CREATE TABLE listed AS SELECT * FROM told ORDER BY key, latest DESC, modified DESC, marker, id")
        made.execute("DROP TABLE told")
        made.execute("COMMIT")

    def read(self) -> Iterator[Version]:
        """All of them, each once; whoever asks for the next may be another thread each time."""
        before: tuple[Any, ...] = ()
        for row in self._held.execute("SELECT * FROM listed ORDER BY rowid"):
            if row != before:
                key, latest, modified, marker, id_, size, digest, storage = before = row
                at = datetime.fromtimestamp(modified, UTC)
                yield Version(key, id_, at, size, digest, bool(marker), bool(latest), storage)


def _row(each: Version) -> tuple[Any, ...]:
    """A version as it is kept on the disk."""
    stands = each.key, each.latest, each.modified.timestamp(), each.marker
    return (*stands, each.id, each.size, each.digest, each.storage)


def _is_tied(versions: Sequence[Version]) -> bool:
    """Whether two versions of one key are of one second, and nothing tells which came last."""
    seconds = Counter(each.modified for each in versions)
    known = {each.modified for each in versions if each.latest}
    return any(number > 1 for second, number in seconds.items() if second not in known)


def _version(row: Mapping[str, str]) -> Version:
    """The version that a row tells of; ValueError or KeyError where it tells of none."""
    modified, size = datetime.fromisoformat(row["LastModifiedDate"]), int(row["Size"] or 0)
    if modified.tzinfo is None or size < 0:
        raise ValueError(f"{row['LastModifiedDate']} and {row['Size']} are no instant and size")
    return Version(
        unquote_plus(row["Key"], errors="strict"),
        row["VersionId"] or NULL,
        modified,
        size,
        row["ETag"].strip('"'),
        _TRUTHS[row["IsDeleteMarker"].lower()],
        _TRUTHS[row["IsLatest"].lower()],
        row["StorageClass"],
    )


def _remedy(id_: str) -> str:
    return f"have inventory {id_} list all versions as CSV, with the fields {', '.join(FIELDS)}"


def published_within(lists: Sequence[Listed]) -> timedelta | None:
    """The longest that a list took from its instant until it was there; None where there is none."""
    return max((each.published - each.began for each in lists), default=None)
