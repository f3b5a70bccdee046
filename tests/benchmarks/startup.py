"""How long `dro --help`, `dro check` of 100 service files and `dro template` of 500 resources take, each as a whole
process; `dro run`'s first word.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support import workspace

RUNS = 7
SERVICES = 100
RESOURCES = 500


def resources() -> Iterator[tuple[str, dict[str, Any]]]:
    """As many resources as CloudFormation takes, each with a name of production's."""
    for number in range(RESOURCES // 4):
        table, role, function = f"Table{number}", f"Role{number}", f"Function{number}"
        rights = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": {"Fn::GetAtt": [table, "Arn"]}}
        policy = {"PolicyName": "data", "PolicyDocument": {"Statement": [rights]}}
        code = {"Role": {"Fn::GetAtt": [role, "Arn"]}, "Environment": {"Variables": {"TABLE": {"Ref": table}}}}
        alarm = {"AlarmName": f"api-{number}", "Dimensions": [{"Name": "FunctionName", "Value": f"api-{number}"}]}
        yield table, {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": {"TableName": table}}
        yield role, {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}
        yield function, {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": f"api-{number}", **code}}
        yield f"Alarm{number}", {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}


def timed(arguments: list[str], environment: dict[str, str]) -> list[float]:
    seconds = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "dr_orchestrator", *arguments], env=environment, check=True, stdout=-3)
        seconds.append(time.perf_counter() - began)
    return sorted(seconds[1:])


def first_word(arguments: list[str], environment: dict[str, str]) -> list[float]:
    """Seconds until the first line is said; what comes after is not waited for."""
    seconds = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        command = [sys.executable, "-m", "dr_orchestrator", *arguments]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=-3) as said:
            assert said.stderr is not None
            said.stderr.readline()
            seconds.append(time.perf_counter() - began)
            said.kill()
    return sorted(seconds[1:])


def shown(name: str, seconds: list[float], limit: float) -> None:
    print(  # noqa: T201
        f"{name}: median {statistics.median(seconds):.2f} s, "
        f"{seconds[0]:.2f} to {seconds[-1]:.2f} s over {RUNS} runs (wanted: {limit} s)"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        workspace.write(home)
        text = (home / "drills" / "shop.yaml").read_text()
        (home / "drills" / "shop.yaml").unlink()
        for number in range(SERVICES):
            mine = text
            for word in ("shop", "orders", "sessions"):
                mine = mine.replace(word, f"{word}{number}")
            mine = mine.replace(f"shop{number}.template.yaml", "shop.template.yaml")
            (home / "drills" / f"shop{number}.yaml").write_text(mine)
        environment = {**os.environ, "DRO_HOME": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        shown("dro --help", timed(["--help"], environment), 0.5)
        nowhere = {**environment, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}  # killed before anything is asked of it
        for command in (["run", "orders0-snapshot"], ["quarterly"]):
            shown(f"first word of dro {command[0]}", first_word(command, nowhere), 1.0)
        shown(f"dro check of {SERVICES} service files", timed(["check"], environment), 1.5)
        (home / "large.json").write_text(json.dumps({"Resources": dict(resources())}))
        shown(f"dro template of {RESOURCES} resources", timed(["template", str(home / "large.json")], environment), 2.0)
