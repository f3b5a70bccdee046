"""A template as AWS has processed it: read, derived and judged once more, and compared with what is to be executed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dr_orchestrator.aws.template import boundary, outward, soundness
from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.aws.template.given import Given, hint_of, move_of, objections, read, shelving, write
from dr_orchestrator.aws.template.reading.forms import is_looked_up
from dr_orchestrator.aws.template.reading.parts import kind_of
from dr_orchestrator.documents import cloudformation
from dr_orchestrator.documents.cloudformation import LARGEST_IN_BUCKET, Template, mapping
from dr_orchestrator.documents.walk import Key
from dr_orchestrator.domain.replica import Answers, Derived, Edit
from dr_orchestrator.domain.service import Rebuild
from dr_orchestrator.errors import NotMeasured

_WITHIN = "within:"
"""How a stack within is named while it is judged: by where it stands, not by what its template may be called."""

_OURS = "AWS looked the value up before it was judged, and is not to look again"


@dataclass(frozen=True)
class Processed:
    """A template as AWS tells it of a change set.

    `looked_up` are the values that it found in the account's Parameter Store, by parameter; `within` the stacks within,
    by logical id.
    """

    data: Mapping[str, Any]
    looked_up: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, Processed] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The SHA-256 of all of it, however it is written."""
        return hashlib.sha256(json.dumps(self._all, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def _all(self) -> Any:
        return [self.data, dict(self.looked_up), {name: each._all for name, each in self.within.items()}]


def parsed(body: Any, file: str) -> Mapping[str, Any]:
    """The data of a template as AWS answers it, as text or as data; NotMeasured where it is none."""
    if not isinstance(body, str):
        body = json.dumps(body, default=str)
    try:
        return cloudformation.parse(body, file, 2 * LARGEST_IN_BUCKET).data
    except cloudformation.Malformed as wrong:
        told = f"what AWS made of {file} is not a template: {wrong}"
        raise NotMeasured(told, call="cloudformation:GetTemplate") from wrong


def judge(rebuild: Rebuild, given: Given, processed: Processed, sources: frozenset[str]) -> Given:
    """The template that is executed, derived from what AWS made of the first one; NotMeasured with all that is asked
    or refused of that, and with the line that answers it: nothing is executed then.
    """
    team = read(rebuild)
    word, held, copy_id = rebuild.word(given.shelf.copy_id), boundary.arn(rebuild.boundary), given.shelf.copy_id
    templates = dict(_templates(processed, team, word, team.file, ""))
    source = templates[""]
    told = replace(word, parameters=_plain(word.parameters, processed))
    ahead = (sources, given.exports, given.births, move_of(rebuild))
    derived = derive(source, copy_id, rebuild.place, told, held, lambda url, _of: templates.get(url), *ahead)
    before = (*given.derived.edits, *_settled(processed, word, team))
    made = write(rebuild, derived, given.shelf, told.parameters, before=before)
    against = [*_unsound(templates), *_left(made, processed), *shelving(team.file, made), *objections(derived)]
    if against:
        what = f"what AWS made of {team.file} cannot be drilled, and nothing of it was executed"
        raise NotMeasured(f"{what}: {'; '.join(against)}", hint_of(derived))
    return made


def differences(given: Given, processed: Processed, looked_up: frozenset[str] = frozenset()) -> Iterator[str]:
    """The parts of what would be executed that are not what was judged."""
    yield from _differences(json.loads(given.body), given.derived, processed, looked_up, given)


def _differences(
    body: Mapping[str, Any], derived: Derived, processed: Processed, looked_up: frozenset[str], given: Given
) -> Iterator[str]:
    wanted, found = _canonical(body), _canonical(processed.data)
    if wanted != found:
        yield from _changed(mapping(wanted), mapping(found))
    if strange := sorted(processed.looked_up.keys() - looked_up):
        yield f"the value of {', '.join(strange)} was looked up"
    if strange := sorted((processed.within.keys() ^ derived.children.keys()) - _ruled_out(derived.template, processed)):
        yield f"the stacks within are others: {', '.join(strange)}"
        return
    texts = {given.shelf.url(text): text for text in given.shelved}
    for name in derived.children.keys() & processed.within.keys():
        child = derived.children[name]
        url = mapping(mapping(mapping(body.get("Resources")).get(name)).get("Properties")).get("TemplateURL")
        text = json.loads(texts[str(url)])
        yield from (f"{name}: {each}" for each in _differences(text, child, processed.within[name], looked_up, given))


def _changed(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """The sections and the resources that differ, by name."""
    for section in sorted(wanted.keys() | found.keys()):
        before, after = wanted.get(section), found.get(section)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
            yield f"{section} {', '.join(names)}"
        else:
            yield section


def _canonical(data: Any) -> Any:
    return json.loads(json.dumps(data, sort_keys=True, default=str))


def _templates(
    processed: Processed, team: Template, word: Answers, file: str, way: str
) -> Iterator[tuple[str, Template]]:
    """The template and those within as they are judged, by the names under which one another know them."""
    data = _canonical(processed.data)
    for name, value in processed.looked_up.items():
        declared = mapping(mapping(data.get("Parameters")).get(name))
        if is_looked_up(declared) and name not in word.allow:
            declared |= {"Type": _of(declared), "Default": value}
            data["Parameters"][name] = declared
    for name, child in processed.within.items():
        inner, resource = word.within(name, {}), data["Resources"][name]
        resource.get("Metadata", {}).pop("aws:asset:path", None)
        properties = resource.setdefault("Properties", {})
        properties["TemplateURL"] = f"{_WITHIN}{way}{name}"
        for key in _stored(child, inner):
            properties.get("Parameters", {}).pop(key, None)
        yield from _templates(child, team, inner, f"{file}({way}{name})", f"{way}{name}/")
    yield (f"{_WITHIN}{way[:-1]}" if way else "", Template(file, data, _lines(data, team) if not way else {}))


def _stored(processed: Processed, word: Answers) -> list[str]:
    """The parameters whose values are settled before the template is executed."""
    return [name for name in processed.looked_up if name not in word.allow]


def _of(declared: Mapping[str, Any]) -> str:
    """The type of a parameter's value, where it is written as that of one in the Parameter Store."""
    return str(declared["Type"]).partition("<")[2].removesuffix(">") or "String"


def _plain(parameters: Mapping[str, str], processed: Processed) -> dict[str, str]:
    """The parameters as they are given to what is executed: what was looked up stands in the template by then."""
    return {name: value for name, value in parameters.items() if name not in processed.looked_up}


def _settled(processed: Processed, word: Answers, team: Template) -> Iterator[Edit]:
    declared = mapping(processed.data.get("Parameters"))
    for name in _stored(processed, word):
        was = mapping(declared.get(name)).get("Type")
        line = team.lines.get(("Parameters", name), 1)
        yield Edit("Parameters", f"{name}.Type", was, _of(mapping(declared.get(name))), _OURS, line, team.file)


def _lines(data: Mapping[str, Any], team: Template) -> dict[Key, int]:
    """The lines of the team's own template; what AWS made stands where the transform does."""
    made = next((line for key, line in team.lines.items() if key[:1] == ("Transform",)), 1)
    new: dict[Key, int] = {("Resources", str(name)): made for name in mapping(data.get("Resources"))}
    return {**new, **team.lines}


def _unsound(templates: Mapping[str, Template]) -> list[str]:
    """The mistakes for which the stack could not be made, and stacks within that nobody has read."""
    return [str(each) for template in templates.values() for each in soundness.problems(template)]


def _left(made: Given, processed: Processed) -> Sequence[str]:
    """The things that AWS was to expand, and did not."""
    out = {f"the stack {name}" for each in _all_of(processed) for name in _ruled_out(each.data, each)}
    return [f"AWS left {each} unexpanded" for each in made.expands if each not in out]


def _all_of(processed: Processed) -> Iterator[Processed]:
    yield processed
    for each in processed.within.values():
        yield from _all_of(each)


def _ruled_out(template: Mapping[str, Any], processed: Processed) -> set[str]:
    """The stacks within that a condition leaves out: AWS has none of them to tell of."""
    resources = mapping(template.get("Resources"))
    return {name for name in nested_in(template) - processed.within.keys() if "Condition" in resources[name]}


def nested_in(data: Mapping[str, Any]) -> set[str]:
    """The logical ids of the stacks within."""
    found = mapping(data.get("Resources"))
    return {name for name, each in found.items() if isinstance(each, dict) and kind_of(each) == outward.NESTED}
