"""The answers of AWS, held to AWS's own models: what is not as they say is asked for again, and told by its field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape

from dr_orchestrator.errors import DroError, Transient

_KINDS: Mapping[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (datetime,),
}
"""The kinds of value as botocore makes them; of others (blobs, streams) nothing is asked."""

_FIRST = datetime(2006, 1, 1, tzinfo=UTC)
"""The year of AWS's first service: its times came later, and copies are known by when they were made."""

UNHEARD = "dro-unheard"
"""The mark of an answer before which a try of the same call got none that says whether it took effect."""

_NO_REFUSAL = frozenset({"RequestTimeout", "RequestTimeoutException"})
_OURS = "dr_orchestrator."
_ARN = re.compile(r"arn:(?:[^:]*:){4}.")
_MADE: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "Arn": ("ARN", _ARN),
    "ARN": ("ARN", _ARN),
    "StackId": ("ARN", _ARN),
    "DbiResourceId": ("DbiResourceId", re.compile(r"db-[A-Za-z0-9]+\Z")),
    "DbClusterResourceId": ("DbClusterResourceId", re.compile(r"cluster-[A-Za-z0-9]+\Z")),
    "SecurityGroups.GroupId": ("GroupId", re.compile(r"sg-[A-Za-z0-9]+\Z")),
    "TableId": ("TableId", re.compile(r"[A-Za-z0-9:.+-]+\Z")),
}
"""The ends of the names of fields in which AWS tells what it alone makes, and the form of that: copies are known by
these, and by one that is garbled none would be known again, or be made where it is to stand.
"""

_WORD = re.compile(r"[A-Za-z0-9][\w.:/ +*()-]*", re.ASCII)
"""The form of each word of which the model of a call knows a list; AWS adds to the lists, and never another form."""

_LISTS_KEYS = frozenset({"s3:ListObjects", "s3:ListObjectsV2", "s3:ListObjectVersions"})
"""The calls of which botocore asks that keys come URL-encoded; it reads them so only where the answer says they are."""

_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")


def refusal_in(answer: Mapping[str, Any] | None) -> str | None:
    """The words by which an answer, as botocore parses it, refuses a call; empty where it takes it, None where it is
    none, or says nothing of what became of the call.
    """
    if answer is None:
        return None
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    if status < 300:
        return "" if status else None
    code, message = said(answer)
    return f"{code}: {message}" if 400 <= status < 500 and code and code not in _NO_REFUSAL else None


class Strange(Transient):
    """AWS answered, and not as its own model of the call says: cut off, not in its form, a field missing or another."""

    answered = True

    def __init__(self, what: str, call: str) -> None:
        hint = "something between here and AWS changes its answers, or AWS is broken for the moment: try again later"
        super().__init__(what, hint, call)


class Told(dict[str, Any]):
    """A part of an answer. A field that is looked for and not there is Strange: AWS always tells what we rely on."""

    def __init__(self, fields: Mapping[str, Any], call: str, of: str = "") -> None:
        super().__init__(fields)
        self._call, self._of = call, of

    def __missing__(self, field: str) -> Any:
        raise Strange(f"its answer has no {field}{f' in {self._of}' if self._of else ''}", self._call)


def told(answer: Mapping[str, Any], shape: Shape | None, call: str) -> Told:
    """An answer as its model has it; Strange where a field is of another kind than the model says.

    What botocore says None of was not told: the first region of S3, which has no name there, say.
    """
    members = getattr(shape, "members", {})
    given = {name: value for name, value in answer.items() if value is not None}
    if call in _LISTS_KEYS and given.get("EncodingType") != "url":
        raise Strange("its answer does not say how its keys are written: URL-encoded was asked for", call)
    return Told({name: _value(value, members.get(name), call, name) for name, value in given.items()}, call)


def named(part: Any, field: str, name: str, call: str) -> Told:
    """The object of a name, whatever its letters, as a part of an answer tells of it, or of several.

    Strange where it tells of others alone: whoever asked by the name was not answered.
    """
    objects = part if isinstance(part, list) else [part]
    for each in objects:
        if str(each[field]).casefold() == name.casefold():
            found: Told = each
            return found
    raise Strange(f"asked for {name}, it told of {', '.join(str(each[field]) for each in objects) or 'nothing'}", call)


def refuse_unreadable(operation_model: Any, response_dict: Mapping[str, Any], **_: Any) -> None:
    """Raise Strange for a body that is not in the form that the service speaks: botocore would take it for an empty
    answer.

    For botocore's event `before-parse`. Where the server itself failed, botocore asks again.
    """
    body, status = response_dict["body"], response_dict["status_code"]
    if not isinstance(body, bytes) or not body or status >= 500:
        return
    spoken = str(operation_model.service_model.resolved_protocol)
    if _FORMS.get(spoken, lambda _: True)(body):
        return
    call = f"{operation_model.service_model.service_name}:{operation_model.name}"
    raise Strange(f"its answer is in no form that AWS has: {_shown(body)}", call)


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _is_response(body: bytes) -> bool:
    """Whether XML is AWS's: a web page may be well-formed XML, too."""
    root = _ROOT.search(body)
    return root is not None and root[1].endswith(b"Response")


def _is_no_page(body: bytes) -> bool:
    """Whether it is no web page: each answer of REST has a root of its own, and some are no XML."""
    root = _ROOT.search(body)
    return root is None or root[1].lower() != b"html"


READ_AS_JSON = frozenset({"policyDocumentType", "TemplateBody"})
"""The names of the texts, of IAM and CloudFormation, that botocore reads as JSON where they are."""

_FORMS = {
    "json": _is_object,
    "rest-json": _is_object,
    "query": _is_response,
    "ec2": _is_response,
    "rest-xml": _is_no_page,
}


def said(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Code and message of an answer that is an error; empty what it does not hold."""
    error = answer.get("Error")
    found = error if isinstance(error, dict) else {}
    return str(found.get("Code") or ""), str(found.get("Message") or "")


def unreadable(error: Exception, call: str) -> Strange | None:
    """The fault of an answer that botocore could not read; None where the exception is of ours."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = str(trace.tb_frame.f_globals.get("__name__", "")) if trace else ""
    if isinstance(error, DroError) or module.startswith(_OURS):
        return None
    return Strange(f"its answer cannot be read: {' '.join(str(error).split())[:200] or type(error).__name__}", call)


def _value(value: Any, shape: Any, call: str, path: str) -> Any:
    """A value and all in it; what the model does not know (a document, the metadata) is left as it is."""
    if shape is None or getattr(shape, "is_document_type", False):
        return value
    if shape.name in READ_AS_JSON and isinstance(value, dict):
        return value  # botocore has read it
    kinds = _KINDS.get(shape.type_name, ())
    if kinds and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
        raise Strange(f"{path} in its answer is no {shape.type_name}", call)
    if isinstance(value, str) and value and (made := _made(path)) and not made[1].match(value):
        raise Strange(f"{path} in its answer is no {made[0]}", call)
    if isinstance(value, str) and value and getattr(shape, "enum", None) and not _WORD.fullmatch(value):
        raise Strange(f"{path} in its answer is no word that AWS has", call)
    if isinstance(value, datetime) and value < _FIRST:
        raise Strange(f"{path} in its answer is {value:%Y-%m-%d}, from before AWS", call)
    match shape.type_name:
        case "structure":
            return Told(dict(_members(value, shape, call, path)), call, path)
        case "list":
            return [_value(each, shape.member, call, path) for each in value]
        case "map":
            return {key: _value(each, shape.value, call, path) for key, each in value.items()}
    return value


def _members(value: Mapping[str, Any], shape: Any, call: str, path: str) -> Iterator[tuple[str, Any]]:
    for name, each in value.items():
        if each == "" and _made(name):
            continue  # as good as missing
        yield name, _value(each, shape.members.get(name), call, f"{path}.{name}")


def _made(name: str) -> tuple[str, re.Pattern[str]] | None:
    return next((made for end, made in _MADE.items() if name.endswith(end)), None)


def _shown(body: bytes) -> str:
    text = " ".join(body[:80].decode("utf-8", "replace").split())
    return f"{len(body)} bytes that begin with {text!r}"
