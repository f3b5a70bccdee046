"""`dro template cdk.out`: an app that the CDK synthesised, all its stacks, as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.domain.replica import Answers, Derived, Place
from dr_orchestrator.wiring import templates
from tests.support.apps import NAME, app, stack, write


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """An app of several stacks."""
    return app(tmp_path / "cdk.out")


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main.run(["template", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def judged(made: Path, **more: Any) -> Derived:
    return templates.judged(made, Place.BESIDE, **more)


def test_every_stack_is_derived_in_the_order_of_its_needs(made: Path) -> None:
    """Those of stages too, under the names that they have in AWS; one without resources is none."""
    assert list(judged(made).children) == ["Orders-Data", "Front", "ProdApi"]


def test_what_one_stack_imports_of_another_is_the_replicas(made: Path) -> None:
    """Nothing is asked: the export has the replica's name, and whoever imports it says so."""
    found = judged(made)
    assert found.accepted
    exported = found.children["Orders-Data"].template["Outputs"]["Out"]["Export"]["Name"]
    variables = found.children["Front"].template["Resources"]["Api"]["Properties"]["Environment"]["Variables"]
    assert exported == f"{{copy}}-Orders-Data-{NAME}"
    assert variables == {"TABLE": {"Fn::ImportValue": exported}}


def test_a_stack_within_is_judged_by_its_file(made: Path) -> None:
    """The CDK notes where it lies, though its address is in a bucket."""
    (edit,) = (edit for edit in judged(made).edits if edit.resource == "Front/Inner/Queue")
    assert (edit.property, edit.file) == ("QueueName", "Inner.nested.template.json")


def test_one_of_several_is_chosen(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Alone it imports from a stack that is production's, and that is asked."""
    code, out, _ = told(capsys, made, "--stack", "Front", "--json")
    assert code == 3
    (ask,) = json.loads(out)["asks"]
    assert (ask["resource"], ask["what"]) == ("Front/Api", f"imports {NAME}")
    code, _, err = told(capsys, made, "--stack", "Back")
    assert code == 2
    assert "has no stack Back" in err
    assert "it has: Orders-Data, " in err


def test_the_owners_word_is_of_one_stack(made: Path) -> None:
    """By the stack's name, as the ask shows it."""
    word = Answers(leave_out=["Front/Api"])
    front = judged(made, answers=word).children["Front"].template
    assert set(front["Resources"]) == {"Inner"}


def _no_manifest(made: Path) -> None:
    (made / "manifest.json").unlink()


def _no_json(made: Path) -> None:
    (made / "manifest.json").write_text('{"version": "54.0.0",\n "artifacts": ')


def _no_artifacts(made: Path) -> None:
    write(made, "manifest.json", {"version": "99.0.0", "things": {}})


def _no_template_file(made: Path) -> None:
    write(made, "manifest.json", {"version": "99.0.0", "artifacts": {"A": {"type": "aws:cloudformation:stack"}}})


def _missing(made: Path) -> None:
    (made / "Data.template.json").unlink()


def _circle(made: Path) -> None:
    artifacts = {"A": stack("Data.template.json", "B"), "B": stack("Front.template.json", "A")}
    write(made, "manifest.json", {"version": "54.0.0", "artifacts": artifacts})


def _outside(made: Path) -> None:
    write(made.parent, "secret.json", {"Resources": {"A": {"Type": "AWS::SQS::Queue"}}})
    write(made, "manifest.json", {"version": "54.0.0", "artifacts": {"A": stack("../secret.json")}})


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (_no_manifest, "manifest.json: cannot be read"),
        (_no_json, "manifest.json:2: it is no JSON"),
        (_no_artifacts, "it lists no artifacts; it is of version 99.0.0"),
        (_no_template_file, "artifacts.A.properties.templateFile: stack A names no template file; it is of version 99"),
        (_missing, "Data.template.json: cannot be read"),
        (_circle, "its stacks wait for one another"),
        (_outside, "the template of A lies outside the assembly"),
    ],
)
def test_an_app_that_is_none_is_told_with_its_file(
    made: Path, capsys: pytest.CaptureFixture[str], break_it: Callable[[Path], None], words: str
) -> None:
    """Exit 2, the file, what is wrong in it and what to do; never a traceback."""
    break_it(made)
    code, out, err = told(capsys, made)
    assert code == 2
    assert words in err
    assert "Traceback" not in out + err


def test_assemblies_that_hold_one_another_end(made: Path) -> None:
    """A stage whose folder is that of its app, or above it, is not read again."""
    within = {"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}}
    write(made / "assembly-Prod", "manifest.json", {"version": "54.0.0", "artifacts": {"Up": within}})
    assert list(judged(made).children) == ["Orders-Data", "Front"]


def test_a_template_has_no_stacks_to_choose_from(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where one file is named, there is one stack."""
    assert told(capsys, made / "Data.template.json", "--stack", "Front")[0] == 2
