"""Whether a plan of AWS Backup takes what does not stand yet: by its ARN, and by the tags that it will wear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_TAG = "aws:ResourceTag/"
_RESOURCE = 5
"""Where the part of an ARN begins that tells the type."""

_NAME = re.compile("[:/]")


@dataclass(frozen=True)
class Copied:
    """Something that a drill is about to make, as AWS Backup will see it.

    `type` is AWS Backup's word for its type, `arn` may hold a star for what AWS names by itself, `tags` are those that
    the drill gives it. What comes of a template wears others besides: then `more`.
    """

    called: str
    type: str
    arn: str
    tags: Mapping[str, str]
    more: bool = False


@dataclass(frozen=True)
class Taken:
    """That a selection takes it; `surely` unless that hangs on what nobody knows yet.

    One that is not `named` by its type is taken only where AWS Backup is told to look after that type in the region.
    """

    surely: bool
    named: bool


def taken(selection: Mapping[str, Any], copied: Copied) -> Taken | None:
    """Whether a selection takes it; None where it does not.

    Any of the ARNs, any of the listed tags, all of the conditions, and nothing that is left out: as AWS describes it in
    docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html.
    """
    if any(_covers(each, copied.arn) for each in selection.get("NotResources") or ()):
        return None
    arns = [each for each in selection.get("Resources") or () if _may_be(each, copied.arn)]
    left_out = any(_may_be(each, copied.arn) for each in selection.get("NotResources") or ())
    found = _all(
        [
            None if left_out else True,
            _assigned(selection, copied, arns),
            *_conditions(selection.get("Conditions") or {}, copied),
        ]
    )
    return None if found is False else Taken(found is True, any(map(_names_a_type, arns)))


def _assigned(selection: Mapping[str, Any], copied: Copied, arns: Sequence[str]) -> bool | None:
    """Whether it is assigned by its ARN, or by a tag; None where either is asked for, and only one is so: AWS does not
    say what that means.
    """
    listed = selection.get("ListOfTags") or ()
    by_tags = _any(_equals(each, copied) for each in listed)
    by_arn = _any(True if _covers(each, copied.arn) else None for each in arns)
    if not listed:
        return by_arn if selection.get("Resources") else True
    if not selection.get("Resources"):
        return by_tags
    return by_arn if by_arn is by_tags else None


def _conditions(conditions: Mapping[str, Any], copied: Copied) -> Iterable[bool | None]:
    """The answer to each condition; a tag that it does not wear is other than any value."""
    yield from (_equals(each, copied) for each in conditions.get("StringEquals") or ())
    yield from (_not(_equals(each, copied)) for each in conditions.get("StringNotEquals") or ())
    yield from (_like(each, copied) for each in conditions.get("StringLike") or ())
    yield from (_not(_like(each, copied)) for each in conditions.get("StringNotLike") or ())


def _equals(condition: Mapping[str, Any], copied: Copied) -> bool | None:
    worn = _worn(condition, copied)
    return worn == condition.get("ConditionValue") if worn is not None else _unworn(copied)


def _like(condition: Mapping[str, Any], copied: Copied) -> bool | None:
    worn = _worn(condition, copied)
    return _covers(str(condition.get("ConditionValue")), worn) if worn is not None else _unworn(copied)


def _worn(condition: Mapping[str, Any], copied: Copied) -> str | None:
    return copied.tags.get(str(condition.get("ConditionKey")).removeprefix(_TAG))


def _unworn(copied: Copied) -> bool | None:
    return None if copied.more else False


def _not(said: bool | None) -> bool | None:
    return None if said is None else not said


def _all(said: Iterable[bool | None]) -> bool | None:
    found = set(said)
    return False if False in found else None if None in found else True


def _any(said: Iterable[bool | None]) -> bool | None:
    return _not(_all(map(_not, said)))


def _names_a_type(pattern: str) -> bool:
    """Whether a pattern says of which type it is: `*`, and a service alone, do not."""
    return bool(pattern.split(":", _RESOURCE)[_RESOURCE:]) and pattern.split(":", _RESOURCE)[_RESOURCE] != "*"


def _covers(pattern: str, text: str) -> bool:
    """Whether a pattern matches a text whole, whatever the stars in that stand for."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text, re.DOTALL) is not None


def _may_be(pattern: str, arn: str) -> bool:
    """Whether a pattern may match what AWS will name by itself: none that names one thing is of what does not stand."""
    names_one = "*" not in _NAME.split(pattern)[-1]
    return not (names_one and arn.endswith("*")) and _meet(pattern, arn)


def _meet(one: str, other: str) -> bool:
    """Whether there is a text that two patterns match, both of them with stars."""
    reached = {(0, 0)}
    seen = set(reached)
    while reached:
        at, by = reached.pop()
        if (at, by) == (len(one), len(other)):
            return True
        for step in _steps(one, at, other, by) - seen:
            seen.add(step)
            reached.add(step)
    return False


def _steps(one: str, at: int, other: str, by: int) -> set[tuple[int, int]]:
    """The places that one more letter, or the end of a star, leads to."""
    left, right = one[at : at + 1], other[by : by + 1]
    found = {(at + 1, by)} if left == "*" else set()
    found |= {(at, by + 1)} if right == "*" else set()
    if left and right and (left == right or "*" in (left, right)):
        found.add((at + (left != "*"), by + (right != "*")))
    return found
