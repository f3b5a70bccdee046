"""S3 as a drill of buckets meets it: moto, where moto is like AWS."""

from __future__ import annotations

from typing import Any

from moto.s3.models import FakeKey, s3_backends

from dr_orchestrator.lab.calls import ApiCall
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.lab.twin import Refusal, Twin
from dr_orchestrator.resources.s3_bucket.lab import answers, backend, company, inventory, metrics, vaulted


def _buckets() -> dict[str, Any]:
    found = s3_backends[ACCOUNT]["aws"]
    return {
        each.name: {
            "arn": each.arn,
            "region": each.region_name,
            "versioning": each.versioning_status or "",
            "versions": sum(isinstance(one, FakeKey) for key in list(each.keys) for one in each.keys.getlist(key, [])),
            "tags": found.tagger.get_tag_dict_for_resource(each.arn),
        }
        for each in list(found.buckets.values())
    }


def _refuses(call: ApiCall) -> Refusal | None:
    """A deletion of keys that XML has no words for: they cannot be told in such a request."""
    unsaid = any(each < " " and each not in "\t\n\r" for each in call.body)
    if (call.service, call.action) == ("s3", "DeleteObjects") and unsaid:
        return "MalformedXML", "The XML you provided was not well-formed", 400
    return None


TWIN = Twin(
    backends=((s3_backends, backend.Buckets),),
    patches=(*answers.PATCHES, *backend.PATCHES, *inventory.PATCHES, *metrics.PATCHES),
    vaulted=vaulted.VAULTED,
    state={"buckets": _buckets},
    refuses=_refuses,
    make=company.make,
    fill=company.fill,
)
