"""The things that are protected: services, the people who answer for them, and their resources in AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from dr_orchestrator.domain.app import Stack
from dr_orchestrator.domain.customer_stack import CustomerStack
from dr_orchestrator.domain.defaults import ASIDE, SINCE
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.objective import Disruption, Objective, Tier
from dr_orchestrator.domain.replica import BOUNDARY, Answers, Place
from dr_orchestrator.domain.statements import Statements


@dataclass(frozen=True)
class Contact:
    """A person or rota to reach, and how; `verified` is when that was last seen to be right, None where nobody says.

    `deputies` are the names of the service's contacts who act where they are away, in the order of their turn.
    """

    name: str
    role: str
    reach: str
    verified: date | None = field(default=None, metadata=SINCE)
    deputies: tuple[str, ...] = field(default=(), metadata=SINCE)


@dataclass(frozen=True)
class Runbook:
    """The document that a drill proves."""

    url: str
    reviewed: date


@dataclass(frozen=True)
class Isolation:
    """Where copies of a database are put: a subnet group and security groups (ids or names) without a way out."""

    subnet_group: str
    security_groups: tuple[str, ...]


class Auth(StrEnum):
    """How a database is told who logs in: by the password that a secret holds, or by a token of IAM."""

    PASSWORD = "password"  # noqa: S105 - the word of the drill files
    IAM = "iam"


class Via(StrEnum):
    """How a database is asked: at its address, or by the Data API of RDS, which needs no way into its network."""

    ADDRESS = "address"
    DATA_API = "data-api"


MANAGED = "managed"
"""The word that stands in a secret's place where RDS manages the master user: AWS tells which secret that is."""


@dataclass(frozen=True)
class Keys:
    """The keys under which a secret holds a login."""

    user: str = "username"
    password: str = "password"  # noqa: S105 - the name of a key


@dataclass(frozen=True)
class Database:
    """How to log in to a copy: the database, and the Secrets Manager secret that holds a user and a password.

    With `auth` by IAM there is a `user` and no secret. `ca` is the file of the authorities that TLS is verified by, as
    it is written: relative to `folder`. `reset_password` is whether a copy that no version of the secret opens may get
    a new password for its master user. `engine` is the word for its engine, empty where RDS alone is to tell it.
    `tls_port` is where TLS answers, of an engine that has a port of its own for it; 0 where none is told.
    `via` is how it is asked. `where` is the place of the declaration: file, line and key.
    """

    name: str
    secret: str = ""
    keys: Keys = field(default=Keys(), metadata=SINCE)
    auth: Auth = field(default=Auth.PASSWORD, metadata=SINCE)
    user: str = field(default="", metadata=SINCE)
    ca: str = field(default="", metadata=SINCE)
    reset_password: bool = field(default=True, metadata=SINCE)
    engine: str = field(default="", metadata=SINCE)
    tls_port: int = field(default=0, metadata=SINCE)
    via: Via = field(default=Via.ADDRESS, metadata=SINCE)
    folder: str = field(default="", compare=False, metadata=ASIDE)
    where: str = field(default="", compare=False, metadata=ASIDE)


VERIFIED, ENCRYPTED = "verify-full", "require"
"""TLS with a server that an authority vouches for by its name; and with whichever server answers."""


@dataclass(frozen=True)
class Login:
    """How to reach a database; never printed, the password least of all.

    `addresses` are those of the host that alone are to be connected to; where none are given, it is looked up anew.
    `tls` is how far TLS is asked for, in libpq's words, empty where its own default does; `ca` the file of authorities.
    `engine` is RDS's word for what answers there. Where it is asked by `statements` nothing is connected to.
    """

    host: str
    port: int
    database: str
    user: str
    password: str
    addresses: tuple[str, ...] = ()
    tls: str = ""
    ca: str = ""
    engine: str = "postgres"
    statements: Statements | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"Login({self.user}@{self.host}:{self.port}/{self.database})"

    @property
    def parts(self) -> Mapping[str, Any]:
        """The parts of its URL, in SQLAlchemy's words."""
        named = {"username": self.user, "password": self.password, "host": self.host, "port": self.port}
        return {**named, "database": self.database}

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters that libpq is told of it; of `hostaddr` nothing, else PGHOSTADDR or a service file could
        name another one.
        """
        told = {
            "host": ",".join([self.host] * max(1, len(self.addresses))),
            "hostaddr": ",".join(self.addresses),
            "port": self.port,
            "dbname": self.database,
            "user": self.user,
            "password": self.password,
        }
        if self.tls:
            told["sslmode"] = self.tls
        if self.tls == VERIFIED:
            told["sslrootcert"] = self.ca
        elif self.tls:  # who answers is not known: the password itself is told to nobody
            told["require_auth"] = "scram-sha-256,md5"
        return told


@dataclass(frozen=True)
class Canary:
    """Where `dro canary` writes a resource's heartbeat, and how often: the only place in production that it may touch.

    Where data are rows there is a `table` of heartbeats with a time `column`; where they are items there is one, of
    that `key`, with the time in an `attribute`.
    """

    interval: timedelta
    table: str = ""
    column: str = ""
    key: Mapping[str, str] = field(default_factory=dict)
    attribute: str = ""


class Fill(StrEnum):
    """How a restored store gets into an environment that is created anew."""

    IMPORT = "import"
    """AWS restores it under a name of the copy's, and CloudFormation imports it into the stack, whatever its size."""

    ITEMS = "items"
    """It is restored beside, and all that it holds is copied into what the stack made empty."""


@dataclass(frozen=True)
class Outlet:
    """The outputs of a program that tell where a store of its environment answers: host, port, and login's secret.

    Without a `port` it is the engine's own; without a `secret` the login is that of the store's source.
    """

    address: str
    port: str = ""
    secret: str = ""


@dataclass(frozen=True)
class Builder:
    """A program of the team's own that makes an environment, and the one that takes it down, with their arguments.

    Each has so long (real time), and of this machine's environment what is `passed` to it, by name. `outlets` are
    those of the stores that checks ask by SQL, by the stores' names, `regions` the others in which it makes something.
    """

    command: tuple[str, ...]
    destroy: tuple[str, ...]
    within: timedelta = timedelta(minutes=45)
    passed: tuple[str, ...] = ()
    outlets: Mapping[str, Outlet] = field(default_factory=dict)
    regions: tuple[str, ...] = field(default=(), metadata=SINCE)


@dataclass(frozen=True)
class Rebuild:
    """How an environment is created anew: its template (file text), parameters, and the stores to be filled.

    `stores` maps a logical id in the template to the name of the resource whose newest backup goes into it; `imported`
    are those that the stack is to import as they were restored. `answers` are the owner's word on what the template
    does outside; `boundary` is the managed policy (name or ARN) that holds every role of a replica beside production,
    `account` that in which a replica stands by itself, empty beside it.
    Of an app that the CDK synthesised `stacks` are those that are made, in their order, in place of one template; what
    names a part of it begins with its stack's name (`Orders/Table`). `within` are the texts of the templates that it
    names and that lie beside it, by their paths; `bucket` is where templates lie for CloudFormation which it takes from
    nowhere else. `key` is the one of KMS under which snapshots are shared with the replica's account. `tags` are those
    that the app deploys a stack with, `pinned` is the account that it makes one for. With a `builder` there is no
    template: a program makes it.
    """

    template: str
    template_path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    stores: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default=Place.BESIDE, metadata=SINCE)
    answers: Answers = field(default_factory=Answers, metadata=SINCE)
    boundary: str = field(default=BOUNDARY, metadata=SINCE)
    account: str = field(default="", metadata=SINCE)
    within: Mapping[str, str] = field(default_factory=dict, metadata=SINCE)
    bucket: str = field(default="", metadata=SINCE)
    key: str = field(default="", metadata=SINCE)
    stacks: tuple[Stack, ...] = field(default=(), metadata=SINCE)
    imported: tuple[str, ...] = field(default=(), metadata=SINCE)
    tags: Mapping[str, str] = field(default_factory=dict, metadata=SINCE)
    builder: Builder | None = field(default=None, metadata=SINCE)
    pinned: str = field(default="", metadata=SINCE)

    def fill(self, logical_id: str) -> Fill:
        """How a store gets into the replica that could be imported."""
        return Fill.IMPORT if logical_id in self.imported else Fill.ITEMS

    def alone(self, stack: Stack) -> Rebuild:
        """How one stack of the app is made: by its own template, with the owner's word on it."""
        own = {name: value for name, value in self.parameters.items() if name in stack.parameters}
        word, lead = self.answers.within(stack.name, {}), f"{stack.name}/"
        stores = {part.removeprefix(lead): store for part, store in self.stores.items() if part.startswith(lead)}
        return replace(
            self,
            stores=stores,
            template=stack.template,
            template_path=stack.file,
            parameters={**stack.values, **own},
            tags=stack.tags,
            answers=word,
            stacks=(),
            within=stack.within,
            pinned=stack.pinned,
        )

    @property
    def templates(self) -> tuple[Rebuild, ...]:
        """How each of its stacks is made; itself, where it is one template."""
        return tuple(map(self.alone, self.stacks)) or (self,)

    def word(self, copy_id: str) -> Answers:
        """The owner's word on a replica of that name, with the parameters that it is made with, and what is filled."""
        return replace(self.answers, parameters=self.given(copy_id), filled=tuple(self.stores))

    def given(self, copy_id: str) -> dict[str, str]:
        """The parameters of a replica of that name."""
        return {name: value.replace("{copy}", copy_id) for name, value in self.parameters.items()}


@dataclass(frozen=True)
class Resource:
    """A protected resource of a service; `id` is its AWS identifier (instance, table or stack name).

    `own` are the keys that only its type has. `to` is where a drill says that its copy is to stand: of a drill's own
    resource alone.
    """

    name: str
    type: str
    id: str
    region: str
    account: str = ""
    isolation: Isolation | None = None
    database: Database | None = None
    rebuild: Rebuild | None = None
    canary: Canary | None = None
    own: Mapping[str, Any] = field(default_factory=dict, metadata=SINCE)
    to: Destination | None = field(default=None, metadata=SINCE)


@dataclass(frozen=True)
class Exclusion:
    """A resource that need not be drilled until a day, that day included, by somebody's word; `where` is its place."""

    approver: str
    reason: str
    expires: date
    where: str = field(default="", compare=False, metadata=ASIDE)


@dataclass(frozen=True)
class Service:
    """The service that people use, and who answers for its recovery."""

    name: str
    title: str
    tier: Tier
    owner: str
    dr_champion: str
    runbook: Runbook
    contacts: tuple[Contact, ...] = ()
    resources: Mapping[str, Resource] = field(default_factory=dict)
    objectives: Mapping[Disruption, Objective] = field(default_factory=dict)
    customer_stacks: tuple[CustomerStack, ...] = field(default=(), metadata=SINCE)
    exclusions: Mapping[str, Exclusion] = field(default_factory=dict, metadata=SINCE)

    def objective_for(self, disruption: Disruption) -> Objective:
        """The promise for a disruption: the service's own where it declares one (even 'none'), else its tier's."""
        return self.objectives.get(disruption, self.tier.objective)
