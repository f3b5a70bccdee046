"""The calls by which a drill looks at the place in which its copy is to stand, and brings a snapshot there."""

from __future__ import annotations

from dr_orchestrator.domain.resource_type import Calls

BROUGHT = Calls(
    frozenset({"ec2:DescribeRegions", "rds:DescribeOrderableDBInstanceOptions", "rds:DescribeDBParameterGroups"}),
    only_when={"rds:DescribeDBParameterGroups": "the source has a parameter group of the team's own"},
)
"""The looks at a region, before anything is brought there."""

WITHOUT_TAGS: dict[str, tuple[object, ...]] = {"CopyTags": (None, False)}
"""A snapshot that is brought wears the tags of the run alone: by production's it would be backed up, or deleted."""
