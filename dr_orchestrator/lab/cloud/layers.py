"""The layers of container images, which moto counts and forgets: kept as they were sent, for whoever asks."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.models import ecr_backends
from moto.ecr.responses import ECRResponse

from dr_orchestrator.lab.cloud.world import world

PREFIX = "/lab/layer/"
_completed = ECRResponse.complete_layer_upload


class LayersNotFound(ServiceException):
    """An error of AWS: a layer is not there."""

    code = "LayersNotFoundException"


def _repository(answering: ECRResponse) -> Any:
    name, registry = answering._get_param("repositoryName"), answering._get_param("registryId")
    return answering.ecr_backend._get_repository(name, registry)


def _complete(answering: ECRResponse) -> ActionResult:
    """moto's own, which counts the bytes of a layer; they are kept besides."""
    upload = _repository(answering).uploads.get(answering._get_param("uploadId"))
    sent = bytes(upload.layer_parts) if upload is not None else b""
    completed = _completed(answering)
    kept = _repository(answering).__dict__.setdefault("kept", {})
    kept[f"sha256:{sha256(sent).hexdigest()}"] = sent
    return completed


def _address(answering: ECRResponse) -> ActionResult:
    """The address at which a layer can be read by whoever knows it."""
    digest, repository = str(answering._get_param("layerDigest")), _repository(answering)
    if digest not in repository.__dict__.get("kept", {}):
        raise LayersNotFound(f"The layer {digest} does not exist in the repository {repository.name}")
    place = f"{repository.registry_id}/{repository.region_name}/{digest}/{repository.name}"
    return ActionResult({"layerDigest": digest, "downloadUrl": f"{world().endpoint}{PREFIX}{place}"})


def answer(place: str) -> tuple[int, bytes]:
    """The answer to a GET of such an address: all of the layer."""
    account, region, digest, name = [*place.split("/", 3), *[""] * 4][:4]
    repository = ecr_backends[account][region].repositories.get(name) if name else None
    kept = getattr(repository, "kept", {})
    return (200, kept[digest]) if digest in kept else (404, b"")


PATCHES = (
    (ECRResponse, "complete_layer_upload", _complete),
    (ECRResponse, "get_download_url_for_layer", _address),
)
