"""One loader reads every CloudFormation template, YAML or JSON: to the letter, with lines, within limits of our own."""

from __future__ import annotations

import json

import pytest

from dr_orchestrator.documents.cloudformation import LARGEST, Malformed, parse


def value(text: str) -> object:
    """What the template's only value reads as."""
    return parse(f"A: {text}", "t.yaml").data["A"]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Config", {"Ref": "Config"}),
        ("!Condition IsProd", {"Condition": "IsProd"}),
        ("!GetAtt Role.Arn", {"Fn::GetAtt": ["Role", "Arn"]}),
        ("!GetAtt Db.Endpoint.Address", {"Fn::GetAtt": ["Db", "Endpoint.Address"]}),
        ("!GetAtt [Db, Endpoint.Address]", {"Fn::GetAtt": ["Db", "Endpoint.Address"]}),
        ("!Sub '${A}-x'", {"Fn::Sub": "${A}-x"}),
        ("!Sub ['${A}', {A: !Ref B}]", {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}),
        ("!Join ['-', [a, !Sub '${B}']]", {"Fn::Join": ["-", ["a", {"Fn::Sub": "${B}"}]]}),
        ("!If [C, 1, !Ref AWS::NoValue]", {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}),
        ("!Ref 5", {"Ref": "5"}),
        ("!GetAZs ''", {"Fn::GetAZs": ""}),
    ],
)
def test_a_short_form_reads_as_its_long_one(short: str, long: object) -> None:
    """Whoever inspects a template knows one form of each function."""
    assert value(short) == long


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("yes", True),
        ("'yes'", "yes"),
        ("010", 8),
        ("1.5", 1.5),
        ("", None),
        ("2012-10-17", "2012-10-17"),
        ("9" * 5000, "9" * 5000),
        ("!!str 5", "5"),
        ("!!int x", "x"),
        ("{on: 1, 12: 2}", {"on": 1, "12": 2}),
        ("{<<: {a: 1, b: 2}, a: 3}", {"a": 3, "b": 2}),
        ("{a: 3, <<: [{a: 1, b: 2}, {b: 4, c: 5}]}", {"a": 3, "b": 2, "c": 5}),
    ],
)
def test_values_are_those_of_cloudformation(written: str, read: object) -> None:
    """Truth values and numbers as YAML 1.1 has them; dates, keys and what no number can hold are text."""
    assert value(written) == read


def test_json_reads_as_it_is_written() -> None:
    """JSON of any layout and with any escape is a template too, its keys with their lines."""
    body = {"Resources": {"A": {"Name": "ä\U0001f600\\ud83d / \t", "On": True, "None": None, "Many": [1, 2.5]}}}
    for text in (json.dumps(body), "\t" + json.dumps(body, indent="\t"), json.dumps(body, ensure_ascii=False)):
        assert parse(text, "t.json").data == body
    assert parse(json.dumps(body, indent="\t"), "t.json").place("Resources", "A", "On") == "t.json:5:Resources.A.On"


def test_each_key_is_found_by_its_line() -> None:
    """A key that is not written, such as one inside a function, is found by the nearest around it."""
    template = parse("Resources:\n  A:\n    Type: T\n    Name: !Sub x\n", "t.yaml")
    assert template.place("Resources", "A", "Name") == "t.yaml:4:Resources.A.Name"
    assert template.place("Resources", "A", "Properties", "Name") == "t.yaml:2:Resources.A.Properties.Name"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A: 1\nA: 2\n", "line 2: 'A' is written twice, first on line 1"),
        ('{"A": 1,\n "A": 2}', "line 2: 'A' is written twice, first on line 1"),
        ("A: !Nothing x\n", "line 1: the tag !Nothing is no function of CloudFormation"),
        ("A:\n- !!python/name:os.system x\n", "line 2: the tag !!python/name:os.system is no function"),
        ("A: {<<: x}\n", "line 1: only mappings can be merged"),
        ("- a\n", "line 1: it is not a mapping"),
        ("A: [" + "[" * 5_000, "line 1: is nested deeper than 50 levels"),
        ('{"A": ' * 5_000, "line 1: is nested deeper than 50 levels"),
        ("A: 1\n" + "#" * LARGEST, "line 1: the template is larger than 51,200 bytes"),
        ("a: 1\n? [x]\n: 2\n", "line 2: a key is not a word"),
    ],
)
def test_what_is_no_template_is_told_with_its_line(text: str, told: str) -> None:
    """Nothing ambiguous, hostile or endless gets through; where it stands is said."""
    with pytest.raises(Malformed) as wrong:
        parse(text, "t.yaml")
    assert str(wrong.value).startswith(told)
    assert all(each.file == "t.yaml" and each.fix for each in wrong.value.problems)
