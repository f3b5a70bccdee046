"""Every template, and every type of AWS: no name of production, nothing kept, nothing outside in silence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.aws.template.editing.names import is_ours
from dr_orchestrator.aws.template.reading.parts import as_in_schemas, texts
from dr_orchestrator.aws.template.reading.parts import at as at_path
from dr_orchestrator.aws.template.registry import TypeSchema, known, type_names
from dr_orchestrator.documents.cloudformation import Template
from dr_orchestrator.domain.replica import Derived, Place
from tests.support.derived import COPY, put

steady = settings(derandomize=True, database=None, deadline=None, max_examples=100)
TYPES = sorted(type_names())
ELSEWHERE = "arn:aws:sqs:eu-west-1:111122223333:theirs"
POLICIES = st.sampled_from([None, "Delete", "Retain", "RetainExceptOnCreate", "Snapshot"])


def made(resources: dict[str, Any], place: Place) -> Derived:
    return derive(Template("t.yaml", {"Resources": resources}, {}), COPY, place)


def schema_of(kind: str) -> TypeSchema:
    schema = known(kind)
    assert schema is not None
    return schema


@st.composite
def resources(draw: Any) -> dict[str, Any]:
    """Resources of any types, with names of production's where their types take any."""
    found = {}
    for at, kind in enumerate(draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=6))):
        named = {key: draw(st.sampled_from(["prod", "prod/orders", "Prod-1"])) for key in schema_of(kind).names}
        policies = {"DeletionPolicy": draw(POLICIES), "UpdateReplacePolicy": draw(POLICIES)}
        kept = {key: value for key, value in policies.items() if value}
        properties: dict[str, Any] = {}
        for key, value in named.items():
            put(properties, key, value)
        found[f"R{at}"] = {"Type": kind, "Properties": properties, **kept}
    return found


@given(resources(), st.sampled_from(list(Place)))
@steady
def test_no_name_of_production_and_nothing_kept_is_left(written: dict[str, Any], place: Place) -> None:
    """Whatever is written: no explicit name of the original, no policy that keeps, each change told."""
    found = made(written, place)
    for name, resource in found.template["Resources"].items():
        assert resource.get("DeletionPolicy", "Delete") == resource.get("UpdateReplacePolicy", "Delete") == "Delete"
        for key in schema_of(resource["Type"]).names:
            for path, value in texts(written[name]["Properties"]):
                if as_in_schemas(path) == key and value:
                    assert is_ours(at_path(resource["Properties"], path), COPY), (resource, key)
    told = {(edit.resource, edit.property) for edit in found.edits}
    for name, resource in written.items():
        given_up = found.template["Resources"].get(name)
        if given_up is None:
            assert (name, "") in told
            continue
        for key in ("DeletionPolicy", "UpdateReplacePolicy"):
            assert given_up.get(key) == resource.get(key) or (name, key) in told
        for key, value in resource["Properties"].items():
            edited = any(of == name and path.partition(".")[0] == key for of, path in told)
            assert given_up["Properties"].get(key) == value or edited


@given(resources())
@steady
def test_beside_production_no_role_is_without_boundary(written: dict[str, Any]) -> None:
    """Whatever else the template makes."""
    found = made({**written, "Role": {"Type": "AWS::IAM::Role"}}, Place.BESIDE)
    for resource in found.template["Resources"].values():
        if resource["Type"] == "AWS::IAM::Role":
            assert resource["Properties"]["PermissionsBoundary"]


@given(resources(), st.sampled_from(list(Place)))
@steady
def test_what_was_derived_needs_no_more(written: dict[str, Any], place: Place) -> None:
    """Derived once more, for the same copy, it is as it is: nothing is edited twice."""
    once = made(written, place)
    again = made(dict(once.template["Resources"]), place)
    assert again.edits == ()
    assert again.template["Resources"] == once.template["Resources"]


@pytest.mark.parametrize("place", list(Place))
def test_of_no_type_something_outside_is_referred_to_in_silence(place: Place) -> None:
    """Each reference of each type to another account's object is asked, refused, left out or told."""
    silent = []
    for kind in TYPES:
        schema = schema_of(kind)
        for path in schema.references:
            if path.partition("/")[0] in (*schema.read_only, *schema.names):
                continue
            properties: dict[str, Any] = {}
            put(properties, path, ELSEWHERE)
            found = made({"It": {"Type": kind, "Properties": properties}}, place)
            told = [*found.asks, *found.refused, *found.notes]
            if not told and not found.edits:
                silent.append(f"{kind} {path}")
    assert silent == []


@pytest.mark.parametrize("kind", TYPES[:: len(TYPES) // 60])
def test_a_plain_name_of_something_outside_is_told(kind: str) -> None:
    """A reference that is spelled as a name, not as an ARN, where the schema tells that it is one."""
    schema = schema_of(kind)
    for path in schema.references:
        reference = schema.reference(path)
        if not reference or not reference.told or not reference.targets or path.partition("/")[0] in schema.read_only:
            continue
        properties: dict[str, Any] = {}
        put(properties, path, "theirs")
        found = made({"It": {"Type": kind, "Properties": properties}}, Place.BESIDE)
        assert [*found.asks, *found.refused, *found.notes, *found.edits], path
