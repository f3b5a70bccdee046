"""What a request to the lab asks for: service, action and the resources that it names; and errors in its protocol."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_NAMING = ("Identifier", "Name", "Id", "Arn", "ARN", "ResourceId")
_SECRET = re.compile(r"password|secretstring|secretbinary|templatebody", re.IGNORECASE)
_BODY_LIMIT = 8 * 1024 * 1024


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
    """The call in a WSGI request, whose body stays readable; None where it is not signed for an AWS service."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    body = environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), _BODY_LIMIT))
    environ["wsgi.input"] = io.BytesIO(body)
    key, region, service = scope.groups()
    text = body.decode("utf-8", "replace")
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return ApiCall(service, region, target.rsplit(".", 1)[-1], _json(text), "json", text, key)
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        params = dict(parse_qsl(text, keep_blank_values=True))
        action = params.pop("Action", "")
        return ApiCall(service, region, action, params, "ec2" if service == "ec2" else "query", text, key)
    path = environ.get("PATH_INFO", "")
    action = f"{environ['REQUEST_METHOD']} {path}"
    protocol = "rest-xml" if service == "s3" else "rest-json"
    return ApiCall(service, region, action, {"Path": path}, protocol, text, key)


def error(call: ApiCall, code: str, message: str, http: int) -> tuple[int, list[tuple[str, str]], bytes]:
    """An error that botocore understands as the service's own: status, headers, body."""
    if call.protocol in ("json", "rest-json"):
        code = {"InternalFailure": "InternalServerError"}.get(code, code)
        name = code if code.endswith(("Exception", "Error", "Fault", "NotImplemented")) else f"{code}Exception"
        body = json.dumps({"__type": name, "message": message, "Message": message})
        return http, [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-ErrorType", name)], body.encode()
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if call.protocol == "ec2":
        xml = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>lab</RequestID></Response>"
    elif call.protocol == "rest-xml":
        xml = f"<Error>{inner}<RequestId>lab</RequestId></Error>"
    else:
        kind = "Sender" if http < 500 else "Receiver"
        xml = f"<ErrorResponse><Error><Type>{kind}</Type>{inner}</Error><RequestId>lab</RequestId></ErrorResponse>"
    return http, [("Content-Type", "text/xml")], xml.encode()


def _json(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _names(params: dict[str, Any]) -> Iterator[str]:
    for key, value in params.items():
        if isinstance(value, str) and (key.endswith(_NAMING) or "Identifier" in key or key == "Path"):
            yield value
            if value.startswith("arn:"):
                yield re.split(r"[:/]", value)[-1]
