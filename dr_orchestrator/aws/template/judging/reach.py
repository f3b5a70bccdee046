"""Judges by a type's tables and schema what its properties do to what they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.editing.names import is_ours
from dr_orchestrator.aws.template.reading.parts import as_in_schemas, last_key
from dr_orchestrator.aws.template.reading.values import Path
from dr_orchestrator.aws.template.registry import Reference, TypeSchema, known

_OF_EVERYBODY = re.compile(outward.OF_EVERYBODY_BY_NAME)


class Verdict(Enum):
    """The judgement on what is reached."""

    REFUSED = "refused"
    ASKED = "asked"
    NOTED = "noted"
    SILENT = "silent"


@dataclass(frozen=True)
class Reached:
    """A thing outside that a resource reaches, at which property, and its judgement in each place.

    `whole` where the resource is nothing without that property.
    """

    path: Path
    what: str
    why: str
    apart: Verdict
    beside: Verdict
    whole: bool = False


def changed(kind: str, path: Path) -> Verdict:
    """The judgement on a property that names something outside, as far as the resource changes that, or adds to it."""
    return _changed(kind, as_in_schemas(path))


def does(kind: str, path: Path) -> str:
    """The words on what a resource does to what such a property names."""
    if is_of(as_in_schemas(path), outward.STARTS.get(kind, ())):
        return "starts, or runs on,"
    return "would change" if changed(kind, path) is Verdict.REFUSED else "adds to"


@cache
def _changed(kind: str, written: str) -> Verdict:
    if is_of(written, outward.CHANGES.get(kind, ())):
        return Verdict.REFUSED
    if is_of(written, outward.ADDS.get(kind, ())) or is_of(written, outward.STARTS.get(kind, ())):
        return Verdict.ASKED
    schema, first = known(kind), written.partition("/")[0]
    if schema is None or first in outward.NOT_CHANGED.get(kind, ()):
        return Verdict.SILENT
    if first in schema.within:
        shared = types_of(schema, first) & outward.SHARED and not kind.endswith("Policy")
        return Verdict.ASKED if shared else Verdict.REFUSED
    return Verdict.ASKED if first in schema.create_only and _stands_in(schema, first) else Verdict.SILENT


def is_of(written: str, paths: frozenset[str] | tuple[str, ...]) -> bool:
    """Whether a path, as schemas write it, is one of these or leads into one."""
    return any(written == path or written.startswith(f"{path}/") for path in paths)


def types_of(schema: TypeSchema, path: str) -> frozenset[str]:
    """The types that stand behind a property, as far as anything tells."""
    reference = schema.reference(path)
    return frozenset(target.type for target in reference.targets) if reference else frozenset()


def _stands_in(schema: TypeSchema, path: str) -> bool:
    """Whether a property that is never changed names an object of the same service that the resource is made in.

    EC2 is left out: what stands in a network is asked by the network's id.
    """
    service, _, _ = schema.name.rpartition("::")
    targets = {each for each in types_of(schema, path) if each.rpartition("::")[0] == service}
    if not targets or service == "AWS::EC2" or path in (*schema.names, *schema.domains):
        return False
    return schema.name not in targets and not any(each.endswith(outward.READ_ALONE) for each in targets)


def is_somebodys(kind: str, path: Path, text: str, copy_id: str) -> bool:
    """Whether a text names what is neither the replica's, by a name that was shortened or not, nor everybody's.

    A word such as `default` is everybody's only where it names what is made to be shared: not of a group, or a bucket.
    """
    if copy_id in text or is_ours(text, copy_id):
        return False
    if outward.ARN.fullmatch(text) or text == "${AWS::AccountId}":
        return not is_of_everybody(text)
    schema, written = known(kind), as_in_schemas(path)
    shared = changed(kind, path) is Verdict.ASKED or (schema and types_of(schema, written) & outward.SHARED)
    return not (shared and is_of_everybody(text))


def is_of_everybody(text: str) -> bool:
    """Whether a text names what AWS gives to every account, and nothing that somebody made."""
    arn = outward.ARN.fullmatch(text)
    if arn is None:
        return bool(_OF_EVERYBODY.fullmatch(text))
    return arn["account"] in ("aws", "aws-managed") or (
        arn["account"] == "${AWS::AccountId}" and arn["rest"] in outward.DEFAULTS
    )


def is_as_without(kind: str, path: Path, text: str) -> bool:
    """Whether a property puts a resource where it would be without that property: on the account's own bus."""
    arn = outward.ARN.fullmatch(text)
    if arn and (arn["service"], arn["region"]) != ("events", "${AWS::Region}"):
        return False
    return is_of_everybody(text) and (kind, path[0], last_key(path)) in outward.AS_WITHOUT


def is_of_whole_account(kind: str, properties: Mapping[str, Any]) -> bool:
    """Whether a resource is a setting of the account: by the tables, or because only the account tells two apart."""
    if kind.startswith(outward.OF_WHOLE_ACCOUNT_BY_SERVICE):
        return True
    said = properties.get(outward.WHOLE_ACCOUNT_BY_PROPERTY.get(kind, ""), False)
    if str(said).lower() != "false":
        return True
    schema = known(kind)
    told_by = set(schema.identifiers) if schema else set()
    return kind in outward.OF_WHOLE_ACCOUNT or (bool(told_by) and told_by <= outward.OF_THE_ACCOUNT_ALONE)


def is_read(kind: str, path: Path) -> bool:
    """Whether a property is read, or used to read: nothing is done to what it names."""
    if last_key(path) in outward.READ:
        return True
    return is_of(as_in_schemas(path), outward.READ_AT.get(kind, ()))


def acts(kind: str, path: Path) -> bool:
    """Whether a property says with whose rights something acts."""
    keys = [each for each in path if isinstance(each, str) and not each.startswith("Fn::")]
    named = keys[-2:-1] if keys[-1:] in (["Arn"], ["Id"], ["Name"]) else keys[-1:]
    if outward.RIGHTS & {*named, *keys[-1:]}:
        return True
    schema = known(kind)
    types = types_of(schema, as_in_schemas(path)) if schema else frozenset()
    return bool(types) and types <= _OF_RIGHTS


def is_worth_a_note(kind: str, reference: Reference, text: str) -> bool:
    """Whether a plain name is to be known as one of something else; a word that only sounds so is not.

    No service takes a backslash in a name: what has one is a delimiter, or a pattern. A type whose names count only
    within another is not named by a word alone: the stage of an API, a role's policy.
    """
    if is_of_everybody(text) or outward.MANAGED.fullmatch(text) or "\\" in text:
        return False
    service = kind.rpartition("::")[0]
    alone = {each.type for each in reference.targets if not _is_within(each.type)}
    near = any(each.rpartition("::")[0] == service for each in alone)
    return reference.told or near or bool(alone & outward.NAMED_BY_OTHERS)


def _is_within(kind: str) -> bool:
    schema = known(kind)
    return kind in outward.NAMED_WITHIN or (schema is not None and bool(schema.within))


_OF_RIGHTS = frozenset({"AWS::IAM::InstanceProfile", "AWS::IAM::Role"})
