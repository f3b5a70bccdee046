"""Images of an app in the repository that its templates take them from: copied from production's, by their digest.

What is copied is what production runs, byte by byte: each manifest and each layer has to have the digest by which it
was asked for. Nothing is built here, and no container engine is needed.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

import httpx

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.preflight.assets import digest_of
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.app import Asset
from dr_orchestrator.errors import NotMeasured, Transient
from dr_orchestrator.resources.cloudformation_stack.publishing.origin import Origin
from dr_orchestrator.waiting.aside import Late, aside

MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
LARGEST = 10 * 1024**3
"""Bytes of a layer that are copied, at most: as many as a Lambda function's image may have."""

WITHIN_S, SLOWEST = 60.0, 256 * 1024
"""Real seconds within which a layer has to be there, and the bytes a second that it may take besides."""

_GET, _URL, _PUT = "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:PutImage"


@dataclass(frozen=True)
class Image:
    """An image of production's, by its digest."""

    owner: str
    repository: str
    digest: str

    def __str__(self) -> str:
        return f"production's {self.repository}@{self.digest}"


class Images:
    """The images, in the replica's account and in production's."""

    def __init__(self, there: Account, production: Account) -> None:
        self._there, self._production = there, production

    @functools.cached_property
    def _owner(self) -> str:
        return self._there.caller().account

    def seen(self, asset: Asset) -> str:
        """The digest of the image that is there; empty where there is none."""
        return digest_of(self._there, self._owner, asset)

    def origin(self, asset: Asset, in_production: Asset) -> Origin | None:
        """Production's image of that tag, by its digest; None where it has none."""
        owner = self._production.caller().account
        digest = digest_of(self._production, owner, in_production)
        if not digest:
            return None
        image = Image(owner, in_production.place, digest)
        copying = _Copying(self._there, self._owner, self._production, asset, image)
        return Origin(str(image), functools.partial(copying.image, digest, asset.name))


class _Copying:
    """The copying of one image."""

    def __init__(self, there: Account, owner: str, production: Account, asset: Asset, origin: Image) -> None:
        self._to, self._from = there.api("ecr"), production.api("ecr")
        self._into = {"registryId": owner, "repositoryName": asset.place}
        self._of = {"registryId": origin.owner, "repositoryName": origin.repository}

    def image(self, digest: str, tag: str = "") -> int | None:
        """Copy one with all that it names, its own manifest last; of several platforms each without a tag before."""
        text, media = self._manifest(digest)
        told = mapping(json.loads(text))
        sent = sum(self.image(each["digest"]) or 0 for each in told.get("manifests", ()))
        sent += sum(self._layer(each) for each in _layers(told))
        given = {"imageManifest": text, "imageManifestMediaType": media, "imageDigest": digest}
        try:
            self._to.call("PutImage", **self._into, **given, **({"imageTag": tag} if tag else {}))
        except Refused as refused:
            if "ImageAlreadyExists" in refused.code:
                return None
            raise
        return sent

    def _manifest(self, digest: str) -> tuple[str, str]:
        """The text of a manifest, and its media type; NotMeasured unless it is the one of that digest."""
        wanted = {"imageIds": [{"imageDigest": digest}], "acceptedMediaTypes": list(MANIFESTS)}
        answer = self._from.call("BatchGetImage", **self._of, **wanted)
        if not answer.get("images"):
            why = "; ".join(str(each.get("failureReason", "")) for each in answer.get("failures", ()))
            raise NotMeasured(f"production shows no image {digest}: {why}", call=_GET)
        image = answer["images"][0]
        text = str(image["imageManifest"])
        _raise_unless(digest, hashlib.sha256(text.encode()).hexdigest(), _GET)
        return text, str(image.get("imageManifestMediaType") or mapping(json.loads(text)).get("mediaType", ""))

    def _layer(self, layer: Mapping[str, Any]) -> int:
        """Copy one, unless it is there; how many bytes were sent."""
        digest = str(layer["digest"])
        found = self._to.call("BatchCheckLayerAvailability", **self._into, layerDigests=[digest])
        if any(each.get("layerAvailability") == "AVAILABLE" for each in found.get("layers", ())):
            return 0
        with TemporaryFile() as kept:
            size = self._fetched(digest, int(layer.get("size") or 0), kept)
            self._upload(digest, kept)
        return size

    def _fetched(self, digest: str, size: int, into: IO[bytes]) -> int:
        """Read a layer of production's, whose address opens it to whoever has it: it is told to nobody."""
        if size > LARGEST:
            raise NotMeasured(f"the layer {digest} has {size:,} bytes, more than are copied", call=_URL)
        url = str(self._from.call("GetDownloadUrlForLayer", **self._of, layerDigest=digest)["downloadUrl"])
        seen, within = hashlib.sha256(), WITHIN_S + size // SLOWEST

        def read() -> int:
            with httpx.stream("GET", url, timeout=WITHIN_S, follow_redirects=False, trust_env=False) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise Transient(f"the layer {digest} was answered with status {answer.status_code}", call=_URL)
                for piece in answer.iter_raw(1 << 20):
                    seen.update(piece)
                    if into.write(piece) and into.tell() > max(size, 1):
                        raise NotMeasured(f"the layer {digest} is larger than its manifest says", call=_URL)
            return into.tell()

        try:
            got = aside(read, what=f"AWS ({_URL})", within=within)
        except Late:
            raise Transient(f"the layer {digest} did not come within {within:g} s", call=_URL) from None
        except httpx.HTTPError as broken:
            raise Transient(f"the layer {digest} broke off: {type(broken).__name__}", call=_URL) from None
        _raise_unless(digest, seen.hexdigest(), _URL)
        return got

    def _upload(self, digest: str, read: IO[bytes]) -> None:
        begun = self._to.call("InitiateLayerUpload", **self._into)
        upload, part, at = begun["uploadId"], int(begun["partSize"]), 0
        read.seek(0)
        while piece := read.read(part):
            at, first = at + len(piece), at
            bounds = {"partFirstByte": first, "partLastByte": at - 1}
            self._to.call("UploadLayerPart", **self._into, uploadId=upload, layerPartBlob=piece, **bounds)
        try:
            self._to.call("CompleteLayerUpload", **self._into, uploadId=upload, layerDigests=[digest])
        except Refused as refused:
            if "LayerAlreadyExists" not in refused.code:
                raise


def _layers(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The layers of an image and its configuration, but for what is fetched from elsewhere by its address."""
    config = mapping(manifest.get("config"))
    for each in ([config] if config else []) + list(manifest.get("layers", ())):
        if not each.get("urls"):
            yield each


def _raise_unless(digest: str, found: str, call: str) -> None:
    if digest != f"sha256:{found}":
        raise NotMeasured(f"asked for {digest}, it gave sha256:{found}", "nothing of it was published", call)
