"""The lists of a bucket's versions that S3 makes by itself once a day or a week, read in place of asking page by page.

S3 calls it an inventory. It names the instant at which it began to look, and tells of none that came later; what was
written or deleted shortly before may be missing in it still (S3's own word, "eventually consistent").
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.s3_bucket.objects.holding import PIECE, Object
from dr_orchestrator.resources.s3_bucket.objects.versions import NULL, Version, Where, current

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
            if named is None:
                break  # what the lists are of comes after all of their manifests
            held.setdefault(named[1], {})[named[2]] = each
        for began, files in held.items():
            if len(files) == len(_FILES):
                at = datetime.strptime(began, "%Y-%m-%dT%H-%MZ").replace(tzinfo=UTC)
                yield Listed(at, files["manifest.checksum"].modified, files["manifest.json"])

    def versions(self, listed: Listed) -> Iterator[Version]:
        """Every version and delete marker of a list below the prefix, in the order of the keys, the newest first."""
        if listed.manifest.key not in self._sorted:
            self._sorted = {listed.manifest.key: _Sorted(self._rows(listed))}
        return self._sorted[listed.manifest.key].read()

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
            form, of = str(read["fileFormat"]), str(read["sourceBucket"])
            files = [{each: file[each] for each in ("key", "size", "MD5checksum")} for file in read["files"]]
            known = {"fileSchema": str(read["fileSchema"]), "files": files}
        except (KeyError, TypeError, ValueError) as wrong:
            raise Strange(f"{key} is no manifest of an inventory", _GET) from wrong
        if form != "CSV":
            told = f"the lists of inventory {self._declared.id} are {form}, of which nothing is read here"
            raise NotRecoverable(told, "have it make CSV", _GET)
        if of != self._source.bucket:
            raise Strange(f"{key} is of bucket {of}, not of {self._source.bucket}", _GET)
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
        """Where the lists are; they may be another account's."""
        return Where(self._declared.bucket, self._base, versions=False)


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
    """Versions on the disk, in the order in which S3 lists them: an inventory has none."""

    def __init__(self, versions: Iterator[Version]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dro-inventory-")
        self._file = Path(self._folder.name) / "versions"
        with closing(sqlite3.connect(self._file, isolation_level=None)) as made:
            made.execute("PRAGMA journal_mode = OFF")
            made.execute("PRAGMA synchronous = OFF")
            made.execute("CREATE TABLE told (key, latest, modified, marker, id, size, digest, storage)")
            made.execute("BEGIN")
            for each in versions:
                row = (each.key, each.latest, each.modified.timestamp(), each.marker, each.id, each.size)
                made.execute("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, each.digest, each.storage))
            made.execute("COMMIT")
            made.execute(
                "CREATE TABLE listed AS SELECT DISTINCT * FROM told ORDER BY key, latest DESC, modified DESC, marker"
            )
            made.execute("DROP TABLE told")

    def read(self) -> Iterator[Version]:
        """All of them; whoever asks for the next may be another thread each time."""
        with closing(sqlite3.connect(self._file, check_same_thread=False)) as held:
            for key, latest, modified, marker, id_, size, digest, storage in held.execute(
                "SELECT * FROM listed ORDER BY rowid"
            ):
                at = datetime.fromtimestamp(modified, UTC)
                yield Version(key, id_, at, size, digest, bool(marker), bool(latest), storage)


def _version(row: Mapping[str, str]) -> Version:
    """The version that a row tells of; ValueError or KeyError where it tells of none."""
    return Version(
        unquote_plus(row["Key"], errors="strict"),
        row["VersionId"] or NULL,
        datetime.fromisoformat(row["LastModifiedDate"]),
        int(row["Size"] or 0),
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
