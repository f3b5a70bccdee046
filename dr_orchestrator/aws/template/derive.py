"""Derives the template of a replica from the one that a team wrote: edits of ours, asks, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.edits import Around, Editing
from dr_orchestrator.aws.template.judging import Judging
from dr_orchestrator.aws.template.parts import kind_of
from dr_orchestrator.aws.template.values import Scope, Untold, transforms_of
from dr_orchestrator.documents.cloudformation import Template, mapping
from dr_orchestrator.domain.replica import Answers, Ask, Derived, Edit, Note, Place, Refusal

BOUNDARY = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/dro-boundary"
"""The permissions boundary of replicas, where a workspace names no other."""

DEEPEST = 5
"""How many stacks may stand in one another; CloudFormation takes more, and nobody reads them."""

Told = TypeVar("Told", Edit, Ask, Refusal, Note)
Read = Callable[[str, str], Template | None]
"""Reads the template that a TemplateURL names, from the file in which it stands; None where only AWS can."""


def derive(
    source: Template,
    copy_id: str,
    place: Place,
    answers: Answers | None = None,
    boundary: str = BOUNDARY,
    read: Read = lambda _url, _of: None,
    sources: frozenset[str] = frozenset(),
    exports: Mapping[str, str] | None = None,
) -> Derived:
    """The template that AWS is given in place of a team's template, for a stack that is called as the copy.

    `sources` are the names of what is production's, as far as a workspace declares it; `exports` those of the replica's
    stacks that are made before this one.
    """
    around = Around(copy_id, place, boundary, sources, exports or {})
    return _derived(source, around, answers or Answers(), read, DEEPEST)


def whole(stacks: Mapping[str, Derived]) -> Derived:
    """An app of several stacks as one: what is told of each, by its name."""

    def told(of: str) -> tuple[Any, ...]:
        return _all([], {name: getattr(each, of) for name, each in stacks.items()})

    expands = dict.fromkeys(each for stack in stacks.values() for each in stack.expands)
    return Derived({}, told("edits"), told("asks"), told("refused"), told("notes"), tuple(expands), stacks)


def _derived(source: Template, around: Around, answers: Answers, read: Read, depth: int) -> Derived:
    editing = Editing(source, around, answers)
    editing.make()
    children = {
        name: _derived(child, around, within, read, depth - 1)
        for name, child, within in (_children(editing, read) if depth else ())
    }
    judging = Judging(editing, frozenset(children))
    judging.judge()
    return Derived(
        editing.template,
        _all(_placed(source, editing.edits), {name: child.edits for name, child in children.items()}),
        _all(_placed(source, judging.asks), {name: child.asks for name, child in children.items()}),
        _all(_placed(source, judging.refused), {name: child.refused for name, child in children.items()}),
        _all(_placed(source, judging.notes), {name: child.notes for name, child in children.items()}),
        tuple(dict.fromkeys((*transforms(source), *(each for child in children.values() for each in child.expands)))),
        children,
        editing.exports,
    )


def transforms(source: Template) -> Iterator[str]:
    """The transforms of a template that are AWS's own."""
    yield from (name for name, _ in transforms_of(source.data) if name in outward.EXPANDED)


def _children(editing: Editing, read: Read) -> Iterator[tuple[str, Template, Answers]]:
    """The stacks within whose templates are at hand, and the owner's word on each: that on the whole, as far as it is
    about this one, with the parameters that the whole gives it.
    """
    scope = editing.scope()
    for name, resource in editing.resources.items():
        properties = mapping(resource.get("Properties"))
        url = _asset(resource) or properties.get("TemplateURL")
        if kind_of(resource) != outward.NESTED or not isinstance(url, str):
            continue
        if (child := read(url, editing.source.file)) is not None:
            yield name, child, within(editing.answers, name, _given(scope, mapping(properties.get("Parameters"))))


def within(answers: Answers, name: str, parameters: Mapping[str, str]) -> Answers:
    """The owner's word on a stack within, or on one of several, with the parameters that it is given."""
    lead = f"{name}/"
    return replace(
        answers,
        leave_out=[each.removeprefix(lead) for each in answers.leave_out if each.startswith(lead)],
        allow={key.removeprefix(lead): why for key, why in answers.allow.items() if key.startswith(lead)},
        parameters=parameters,
    )


def _given(scope: Scope, parameters: Mapping[str, Any]) -> dict[str, str]:
    """The parameters whose values can be told by now."""
    told = {}
    for name, value in parameters.items():
        try:
            told[name] = scope.text(value)
        except Untold:
            continue
    return told


def _asset(resource: Mapping[str, Any]) -> str:
    """The file of a stack within, as the CDK notes it; empty where it does not."""
    noted = mapping(resource.get("Metadata"))
    return str(noted.get("aws:asset:path", "")) if noted.get("aws:asset:property") == "TemplateURL" else ""


def _placed(source: Template, told: list[Told]) -> list[Told]:
    return [each if each.file else replace(each, file=source.file) for each in told]


def _all(own: list[Told], children: Mapping[str, Any]) -> tuple[Told, ...]:
    """All that is told of a template and of those within, each by its way from the whole."""
    return (*own, *(replace(each, resource=f"{name}/{each.resource}") for name in children for each in children[name]))
