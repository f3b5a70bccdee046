"""AWS::Serverless-2016-10-31, expanded by AWS's own translator, which asks AWS nothing here."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from dr_orchestrator.lab.cloud.world import ACCOUNT

NAME = "AWS::Serverless-2016-10-31"
_MISSING = "it needs aws-sam-translator, which comes with `pip install 'dr-orchestrator[lab]'`"


class Failed(Exception):
    """The translator refuses the template; the text is its reason."""


def expanded(template: Mapping[str, Any], parameters: Mapping[str, Any], region: str) -> dict[str, Any]:
    """The template that SAM makes of one of its own."""
    try:  # half a second, and only who expands needs it
        import boto3  # noqa: PLC0415
        from samtranslator.model.exceptions import InvalidDocumentException  # noqa: PLC0415
        from samtranslator.parser.parser import Parser  # noqa: PLC0415
        from samtranslator.translator.arn_generator import ArnGenerator  # noqa: PLC0415
        from samtranslator.translator.translator import Translator  # noqa: PLC0415
    except ImportError as missing:
        raise Failed(_MISSING) from missing
    session = boto3.Session(region_name=region)
    ArnGenerator.BOTO_SESSION_REGION_NAME = region
    try:
        made: dict[str, Any] = Translator(_policies(), Parser(), boto_session=session).translate(
            copy.deepcopy(dict(template)), dict(parameters), get_managed_policy_map=_policies
        )
    except InvalidDocumentException as wrong:
        told = " ".join(each.message for each in wrong.causes) or wrong.message
        raise Failed(f"{wrong.message} {told}") from wrong
    made.pop("Transform", None)
    return json.loads(json.dumps(made))  # type: ignore[no-any-return] # plain data


@cache
def _policies() -> dict[str, str]:
    """The managed policies of AWS, by name."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415

    return {
        name: each.get("Arn", "").replace(ACCOUNT, "aws")
        for name, each in json.loads(aws_managed_policies_data).items()
    }
