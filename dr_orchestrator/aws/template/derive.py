"""Derives the template of a replica from the one that a team wrote: edits of ours, asks, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar

from dr_orchestrator.aws.template import keeping, outward
from dr_orchestrator.aws.template.editing import accounts
from dr_orchestrator.aws.template.editing.accounts import STAYS, Move
from dr_orchestrator.aws.template.editing.births import bear
from dr_orchestrator.aws.template.editing.changing import Around
from dr_orchestrator.aws.template.editing.edits import Editing
from dr_orchestrator.aws.template.judging.judge import Judging
from dr_orchestrator.aws.template.reading.parts import kind_of, transforms_of
from dr_orchestrator.aws.template.reading.values import NOBODYS, Scope, Untold, references, shown
from dr_orchestrator.documents.cloudformation import Template, mapping
from dr_orchestrator.domain.replica import Answers, Ask, Birth, Derived, Edit, Empty, Note, Place, Refusal

BOUNDARY = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/dro-boundary"
"""The permissions boundary of replicas, where a workspace names no other."""

DEEPEST = 5
"""How many stacks may stand in one another; CloudFormation takes more, and nobody reads them."""

_NOWHERE = "no template lies beside it so: CloudFormation reads an address in S3 alone"
Told = TypeVar("Told", Edit, Ask, Refusal, Note)
Part = TypeVar("Part", Edit, Ask, Refusal, Note, Empty)
Read = Callable[[str, str], Template | None]
"""Reads the template that a TemplateURL names, from the file in which it stands; None where only AWS can, and NotThere
where it would lie beside that file.
"""


class NotThere(LookupError):
    """No template lies where a path leads that is none of AWS's."""


def derive(
    source: Template,
    copy_id: str,
    place: Place,
    answers: Answers | None = None,
    boundary: str = BOUNDARY,
    read: Read = lambda _url, _of: None,
    sources: frozenset[str] = frozenset(),
    exports: Mapping[str, str] | None = None,
    births: Mapping[str, Birth] | None = None,
    move: Move = STAYS,
) -> Derived:
    """The template that AWS is given in place of a team's template, for a stack that is called as the copy.

    `sources` are the names of what is production's, as far as a workspace declares it; `exports` those of the replica's
    stacks that are made before this one, `births` how some of its resources are made from recovery points,
    `move` from which account that the app is pinned to into which.
    """
    around = Around(copy_id, place, boundary, sources, exports or {}, move)
    return _derived(source, around, answers or Answers(), read, births=births)


def whole(stacks: Mapping[str, Derived]) -> Derived:
    """An app of several stacks as one: what is told of each, by its name."""

    def told(of: str) -> tuple[Any, ...]:
        return _all([], {name: getattr(each, of) for name, each in stacks.items()})

    asks: tuple[Ask, ...] = _all([], {name: _answered(name, each.asks) for name, each in stacks.items()})

    expands = dict.fromkeys(each for stack in stacks.values() for each in stack.expands)
    kept = told("keeps")
    return Derived({}, told("edits"), asks, told("refused"), told("notes"), tuple(expands), stacks, keeps=kept)


def _derived(
    source: Template,
    around: Around,
    answers: Answers,
    read: Read,
    within_files: tuple[str, ...] = (),
    passed: Mapping[str, bool] | None = None,
    births: Mapping[str, Birth] | None = None,
) -> Derived:
    source, moves = accounts.moved(source, around.move)
    editing = Editing(source, around, answers, passed)
    editing.make()
    own, deeper = _apart(editing.resources, births or {})
    unborn = bear(editing, own)
    files = (*within_files, source.file)
    children, unread = _children(editing, around, read, files, deeper)
    judging = Judging(editing, frozenset((*children, *(each.resource for each in unread))))
    judging.judge()
    refused = [*unborn, *judging.refused, *unread]
    asked = [*judging.asks, *accounts.asks(source, editing.scope(), around.move, answers)]
    return Derived(
        editing.template,
        _all(_placed(source, [*moves, *editing.edits]), {name: child.edits for name, child in children.items()}),
        _all(_placed(source, asked), {name: _answered(name, child.asks) for name, child in children.items()}),
        _all(_placed(source, refused), {name: child.refused for name, child in children.items()}),
        _all(_placed(source, judging.notes), {name: child.notes for name, child in children.items()}),
        tuple(dict.fromkeys((*transforms(source), *(each for child in children.values() for each in child.expands)))),
        children,
        editing.exports,
        _all(list(keeping.parts(editing)), {name: child.keeps for name, child in children.items()}),
        _outputs(editing.scope()),
    )


def _answered(name: str, asks: Sequence[Ask]) -> list[Ask]:
    """The asks of a stack within, with answers as they are written for the whole."""
    return [
        replace(
            each,
            answer=each.answer.replace(f"[{each.resource}", f"[{name}/{each.resource}").replace(
                f"allow: {{{each.resource}", f"allow: {{{name}/{each.resource}"
            ),
        )
        for each in asks
    ]


def _outputs(scope: Scope) -> dict[str, tuple[Any, ...]]:
    """The values that each output may come to, where they are not of what the stack makes."""
    found = {}
    for name, output in mapping(scope.template.get("Outputs")).items():
        told = list[Any]()
        for value in scope.variants(mapping(output).get("Value")):
            try:
                told.append(scope.text(value))
            except Untold as unknown:
                if not (unknown.own or unknown.parameter):
                    told.append({NOBODYS: shown(value)})
        if told:
            found[str(name)] = tuple(told)
    return found


def transforms(source: Template) -> Iterator[str]:
    """The transforms of a template that are AWS's own."""
    yield from (name for name, _ in transforms_of(source.data) if name in outward.EXPANDED)


def _apart(
    resources: Mapping[str, Any], births: Mapping[str, Birth]
) -> tuple[dict[str, Birth], dict[str, dict[str, Birth]]]:
    """Of what is made from recovery points what a template has itself, and what each stack within has."""
    own, deeper = dict[str, Birth](), dict[str, dict[str, Birth]]()
    for name, birth in births.items():
        head, _, inner = name.partition("/")
        if inner and kind_of(mapping(resources.get(head))) == outward.NESTED:
            deeper.setdefault(head, {})[inner] = birth
        else:
            own[name] = birth
    return own, deeper


def _children(
    editing: Editing,
    around: Around,
    read: Read,
    files: tuple[str, ...],
    births: Mapping[str, Mapping[str, Birth]],
) -> tuple[dict[str, Derived], list[Refusal]]:
    """The stacks within whose templates are at hand, each with the owner's word on it, with the parameters that the
    whole gives it, and with what is made of it from recovery points; refused where a template stands in itself, or is
    not there.
    """
    found: dict[str, Derived] = {}
    refused = []
    for name in _in_order(editing.resources):
        resource = editing.resources[name]
        properties = mapping(resource.get("Properties"))
        url = _asset(resource) or properties.get("TemplateURL")
        try:
            child = read(url, editing.source.file) if isinstance(url, str) and len(files) <= DEEPEST else None
        except NotThere:
            child = None
            if not _asset(resource) and editing.scope().is_made(resource):
                line = editing.line(name, ("Properties", "TemplateURL"))
                refused.append(Refusal(name, f"is a stack of {url}, which is not there", _NOWHERE, line))
        if child is None:
            continue
        if child.file in files:
            why = "CloudFormation would make stacks in stacks without an end"
            refused.append(Refusal(name, f"is a stack of {child.file}, in which it stands", why, editing.line(name)))
            continue
        told, passed = _given(editing.scope(), mapping(properties.get("Parameters")))
        word = editing.answers.within(name, told)
        found[name] = _derived(child, around, word, read, files, passed, births.get(name))
        editing.children[name] = found[name].outputs
    return found, refused


def _in_order(resources: Mapping[str, Any]) -> list[str]:
    """The stacks within, those before whose outputs the others are given."""
    nested = [name for name, each in resources.items() if kind_of(each) == outward.NESTED]
    needs = {
        name: [each for each in references(resources[name].get("Properties")) if each in nested] for name in nested
    }
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError:
        return nested


def _given(scope: Scope, parameters: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, bool]]:
    """The parameters whose values can be told by now; and of the others, whether they are of what the stack makes."""
    told, passed = {}, {}
    for name, value in parameters.items():
        listed = {"Fn::Join": [",", value]} if isinstance(value, list) else value
        try:
            told[name] = scope.text(listed)
        except Untold as unknown:
            passed[name] = unknown.own
    return told, passed


def _asset(resource: Mapping[str, Any]) -> str:
    """The file of a stack within, as the CDK notes it; empty where it does not."""
    noted = mapping(resource.get("Metadata"))
    return str(noted.get("aws:asset:path", "")) if noted.get("aws:asset:property") == "TemplateURL" else ""


def _placed(source: Template, told: list[Told]) -> list[Told]:
    return [each if each.file else replace(each, file=source.file) for each in told]


def _all(own: list[Part], children: Mapping[str, Any]) -> tuple[Part, ...]:
    """All that is told of a template and of those within, each by its way from the whole."""
    return (*own, *(replace(each, resource=f"{name}/{each.resource}") for name in children for each in children[name]))
