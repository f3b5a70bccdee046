"""The shape of a service file: who answers for the service, its resources and its drills."""

from __future__ import annotations

import functools
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model, model_validator

from dr_orchestrator.catalog.shapes.calendar import Every
from dr_orchestrator.catalog.shapes.checks import Check
from dr_orchestrator.catalog.shapes.customer import CustomerStack
from dr_orchestrator.catalog.shapes.destination import Isolation, SecondaryRegion, To
from dr_orchestrator.catalog.shapes.fields import (
    Account,
    Address,
    Attribute,
    Bound,
    Day,
    Identifier,
    Instant,
    Name,
    Region,
    Scalar,
    Shape,
    Span,
    Text,
    Truth,
    choice,
    whole,
    word,
    wrong,
)
from dr_orchestrator.catalog.shapes.production import Probe, Writers
from dr_orchestrator.catalog.shapes.rebuild import Rebuild
from dr_orchestrator.catalog.shapes.there import There
from dr_orchestrator.catalog.shapes.vault import RecoveryPoints
from dr_orchestrator.catalog.source import Plain
from dr_orchestrator.domain import drill as domain
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.resource_type import ResourceType, Types
from dr_orchestrator.domain.service import Auth, Via

SOME_HAVE = ("database", "isolation", "rebuild", "canary")
"""The keys of a resource that only some types have."""


class Contact(Shape):
    """A person or rota to reach."""

    name: Text = Field(description="Who.")
    role: Text = Field(description="In which role, such as on-call.")
    reach: Text = Field(description="How: a channel, a phone number, an address.")
    verified: Day | None = Field(default=None, description="When that was last seen to be right: see `dro review`.")
    deputies: list[Text] = Field(
        default=[], description="Who acts where they are away: names of other contacts of this service, in their order."
    )


class Runbook(Shape):
    """The document that the drills prove."""

    url: Address = Field(description="Where it is.")
    reviewed: Day = Field(description="When it was last reviewed.")


class Promise(Shape):
    """RTO and RPO."""

    rto: Bound = Field(description='Recovery time objective: "< 4h", "<= 4h", or none.')
    rpo: Bound = Field(description='Recovery point objective: "< 1h", "<= 1h", or none.')
    hydration: Bound = Field(default=None, description='When every block was read at the latest: "< 6h", or none.')
    reason: Text | None = Field(default=None, description="Why it is not the tier's.")


class FallbackPromise(Promise):
    """RTO and RPO of a fallback, which has to say why it promises less."""

    reason: Text = Field(description="Why the fallback has an objective of its own.")


def _none_at_all(value: object) -> object:
    return {"rto": "none", "rpo": "none"} if value == "none" else value


_WRITE = "write latest, oldest, random, {ago: 20m}, {at: 2026-11-20T09:00:00Z}, {before: ...} or {random: 3}"


def _chosen(value: object) -> object:
    if value == {}:
        raise wrong("is empty", _WRITE)
    words = {"latest": {}, "oldest": {"oldest": True}, "random": {"random": Plain("1")}}
    return words[value] if isinstance(value, str) and value in words else value


def _true(value: object) -> object:
    return True if isinstance(value, Plain) and value.lower() == "true" else value


OwnPromise = Annotated[Promise, BeforeValidator(_none_at_all, json_schema_input_type=Literal["none"] | Promise)]


class Objectives(Shape):
    """The service's own promises; where one is missing, its tier's holds. `none` says that there is no target."""

    application: OwnPromise | None = Field(default=None, description="A fault of the application or its data.")
    infrastructure: OwnPromise | None = Field(default=None, description="A loss of the infrastructure.")
    availability_zone: OwnPromise | None = Field(
        default=None, alias="availability-zone", description="A loss of one availability zone."
    )
    region: OwnPromise | None = Field(default=None, description="A loss of the region.")

    @property
    def written(self) -> dict[Disruption, Promise]:
        """The promises that are declared."""
        found = {each: getattr(self, each.replace("-", "_")) for each in Disruption}
        return {each: promise for each, promise in found.items() if promise is not None}


class Keys(Shape):
    """The keys under which a secret holds a login, where they are not those of RDS."""

    user: Text = Field(default="username", description="The key of the user.")
    password: Text = Field(default="password", description="The key of the password.")


class Database(Shape):
    """How checks log in to a copy."""

    name: Text = Field(description="The database.")
    engine: Annotated[str, word(engines.WORDS, "an engine")] | None = Field(
        default=None, description="Its engine, which RDS tells too: with it `dro check` knows what it can be asked."
    )
    secret: Text | None = Field(
        default=None,
        description="The Secrets Manager secret that holds username and password; `managed` where RDS manages it.",
    )
    keys: Keys = Field(default=Keys(), description="The keys of user and password in the secret.")
    auth: Annotated[Auth, choice(Auth, "a way to log in")] = Field(
        default=Auth.PASSWORD, description="By the password of the secret, or by a token of IAM: iam."
    )
    via: Annotated[Via, choice(Via, "a way to ask a database")] = Field(
        default=Via.ADDRESS,
        description="How a copy is asked: at its address, or by the Data API of RDS (data-api), without a way in.",
    )
    user: Text | None = Field(default=None, description="The user that a token of IAM is for.")
    ca: Text | None = Field(
        default=None, description="The file of authorities that TLS is verified by, relative to this file."
    )
    tls_port: Annotated[int, whole(1, 65535)] | None = Field(
        default=None, description="The port of Oracle's option SSL, where TLS answers."
    )
    reset_password: Truth = Field(
        default=True,
        description="False where a copy that no version of the secret opens may get no new master password.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Database:
        written = self.model_fields_set
        if self.via is Via.DATA_API and (strange := self._foreign_to_the_data_api()):
            raise wrong(f"`via: data-api` and '{strange[0]}' exclude each other", strange[1])
        if self.auth is Auth.IAM:
            if foreign := [key for key in ("secret", "keys", "reset_password") if key in written]:
                raise wrong(
                    f"`auth: iam` and '{foreign[0]}' exclude each other", "a token takes the place of a password"
                )
            if not self.user:
                raise wrong("`auth: iam` does not say which user logs in", "add `user: ...`, one that has rds_iam")
        elif self.user:
            raise wrong("'user' is for `auth: iam`; a secret holds its own", "remove it, or add `auth: iam`")
        elif not self.secret:
            raise wrong("nothing says how to log in", "add `secret: ...`, or `auth: iam` and `user: ...`")
        return self

    def _foreign_to_the_data_api(self) -> tuple[str, str] | None:
        """The key that says what the Data API cannot heed, and what to do."""
        if self.auth is Auth.IAM:
            return "auth: iam", "the Data API logs in by a secret: name it, and remove `auth` and `user`"
        if self.keys != Keys():
            return "keys", "the Data API reads `username` and `password` of a secret, and no other keys"
        if self.ca:
            return "ca", "AWS itself is asked, by HTTPS: remove it"
        return None


class Canary(Shape):
    """Where `dro canary` writes the heartbeat: the only place in production that it may touch."""

    table: Identifier | None = Field(default=None, description="The heartbeat's own table, made if missing (SQL).")
    column: Identifier | None = Field(default=None, description="Its time column (SQL).")
    key: Annotated[dict[Attribute, Scalar], Field(min_length=1)] | None = Field(
        default=None, description="The whole key of the heartbeat's own item (DynamoDB)."
    )
    attribute: Attribute | None = Field(default=None, description="Its attribute with the time (DynamoDB).")
    interval: Span = Field(default=timedelta(minutes=1), description="How often it is written.")


class Resource(Shape):
    """A protected resource."""

    # What the keys of some types say of themselves, and which types there are, is known to `service_file` alone.
    type: Text = Field(description="What it is.")
    id: Text = Field(description="Its AWS identifier: instance, table or stack name.")
    region: Region = Field(description="The AWS region it is in.")
    account: Account | None = Field(default=None, description="The AWS account, where it is not the caller's.")
    database: Database | None = Field(default=None, description="How to log in to a copy.")
    isolation: Isolation | None = Field(
        default=None, description="Where copies are put, where it is not the place in tiers.yaml."
    )
    rebuild: Rebuild | None = Field(default=None, description="How it is created anew.")
    canary: Canary | None = Field(default=None, description="Where `dro canary` writes its heartbeat.")


class Selection(Shape):
    """Which recovery point, given by one of these; none of them is the latest."""

    oldest: Annotated[Literal[True], BeforeValidator(_true, json_schema_input_type=Literal[True])] | None = Field(
        default=None, description="The oldest one: the edge of the retention."
    )
    random: Annotated[int, whole(1, 100)] | None = Field(
        default=None, description="So many random ones, each restored by a run of its own."
    )
    before: Instant | None = Field(default=None, description="The last instant before this incident.")
    ago: Span | None = Field(default=None, description="How long before the drill's start the instant lies.")
    at: Instant | None = Field(default=None, description="The instant itself, with its zone.")

    @model_validator(mode="after")
    def _not_several(self) -> Selection:
        written = [f"'{name}'" for name in type(self).model_fields if getattr(self, name) is not None]
        if len(written) > 1:
            raise wrong(f"{' and '.join(written)} exclude each other", "keep one of them")
        return self


_Words = Literal["latest", "oldest", "random"]
Chosen = Annotated[Selection, BeforeValidator(_chosen, json_schema_input_type=_Words | Selection)]


class Where(StrEnum):
    """The thing that a drill is performed on."""

    REPLICA = "replica"
    PRODUCTION = "production"


class Drill(Shape):
    """The written definition of a drill: one resource, one kind, held to one objective."""

    kind: Annotated[Kind, choice(Kind, "a kind of drill")] = Field(description="What is done.")
    resource: Name = Field(description="The resource of this service that is recovered.")
    disruption: Annotated[Disruption, choice(Disruption, "a disruption")] = Field(
        description="What is supposed to have happened; decides which objective holds."
    )
    summary: Text | None = Field(default=None, description="What the drill proves, in a sentence.")
    every: Every | None = Field(
        default=None, description="How often it is due; as its service's drills, its tier's, or once a quarter."
    )
    after_change_of: list[Name] = Field(
        default=[], description="Resources of this service after each declared change of which it is due anew."
    )
    path: Annotated[domain.RecoveryPath, choice(domain.RecoveryPath, "a path")] = Field(
        default=domain.RecoveryPath.PRIMARY,
        description="Whether it proves the promise itself, or a fallback behind it.",
    )
    objective: FallbackPromise | None = Field(default=None, description="A fallback's own objective.")
    on: Annotated[Where, choice(Where, "what a drill is performed on")] = Field(
        default=Where.REPLICA, description="What is failed over: a restored copy (replica), or production itself."
    )
    probe: Probe | None = Field(
        default=None, description="Where a client may write while production fails over (on: production)."
    )
    fail_back: Truth | None = Field(
        default=None, description="Whether production is failed back; yes where it is left out (on: production)."
    )
    writer: Writers | None = Field(
        default=None,
        description="Which instance of a cluster is to write after each way; else AWS chooses (on: production).",
    )
    selection: Chosen = Field(
        default=Selection(), description="Which recovery point: latest, oldest, random, or by an instant."
    )
    recovery_points: RecoveryPoints | None = Field(
        default=None,
        description="The vault of AWS Backup they are taken from, or the region in which copies of them lie.",
    )
    to: To | None = Field(default=None, description="Where the copy is to stand, where that is not beside its source.")
    there: There | None = Field(
        default=None, description="The other region in which it comes back, and its name (region-failover)."
    )
    replicates: Name | None = Field(
        default=None, description="Of which resource of this service it is the replica (replica-promotion)."
    )
    secondary: SecondaryRegion | None = Field(
        default=None, description="The other region of the copy, to which it is switched over (global-switchover)."
    )
    accept: dict[Text, Text] = Field(
        default={}, description="Settings in which its copy may differ from the source, each with the reason."
    )
    checks: list[Check] = Field(description="What must be true of the copy; one of them at least proves its data.")


class Exclusion(Shape):
    """The word that a resource need not be drilled for a while."""

    approver: Text = Field(description="Who approved it: not the service's owner alone.")
    reason: Text = Field(description="Why.")
    expires: Day = Field(description="The last day on which it holds.")


class ServiceFile(Shape):
    """A service: who answers for it, what is protected, and how its recovery is drilled."""

    service: Name = Field(description="Its name, which is also the name of this file.")
    title: Text = Field(description="What people call it.")
    tier: Annotated[int, whole(0, 99)] = Field(description="Its tier, from tiers.yaml.")
    owner: Text = Field(description="The team or person that owns it.")
    dr_champion: Text = Field(description="Who sees to its disaster recovery.")
    every: Every | None = Field(default=None, description="How often its drills are due; as its tier's where not told.")
    contacts: list[Contact] = Field(default=[], description="Whom to reach in a drill.")
    runbook: Runbook = Field(description="The document that its drills prove.")
    objectives: Objectives = Field(
        default=Objectives(), description="Its own objectives by disruption, where they are not its tier's."
    )
    resources: dict[Name, Resource] = Field(default={}, description="What is protected, by name.")
    exclusions: dict[Name, Exclusion] = Field(
        default={}, description="Resources that need not be drilled for a while, by name: see `dro coverage`."
    )
    customer_stacks: dict[Name, CustomerStack] = Field(
        default={}, description="Stacks in customers' accounts that it depends on: each has to stay as it was recorded."
    )
    drills: dict[Name, Drill] = Field(default={}, description="Its drills, by name; unique in the workspace.")


@functools.cache
def service_file(types: Types[ResourceType]) -> type[ServiceFile]:
    """The shape of a service file whose resources are of those types, with the keys that they have."""
    resource = create_model("Resource", __base__=Resource, __doc__=Resource.__doc__, **_keys(types))
    return create_model(
        "ServiceFile",
        __base__=ServiceFile,
        __doc__=ServiceFile.__doc__,
        resources=(dict[Name, resource], ServiceFile.model_fields["resources"]),  # type: ignore[valid-type]
    )


def _keys(types: Types[ResourceType]) -> dict[str, Any]:
    """The fields of a resource that depend on which types there are; each says whose it is."""
    fields: dict[str, Any] = {
        "type": (Annotated[str, word(types.names, "a type of resource")], Resource.model_fields["type"])
    }
    for name in SOME_HAVE:
        owners = ", ".join(each.name for each in types.with_key(name))
        known = Resource.model_fields[name]
        text = f"{(known.description or '').removesuffix('.')} ({owners})."
        fields[name] = (known.annotation, Field(default=None, description=text))
    for each in types:
        fields |= each.own_keys()
    return fields
