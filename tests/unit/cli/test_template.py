"""`dro template`: what a replica would make of a file, without AWS, without a workspace, and with an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dr_orchestrator.cli import main
from tests.support import workspace
from tests.support.golden.write import CASES


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main.run(["template", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize(
    ("case", "place", "code"),
    [
        ("cdk-serverless.json", "drill-account", 0),
        ("cdk-serverless.json", "beside", 0),
        ("three-tier.yaml", "drill-account", 3),
        ("edge.yaml", "drill-account", 2),
        ("nested/root.yaml", "beside", 0),
    ],
)
def test_the_exit_code_tells(capsys: pytest.CaptureFixture[str], case: str, place: str, code: int) -> None:
    """0 accepted, 3 asked, 2 refused: for people and for programs alike."""
    assert told(capsys, CASES / case, "--place", place)[0] == code
    ended, out, _ = told(capsys, CASES / case, "--place", place, "--json")
    found = json.loads(out)
    assert ended == code
    assert found["accepted"] is (code == 0)
    assert bool(found["refused"]) is (code == 2)


def test_json_has_the_keys_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    """Each edit, ask and refusal has its place in the file, and each ask the line that answers it."""
    _, out, _ = told(capsys, CASES / "edge.yaml", "--json")
    found = json.loads(out)
    assert {"resource", "property", "was", "becomes", "why", "line"} <= found["edits"][0].keys()
    assert {"resource", "what", "why", "line", "answer"} <= found["asks"][0].keys()
    assert {"resource", "what", "why", "line"} <= found["refused"][0].keys()
    lines = (CASES / "edge.yaml").read_text().splitlines()
    for each in (*found["edits"], *found["asks"], *found["refused"]):
        assert 0 < each["line"] <= len(lines)


def test_people_read_a_table_and_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    """Every edit with its line, every ask with its answer, and one sentence at the end."""
    _, out, _ = told(capsys, CASES / "fargate.yaml", "--place", "drill-account")
    assert "fargate.yaml:6" in out
    assert "{copy}-payments" in out
    assert "leave_out: [Alerts.Subscription]" in out
    assert out.rstrip().endswith("Not yet accepted in a drill account: 2 things to be answered; 7 edits.")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "shop.yaml:1"),
        ("just words", "shop.yaml:1"),
        ("[1, 2]", "shop.yaml:1"),
        ("Resources: {}", "shop.yaml:1:Resources"),
        ("Resources: {A: {Type: B}", "shop.yaml:1"),
        ("Resources:\n  A: {Type: B, Properties: !Rain::Embed x}", "shop.yaml:2"),
        ("Resources:\n  A: {Type: B}\n  A: {Type: C}", "shop.yaml:3"),
        ("Resources:\n  A: {Properties: {X: 1}}", "shop.yaml:2:Resources.A: has no Type"),
        ("Resources:\n  A: {Type: B, Properties: {X: !Ref C}}", "shop.yaml:2:Resources.A: refers to C, which"),
        (
            "\nResources:\n" + "".join(f"  A{each}: {{Type: B}}\n" for each in range(501)),
            "shop.yaml:2:Resources: has 501 resources, and CloudFormation takes 500",
        ),
        (
            "Resources:\n  A: {Type: B, Properties: {X: !GetAtt C.Arn}}\n  C: {Type: B, DependsOn: A}",
            "waits for itself: ",
        ),
    ],
)
def test_what_is_no_template_is_told_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, place: str
) -> None:
    """Exit 2, the file and the line, and what to name instead; never a traceback."""
    path = tmp_path / "shop.yaml"
    path.write_text(text)
    code, out, err = told(capsys, path)
    assert code == 2
    assert place in err
    assert "Traceback" not in out + err


def test_a_file_that_cannot_be_read_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One that is not there, a folder, and one that is no text."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in ("missing.yaml", ".", "bytes"):
        code, _, err = told(capsys, tmp_path / name)
        assert code == 2
        assert name in err


def test_a_stack_within_that_is_no_template_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The child's file and line, not the root's."""
    (tmp_path / "root.yaml").write_text(
        "Resources: {Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./data.yaml}}}"
    )
    (tmp_path / "data.yaml").write_text("Resources: [")
    code, _, err = told(capsys, tmp_path / "root.yaml")
    assert code == 2
    assert "data.yaml:1" in err


def test_stacks_that_hold_one_another_end(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A template that names itself as a stack within is refused where the circle closes: AWS would make it for ever."""
    (tmp_path / "root.yaml").write_text(
        "Resources: {Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: root.yaml}}}"
    )
    code, out, _ = told(capsys, tmp_path / "root.yaml")
    assert code == 2
    assert "root.yaml, in which it stands" in out


def test_no_file_outside_the_templates_folder_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A template from elsewhere does not make the program read what lies about on the machine."""
    (tmp_path / "secret.yaml").write_text("Resources: [")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "root.yaml").write_text(
        "Resources: {Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../secret.yaml}}}"
    )
    code, out, err = told(capsys, tmp_path / "app" / "root.yaml", "--json")
    (refused,) = json.loads(out)["refused"]
    assert (code, err, refused["what"]) == (2, "", "is a stack of ../secret.yaml, which is not there")


@pytest.mark.parametrize("place", ["beside", "drill-account"])
def test_a_stack_within_whose_template_is_missing_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, place: str
) -> None:
    """With its line: CloudFormation reads no path, and an address it reads."""
    path = tmp_path / "root.yaml"
    for url, code in (("./stacks/data.yaml", 2), ("https://s3.amazonaws.com/x/data.yaml", 0)):
        path.write_text(
            "Conditions: {Never: !Equals [a, b]}\nResources:\n"
            f"  Data:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: {url}\n"
            "  Other: {Type: AWS::CloudFormation::Stack, Condition: Never, Properties: {TemplateURL: x.yaml}}\n"
        )
        exit_code, out, _ = told(capsys, path, "--place", place, "--json")
        assert exit_code == code
        refused = [(each["resource"], each["line"]) for each in json.loads(out)["refused"]]
        assert refused == ([("Data", 6)] if code else [])


def test_stacks_within_and_large_templates_tell_of_the_bucket(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """CloudFormation finds their templates there alone: the setting is told before a drill refuses it."""
    (tmp_path / "data.yaml").write_text("Resources: {Q: {Type: AWS::SQS::Queue}}")
    (tmp_path / "root.yaml").write_text(
        "Resources: {Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: data.yaml}}}"
    )
    many = {f"Queue{each}": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": ["x" * 200]}} for each in range(240)}
    (tmp_path / "large.json").write_text(json.dumps({"Resources": many}))
    for name, of in (("root.yaml", "Data"), ("large.json", "Resources"), ("data.yaml", "")):
        notes = json.loads(told(capsys, tmp_path / name, "--json")[1])["notes"]
        assert [each["resource"] for each in notes if "replica: {bucket: NAME}" in each["why"]] == ([of] if of else [])


def test_a_drill_is_judged_with_its_owners_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `rebuild` answers is asked no more; the place is the declared one unless another is asked for."""
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    user = "  User: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: '{{resolve:ssm:{copy}}}'}}}\nOutputs:"
    word = '      allow: {User.LoginProfile: "nobody knows it"}\n      stores:'
    shop = workspace.SHOP.replace("      stores:", word)
    workspace.write(tmp_path, shop=shop, template=workspace.TEMPLATE.replace("Outputs:", user))
    assert told(capsys, tmp_path / "drills" / "infrastructure" / "shop.template.yaml")[0] == 3
    code, out, _ = told(capsys, "--drill", "shop-replica")
    assert code == 0
    assert "Accepted beside production" in out
    assert "in a drill account" in told(capsys, "--drill", "shop-replica", "--place", "drill-account")[1]
    assert "makes no replica" in told(capsys, "--drill", "orders-snapshot")[2]
    assert told(capsys)[0] == told(capsys, "x.yaml", "--drill", "shop-replica")[0] == 2
