"""Finds what AWS puts into the account's own, because a resource does not say where: its default network, its bus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.judging.reach import Reached, Verdict
from dr_orchestrator.aws.template.reading.parts import dotted
from dr_orchestrator.aws.template.reading.places import places, told
from dr_orchestrator.aws.template.reading.values import NO_VALUE, Scope, shown
from dr_orchestrator.documents.cloudformation import mapping

_BEANSTALK = "AWS::ElasticBeanstalk::Environment"
_NETWORK = "LaunchTemplateData/NetworkInterfaces/*/SubnetId"


def left_to_the_account(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """A resource that AWS puts into the account's own network, or on its own bus, because nothing says where."""
    said, what = outward.ABSENT_IN_ACCOUNT.get(kind, (frozenset(), ""))
    for key in sorted(each for each in said if "SubnetGroup" in each):
        for path, text in told(properties, key, scope):
            if text != "default":
                put, why = f"is put into {shown(text)} ({dotted(path)})", "the stack does not make it"
                yield Reached(path, put, why, Verdict.NOTED, Verdict.ASKED, whole=True)
    if _is_told(kind, properties, scope):
        return
    why = "it holds for production, too" if what else "production may be in it"
    yield Reached((), what or "is put into the account's default network", why, Verdict.SILENT, Verdict.ASKED)


def _is_told(kind: str, properties: Mapping[str, Any], scope: Scope) -> bool:
    """Whether a resource says where it is put, or can be put nowhere."""
    if kind == _BEANSTALK:
        return "TemplateName" in properties or "aws:ec2:vpc" in _namespaces(properties)
    said, _ = outward.ABSENT_IN_ACCOUNT.get(kind, (frozenset[str](), ""))
    if not said or any(_says(value) for path in said for _, value in places(properties, path.split("/"))):
        return True
    return _has_network_of_template(kind, properties, scope)


def _says(value: Any) -> bool:
    return value not in ("default", NO_VALUE)


def _namespaces(properties: Mapping[str, Any]) -> set[str]:
    """The kinds of options that an environment of Elastic Beanstalk is given."""
    return {str(mapping(each).get("Namespace")) for _, each in places(properties, ("OptionSettings", "*"))}


def _has_network_of_template(kind: str, properties: Mapping[str, Any], scope: Scope) -> bool:
    """Whether a launch template says in which network the machines are; of one that is elsewhere it is not known."""
    for _, named in places(properties, outward.BY_LAUNCH_TEMPLATE.get(kind, "-").split("/")):
        ids = [mapping(named).get(key) for key in ("LaunchTemplateId", "LaunchTemplateName")]
        own = next((owner for each in ids if each and (owner := scope.owner(each))), "")
        said = mapping(scope.resources.get(own, {}).get("Properties"))
        if not own or any(True for _ in places(said, _NETWORK.split("/"))):
            return True
    return False
