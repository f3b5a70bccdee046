"""The stacks of an app that the CDK synthesised: of its cloud assembly those that a drill makes, in their order."""

from __future__ import annotations

import functools
import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.source import text_of
from dr_orchestrator.catalog.template import Template, Unusable, inside, types_within, within_of
from dr_orchestrator.documents import assembly, cloudformation
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.documents.events import Stop
from dr_orchestrator.domain.app import Asset, Stack
from dr_orchestrator.errors import Problem

LARGEST = 64_000_000
"""Bytes of a manifest: it notes where in its code each construct of the app was made."""

_AGAIN = "synthesise it again: `cdk synth`"
_BOOTSTRAP = "BootstrapVersion"
"""The parameter by which the CDK has a template look for the version of the bootstrap stack."""


class _Wrong(Exception):
    """The assembly cannot be used, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.unusable = Unusable(f"{problem.file}:{problem.line}: {_at(problem.key)}{problem.message}", problem.fix)


def outline(path: Path, wanted: str, workspace: Path) -> Template | Unusable:
    """Read an assembly that lies inside the workspace, for the stack that is called so and all that it needs."""
    if not inside(path, workspace):
        return Unusable("the assembly lies outside the workspace", "synthesise into it: `cdk synth -o drills/cdk.out`")
    if not path.is_dir():
        return Unusable("is not a folder", "name the folder that `cdk synth` leaves: cdk.out")
    try:
        return _outline(_chosen(path.resolve(), wanted))
    except _Wrong as wrong:
        return wrong.unusable


def _chosen(root: Path, wanted: str) -> list[Stack]:
    """The stack, whichever of the assemblies within it stands in, and those before it."""
    known: list[str] = []
    for folder, found in _assemblies(root, root):
        known += [each.name for each in found.stacks]
        for stack in found.stacks:
            if wanted in (stack.name, stack.title):
                needed = assembly.needed_by(stack, found.stacks)
                read = [_stack(root, folder, each) for each in needed]
                if not _resources(read[-1]):
                    raise _Wrong(Problem(read[-1].file, 1, "Resources", "the stack has no resources", _AGAIN))
                return [each for each in read if _resources(each)]  # `cdk deploy` leaves an empty one out, too
    fix = likely(wanted, known) or f"it has: {', '.join(known) or 'none'}"
    raise _Wrong(Problem(_named(root, root / assembly.MANIFEST), 1, "artifacts", f"there is no stack '{wanted}'", fix))


def _assemblies(root: Path, folder: Path) -> Iterator[tuple[Path, assembly.Assembly]]:
    """The assembly of a folder, and those within it, each with its folder."""
    manifest = folder / assembly.MANIFEST
    called = _named(root, manifest)
    try:
        found = assembly.parse(_text(root, manifest), called)
    except assembly.Malformed as wrong:
        raise _Wrong(wrong.problem) from wrong
    if not found.known:
        known = f"those of version {assembly.OLDEST} to {assembly.NEWEST} are read here"
        fix = "see whether a newer release reads it, or synthesise it by the aws-cdk-lib of before"
        message = f"the assembly is of version {found.version or 'none'} of the schema; {known}"
        raise _Wrong(Problem(called, 1, "version", message, fix))
    yield folder, found
    for name in found.within:
        inner = (folder / name).resolve()
        if folder not in inner.parents:
            raise _Wrong(Problem(called, 1, "artifacts", f"the assembly {name} lies outside of this one", _AGAIN))
        yield from _assemblies(root, inner)


def _stack(root: Path, folder: Path, stack: assembly.Stack) -> Stack:
    path = (folder / stack.template).resolve()
    if not path.is_relative_to(root):
        message = f"the template of {stack.name} lies outside the assembly: {stack.template}"
        key = f"artifacts.{stack.key}.properties.templateFile"
        raise _Wrong(Problem(_named(root, folder / assembly.MANIFEST), 1, key, message, _AGAIN))
    called, text = _named(root, path), _text(root, path)
    template = _template(text, called)
    parameter, version = _bootstrap(template)
    nested = within_of(template, path, path.parent)
    return Stack(
        stack.name,
        text,
        called,
        tuple(sorted(template.part("Parameters"))),
        tuple(_assets(root, folder, stack)),
        stack.parameter or parameter,
        max(stack.version, version) if stack.parameter or parameter else 0,
        stack.account,
        stack.region,
        stack.digest,
        {posixpath.normpath(posixpath.join(posixpath.dirname(called), name)): each for name, each in nested},
        {name: value for name, value in stack.values.items() if name in template.part("Parameters")},
        stack.tags,
    )


def _assets(root: Path, folder: Path, stack: assembly.Stack) -> Iterator[Asset]:
    """The assets of a stack, but for the templates: AWS is given ours."""
    for name in stack.assets:
        path = folder / name
        called = _named(root, path)
        if not path.resolve().is_relative_to(root):
            raise _Wrong(Problem(called, 1, "", f"the assets of {stack.name} are listed outside the assembly", _AGAIN))
        try:
            listed = assembly.assets(_text(root, path), called)
        except assembly.Malformed as wrong:
            raise _Wrong(wrong.problem) from wrong
        for each in listed:
            if each.image or not each.source.endswith(".template.json"):
                yield Asset(each.id, each.place, each.name, each.image, _source(root, path, stack, each), each.zipped)


def _source(root: Path, listed: Path, stack: assembly.Stack, asset: assembly.Asset) -> str:
    """The file or folder that an asset is made of, whether it is there or not; nothing from outside the assembly."""
    path = (listed.parent / asset.source).resolve()
    if not path.is_relative_to(root):
        message = f"an asset of {stack.name} lies outside the assembly: {asset.source}"
        raise _Wrong(Problem(_named(root, listed), 1, f"files.{asset.id}.source", message, _AGAIN))
    return str(path) if asset.source else ""


def _bootstrap(template: cloudformation.Template) -> tuple[str, int]:
    """The parameter of the Parameter Store that a template looks at, and the least version that its rule lets pass."""
    declared = mapping(template.part("Parameters").get(_BOOTSTRAP))
    rules = [mapping(each).get("Assertions") for each in template.part("Rules").values()]
    refused = [
        int(version)
        for assertions in rules
        for each in (assertions if isinstance(assertions, list) else ())
        for version in _refused(mapping(each).get("Assert"))
    ]
    return str(declared.get("Default", "")), max(refused, default=-1) + 1


def _refused(assertion: Any) -> Iterator[str]:
    """The versions that an assertion does not let pass: that the bootstrap's is not among them."""
    for negated in _listed(mapping(assertion).get("Fn::Not")):
        contained = _listed(mapping(negated).get("Fn::Contains"))
        if len(contained) == 2 and contained[1] == {"Ref": _BOOTSTRAP}:
            yield from (str(each) for each in _listed(contained[0]) if str(each).isdecimal())


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _outline(stacks: list[Stack]) -> Template:
    """The declarations of several stacks, as if they were one."""
    read = {each.name: _template(each.template, each.file) for each in stacks}
    resources = {f"{name}/{logical}": body for name, each in read.items() for logical, body in _of(each).items()}
    outputs = [(name, output) for name, each in read.items() for output in each.part("Outputs")]
    often = Counter(output for _, output in outputs)
    parameters = {name: body for each in read.values() for name, body in each.part("Parameters").items()}
    return Template(
        parameters=frozenset(parameters),
        required=frozenset(name for each in stacks for name in _lacking(each, read[each.name])),
        types={name: str(mapping(body).get("Type", "")) for name, body in resources.items()},
        outputs=frozenset(
            [f"{name}.{output}" for name, output in outputs] + [each for each, count in often.items() if count == 1]
        ),
        transforms=any(each.data.get("Transform") for each in read.values()),
        stacks=tuple(stacks),
        nested={
            f"{each.name}/{part}": of
            for each in stacks
            for part, of in types_within(read[each.name], each.file, each.within)
        },
    )


def _lacking(stack: Stack, template: cloudformation.Template) -> Iterator[str]:
    """The parameters that have no default, and no value in the manifest either."""
    for name, body in template.part("Parameters").items():
        if "Default" not in mapping(body) and name not in stack.values:
            yield name


def _of(template: cloudformation.Template) -> Mapping[str, Any]:
    return template.part("Resources")


def _resources(stack: Stack) -> bool:
    return bool(_of(_template(stack.template, stack.file)))


@functools.lru_cache(maxsize=32)
def _template(text: str, called: str) -> cloudformation.Template:
    try:
        return cloudformation.parse(text, called, cloudformation.LARGEST_IN_BUCKET)
    except cloudformation.Malformed as wrong:
        raise _Wrong(wrong.problems[0]) from wrong


def _text(root: Path, path: Path) -> str:
    try:
        return text_of(path, LARGEST)
    except Stop as stop:
        raise _Wrong(Problem(_named(root, path), stop.line, "", stop.message, _AGAIN)) from stop


def _named(root: Path, path: Path) -> str:
    """A file as it is told: by its way from the folder of the assembly."""
    return f"{root.name}/{path.relative_to(root).as_posix()}" if path.is_relative_to(root) else path.name


def _at(key: str) -> str:
    return f"{key}: " if key else ""
