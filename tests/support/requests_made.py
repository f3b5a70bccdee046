"""Requests as botocore itself makes them, caught before they are sent, and as the lab's web server hands them on."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

import botocore.session
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.model import Shape

ACCOUNT = "123456789012"
KEY = "a/deep/key with ümlaut?/list"
ENDPOINT = "http://127.0.0.1:5000"


class _CaughtError(Exception):
    pass


def requests(service: str, **client: Any) -> Iterator[tuple[str, AWSPreparedRequest]]:
    """Every operation of a service, with the request that botocore makes of it; nothing is sent."""
    made: list[AWSPreparedRequest] = []

    def catch(request: AWSPreparedRequest, **_: Any) -> None:
        made.append(request)
        raise _CaughtError

    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    config = Config(retries={"max_attempts": 0}, **client.pop("config", {}))
    maker = botocore.session.get_session().create_client(service, "us-east-1", config=config, **keys, **client)
    maker.meta.events.register_first("before-send", catch)
    for name in maker.meta.service_model.operation_names:
        shape = maker.meta.service_model.operation_model(name).input_shape
        with suppress(_CaughtError):
            maker._make_api_call(name, value(shape) if shape else {})
        yield name, made[-1]


def value(shape: Shape, name: str = "", above: tuple[str, ...] = ()) -> Any:
    """The least that a model demands: required members, one of a union's, as many items as there must be."""
    kind, inside = shape.type_name, (*above, shape.name)
    if kind == "structure":
        wanted = list(shape.members)[:1] if shape.is_tagged_union else shape.required_members
        return {key: value(shape.members[key], key, inside) for key in wanted if above.count(shape.name) < 2}
    if kind == "list":
        return [value(shape.member, name, inside)] * max(1, shape.metadata.get("min", 0))
    if kind == "map":
        return {"key": value(shape.value, name, inside)}
    if kind == "string":
        return _text(shape, name)
    least = max(1, shape.metadata.get("min", 1))
    plain: Mapping[str, Any] = {"integer": least, "long": least, "blob": b"x", "boolean": True, "timestamp": 0}
    return plain.get(kind, 1.0)


def _text(shape: Any, name: str) -> str:
    if shape.enum:
        return str(shape.enum[0])
    if name == "Key":
        return KEY
    return ACCOUNT if name.lower().endswith("accountid") else "orders".ljust(shape.metadata.get("min", 0), "x")


def environ(request: AWSPreparedRequest) -> dict[str, Any]:
    """The request in the words of WSGI."""
    url, body = urlsplit(request.url), request.body or b""
    body = body.read() if hasattr(body, "read") else body
    body = body.encode() if isinstance(body, str) else bytes(body)
    told: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote(url.path),
        "REQUEST_URI": url.path + (f"?{url.query}" if url.query else ""),
        "QUERY_STRING": url.query,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": url.netloc,
        "wsgi.input": io.BytesIO(body),
    }
    for name, given in request.headers.items():
        key = name.upper().replace("-", "_")
        told[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = given.decode() if isinstance(given, bytes) else given
    return told
