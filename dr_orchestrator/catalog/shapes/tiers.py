"""The shape of tiers.yaml: the policy that services are held to, and what holds for all drills."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.calendar import Calendar
from dr_orchestrator.catalog.shapes.destination import Isolation
from dr_orchestrator.catalog.shapes.fields import (
    Account,
    Bound,
    BoundaryName,
    BucketName,
    Day,
    Duration,
    KeyName,
    Money,
    Name,
    Region,
    RoleArn,
    Scalar,
    Shape,
    Span,
    Text,
    Truth,
    choice,
    whole,
)
from dr_orchestrator.catalog.shapes.findings import Findings
from dr_orchestrator.catalog.shapes.notices import Notices
from dr_orchestrator.catalog.shapes.production import Consent
from dr_orchestrator.catalog.shapes.silences import Silences
from dr_orchestrator.catalog.shapes.there import DrillControls, DrillZone
from dr_orchestrator.catalog.shapes.tracker import Tracker
from dr_orchestrator.domain.objective import ClockStart
from dr_orchestrator.domain.replica import BOUNDARY, Place
from dr_orchestrator.domain.tag_keys import TagKeys
from dr_orchestrator.domain.wanted import RETENTION


class Clock(Shape):
    """How recovery time is judged; the allowances stand for what an automated drill does not exercise."""

    judged_from: Annotated[ClockStart, choice(ClockStart, "a start of the clock")] = Field(
        default=ClockStart.DISRUPTION, description="Whether the clock starts at the disruption or its declaration."
    )
    detection_allowance: Duration = Field(default=timedelta(), description="Added for noticing the disruption.")
    decision_allowance: Duration = Field(default=timedelta(), description="Added for deciding to recover.")


class Backups(Shape):
    """The protection that the backups of a tier's services are to have: see `dro posture`."""

    retention: Span = Field(default=RETENTION, description="How long recovery points are kept at least.")
    copy_in: list[Region] = Field(
        default=[], description="The regions of which one has to hold copies; none is wanted."
    )
    immutable: Truth = Field(default=False, description="Whether nobody may delete them before their time.")
    own_key: Truth = Field(default=False, description="Whether their key of KMS is to be your own, not one of AWS's.")
    deletion_protection: Truth = Field(default=True, description="Whether AWS is to refuse to delete the resources.")


class Tier(Shape):
    """A class of services with one promise."""

    number: Annotated[int, whole(0, 99)] = Field(description="Its number; 0 is recovered first.")
    name: Text = Field(description="What it is called in reports.")
    rto: Bound = Field(description='Recovery time objective: "< 4h", "<= 4h", or none.')
    rpo: Bound = Field(description='Recovery point objective: "< 1h", "<= 1h", or none.')
    hydration: Bound = Field(default=None, description='When every block was read at the latest: "< 6h", or none.')
    clock: Clock = Field(default=Clock(), description="How recovery time is judged.")
    backups: Backups = Field(default=Backups(), description="How backups are to be kept: see `dro posture`.")
    examples: list[Text] = Field(default=[], description="Services of this tier, for the reader.")


class Approval(Shape):
    """The approval of the policy, and its day."""

    by: Text = Field(description="Who.")
    role: Text | None = Field(default=None, description="In which role.")
    date: Day = Field(description="When.")


class Costs(Shape):
    """The prices of AWS, as the team pays them: prices are never looked up."""

    currency: Text = Field(description="The currency of all amounts.")
    instance_hour: dict[Text, Money] = Field(default={}, description="An hour of an RDS instance, by its class.")
    storage_gib_month: Money | None = Field(default=None, description="A GiB of an RDS instance's storage, a month.")
    table_gib: Money | None = Field(default=None, description="A GiB of a restored DynamoDB table.")
    object_gib_month: Money | None = Field(default=None, description="A GiB of an S3 bucket, a month.")
    object_writes: Money | None = Field(
        default=None, description="A thousand requests that copy, put or list objects of S3."
    )
    object_reads: Money | None = Field(default=None, description="A thousand requests that read objects of S3.")


class Limits(Shape):
    """The limits that hold for every exercise."""

    at_once: Annotated[int, whole(1, 1000)] = Field(default=4, description="How many drills run at once.")
    headroom: Annotated[int, whole(0, 1000)] = Field(
        default=2, description="How many copies each quota is kept free for, for production's own failover."
    )
    budget: Money | None = Field(default=None, description="The most that a drill, or an exercise, may cost.")


class Allowed(Shape):
    """Where drills may work; anywhere else nothing is started."""

    accounts: list[Account] = Field(default=[], description="The AWS accounts; any where none is named.")
    regions: list[Region] = Field(default=[], description="The AWS regions; any where none is named.")


class Replica(Shape):
    """The policy for environments that drills create anew."""

    place: Annotated[Place, choice(Place, "a place for a replica")] = Field(
        default=Place.BESIDE,
        description="Where replicas stand: beside production, in its account, or in an account of their own.",
    )
    account: Account | None = Field(
        default=None, description="The account that replicas have of their own; `roles: elsewhere` names its role."
    )
    boundary: BoundaryName = Field(
        default=BOUNDARY, description="The permissions boundary of its roles, by name or ARN: see `dro iam --boundary`."
    )
    bucket: BucketName | None = Field(
        default=None, description="The bucket in which templates lie for CloudFormation while it needs them."
    )
    key: KeyName | None = Field(
        default=None,
        description="The KMS key under which snapshots of encrypted databases are shared with the replicas' account.",
    )


class Roles(Shape):
    """The IAM roles that drills take on; without one, they go by the credentials that they are started with."""

    source: RoleArn | None = Field(default=None, description="The role that only reads.")
    drill: RoleArn | None = Field(default=None, description="The role that makes copies and deletes them.")
    elsewhere: list[RoleArn] = Field(
        default=[], description="The roles of other accounts in which copies stand, one an account."
    )


class Discovery(Shape):
    """The keys of the tags that say whose a resource is, to `dro discover` and `dro posture`; case counts."""

    service: list[Text] = Field(
        default=[*TagKeys().service],
        description="The keys that say the service; the first that a resource wears counts.",
    )
    tier: list[Text] = Field(default=[*TagKeys().tier], description="The keys that say the tier, by number or name.")
    owner: list[Text] = Field(default=[*TagKeys().owner], description="The keys that say the owner.")
    contact: list[Text] = Field(default=[*TagKeys().contact], description="The keys that say how the owner is reached.")


class TiersFile(Shape):
    """The policy: tiers and their promises, and what holds for all drills."""

    revision: Scalar = Field(description="The policy's revision, which every report is stamped with.")
    approved: Approval = Field(description="Who approved it.")
    tiers: list[Tier] = Field(min_length=1, description="The tiers.")
    isolation: Isolation | None = Field(
        default=None, description="Where copies of RDS instances are put unless a resource says otherwise."
    )
    allowed: Allowed = Field(default=Allowed(), description="The accounts and regions that drills may work in.")
    roles: Roles = Field(default=Roles(), description="The IAM roles that drills take on: see `dro iam`.")
    replica: Replica = Field(default=Replica(), description="What holds for environments that drills create anew.")
    drill_zone: DrillZone | None = Field(
        default=None, description="The hosted zone in which drills have names of their own (region-failover)."
    )
    drill_controls: DrillControls | None = Field(
        default=None, description="The control panel of ARC whose routing controls may switch those names."
    )
    production: dict[Name, Consent] = Field(
        default={}, description="The drills that may fail production over, by name; no other may."
    )
    costs: Costs | None = Field(default=None, description="The rates by which the cost of a drill is estimated.")
    limits: Limits = Field(default=Limits(), description="What every exercise keeps to.")
    calendar: Calendar | None = Field(
        default=None, description="When drills may start, and how often they are due: see `dro calendar`."
    )
    discovery: Discovery = Field(
        default=Discovery(), description="The tags that say whose a resource is: see `dro discover`."
    )
    findings: Findings = Field(default=Findings(), description="By when findings are due: see `dro findings`.")
    tracker: Tracker | None = Field(
        default=None, description="Where the tickets of findings are, a folder of Markdown else: see `dro tickets`."
    )
    notices: Notices | None = Field(
        default=None, description="Who is told what of exercises, and where: see `dro notices`."
    )
    silences: Silences | None = Field(
        default=None, description="Where alerts on the drills' own copies are held back: see `dro silences`."
    )
