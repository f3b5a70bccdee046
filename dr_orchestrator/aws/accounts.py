"""Guarded sessions, one to a run, and who the caller is."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import boto3
import botocore.credentials
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.handlers import json_decode_template_body
from botocore.utils import parse_timestamp

from dr_orchestrator.aws.access.lifetime import Lifetime, lifetime
from dr_orchestrator.aws.access.machine import MachineCredentials
from dr_orchestrator.aws.access.renewal import sign_with
from dr_orchestrator.aws.access.roles import AssumedRole, Lent, only_logins
from dr_orchestrator.aws.calls import exchange
from dr_orchestrator.aws.calls.answers import refuse_unreadable
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.calls.asked import Asked
from dr_orchestrator.aws.calls.parsing import Parsers
from dr_orchestrator.aws.calls.spacing import Spacings
from dr_orchestrator.aws.calls.throttling import Throttling
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.domain.drill import Roles, account_of
from dr_orchestrator.errors import NotMeasured, UsageError

# "standard" repeats throttled calls, errors of AWS and cut connections, each time longer and by chance; `throttling`
# counts what that takes. "adaptive" would besides hold calls back before they are sent: each client by itself, though
# runs have clients of their own, in real seconds on no clock of ours, and uncounted. `calls/spacing.py` does that for
# all runs together, on the drill's clock, and is counted. What keeps calls few while nothing throttles is the one
# watcher. A repeated creation makes no second copy: its name, or its token, is the same.
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=5,
    read_timeout=30,
    user_agent_extra="dr-orchestrator",
    max_pool_connections=8,
)
_ONE_OF_SEVERAL = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=3, read_timeout=10)
"""Of an endpoint that is one of several: in place of a second try another one is asked."""

_ANSWER_S = {"rds-data": 55}
"""Real seconds within which an answer begins, of services that take longer than others: statements have 45."""
_AT_ONCE = {"s3": 20}
"""Connections to a service of which more is asked at once than of others: objects are copied in so many lanes."""

_making = threading.Lock()
NO_ROLES = Roles()


@dataclass(frozen=True)
class Caller:
    """The account that credentials are of; `changer` is who makes changes, where that is another.

    `told_at` is when AWS said so by its own clock, in whole seconds; None where it did not tell.
    """

    account: str
    arn: str
    changer: str = ""
    told_at: datetime | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.arn}; changes by {self.changer}" if self.changer else self.arn


@functools.cache
def _models() -> botocore.loaders.Loader:
    """The service models, read once for the program: each run has a session of its own, and they are large.

    They are those that botocore ships: one in ~/.aws/models could send calls elsewhere under AWS's name.
    """
    shipped = botocore.loaders.Loader.BUILTIN_DATA_PATH
    return botocore.loaders.Loader([shipped], include_default_search_paths=False)


def _config_of(service: str) -> Config:
    """The settings of a service's clients."""
    own: dict[str, Any] = {}
    if service in _ANSWER_S:
        own["read_timeout"] = _ANSWER_S[service]
    if service in _AT_ONCE:
        own["max_pool_connections"] = _AT_ONCE[service]
    return _CONFIG.merge(Config(**own)) if own else _CONFIG


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


def _date(answer: Mapping[str, Any]) -> datetime | None:
    """The instant that an answer's HTTP header says it was given at."""
    told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return parsedate_to_datetime(str(told)).astimezone(UTC)
    except ValueError:
        return None


def _core() -> botocore.session.Session:
    core = botocore.session.get_session()
    core.register_component("data_loader", _models())
    parsers = Parsers()
    parsers.set_parser_defaults(timestamp_parser=_utc)
    core.register_component("response_parser_factory", parsers)
    core.register("before-parse.*.*", refuse_unreadable, unique_id="dro-unreadable")
    core.unregister(
        "after-call.cloudformation.GetTemplate", json_decode_template_body
    )  # text is read by our own limits
    exchange.watch(core)
    return core


def _logging_in(region: str) -> botocore.session.Session:
    """A session that finds the machine's credentials by botocore's own ways, and can make no call but to log in."""
    core = _core()
    only_logins(core)
    ways = botocore.credentials.create_credential_resolver(core, region_name=region)
    core.register_component("credential_provider", ways)
    return core


class Account:
    """The services of one region, seen through a guard: reads by the source's role, changes by the drill's.

    Without roles both go with the credentials of the machine. `name` is what CloudTrail shows of who took a role on,
    `now` the clock by which credentials grow old. `spacings` is what holds calls back while AWS throttles them.
    """

    def __init__(
        self,
        region: str,
        guard: Guard,
        roles: Roles = NO_ROLES,
        name: str = "dro",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        spacings: Spacings | None = None,
    ) -> None:
        self.guard, self.throttling, self.asked = guard, Throttling(), Asked()
        self._region, self._name, self._now, self._spacings = region, name, now, spacings
        self._roles = roles
        with _usable("session"):
            self._machine = MachineCredentials(lambda: _logging_in(region), self._account_of)
            self._session = self._guarded(roles.source)
            self._writing = self._session if roles.drill == roles.source else self._guarded(roles.drill)
        self._apis: dict[tuple[str, str], Api] = {}

    def api(self, service: str) -> Api:
        """The service's calls; its clients are made once."""
        return self._api(service)

    def api_at(self, service: str, endpoint: str, region: str) -> Api:
        """The service's calls at an endpoint of its own in a region: one that is asked once, for there are others."""
        return self._api(service, endpoint, region)

    def _api(self, service: str, endpoint: str = "", region: str = "") -> Api:
        with _making:  # making clients is not thread-safe in botocore
            if (key := (service, endpoint)) not in self._apis:
                reads = self._client(self._session, service, endpoint, region)
                own = self._writing is self._session
                writes = reads if own else self._client(self._writing, service, endpoint, region)
                self._apis[key] = Api(reads, writes, self.guard.calls.reads_of(service))
            return self._apis[key]

    def caller(self) -> Caller:
        """Ask AWS whose credentials these are: those that read."""
        return self._identity(self.api("sts"), self._roles.source)

    def changer(self) -> Caller:
        """Ask AWS whose credentials changes are made with."""
        with _making:
            sts = Api(self._client(self._writing, "sts"))
        return self._identity(sts, self._roles.drill)

    def lends(self) -> Callable[[], Lent]:
        """The credentials of the role that makes changes, short-lived, for a program of the team's own: each time they
        are asked for they are as good as new.

        NotMeasured where there is no role: nobody is lent the machine's own.
        """
        if not self._roles.drill:
            raise NotMeasured("no role is declared that a program could be lent", "see `roles` in tiers.yaml")
        return AssumedRole(self._roles.drill, self._name, self._sts, self._now).lend

    @property
    def region(self) -> str:
        """The region that its calls go to."""
        return self._region

    @property
    def pinned(self) -> str:
        """The one account that its reads may be of: its role's, else the machine's; empty until AWS told that."""
        return account_of(self._roles.source) if self._roles.source else self._machine.account

    def lifetime(self) -> Lifetime:
        """How long the machine's own credentials are good, with which a role is taken on, too."""
        with _usable("credentials"):
            return lifetime(self._machine.found)

    def _identity(self, sts: Api, role: str) -> Caller:
        """The caller; an account once told must stay that of the machine's credentials, whoever logs in again."""
        identity = sts.call("GetCallerIdentity")
        if not role:
            self._machine.pin(identity["Account"])
        return Caller(identity["Account"], identity["Arn"], told_at=_date(identity))

    def _account_of(self, found: Any) -> str:
        """Ask AWS for the account of credentials that would be taken."""
        core = _core()
        self.guard.watch(core)
        core.set_credentials(found.access_key, found.secret_key, found.token)
        with _making:
            sts = Api(self._client(boto3.Session(botocore_session=core), "sts"))
        return str(sts.call("GetCallerIdentity")["Account"])

    def _guarded(self, role: str) -> boto3.Session:
        core = _core()
        self.guard.watch(core)
        self._prepare(core, role)
        self.asked.watch(core)
        return boto3.Session(botocore_session=core, region_name=self._region)

    def _prepare(self, core: botocore.session.Session, role: str = "") -> None:
        """Sign a session's calls by a role, or as the machine; count and space what is throttled."""
        taken = (self._name, self._sts, self._now, self._roles.external_id)
        credentials = AssumedRole(role, *taken) if role else self._machine
        sign_with(core, credentials, self.throttling.overcome)
        self.throttling.watch(core)
        if self._spacings is not None:
            self._spacings.watch(core, role, self._region)

    @functools.cached_property
    def _logins(self) -> botocore.session.Session:
        """Takes roles on, as the machine, and can make no call but to log in."""
        core = _core()
        only_logins(core)
        self._prepare(core)
        return core

    def _sts(self) -> Api:
        """The client that takes roles on; its endpoint is the region's own."""
        with _making:
            return Api(self._client(boto3.Session(botocore_session=self._logins), "sts"))

    def _client(self, session: boto3.Session, service: str, endpoint: str = "", region: str = "") -> Any:
        with _usable(service):
            make: Any = session.client
            at = {"endpoint_url": endpoint} if endpoint else {}
            config = _config_of(service).merge(_ONE_OF_SEVERAL) if endpoint else _config_of(service)
            return exchange.through(make(service, region_name=region or self._region, config=config, **at))

    def simulated(self, services: tuple[str, ...]) -> bool:
        """Whether an endpoint of these services, or a called one, is not AWS's own: then nothing here is evidence."""
        return self.guard.simulated or not all(self.api(service).is_real for service in services)
