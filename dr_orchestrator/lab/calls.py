"""The call that a request to the lab makes: service, action and the resources that it names; and errors in its
protocol.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote
from xml.sax.saxutils import escape

from dr_orchestrator.lab.operations import Operation, Request, operation

_SCOPE = re.compile(r"Credential=([^/]+)/\d+/(?:([^/]+)/)?([a-z0-9-]+)/aws4_request")
_NAMING = ("Identifier", "Name", "Id", "Arn", "ARN", "ResourceId")
_NAMED_ALONE = ("Path", "Bucket", "Key")
_SECRET = re.compile(r"password|secretstring|secretbinary|templatebody", re.IGNORECASE)
_S3_CODES = {"Throttling": ("SlowDown", 503), "InternalFailure": ("InternalError", 500)}
_LONG = 2048
_PLAIN = frozenset({"efs"})
"""The services of JSON whose errors have no common ending."""

_BODY_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True)
class ApiCall:
    """One AWS call as it arrived; `key` is the access key that signed it."""

    service: str
    region: str
    action: str
    params: dict[str, Any]
    protocol: str
    body: str
    key: str = ""

    @property
    def resources(self) -> tuple[str, ...]:
        """The names, ids and ARNs in its parameters, and the last part of each ARN."""
        return tuple(_names(self.params))

    @property
    def told(self) -> dict[str, Any]:
        """Its parameters without what must not be kept."""
        return {key: value for key, value in self.params.items() if not _SECRET.search(key)}


def read(environ: dict[str, Any]) -> ApiCall | None:
    """Return the call in a WSGI request, whose body stays readable; None where it is not signed for an AWS service."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", "") or unquote(environ.get("QUERY_STRING", "")))
    if scope is None:
        return None
    body = environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), _BODY_LIMIT))
    environ["wsgi.input"] = io.BytesIO(body)
    key, region, signed_for = scope.groups()
    text = body.decode("utf-8", "replace")
    request = _request(environ, signed_for, text)
    asked = operation(request)
    if asked is None:
        action = f"{request.method} {environ.get('PATH_INFO', '')}"
        protocol = "rest-xml" if signed_for == "s3" else "rest-json"
        asked = Operation(signed_for, action, protocol)
    params = _params(request, asked, environ.get("PATH_INFO", ""), text)
    return ApiCall(asked.service, region or "", asked.name, params, asked.protocol, text, key)


def _request(environ: dict[str, Any], scope: str, text: str) -> Request:
    path = str(environ.get("REQUEST_URI") or quote(environ.get("PATH_INFO", ""), safe="/:")).partition("?")[0]
    query = tuple(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    form = dict(query) if environ["REQUEST_METHOD"] == "GET" else {}
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(text, keep_blank_values=True))
    host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    return Request(scope, environ["REQUEST_METHOD"], host, path, query, headers, form)


def _params(request: Request, asked: Operation, path: str, text: str) -> dict[str, Any]:
    """Return what a call gives; of REST's the parts of its path, its query and what of its body is JSON."""
    if asked.protocol in ("query", "ec2"):
        return {name: value for name, value in request.form.items() if name != "Action"}
    if asked.protocol in ("json", "smithy-rpc-v2-cbor"):
        return _json(text)
    body = {name: value for name, value in _json(text).items() if len(str(value)) <= _LONG}
    query = {name: value for name, value in request.query if not name.startswith("X-Amz-")}
    return {**body, **query, **asked.labels, "Path": path}


def error(call: ApiCall, code: str, message: str, http: int) -> tuple[int, list[tuple[str, str]], bytes]:
    """An error that botocore understands as the service's own: status, headers, body."""
    if call.protocol in ("json", "rest-json", "smithy-rpc-v2-cbor"):
        code = {"InternalFailure": "InternalServerError"}.get(code, code)
        plain = call.service in _PLAIN or code.endswith(("Exception", "Error", "Fault", "NotImplemented"))
        name = code if plain else f"{code}Exception"
        if call.protocol == "smithy-rpc-v2-cbor":
            headers = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
            return http, headers, _cbor({"__type": name, "message": message})
        body = json.dumps({"__type": name, "message": message, "Message": message})
        return http, [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-ErrorType", name)], body.encode()
    if call.service == "s3" and code in _S3_CODES:
        code, http = _S3_CODES[code]
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if call.protocol == "ec2":
        xml = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>lab</RequestID></Response>"
    elif call.protocol == "rest-xml":
        xml = f"<Error>{inner}<RequestId>lab</RequestId></Error>"
    else:
        kind = "Sender" if http < 500 else "Receiver"
        xml = f"<ErrorResponse><Error><Type>{kind}</Type>{inner}</Error><RequestId>lab</RequestId></ErrorResponse>"
    return http, [("Content-Type", "text/xml")], xml.encode()


def _cbor(texts: Mapping[str, str]) -> bytes:
    """Return a short map of texts as CBOR."""
    parts = [part.encode() for pair in texts.items() for part in pair]
    return bytes([0xA0 + len(texts)]) + b"".join(b"\x79" + len(part).to_bytes(2, "big") + part for part in parts)


def _json(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _names(params: dict[str, Any]) -> Iterator[str]:
    for key, value in params.items():
        if isinstance(value, str) and (key.endswith(_NAMING) or "Identifier" in key or key in _NAMED_ALONE):
            yield value
            if value.startswith("arn:"):
                yield re.split(r"[:/]", value)[-1]
