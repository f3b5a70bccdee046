"""Calls to AWS whose errors say which call failed, why, and what that means for a drill."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore import xform_name
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    NoAuthTokenError,
    NoCredentialsError,
    PaginationError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from dr_orchestrator.aws.calls.answers import UNHEARD, Strange, Told, named, said, told, unreadable
from dr_orchestrator.aws.calls.denials import by_policy
from dr_orchestrator.aws.endpoints import is_endpoint
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient, without_secrets

_LOG_IN = "log in again; `dro sweep` takes down what was left, `dro resume RUN` goes on with a run that is still open"
_IN_TIME = "a drill goes on where a newer login is found when the old one ends: of a profile, not of AWS_* variables"
_DENIED = (
    *("AccessDenied", "UnauthorizedOperation", "InvalidClientTokenId", "SignatureDoesNotMatch"),
    *("UnrecognizedClient", "AuthFailure", "NotAuthorized", "OptInRequired", "KMSKeyNotAccessible"),
    *("InvalidSignature", "IncompleteSignature", "InvalidAccessKeyId", "MissingAuthenticationToken"),
    "RequestTimeTooSkewed",
)
_RIGHTS = ("AccessDenied", "UnauthorizedOperation", "NotAuthorized", "OptInRequired")
"""Those of them that a caller meets whose credentials are good."""

_THROTTLED = (
    *(
        "Throttling",
        "Throttled",
        "RequestLimitExceeded",
        "TooManyRequests",
        "ProvisionedThroughputExceeded",
        "SlowDown",
    ),
    "PriorRequestNotComplete",  # Route 53's: another change of the zone is under way
)
_TRANSIENT = ("ServiceUnavailable", "InternalFailure", "InternalError", "InternalServerError", "RequestTimeout")
_EXPIRED = ("ExpiredToken", "RequestExpired")
_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
_LOGIN_ENDED = (TokenRetrievalError, NoAuthTokenError, SSOError)
_MISSING = ("NotFound", "NoSuch", "DoesNotExist")
_LATER = "AWS was asked several times; try again later"
_SECRET = re.compile("password|secretstring|token", re.IGNORECASE)
"""Parameters whose values are told to nobody."""

_GENERAL = "ValidationError"
_OF_STACKS = re.compile("cloudformation:(Describe|List)")

_BY_STATUS = {"403": "AccessDenied", "404": "NotFound", "412": "PreconditionFailed"}
"""The meaning of an answer that has no body, by its status alone: that to a HEAD has none."""

_CODE = re.compile(r"[A-Za-z][\w.:/#-]*")
_NO_SUCH_CALL = 501
TRIES = 3
"""How often an answer is asked for that cannot be read; whoever waits longer asks again later."""


class NotFound(NotRecoverable):
    """The thing that was named does not exist; what that means depends on when it is said.

    | when                           | means                         | so                                        |
    |--------------------------------|-------------------------------|-------------------------------------------|
    | before anything is made        | the source is missing         | FAILED                                    |
    | after the creation was taken   | AWS does not show it yet      | wait, to the ceiling (`absent` in States) |
    | after it was once seen         | it vanished                   | FAILED                                    |
    | at its deletion                | gone, or never made: by the   | DELETED or NEVER_CREATED, after several   |
    |                                | ledger                        | looks (`Toolkit.describe_confirmed`)      |
    """


class Refused(NotRecoverable):
    """AWS refuses, and would again. `code` is its error code; `repeated` whether the call had been made before, and its
    answer was lost: then what is refused may be the call's own effect.
    """

    code, repeated = "", False


class Denied(NotMeasured):
    """The caller may not do this, or its credentials are not good (any more); `code` and `repeated` as of
    Refused.
    """

    code, repeated = "", False


def lacks_right(denied: Denied) -> bool:
    """Whether somebody whom AWS knows may not do this; else his credentials are not good, which says nothing of it."""
    return not isinstance(denied, Expired) and any(known in denied.code for known in _RIGHTS)


class Throttled(Transient):
    """AWS did nothing, for it was asked too often; `repeated` is whether a try before this answer got none that says
    what became of it.
    """

    repeated = False


class Expired(Denied):
    """The credentials have grown too old, and newer ones were not found."""


class Api:
    """One service in one region."""

    def __init__(self, client: Any, writes: Any = None, reads: frozenset[str] = frozenset()) -> None:
        """`writes` is the client of all operations but `reads`, where those are made as somebody else."""
        self._client, self._writes, self._reads = client, writes or client, reads
        self._service: str = client.meta.service_model.service_name

    @property
    def endpoint(self) -> str:
        """The URL that calls go to, without what would log in there: it is printed."""
        return without_secrets(str(self._client.meta.endpoint_url))

    @property
    def is_real(self) -> bool:
        """Whether the endpoint is AWS's own."""
        meta = self._client.meta
        return is_endpoint(str(meta.endpoint_url), self._service, meta.service_model.endpoint_prefix)

    @property
    def region(self) -> str:
        """The region that calls go to."""
        return str(self._client.meta.region_name)

    @property
    def reading(self) -> Api:
        """The same, but that every call is made as whoever reads: what is asked of production, is."""
        return Api(self._client)

    def call(self, operation: str, **parameters: Any) -> Told:
        """Call an operation by its AWS name, such as `DescribeDBSnapshots`.

        botocore repeats what broke on its way; an answer that is none is asked for again here.
        """
        for left in reversed(range(TRIES)):
            try:
                return self._call(operation, parameters)
            except Refused as refused:
                refused.repeated = refused.repeated or left < TRIES - 1
                raise
            except Strange:
                if not left:
                    raise
        raise AssertionError(operation)

    def named(self, operation: str, key: str, field: str, name: str, **parameters: Any) -> Told:
        """Call an operation that tells, under `key`, of an object whose `field` is to be the name."""
        return named(self.call(operation, **parameters)[key], field, name, f"{self._service}:{operation}")

    def _call(self, operation: str, parameters: dict[str, Any]) -> Told:
        client = self._client if operation in self._reads else self._writes
        with self._translated(operation, parameters) as name:
            return told(getattr(client, xform_name(operation))(**parameters), self._shape(operation), name)

    def token(self, host: str, port: int, user: str) -> str:
        """A token of IAM by which a user logs in to a database of RDS; signed here, nothing is asked."""
        with self._translated("rds-db:connect", {}):
            return str(self._client.generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user))

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[Any]:
        """Every item of a paginated listing."""
        with self._translated(operation, parameters) as name:
            for page in self._client.get_paginator(xform_name(operation)).paginate(**parameters):
                yield from told(page, self._shape(operation), name).get(key, [])

    def _shape(self, operation: str) -> Any:
        return self._client.meta.service_model.operation_model(operation).output_shape

    @contextmanager
    def _translated(self, operation: str, parameters: dict[str, Any]) -> Iterator[str]:
        """Within: whatever goes wrong with the call is told as what it means for a drill; the call's name."""
        name = f"{self._service}:{operation}"
        try:
            yield name
        except ClientError as error:
            raise _from_aws(error, name, parameters) from error
        except BotoCoreError as error:
            raise _from_botocore(error, name, self.endpoint) from error
        except Exception as error:
            if (strange := unreadable(error, name)) is None:
                raise
            raise strange from error


def expired(code: str) -> bool:
    """Whether an error code of AWS says that credentials were good once."""
    return any(known in code for known in _EXPIRED)


def _from_botocore(error: BotoCoreError, call: str, endpoint: str) -> NotMeasured:
    """A fault on our side of the wire; only what the network did may pass by itself."""
    if isinstance(error, _LOGIN_ENDED):
        return Denied(f"no AWS credentials: {error}; {_LOG_IN}", _IN_TIME, call)
    if isinstance(error, _CREDENTIALS):
        return Denied(f"no AWS credentials: {error}", "set AWS_PROFILE or the AWS_* variables", call)
    if isinstance(error, PaginationError):
        return Strange(f"its pages do not go on: {error}", call)
    if isinstance(error, HTTPClientError | ConnectionError):
        return Transient(str(error), f"is {endpoint} the right endpoint, and reachable from here?", call)
    return NotMeasured(f"{type(error).__name__}: {error}", f"is {endpoint} the right endpoint?", call)


def _from_aws(error: ClientError, call: str, parameters: dict[str, Any]) -> NotRecoverable | NotMeasured:
    code, message = said(error.response)
    code = _BY_STATUS.get(code, code)
    told = f"{code}: {message}" if message else code
    if _status(error) < 500 and (strange := _says_nothing(code, message, call)):
        return Strange(f"its answer {strange}: {told[:200] or _status(error)}", call)
    if expired(code):
        return Expired(f"{told}; {_LOG_IN}", _IN_TIME, call)
    if any(known in code for known in _DENIED):
        hint = f"allow {call} for the caller: `aws sts get-caller-identity` tells who that is"
        denied = Denied("; ".join(filter(None, (told, by_policy(message)))), hint, call)
        denied.code = code
        denied.repeated = UNHEARD in error.response.get("ResponseMetadata", {})
        return denied
    if any(known in code for known in (*_THROTTLED, *_TRANSIENT)) or _status(error) >= 500:
        return _fault_of_theirs(told, call, error)
    if _is_missing(code, message):
        return NotFound(told, f"is it named as in AWS, in this account and region? asked: {_brief(parameters)}", call)
    refused = Refused(told, f"asked: {_brief(parameters)}", call)
    refused.code = code
    refused.repeated = bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts"))
    return refused


def _fault_of_theirs(told: str, call: str, error: ClientError) -> NotMeasured:
    """A fault of whoever answers; one who cannot do what was asked for cannot the next time, either."""
    if any(known in told.partition(":")[0] for known in _THROTTLED) and _status(error) < 500:
        throttled = Throttled(told, _LATER, call)
        throttled.repeated = UNHEARD in error.response.get("ResponseMetadata", {})
        return throttled
    if _status(error) == _NO_SUCH_CALL:
        return NotMeasured(told, "whoever answers cannot do this: that says nothing of what is drilled", call)
    return Transient(told, _LATER, call)


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _says_nothing(code: str, message: str, call: str) -> str | None:
    """Why an error says nothing of what was asked for; None where it does."""
    if not _CODE.fullmatch(code):
        return "is an error that AWS has no name for"
    if code == _GENERAL and not _is_missing(code, message) and (not message or _OF_STACKS.match(call)):
        return "does not say what is wrong"
    return None


def _is_missing(code: str, message: str) -> bool:
    """Whether what was asked for is not there: of a stack, CloudFormation says so by a general code and a sentence."""
    return any(known in code for known in _MISSING) or (code == _GENERAL and "does not exist" in message)


def _brief(parameters: dict[str, Any]) -> str:
    shown = (key for key in parameters if not _SECRET.search(key))
    named = {key: parameters[key] for key in shown if isinstance(parameters[key], str) and len(parameters[key]) < 200}
    return ", ".join(f"{key}={value}" for key, value in named.items())
