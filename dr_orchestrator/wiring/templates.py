"""Judges templates, and apps that the CDK synthesised, without AWS: by themselves, or as a drill declares them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dr_orchestrator.aws.access import nameless
from dr_orchestrator.aws.template import soundness
from dr_orchestrator.aws.template.derive import NotThere, Read, derive, whole
from dr_orchestrator.aws.template.editing.accounts import STAYS, Move
from dr_orchestrator.aws.template.outward import NESTED
from dr_orchestrator.aws.template.shelf import SETTING
from dr_orchestrator.documents import assembly, cloudformation
from dr_orchestrator.documents.cloudformation import Template
from dr_orchestrator.domain.replica import Answers, Ask, Derived, Edit, Empty, Note, Place, Refusal
from dr_orchestrator.domain.service import Rebuild
from dr_orchestrator.errors import Problem, UsageError

if TYPE_CHECKING:
    from dr_orchestrator.wiring.app import App

COPY = "{copy}"
"""The id that every copy's name begins with; each run has its own, which nobody knows before."""

_MEND = "name a CloudFormation template, YAML or JSON, or the folder that `cdk synth` leaves: cdk.out"


def of_drill(here: App, name: str, place: Place | None = None) -> tuple[Derived, Place]:
    """The template of a drill with its owner's answers, and where it is to stand; UsageError where it makes no replica.

    `place` stands for the one that is declared.
    """
    rebuild = here.drill(name).resource.rebuild
    if rebuild is None or rebuild.builder:
        raise UsageError(f"{name} makes no replica: it has no template", "name a drill of the kind replica-rebuild")
    where = place or rebuild.place
    derived = of_rebuild(here.settings.drills, rebuild, where, here.sources)
    shelved = () if rebuild.bucket else of_bucket(derived)
    return replace(derived, notes=(*derived.notes, *map(of_empty, emptied(rebuild, derived)), *shelved)), where


def of_rebuild(drills: Path, rebuild: Rebuild, place: Place, sources: frozenset[str]) -> Derived:
    """The template that a resource is rebuilt from, with its owner's answers; it lies in the folder `drills`."""
    stacks = tuple(each.name for each in rebuild.stacks)
    account = rebuild.account if place is Place.DRILL_ACCOUNT else ""
    return judged(drills / rebuild.template_path, place, rebuild.word(COPY), stacks, sources, account)


def emptied(rebuild: Rebuild, derived: Derived) -> list[Empty]:
    """The parts that keep data and come back without any, though nobody said that they may."""
    return [each for each in derived.keeps if each.resource not in {*rebuild.stores, *rebuild.answers.empty}]


def keeping_nothing(rebuild: Rebuild, derived: Derived) -> Iterator[tuple[str, str]]:
    """The parts that may be empty by their owner's word, and keep nothing in the first place, each with why.

    What AWS is still to expand may have any part.
    """
    keeps = {each.resource for each in derived.keeps}
    for part in rebuild.answers.empty:
        kind = _kind(derived, part.split("/"))
        if part not in keeps and (kind or not derived.expands):
            yield part, f"'{part}' {f'is of {kind}, which keeps no data' if kind else 'is not made'}"


def _kind(derived: Derived, names: Sequence[str]) -> str:
    """The type of a part of a template, or of one within; empty where there is none."""
    first, *within = names
    if within and first in derived.children:
        return _kind(derived.children[first], within)
    found = cloudformation.mapping(cloudformation.mapping(derived.template.get("Resources")).get(first))
    return "" if within else str(found.get("Type", ""))


def of_empty(part: Empty) -> Note:
    """The words on such a part."""
    why = f"fill it by `stores`, or say why it may: `empty: {{{part.resource}: reason}}`; else the drill has a finding"
    return Note(part.resource, f"{part.type} keeps data, and comes back empty", why)


def of_bucket(derived: Derived) -> Iterator[Note]:
    """The stacks that need a bucket in which CloudFormation finds their templates, or those of stacks within."""
    for name, each in {"": derived}.items() if derived.template else derived.children.items():
        resources = cloudformation.mapping(each.template.get("Resources")).items()
        nested = [at for at, said in resources if cloudformation.mapping(said).get("Type") == NESTED]
        size = len(json.dumps(each.template, ensure_ascii=False, separators=(",", ":"), default=str).encode())
        if nested:
            where = f"{name}/{nested[0]}" if name else nested[0]
            yield Note(where, "is a stack within, whose template has to lie in a bucket", SETTING)
        elif size > cloudformation.LARGEST:
            what = f"{size:,} bytes once derived, of which a call takes {cloudformation.LARGEST:,}: it lies in a bucket"
            yield Note(name or "Resources", what, SETTING)


def judged(
    path: Path,
    place: Place,
    answers: Answers | None = None,
    stacks: Sequence[str] = (),
    sources: frozenset[str] = frozenset(),
    account: str = "",
) -> Derived:
    """The template, or the app in a folder, as drills would derive it; UsageError with file and line where it is none.

    `stacks` names those of an app that are meant; all, where none is named. `sources` are the names of what is
    production's, as far as a workspace declares it, `account` is the one into which an app is moved that is pinned to
    another.
    """
    derived = _judged(path, place, answers, stacks, sources, account)
    return replace(derived, notes=(*derived.notes, *nameless.notes(derived)))


def _judged(
    path: Path,
    place: Place,
    answers: Answers | None,
    stacks: Sequence[str],
    sources: frozenset[str],
    account: str,
) -> Derived:
    if path.is_dir():
        return _app(path, place, answers or Answers(), stacks, sources, account)
    if stacks:
        raise UsageError(f"{path} is one template and has no stacks to choose from", "leave --stack out")
    folder = path.resolve().parent
    return derive(_read(path, path.name), COPY, place, answers, read=_reader(folder), sources=sources)


def as_json(derived: Derived) -> dict[str, Any]:
    """All that is told of a template, for programs."""
    told: dict[str, Sequence[Edit | Ask | Refusal | Note]] = {
        "edits": derived.edits,
        "asks": derived.asks,
        "refused": derived.refused,
        "notes": derived.notes,
    }
    listed = {key: [asdict(each) for each in found] for key, found in told.items()}
    return {"accepted": derived.accepted, **listed, "expands": list(derived.expands)}


def _app(
    folder: Path, place: Place, answers: Answers, wanted: Sequence[str], sources: frozenset[str], account: str
) -> Derived:
    """The stacks of an app, each with the exports of those before it."""
    root = folder.resolve()
    found = list(_stacks(root, root))
    if unknown := set(wanted) - {stack.name for stack, _ in found}:
        known = ", ".join(stack.name for stack, _ in found) or "none"
        raise UsageError(f"{folder} has no stack {', '.join(sorted(unknown))}", f"it has: {known}")
    made: dict[str, Derived] = {}
    exports: dict[str, str] = {}
    for stack, path in found:
        if wanted and stack.name not in wanted:
            continue
        source = _read_any(path, path.relative_to(root).as_posix())
        if not source.part("Resources"):
            continue  # `cdk deploy` leaves it out, too
        word, name = answers.within(stack.name, answers.parameters), f"{COPY}-{stack.name}"
        move = Move(stack.account, account) if account and stack.account not in ("", account) else STAYS
        derived = derive(source, name, place, word, read=_reader(root), sources=sources, exports=exports, move=move)
        made[stack.name] = derived
        exports |= derived.exports
    return whole(made)


def _stacks(root: Path, folder: Path) -> Iterator[tuple[assembly.Stack, Path]]:
    """The stacks of an assembly and of those within it, each with the file of its template."""
    manifest = folder / assembly.MANIFEST
    try:
        found = assembly.parse(_text(manifest), str(manifest))
    except assembly.Malformed as wrong:
        raise UsageError(str(wrong.problem), _MEND) from wrong
    for stack in found.stacks:
        path = (folder / stack.template).resolve()
        if not path.is_relative_to(root):
            raise UsageError(
                f"{manifest}: the template of {stack.name} lies outside the assembly: {stack.template}", _MEND
            )
        yield stack, path
    for name in found.within:
        if folder in (inner := (folder / name).resolve()).parents:
            yield from _stacks(root, inner)


def _reader(folder: Path) -> Read:
    def read(url: str, of: str) -> Template | None:
        """Read a template that lies beside another, or below its folder; what has an address AWS reads."""
        if "://" in url:
            return None
        child = (folder / of).parent / url
        if not (os.path.isfile(child) and child.resolve().is_relative_to(folder)):  # noqa: PTH113 - no name is an error
            raise NotThere(url)
        return _read(child, child.resolve().relative_to(folder).as_posix())

    return read


def _read(path: Path, called: str) -> Template:
    found = _read_any(path, called)
    if not found.part("Resources"):
        raise UsageError(str(Problem(str(path), 1, "Resources", "it declares no Resources")), _MEND)
    return found


def _read_any(path: Path, called: str) -> Template:
    try:
        template = cloudformation.parse(_text(path), str(path), cloudformation.LARGEST_IN_BUCKET)
    except cloudformation.Malformed as wrong:
        raise UsageError("\n".join(map(str, wrong.problems)), _MEND) from wrong
    if unsound := tuple(soundness.problems(template)):
        raise UsageError("\n".join(map(str, unsound)), _MEND)
    return replace(template, file=called)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as wrong:
        raise UsageError(f"{path}: cannot be read: {wrong.strerror}", _MEND) from wrong
    except UnicodeDecodeError as wrong:
        raise UsageError(f"{path}: is not UTF-8 text", _MEND) from wrong
