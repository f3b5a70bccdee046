"""Which operation a request asks for, by the service models that botocore ships: the clients are made of the same."""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.loaders import Loader

_SHIPPED = Path(Loader.BUILTIN_DATA_PATH)
_METADATA = b'"metadata":'
_CBOR = re.compile(r"/service/([^/]+)/operation/([^/]+)")
_LABEL = re.compile(r"\{([^}+]+)(\+?)\}")
# A bucket in the host: virtual-host style, an access point, PrivateLink; `localhost` is a lab's.
_BUCKET_HOST = re.compile(r"(.+?)\.(?:s3(?:express|-accesspoint)?[.-].*|localhost|(?:bucket|accesspoint)\.vpce-.*)")
_S3_SCOPES = {"s3express": "s3", "s3-object-lambda": "s3", "s3-outposts": "s3"}


@dataclass(frozen=True)
class Request:
    """The parts of a request that tell its operation; `scope` is the service for which it is signed, header names
    are small.
    """

    scope: str
    method: str
    host: str
    path: str  # as sent: what is encoded in it stays so
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One operation of a service, both as boto3 names them; `labels` are what the path names."""

    service: str
    name: str
    protocol: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Service:
    name: str
    metadata: Mapping[str, Any]

    @property
    def protocol(self) -> str:
        return str(self.metadata["protocol"])


@dataclass(frozen=True)
class _Route:
    """How a REST operation is asked for."""

    name: str
    method: str
    path: re.Pattern[str]
    labels: tuple[str, ...]
    literals: int  # parts of the path that are written out
    query: tuple[tuple[str, str | None], ...]  # written out in its URI; None where any value will do
    asked: frozenset[str]  # other parameters that it needs in the query
    headers: frozenset[str]  # and in headers
    known: frozenset[str]  # all that its query may hold
    current: bool  # not superseded by another operation with the same URI


def operation(request: Request) -> Operation | None:
    """Return the operation that is asked for; None where botocore has no such operation."""
    scope, form = _S3_SCOPES.get(request.scope, request.scope), request.form
    if (cbor := _CBOR.fullmatch(request.path)) and "smithy-protocol" in request.headers:
        return Operation(_called(scope, "targetPrefix", cbor[1]), cbor[2], "smithy-rpc-v2-cbor")
    if target := request.headers.get("x-amz-target"):
        prefix, _, name = target.rpartition(".")
        return Operation(_called(scope, "targetPrefix", prefix), name, "json")
    if form.keys() >= {"Action", "Version"}:
        service = _called(scope, "apiVersion", form["Version"])
        return Operation(service, form["Action"], "ec2" if service == "ec2" else "query")
    found = [each for service in _signed_as(scope) for each in _matches(service, request)]
    return max(found, key=lambda each: each[0])[1] if found else None


def _called(scope: str, key: str, value: str) -> str:
    """Return the name of the service that says so of itself: several may be signed for as one."""
    if (_SHIPPED / scope).is_dir() and _service(scope).metadata.get(key) == value:
        return scope
    return next((each.name for each in _signed_as(scope) if each.metadata.get(key) == value), scope)


def _matches(service: _Service, request: Request) -> Iterator[tuple[tuple[int, ...], Operation]]:
    """Yield what fits of a service, with how well: what is written out in a URI counts most."""
    given, bucket = dict(request.query), _BUCKET_HOST.fullmatch(request.host) if service.name == "s3" else None
    for route in _routes(service.name) if service.protocol.startswith("rest-") else ():
        path = f"/{bucket[1]}{request.path}" if bucket and not route.literals else request.path
        match = route.path.fullmatch(path) if route.method == request.method else None
        if match is None or not _is_asked_for(route, given, request.headers):
            continue
        labels = {label: unquote(value) for label, value in zip(route.labels, match.groups(), strict=True)}
        express = int((route.name == "ListDirectoryBuckets") == (request.scope == "s3express"))
        needed = len(route.asked) + len(route.headers)
        rank = (route.literals, len(route.query), needed, len(given.keys() & route.known), route.current, express)
        yield rank, Operation(service.name, route.name, service.protocol, labels)


def _is_asked_for(route: _Route, given: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    written = all(key in given and value in (None, given[key]) for key, value in route.query)
    return written and route.asked <= given.keys() and route.headers <= headers.keys()


@functools.cache
def _routes(service: str) -> tuple[_Route, ...]:
    model = json.loads(gzip.decompress(_model(service).read_bytes()))
    return tuple(_route(each, model["shapes"]) for each in model["operations"].values())


def _route(made: Mapping[str, Any], shapes: Mapping[str, Any]) -> _Route:
    uri, _, written = made["http"]["requestUri"].partition("?")
    shape = shapes[made["input"]["shape"]] if "input" in made else {}
    needed, members = shape.get("required", ()), shape.get("members", {})
    query = tuple((key, value or None) for key, value in parse_qsl(written, keep_blank_values=True) if key != "x-id")

    def named(location: str, names: Iterable[str]) -> frozenset[str]:
        found = ((name, members[name]) for name in names)
        return frozenset(each.get("locationName", name) for name, each in found if each.get("location") == location)

    return _Route(
        name=made["name"],
        method=made["http"]["method"],
        path=re.compile(_pattern(uri.rstrip("/")) + "/?", re.DOTALL),
        labels=tuple(label for label, _ in _LABEL.findall(uri)),
        literals=sum(1 for part in uri.split("/") if part and "{" not in part),
        query=query,
        asked=named("querystring", needed),
        headers=frozenset(map(str.lower, named("header", needed))),
        known=named("querystring", members),
        current=not made.get("deprecated"),
    )


def _pattern(uri: str) -> str:
    """Return the pattern of a URI's path; only what is marked with a plus may hold slashes."""
    parts = _LABEL.split(uri)  # text, name, plus, text, name, plus, …, text
    return "".join(
        re.escape(text) + ("" if plus is None else "(.+)" if plus else "([^/]+)")
        for text, plus in zip(parts[::3], [*parts[2::3], None], strict=True)
    )


def _signed_as(scope: str) -> tuple[_Service, ...]:
    """Return the services whose requests are signed as this one, that of the same name first."""
    return tuple(sorted(_scopes().get(scope, ()), key=lambda each: each.name != scope))


@functools.cache
def _scopes() -> Mapping[str, list[_Service]]:
    found: dict[str, list[_Service]] = {}
    for folder in sorted(_SHIPPED.iterdir()):
        if folder.is_dir():
            service = _service(folder.name)
            scope = service.metadata.get("signingName") or service.metadata["endpointPrefix"]
            found.setdefault(str(scope), []).append(service)
    return found


def _model(service: str) -> Path:
    return max((_SHIPPED / service).glob("*/service-2.json.gz"))


@functools.cache
def _service(name: str) -> _Service:
    """Return what a service's model says of the service, reading no more of it: that stands at the beginning."""
    with gzip.open(_model(name)) as file:
        text = file.read(8192).partition(_METADATA)[2].decode("utf-8", "ignore")
    return _Service(name, json.JSONDecoder().raw_decode(text.lstrip())[0])
