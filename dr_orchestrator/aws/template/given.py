"""The template that AWS is given at a drill in place of the team's: derived for its copy, and accepted as a whole."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dr_orchestrator.aws.template import boundary, outward, soundness
from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.aws.template.parts import kind_of
from dr_orchestrator.aws.template.values import references
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import LARGEST, LARGEST_IN_BUCKET, Template, mapping
from dr_orchestrator.domain.replica import Allowance, Ask, Birth, Derived, Edit, Made, Refusal, digest_of
from dr_orchestrator.domain.service import Rebuild
from dr_orchestrator.errors import NotRecoverable, without_secrets

SHARED = "shared by its owner"
_STORED = "AWS::SSM::Parameter::"
_SECRET = re.compile(r"password|passwd|secret|token|credential|private_?key|api_?key", re.IGNORECASE)
_HIDDEN = "(not kept)"


@dataclass(frozen=True)
class Given:
    """A derived template as the text that AWS is given, and what is kept of it with the run."""

    body: str
    derived: Derived
    made: Made

    @property
    def makes_roles(self) -> bool:
        """Whether the replica has a role that the boundary has to hold."""
        resources = mapping(self.derived.template.get("Resources")).values()
        return any(outward.ROLES.get(kind_of(each)) for each in resources)

    def __str__(self) -> str:
        kinds = Counter(kind_of(each) for each in mapping(self.derived.template["Resources"]).values())
        listed = ", ".join(kind if count == 1 else f"{kind} ({count})" for kind, count in sorted(kinds.items()))
        out, allowed = len(self.made.left_out), len(self.made.allowed)
        edits = f"{len(self.made.edits)} edit{'' if len(self.made.edits) == 1 else 's'}"
        more = [edits, *([f"{out} left out"] if out else []), *([f"{allowed} allowed"] if allowed else [])]
        return f"{kinds.total()} resources: {listed}; {', '.join(more)}"


def read(rebuild: Rebuild) -> Template:
    """The team's template as data; NotRecoverable where it is none."""
    path = rebuild.template_path
    try:
        template = cloudformation.parse(rebuild.template, path, LARGEST_IN_BUCKET)
    except cloudformation.Malformed as wrong:
        raise NotRecoverable(f"{path} is not a template: {wrong}", wrong.problems[0].fix) from wrong
    if not template.part("Resources"):
        raise NotRecoverable(f"{path} is not a template: it has no Resources")
    return template


def given(
    rebuild: Rebuild,
    copy_id: str,
    sources: frozenset[str] = frozenset(),
    exports: Mapping[str, str] | None = None,
    births: Mapping[str, Birth] | None = None,
) -> Given:
    """The template of a replica of that name; NotRecoverable with all that is asked, refused, or not drilled yet.

    `sources` are the names of what is production's, as far as the workspace declares it; `exports` those of the
    replica's stacks that are made before it, `births` how its stores are made from recovery points.
    """
    source = read(rebuild)
    if unsound := list(soundness.problems(source)):
        raise NotRecoverable(f"{source.file} is not a template: {'; '.join(map(str, unsound))}", unsound[0].fix)
    if unreadable := [name for name, each in source.part("Resources").items() if not _is_resource(each)]:
        raise NotRecoverable(f"{source.place('Resources', unreadable[0])}: {', '.join(unreadable)} is no resource")
    word, held = rebuild.word(copy_id), boundary.arn(rebuild.boundary)
    derived = derive(source, copy_id, rebuild.place, word, held, sources=sources, exports=exports, births=births)
    body = json.dumps(derived.template, ensure_ascii=False, separators=(",", ":"), default=str)
    found = dict.fromkeys((*map(_told, derived.refused), *map(_told, derived.asks)))
    if against := [*_not_yet(rebuild, source, derived, body), *found]:
        raise NotRecoverable(f"{source.file} cannot be drilled: {'; '.join(against)}", _hint(derived))
    return Given(body, derived, _made(rebuild, derived, body))


def _is_resource(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("Properties", {}), dict | None)


def _made(rebuild: Rebuild, derived: Derived, body: str) -> Made:
    word = rebuild.answers
    allowed = [*map(Allowance, word.allow, word.allow.values()), *(Allowance(each, SHARED) for each in word.shares)]
    return Made(digest_of(rebuild.template), digest_of(body), tuple(map(_kept, derived.edits)), tuple(allowed))


def _kept(edit: Edit) -> Edit:
    """An edit as the ledger and reports may have it: without what may be a secret."""
    if _SECRET.search(edit.property.rpartition(".")[2]):
        return replace(edit, was=edit.was and _HIDDEN, becomes=edit.becomes and _HIDDEN)
    return replace(edit, was=_clean(edit.was), becomes=_clean(edit.becomes))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, dict):
        return {key: _HIDDEN if _SECRET.search(str(key)) else _clean(each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value


def _told(each: Ask | Refusal) -> str:
    """An objection to a template, with its place, and the line that answers it."""
    said = f"{each.file}:{each.line}: {each.resource} {each.what}: {each.why}"
    return f"{said} (answer `{each.answer}`)" if isinstance(each, Ask) else said


def _hint(derived: Derived) -> str:
    if derived.asks:
        return "answer in the resource's `rebuild`; `dro template FILE` shows all that is asked, and what is edited"
    return "`dro template FILE` shows it; keep what a replica must not make in a template of its own"


def _not_yet(rebuild: Rebuild, source: Template, derived: Derived, body: str) -> Iterator[str]:
    """The objections that hold until drills can do more: nobody has judged what AWS would make of it."""
    if derived.template.get("Transform") or _transforms(derived.template):
        yield f"{source.place('Transform')}: a template with a transform cannot be drilled yet: AWS expands it unseen"
    resources = mapping(derived.template.get("Resources"))
    for name in (name for name, each in resources.items() if kind_of(each) == outward.NESTED):
        yield f"{source.place('Resources', name)}: {name} is a stack within, which cannot be drilled yet"
    for name in sorted(_stored(rebuild, derived) & set(references(resources))):
        told = f"parameter {name} is looked up by AWS, which cannot be drilled yet: nobody knows what it names"
        yield f"{source.place('Parameters', name)}: {told}"
    if (size := len(body.encode())) > LARGEST:
        yield f"{source.file}: it is {size:,} bytes once derived, of which no more than {LARGEST:,} can be drilled yet"


def _stored(rebuild: Rebuild, derived: Derived) -> set[str]:
    """The parameters whose values AWS looks up in the account; what it publishes itself for everybody names nothing."""
    declared = mapping(derived.template.get("Parameters"))
    return {
        name
        for name, each in declared.items()
        if str(mapping(each).get("Type", "")).startswith(_STORED)
        and not str(rebuild.parameters.get(name, mapping(each).get("Default"))).startswith(outward.OF_EVERYBODY)
    }


def _transforms(part: Any) -> bool:
    """Whether a part is to be expanded, anywhere in it."""
    if isinstance(part, Mapping):
        return bool(part.get("Fn::Transform")) or any(map(_transforms, part.values()))
    return isinstance(part, list) and any(map(_transforms, part))
