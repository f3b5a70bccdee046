"""Apps as the CDK synthesises them: cdk.out, with two stacks, one within the second, and a stage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TABLE = {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": {"TableName": "orders"}}
NAME = "Data:ExportsOutputRefTable"


def stack(template: str, *needs: str, **properties: Any) -> dict[str, Any]:
    """An artifact of a manifest."""
    return {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": template, **properties},
        "dependencies": [*needs, "Some.assets"],
    }


def write(folder: Path, name: str, content: Any) -> None:
    """Write a JSON file."""
    folder.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text(json.dumps(content, indent=1))


def app(folder: Path) -> Path:
    """Write an app whose second stack imports from the first and holds another; its third is empty."""
    data = {"Resources": {"Table": TABLE}, "Outputs": {"Out": {"Value": {"Ref": "Table"}, "Export": {"Name": NAME}}}}
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": {"Fn::Sub": "https://s3.${AWS::URLSuffix}/cdk-assets/1f.json"}},
        "Metadata": {"aws:asset:path": "Inner.nested.template.json", "aws:asset:property": "TemplateURL"},
    }
    function = {"Environment": {"Variables": {"TABLE": {"Fn::ImportValue": NAME}}}}
    front = {"Resources": {"Inner": nested, "Api": {"Type": "AWS::Lambda::Function", "Properties": function}}}
    write(folder, "Data.template.json", data)
    write(folder, "Front.template.json", front)
    write(folder, "Inner.nested.template.json", {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", **queue()}}})
    write(folder, "Empty.template.json", {"Parameters": {}})
    write(
        folder,
        "manifest.json",
        {
            "version": "54.0.0",
            "artifacts": {
                "Front": stack("Front.template.json", "Data"),
                "Data": stack("Data.template.json", stackName="Orders-Data"),
                "Empty": stack("Empty.template.json"),
                "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
                "Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}},
            },
        },
    )
    within = folder / "assembly-Prod"
    write(within, "Prod.template.json", {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    write(within, "manifest.json", {"version": "54.0.0", "artifacts": {"ProdApi": stack("Prod.template.json")}})
    return folder


def queue() -> dict[str, Any]:
    """What is told of a queue with a name."""
    return {"Properties": {"QueueName": "in"}}
