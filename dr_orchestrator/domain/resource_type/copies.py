"""The objects in AWS that drills make, and those that such an object may hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CopyType:
    """Something that a drill makes in AWS.

    `longest` is how many characters its name may have, `arn` the resource part of its ARN, with `{id}` in the name's
    place. `plural` is how the statements of IAM policies call many of them. `quota` is what it counts against, as AWS
    names that; types that name the same one share it. `shows_tags` is whether IAM sees its tags in every account: those
    of DynamoDB's tables only where attribute-based access control (ABAC) is on, and no call tells where; those of one
    without `by_abac` it sees nowhere. One that `passes` is an action of AWS's that ends by itself, and of which nothing
    is left to be deleted. `also` are further resource parts that its ARN may have: that of what lies in a bucket, say.
    `backed` are AWS Backup's words for what it may back up of one, each with the resource part of the ARN by which it
    knows that.
    """

    name: str
    title: str
    plural: str
    service: str
    arn: str
    longest: int
    cloudformation: str = ""
    quota: str = ""
    shows_tags: bool = True
    passes: bool = False
    also: tuple[str, ...] = ()
    by_abac: bool = True
    backed: tuple[tuple[str, str], ...] = ()

    def arn_of(self, id: str) -> str:
        """The resource part of the ARN of one of that name; it begins with colons where no place is named in it, with
        one where an account is.
        """
        return self.arn.format(id=id)

    def arns_of(self, id: str) -> tuple[str, ...]:
        """The resource parts of the ARNs that one of that name may have."""
        return (self.arn_of(id), *(each.format(id=id) for each in self.also))


@dataclass(frozen=True, kw_only=True)
class HeldType(CopyType):
    """Something that an environment holds, and that has to be emptied, opened or deleted so that the environment can
    go: no drill makes one by itself, and none is listed.

    Its name is its type in CloudFormation. `looks` are the reads that are allowed of those alone that are named as
    copies are; `seen_as` is the resource part of the ARN that they concern, where that is another.
    """

    longest: int = 0
    looks: frozenset[str] = frozenset()
    seen_as: str = ""


@dataclass(frozen=True)
class Naming:
    """The rule of a type's identifiers: a pattern, and what it says in words."""

    pattern: str
    rule: str


@dataclass(frozen=True)
class Quota:
    """How many of something there are, and may be."""

    what: str
    used: int
    most: int

    def __str__(self) -> str:
        return f"{self.used:,} of {self.most:,} {self.what} in use"
