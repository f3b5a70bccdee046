"""Cloud assemblies, as `cdk synth` leaves them in cdk.out: an app's stacks, in the order in which they are made, and
what is published before they are.

Sources: cloud-assembly.schema.json and assets.schema.json of the package @aws-cdk/cloud-assembly-schema.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.errors import Problem

MANIFEST = "manifest.json"
OLDEST, NEWEST = 2, 55
"""The major versions of the schema that are known; each change of it is a new one, and minor ones change nothing."""

_STACK, _WITHIN, _ASSETS = "aws:cloudformation:stack", "cdk:cloud-assembly", "cdk:asset-manifest"
_AGAIN = "synthesise it again: `cdk synth`"
_ENVIRONMENT = re.compile(r"aws://(?P<account>[^/]+)/(?P<region>[^/]+)")
_UNKNOWN = "unknown-"
"""How an account or a region begins that the app leaves to whoever deploys it."""


class Malformed(ValueError):
    """A text is no manifest of a cloud assembly; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Stack:
    """A stack of an app: its name in AWS, and the file of its template in the assembly's folder.

    `title` is what `cdk list` calls it, and `key` what the manifest does; `needs` are the keys of the stacks that are
    made before it, `assets` the files that list what is published before. `account` and `region` are empty where the
    app leaves them open. `parameter` of the Parameter Store tells the version of the bootstrap stack, which is to be
    `version` at least. `digest` is of all that the manifest says of it, but for what it notes for people. `values` of
    parameters and `tags` are those that it is deployed with.
    """

    name: str
    template: str
    key: str = ""
    title: str = ""
    needs: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    account: str = ""
    region: str = ""
    parameter: str = ""
    version: int = 0
    digest: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Assembly:
    """The stacks of an assembly, each after those that it needs, and the folders of the assemblies within (stages)."""

    stacks: tuple[Stack, ...]
    within: tuple[str, ...]
    version: str = ""

    @property
    def known(self) -> bool:
        """Whether it is of a version of the schema that is read here."""
        major = re.match(r"(\d+)\.", self.version)
        return major is not None and OLDEST <= int(major[1]) <= NEWEST


@dataclass(frozen=True)
class Asset:
    """A thing that is published before a stack is made: a file in a bucket, or an image in a repository.

    `place` is the bucket or repository, `name` the key or tag in it; `source` is the file or folder that it is made of,
    empty where a programme makes it; of one that is `zipped` the archive is published.
    """

    id: str
    place: str
    name: str
    source: str
    image: bool = False
    zipped: bool = False


def parse(text: str, file: str) -> Assembly:
    """Read a manifest; Malformed where it is none, or is written in a way that is not known here."""
    told = _json(text, file)
    artifacts = mapping(told).get("artifacts")
    if not isinstance(artifacts, dict):
        raise Malformed(Problem(file, 1, "artifacts", _unknown(told, "it lists no artifacts"), _AGAIN))
    stacks = {name: each for name, each in artifacts.items() if mapping(each).get("type") == _STACK}
    ordered = tuple(_stack(name, artifacts, told, file) for name in _in_order(stacks, file))
    within = [mapping(mapping(each).get("properties")).get("directoryName") for each in _of(artifacts, _WITHIN)]
    folders = tuple(each for each in within if isinstance(each, str))
    return Assembly(ordered, folders, str(mapping(told).get("version", "")))


def needed_by(stack: Stack, stacks: tuple[Stack, ...]) -> tuple[Stack, ...]:
    """A stack and all that it needs, in the order in which they are made; it is the last."""
    by_key, wanted, open_ones = {each.key: each for each in stacks}, {stack.key}, [stack]
    while open_ones:
        new = [each for each in open_ones.pop().needs if each not in wanted]
        wanted.update(new)
        open_ones += [by_key[each] for each in new]
    return (*(each for each in stacks if each.key in wanted and each != stack), stack)


def assets(text: str, file: str) -> tuple[Asset, ...]:
    """Read a list of assets; Malformed where it is none."""
    told = mapping(_json(text, file))
    if not isinstance(told.get("version"), str):
        raise Malformed(Problem(file, 1, "version", "it is no list of assets: it has no version", _AGAIN))
    files = mapping(told.get("files"))
    images = mapping(told.get("dockerImages"))
    return (*_assets(files, "bucketName", "objectKey"), *_assets(images, "repositoryName", "imageTag"))


def _assets(listed: Mapping[str, Any], place: str, name: str) -> Iterator[Asset]:
    image = name == "imageTag"
    for id, asset in listed.items():
        source = mapping(mapping(asset).get("source"))
        told = source.get("path") or source.get("directory") or ""
        zipped = source.get("packaging") == "zip"
        for to in mapping(mapping(asset).get("destinations")).values():
            where, called = mapping(to).get(place), mapping(to).get(name)
            if isinstance(where, str) and isinstance(called, str):
                yield Asset(id, where, called, str(told), image, zipped)


def _json(text: str, file: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as wrong:
        line = getattr(wrong, "lineno", 1)
        raise Malformed(Problem(file, line, "", f"it is no JSON: {wrong}", _AGAIN)) from wrong


def _of(artifacts: Mapping[str, Any], kind: str) -> Iterator[Any]:
    return (each for each in artifacts.values() if mapping(each).get("type") == kind)


def _stack(name: str, artifacts: Mapping[str, Any], told: Any, file: str) -> Stack:
    artifact = mapping(artifacts[name])
    properties = mapping(artifact.get("properties"))
    template = properties.get("templateFile")
    if not isinstance(template, str):
        message = _unknown(told, f"stack {name} names no template file")
        raise Malformed(Problem(file, 1, f"artifacts.{name}.properties.templateFile", message, _AGAIN))
    title = str(artifact.get("displayName") or name)
    of_assets = [mapping(mapping(each).get("properties")) for each in _assets_of(artifact, artifacts)]
    place = _ENVIRONMENT.fullmatch(str(artifact.get("environment", "")))
    return Stack(
        str(properties.get("stackName") or title),
        template,
        name,
        title,
        tuple(each for each in _needed(artifact) if mapping(artifacts.get(each)).get("type") == _STACK),
        tuple(each["file"] for each in of_assets if isinstance(each.get("file"), str)),
        _told(place["account"]) if place else "",
        _told(place["region"]) if place else "",
        next((str(parameter) for each in (properties, *of_assets) if (parameter := each.get(_PARAMETER))), ""),
        max(each[_REQUIRED] if isinstance(each.get(_REQUIRED), int) else 0 for each in (properties, *of_assets)),
        _digest(artifact),
        _texts(properties.get("parameters")),
        _texts(properties.get("tags")),
    )


_PARAMETER, _REQUIRED = "bootstrapStackVersionSsmParameter", "requiresBootstrapStackVersion"


def _assets_of(artifact: Mapping[str, Any], artifacts: Mapping[str, Any]) -> Iterator[Any]:
    """The artifacts of a stack that list assets: those that it needs, or names besides."""
    more = mapping(artifact.get("properties")).get("additionalDependencies")
    for name in dict.fromkeys((*_needed(artifact), *(more if isinstance(more, list) else ()))):
        if mapping(artifacts.get(str(name))).get("type") == _ASSETS:
            yield artifacts[str(name)]


def _texts(told: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in mapping(told).items() if isinstance(value, str)}


def _told(part: str) -> str:
    return "" if part.startswith(_UNKNOWN) else part


def _digest(artifact: Mapping[str, Any]) -> str:
    deciding = {key: artifact.get(key) for key in ("environment", "properties", "dependencies")}
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


def _in_order(stacks: Mapping[str, Any], file: str) -> Iterator[str]:
    needs = {name: [each for each in _needed(artifact) if each in stacks] for name, artifact in stacks.items()}
    try:
        yield from TopologicalSorter(needs).static_order()
    except CycleError as circle:
        ring = " needs ".join(reversed(circle.args[1]))
        raise Malformed(Problem(file, 1, "artifacts", f"its stacks wait for one another: {ring}", _AGAIN)) from circle


def _needed(artifact: Any) -> list[str]:
    needed = mapping(artifact).get("dependencies")
    return [str(each) for each in needed] if isinstance(needed, list) else []


def _unknown(told: Any, what: str) -> str:
    version = mapping(told).get("version")
    return f"{what}; it is of version {version}" if version else what
