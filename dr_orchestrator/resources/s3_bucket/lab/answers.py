"""The answers of S3 that moto gives otherwise: pages of buckets and versions, keys of any character, tags at birth."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote
from xml.etree import ElementTree

from moto.core.responses import ActionResult
from moto.s3.models import FakeKey, s3_backends
from moto.s3.responses import S3Response

from dr_orchestrator.resources.s3_bucket.lab.backend import Buckets

_made_by_moto = S3Response._bucket_response_put
_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


def _put(self: S3Response, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
    """moto drops the tags that a bucket is born with."""
    new = bucket_name not in s3_backends.bucket_accounts
    answer = _made_by_moto(self, request, bucket_name, querystring)
    made = s3_backends.bucket_accounts.get(bucket_name)
    if new and made and self.body and (given := _tags(self.body)):
        self.backend.put_bucket_tagging(bucket_name, given)
    return answer


def _tags(body: Any) -> dict[str, str]:
    root = ElementTree.fromstring(body)  # noqa: S314 - the lab's own clients alone are answered
    if not root.tag.endswith("CreateBucketConfiguration"):
        return {}
    found = root.iter(f"{_NAMESPACE}Tag")
    return {_text(each, "Key"): _text(each, "Value") for each in found}


def _text(tag: ElementTree.Element, name: str) -> str:
    return tag.findtext(f"{_NAMESPACE}{name}") or ""


def _list_buckets(self: S3Response) -> Any:
    """Pages of those that are listed by now; each with its region."""
    self.data["Action"] = "ListAllMyBuckets"
    self._authenticate_and_authorize_s3_action()
    prefix, region = self._get_param("prefix") or "", self._get_param("bucket-region") or ""
    after, most = self._get_param("continuation-token") or "", int(self._get_param("max-buckets") or 10_000)
    found = [each for each in cast(Buckets, self.backend).shown(prefix, region) if each.name > after]
    page = found[:most]
    told: dict[str, Any] = {
        "Buckets": [
            {"Name": each.name, "CreationDate": each.creation_date, "BucketRegion": each.region_name} for each in page
        ],
        "Prefix": prefix or None,
    }
    if len(found) > len(page):
        told["ContinuationToken"] = page[-1].name
    self.data["Action"] = "ListBuckets"
    return self.serialized(ActionResult(told))


def _list_versions(self: S3Response) -> Any:
    """A page of versions and markers; keys are encoded where that is asked for, so that none breaks the answer."""
    asked = {name: each[0] for name, each in self._get_querystring(self.request, self.uri).items()}
    if asked.get("delimiter"):
        return _listed_by_moto(self)
    prefix, most = asked.get("prefix", ""), min(1_000, int(asked.get("max-keys", 1_000)))
    after = asked.get("key-marker", ""), asked.get("version-id-marker", "")
    page, last = cast(Buckets, self.backend).versions(self.bucket_name, prefix, after, most)
    encoded = asked.get("encoding-type") == "url"

    def told(text: str) -> str:
        return quote(text, safe="/") if encoded else text

    def version(each: Any) -> dict[str, Any]:
        return {
            "Key": told(each.name),
            "VersionId": each.version_id,
            "IsLatest": each.is_latest,
            "LastModified": each.last_modified_ISO8601,
        }

    answer: dict[str, Any] = {
        "Name": self.bucket_name,
        "Prefix": told(prefix),
        "KeyMarker": told(after[0]),
        "MaxKeys": most,
        "IsTruncated": last is not None,
        "EncodingType": "url" if encoded else None,
        "Versions": [
            {**version(each), "ETag": each.etag, "Size": each.size, "StorageClass": each.storage_class}
            for each in page
            if isinstance(each, FakeKey)
        ],
        "DeleteMarkers": [version(each) for each in page if not isinstance(each, FakeKey)],
    }
    if last is not None:
        answer |= {"NextKeyMarker": told(last[0]), "NextVersionIdMarker": last[1]}
    self.data["Action"] = "ListObjectVersions"
    return self.serialized(ActionResult({name: value for name, value in answer.items() if value is not None}))


def _head(self: S3Response, bucket_name: str, query: Any, key_name: str, headers: Any) -> Any:
    """moto replicates nothing; how far a version has come is said of it by hand."""
    answer = _head_by_moto(self, bucket_name, query, key_name, headers)
    key = self.backend.get_object(bucket_name, key_name, version_id=query.get("versionId", [None])[0])
    if status := getattr(key, "replicated", ""):
        answer[1]["x-amz-replication-status"] = status
    return answer


_head_by_moto = S3Response.head_object
_listed_by_moto = S3Response.list_object_versions

PATCHES = (
    (S3Response, "_bucket_response_put", _put),
    (S3Response, "all_buckets", _list_buckets),
    (S3Response, "list_object_versions", _list_versions),
    (S3Response, "head_object", _head),
)
