"""The template that AWS is given at a drill in place of the team's: derived for its copy, and accepted as a whole."""

from __future__ import annotations

import copy
import json
import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dr_orchestrator.aws.template import boundary, outward, soundness
from dr_orchestrator.aws.template.accounts import STAYS, Move
from dr_orchestrator.aws.template.derive import Read, derive
from dr_orchestrator.aws.template.forms import is_looked_up
from dr_orchestrator.aws.template.parts import kind_of
from dr_orchestrator.aws.template.shelf import SETTING, Shelf
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import LARGEST, LARGEST_IN_BUCKET, Template, mapping
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.replica import Allowance, Answers, Ask, Birth, Derived, Edit, Made, Refusal, digest_of
from dr_orchestrator.domain.service import Rebuild
from dr_orchestrator.errors import NotRecoverable, without_secrets

SHARED = "shared by its owner"
_SECRET = re.compile(r"password|passwd|secret|token|credential|private_?key|api_?key", re.IGNORECASE)
_HIDDEN = "(not kept)"


@dataclass(frozen=True)
class Given:
    """A derived template as the text that AWS is given, and what is kept of it with the run.

    `shelved` are the texts that lie in a bucket for it: those of stacks within, and its own where it is a large one.
    `looked_up` are the parameters whose values AWS finds in the Parameter Store, `parameters` those that it is given,
    `exports` those of the replica's stacks that are made before it, by the names of production's; `births` say how its
    stores are made.
    """

    body: str
    derived: Derived
    made: Made
    shelf: Shelf
    shelved: tuple[str, ...] = ()
    looked_up: frozenset[str] = frozenset()
    parameters: Mapping[str, str] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)
    births: Mapping[str, Birth] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The URL at which the text lies; empty where it is given in the call."""
        return self.shelf.url(self.body) if self.body in self.shelved else ""

    @property
    def nests(self) -> bool:
        """Whether there are stacks within."""
        return any(kind_of(each) == outward.NESTED for each in _resources(self.derived).values())

    @property
    def expands(self) -> tuple[str, ...]:
        """The things that AWS has to expand, or look up, before all of it can be judged."""
        tree = list(_tree(self.derived))
        transforms = {name for each in tree for name in _transforms(each.template)}
        unread = [name for each in tree for name in _nested(each) if name not in each.children]
        stores = ["the Parameter Store"] if self.looked_up else []
        return (*sorted(transforms), *(f"the stack {name}" for name in unread), *stores)

    @property
    def makes_roles(self) -> bool:
        """Whether the replica has a role that the boundary has to hold; with transforms it may have."""
        kinds = {kind_of(each) for one in _tree(self.derived) for each in _resources(one).values()}
        return any(outward.ROLES.get(kind) or kind.startswith(outward.SERVERLESS) for kind in kinds)

    def __str__(self) -> str:
        kinds = Counter(map(kind_of, _resources(self.derived).values()))
        listed = ", ".join(kind if count == 1 else f"{kind} ({count})" for kind, count in sorted(kinds.items()))
        out, allowed = len(self.made.left_out), len(self.made.allowed)
        edits = counted(len(self.made.edits), "edit")
        more = [edits, *([f"{out} left out"] if out else []), *([f"{allowed} allowed"] if allowed else [])]
        if empty := [each.resource for each in self.made.empty if not each.reason]:
            more.append(f"nothing is restored into {', '.join(empty)}")
        told = f"{counted(kinds.total(), 'resource')}: {listed}; {', '.join(more)}"
        if not self.expands:
            return told
        return f"{told}; AWS expands {', '.join(self.expands)} at the drill, and what it makes of it is judged then"


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


def all_of(rebuild: Rebuild) -> list[Template]:
    """The team's template, and those that lie beside it for stacks within."""
    beside = (cloudformation.parse(text, path, LARGEST_IN_BUCKET) for path, text in rebuild.within.items())
    return [read(rebuild), *beside]


def given(
    rebuild: Rebuild,
    copy_id: str,
    sources: frozenset[str] = frozenset(),
    exports: Mapping[str, str] | None = None,
    region: str = "",
    births: Mapping[str, Birth] | None = None,
) -> Given:
    """The template of a replica of that name; NotRecoverable with all that is asked, refused, or not drilled yet.

    `sources` are the names of what is production's, as far as the workspace declares it; `exports` those of the
    replica's stacks that are made before it, `births` how its stores are made from recovery points.
    """
    source = read(rebuild)
    if unsound := list(soundness.problems(source)):
        raise NotRecoverable(f"{source.file} is not a template: {'; '.join(map(str, unsound))}", unsound[0].fix)
    if unreadable := [name for name, each in source.part("Resources").items() if not _is_resource(name, each)]:
        raise NotRecoverable(f"{source.place('Resources', unreadable[0])}: {', '.join(unreadable)} is no resource")
    word, held = rebuild.word(copy_id), boundary.arn(rebuild.boundary)
    known = (sources, exports, births, move_of(rebuild))
    derived = derive(source, copy_id, rebuild.place, word, held, _reader(rebuild), *known)
    stored = stored_in(source.data, word)
    made = write(rebuild, derived, Shelf(rebuild.bucket, region, copy_id), word.parameters, frozenset(stored))
    found = objections(derived, stored)
    if against := [*shelving(source.file, made), *found]:
        raise NotRecoverable(f"{source.file} cannot be drilled: {'; '.join(against)}", hint_of(derived))
    return replace(made, exports=exports or {}, births=births or {})


def write(
    rebuild: Rebuild,
    derived: Derived,
    shelf: Shelf,
    parameters: Mapping[str, str],
    looked_up: frozenset[str] = frozenset(),
    before: Sequence[Edit] = (),
) -> Given:
    """A derived template as the texts that AWS is given; `before` are the edits before it was expanded."""
    body, within = _written(derived, shelf)
    shelved = tuple(dict.fromkeys([*within, *([body] if len(body.encode()) > LARGEST else [])]))
    edits = tuple(map(_kept, (*(each for each in before if each not in derived.edits), *derived.edits)))
    return Given(body, derived, _made(rebuild, derived, edits, body), shelf, shelved, looked_up, parameters)


def objections(derived: Derived, stored: Collection[str] = ()) -> list[str]:
    """All that is refused and asked of a template, but for values that are looked up before it is judged once more."""
    asks = [each for each in derived.asks if each.resource not in stored]
    return list(dict.fromkeys((*map(_told, derived.refused), *map(_told, asks))))


def move_of(rebuild: Rebuild) -> Move:
    """The move from the account that a stack is pinned to, into the replica's."""
    return Move(rebuild.pinned, rebuild.account) if rebuild.pinned else STAYS


def stored_in(template: Mapping[str, Any], word: Answers) -> dict[str, str]:
    """The parameters, and the keys, whose values AWS looks up in the account, but for those that their owner allows.

    Those that AWS publishes itself for everybody name nothing.
    """
    declared = mapping(template.get("Parameters"))
    keys = {name: str(word.parameters.get(name, mapping(each).get("Default"))) for name, each in declared.items()}
    return {
        name: keys[name]
        for name, each in declared.items()
        if is_looked_up(mapping(each)) and name not in word.allow and not keys[name].startswith(outward.OF_EVERYBODY)
    }


def _reader(rebuild: Rebuild) -> Read:
    """Reads the templates that lie beside the team's own."""

    def read_beside(url: str, of: str) -> Template | None:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(of), url))
        text = rebuild.within.get(path) if "://" not in url else None
        return cloudformation.parse(text, path, LARGEST_IN_BUCKET) if text is not None else None

    return read_beside


def _tree(derived: Derived) -> Iterator[Derived]:
    """A template and those of the stacks within."""
    yield derived
    for each in derived.children.values():
        yield from _tree(each)


def _resources(derived: Derived) -> Mapping[str, Any]:
    """The resources of a template, without what a transform is still to make into some."""
    found = mapping(derived.template.get("Resources"))
    return {name: each for name, each in found.items() if isinstance(each, dict) and not name.startswith("Fn::")}


def _transforms(part: Any) -> Iterator[str]:
    """The transforms of a template, and of any part of it."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key in ("Transform", "Fn::Transform"):
                listed = value if isinstance(value, list) else [value] if value else []
                yield from (str(mapping(each).get("Name", each)) for each in listed)
            else:
                yield from _transforms(value)
    elif isinstance(part, list):
        for each in part:
            yield from _transforms(each)


def _nested(derived: Derived) -> list[str]:
    return [name for name, each in _resources(derived).items() if kind_of(each) == outward.NESTED]


def _written(derived: Derived, shelf: Shelf) -> tuple[str, list[str]]:
    """The text of a template, and those of the stacks within, whose places it names."""
    template, shelved = copy.deepcopy(dict(derived.template)), list[str]()
    for name, child in derived.children.items():
        text, more = _written(child, shelf)
        shelved += [*more, text]
        template["Resources"][name]["Properties"]["TemplateURL"] = shelf.url(text)
    return json.dumps(template, ensure_ascii=False, separators=(",", ":"), default=str), shelved


def _is_resource(name: str, body: Any) -> bool:
    """Whether it is a resource, or what a transform makes into some."""
    if name.startswith("Fn::"):
        return True
    return isinstance(body, dict) and isinstance(body.get("Properties", {}), dict | None)


def _made(rebuild: Rebuild, derived: Derived, edits: tuple[Edit, ...], body: str) -> Made:
    word = rebuild.answers
    allowed = [*map(Allowance, word.allow, word.allow.values()), *(Allowance(each, SHARED) for each in word.shares)]
    empty = tuple(
        replace(each, reason=word.empty.get(each.resource, ""))
        for each in derived.keeps
        if each.resource not in rebuild.stores
    )
    return Made(digest_of(rebuild.template), digest_of(body), edits, tuple(allowed), empty=empty)


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


def hint_of(derived: Derived) -> str:
    """Where to answer what is asked, and to see what is refused."""
    if derived.asks:
        return "answer in the resource's `rebuild`; `dro template FILE` shows all that is asked, and what is edited"
    return "`dro template FILE` shows it; keep what a replica must not make in a template of its own"


def shelving(file: str, made: Given) -> Iterator[str]:
    """The objections to what has to lie in a bucket: there is none, or CloudFormation takes no more from it."""
    texts = [*made.shelved, made.body]
    if (size := max(len(each.encode()) for each in texts)) > LARGEST_IN_BUCKET:
        yield f"{file}: it is {size:,} bytes once derived, and CloudFormation takes no more than {LARGEST_IN_BUCKET:,}"
    if (made.shelved or made.nests) and not made.shelf.bucket:
        size = len(made.body.encode())
        why = f"it is {size:,} bytes once derived, of which a call takes {LARGEST:,}" if size > LARGEST else ""
        yield f"{file}: {why or 'it has stacks within, whose templates we derive'}: {SETTING}"
