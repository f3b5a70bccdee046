"""The shape of what a drill says of the other region: which, from what its stores come back there, and its name."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import (
    Name,
    Output,
    Part,
    Region,
    Shape,
    Share,
    Span,
    Truth,
    choice,
    shaped,
)
from dr_orchestrator.domain.leading import CONTROLS_TAG, ZONE_TAG, By, RecordType
from dr_orchestrator.domain.proof import Tolerance

LONGEST_TTL = timedelta(hours=1)

ZoneId = Annotated[str, shaped(r"[A-Z0-9]{4,32}", "the id of a hosted zone", "such as Z0123456789ABCDEFGHIJ")]
Domain = Annotated[
    str,
    shaped(
        r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])",
        "the name of a zone",
        "small letters, digits, dashes and dots, none at the end: drills.example.com",
        180,
    ),
]


class DrillZone(Shape):
    """The public hosted zone of Route 53 that is the drills' own: no other gets a record."""

    id: ZoneId = Field(description=f"Its id; the zone has to wear the tag {ZONE_TAG}, whatever that says.")
    domain: Domain = Field(description="Its name: drills.example.com.")


_OF_ARC = r"arn:aws:route53-recovery-control::[0-9]{12}:"
ClusterArn = Annotated[
    str,
    shaped(rf"{_OF_ARC}cluster/[A-Za-z0-9-]{{1,64}}", "the ARN of a cluster of ARC", "as DescribeCluster tells it"),
]
PanelArn = Annotated[
    str,
    shaped(
        rf"{_OF_ARC}controlpanel/[A-Za-z0-9]{{1,64}}",
        "the ARN of a control panel of ARC",
        "as DescribeControlPanel tells it",
    ),
]
Endpoint = Annotated[
    str,
    shaped(
        r"https://[a-z0-9-]+\.route53-recovery-cluster\.[a-z0-9-]+\.(?:amazonaws\.com|api\.aws)/v1"
        r"|http://127\.0\.0\.1:[0-9]{1,5}/v1",
        "an endpoint of a cluster of ARC",
        "https://….route53-recovery-cluster.REGION.amazonaws.com/v1, as DescribeCluster tells it",
    ),
]


class DrillControls(Shape):
    """The control panel of ARC that is the drills' own, in a cluster of the team's: no other gets a routing control."""

    cluster: ClusterArn = Field(description="The ARN of its cluster, which drills neither make nor delete.")
    control_panel: PanelArn = Field(description=f"Its ARN; it has to wear the tag {CONTROLS_TAG}, whatever that says.")
    endpoints: dict[Region, Endpoint] = Field(
        min_length=2,
        description="The cluster's endpoints, by region, as DescribeCluster tells them: on the day nobody asks.",
    )


class There(Shape):
    """The other region, in which the environment is made anew while its own counts as lost."""

    region: Region = Field(description="The AWS region in which it comes back.")
    stores: dict[Part, Name] = Field(
        default={}, description="From which resource of that region each store comes: its replica there, say."
    )
    promotes: list[Part] = Field(
        default=[],
        description="Which of these are read replicas: one of the run's, made of it, is promoted for each.",
    )
    output: Output = Field(description="The output of the template, an address or a host, to which the name leads.")
    record: Annotated[RecordType, choice(RecordType, "a type of record")] = Field(
        default=RecordType.CNAME, description="What the name is: another name (CNAME), or an address (A)."
    )
    by: Annotated[By, choice(By, "what switches a name")] = Field(
        default=By.RECORDS,
        description="What switches the name: its records, or routing controls of ARC (see `drill_controls`).",
    )
    ttl: Span = Field(default=timedelta(minutes=1), description="How long who asked keeps the answer: at most 1h.")


class SameInBoth(Shape):
    """A store of the lost region and what stands of it in the other hold the same, once the name leads back."""

    store: Part = Field(description="The store, by its name in `there.stores`: both sides are production's, and read.")
    within: Span = Field(
        default=timedelta(minutes=5), description="How long is looked again at what is written meanwhile."
    )
    read: Truth = Field(default=False, description="Reads both objects of which S3 tells nothing (buckets).")
    tolerance: Share = Field(default=Tolerance(), description="How far rows may lie apart: 100, or 0.1% (databases).")
