"""Guarded sessions, one to a run, and who the caller is."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.utils import parse_timestamp

from dr_orchestrator.aws.access.lifetime import Lifetime, lifetime
from dr_orchestrator.aws.access.roles import AssumedRole, only_logins, renew_when_expired
from dr_orchestrator.aws.api import Api
from dr_orchestrator.aws.guard import READS, Guard, is_aws
from dr_orchestrator.aws.throttling import Throttling
from dr_orchestrator.domain.drill import Roles
from dr_orchestrator.errors import UsageError

# "standard" repeats throttled calls, errors of AWS and cut connections, each time longer and by chance; `throttling`
# counts what that takes. "adaptive" would besides hold calls back before they are sent: each client by itself, though
# runs have clients of their own, in real seconds on no clock of ours, and uncounted. What keeps calls few here is the
# one watcher. A repeated creation makes no second copy: its name, or its token, is the same.
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=5,
    read_timeout=30,
    user_agent_extra="dr-orchestrator",
    max_pool_connections=4,
)
_making = threading.Lock()
NO_ROLES = Roles()


@dataclass(frozen=True)
class Caller:
    """Whose credentials these are; `changer` is who makes changes, where that is another."""

    account: str
    arn: str
    changer: str = ""

    def __str__(self) -> str:
        return f"{self.arn}; changes by {self.changer}" if self.changer else self.arn


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


def _core() -> botocore.session.Session:
    core = botocore.session.get_session()
    core.register_component("data_loader", _models())
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_utc)
    return core


class Account:
    """The services of one region, seen through a guard: reads by the source's role, changes by the drill's.

    Without roles both go with the credentials of the machine. `name` is what CloudTrail shows of who took a role on,
    `now` the clock by which credentials grow old.
    """

    def __init__(
        self,
        region: str,
        guard: Guard,
        roles: Roles = NO_ROLES,
        name: str = "dro",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.guard, self.throttling = guard, Throttling()
        self._region, self._name, self._now = region, name, now
        self._logins = _core()
        only_logins(self._logins)
        with _usable("session"):
            self._session = self._guarded(roles.source)
            self._writing = self._session if roles.drill == roles.source else self._guarded(roles.drill)
        self._apis: dict[str, Api] = {}

    def api(self, service: str) -> Api:
        """The service's calls; its clients are made once."""
        with _making:  # making clients is not thread-safe in botocore
            if service not in self._apis:
                reads = self._client(self._session, service)
                writes = reads if self._writing is self._session else self._client(self._writing, service)
                self._apis[service] = Api(reads, writes, READS.get(service, frozenset()))
            return self._apis[service]

    def caller(self) -> Caller:
        """Ask AWS whose credentials these are: those that read."""
        identity = self.api("sts").call("GetCallerIdentity")
        return Caller(identity["Account"], identity["Arn"])

    def changer(self) -> Caller:
        """Ask AWS whose credentials changes are made with."""
        with _making:
            sts = Api(self._client(self._writing, "sts"))
        identity = sts.call("GetCallerIdentity")
        return Caller(identity["Account"], identity["Arn"])

    def lifetime(self) -> Lifetime:
        """How long the machine's own credentials are good, with which a role is taken on, too."""
        with _usable("credentials"):
            return lifetime(self._logins.get_credentials())

    def _guarded(self, role: str) -> boto3.Session:
        core = _core()
        self.guard.watch(core)
        self.throttling.watch(core)
        if role:
            assumed = AssumedRole(role, self._name, self._sts, self._now)
            renew_when_expired(core, assumed)
            core.register_component("credential_provider", assumed)
        else:
            found = SimpleNamespace(load_credentials=self._logins.get_credentials)
            core.register_component("credential_provider", found)
        return boto3.Session(botocore_session=core, region_name=self._region)

    def _sts(self) -> Api:
        """What roles are taken on by; its endpoint is the region's own."""
        with _making:
            return Api(self._client(boto3.Session(botocore_session=self._logins), "sts"))

    def _client(self, session: boto3.Session, service: str) -> Any:
        with _usable(service):
            make: Any = session.client
            return make(service, region_name=self._region, config=_CONFIG)

    def simulated(self, services: tuple[str, ...]) -> bool:
        """Whether any of the services' endpoints is not AWS's own: then nothing that happens here is evidence."""
        endpoints = [urlsplit(self.api(service).endpoint) for service in services]
        return not all(each.scheme == "https" and not each.port and is_aws(each.hostname or "") for each in endpoints)
