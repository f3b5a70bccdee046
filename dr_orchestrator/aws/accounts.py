"""Guarded sessions, one to a run, and who the caller is."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.utils import parse_timestamp

from dr_orchestrator.aws.api import Api
from dr_orchestrator.aws.guard import Guard, is_aws
from dr_orchestrator.errors import UsageError

_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=5,
    read_timeout=30,
    user_agent_extra="dr-orchestrator",
    max_pool_connections=4,
)
_making = threading.Lock()


@dataclass(frozen=True)
class Caller:
    """Whose credentials these are."""

    account: str
    arn: str


@functools.cache
def _models() -> botocore.loaders.Loader:
    """The service models, read once for the program: each run has a session of its own, and they are large."""
    return botocore.loaders.create_loader()


@contextmanager
def _usable(what: str) -> Iterator[None]:
    """Within: what botocore says against the settings is told as the user's to mend."""
    try:
        yield
    except (BotoCoreError, ValueError) as error:
        hint = "AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL (http://HOST:PORT) must be good"
        raise UsageError(f"no AWS client for {what}: {error}", hint) from error


def _utc(value: Any) -> datetime:
    """Every instant that AWS tells, in UTC; botocore would give it in the machine's own zone."""
    instant: datetime = parse_timestamp(value)
    return instant.astimezone(UTC)


class Account:
    """The services of one region, seen through a guard."""

    def __init__(self, region: str, guard: Guard) -> None:
        core = botocore.session.get_session()
        core.register_component("data_loader", _models())
        core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_utc)
        guard.watch(core)
        with _usable("session"):
            self._session = boto3.Session(botocore_session=core, region_name=region)
        self._apis: dict[str, Api] = {}

    def api(self, service: str) -> Api:
        """The service's calls; the client is made once."""
        with _making:  # making clients is not thread-safe in botocore
            if service not in self._apis:
                with _usable(service):
                    client: Any = self._session.client(service, config=_CONFIG)
                self._apis[service] = Api(client)
            return self._apis[service]

    def caller(self) -> Caller:
        """Ask AWS whose credentials these are."""
        identity = self.api("sts").call("GetCallerIdentity")
        return Caller(identity["Account"], identity["Arn"])

    def simulated(self, services: tuple[str, ...]) -> bool:
        """Whether any of the services' endpoints is not AWS's own: then nothing that happens here is evidence."""
        endpoints = [urlsplit(self.api(service).endpoint) for service in services]
        return not all(each.scheme == "https" and not each.port and is_aws(each.hostname or "") for each in endpoints)
