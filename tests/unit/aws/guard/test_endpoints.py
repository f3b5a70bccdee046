"""Whose endpoint it is: AWS's own, or a simulator's that looks like it."""

from __future__ import annotations

import botocore.session
import pytest

from dr_orchestrator.aws.accounts import _models
from dr_orchestrator.aws.guard import is_aws
from tests.support.guarded import ACCOUNT, SERVICES


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1", "ap-southeast-5"])
@pytest.mark.parametrize("variant", [{}, {"use_dualstack_endpoint": True}, {"use_fips_endpoint": True}])
def test_aws_endpoints_are_known_as_such(
    region: str, variant: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What botocore itself resolves for the services used is AWS's own, in every partition and variant."""
    from urllib.parse import urlsplit

    from botocore.config import Config

    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    session = botocore.session.get_session()
    session.register_component("data_loader", _models())
    for service in SERVICES:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        client = session.create_client(service, region, config=Config(**variant), **keys)
        assert is_aws(urlsplit(client.meta.endpoint_url).hostname or ""), client.meta.endpoint_url


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "",
        "rds.us-east-1.amazonaws.com.example.org",
        "rds.us-east-1.example.org",
        "amazonaws.com",
        "evilamazonaws.com",
        "ec2-3-80-1-2.compute-1.amazonaws.com",
        "localstack-12345.us-east-1.elb.amazonaws.com",
        "abc123.lambda-url.us-east-1.on.aws",
        "abc123.execute-api.us-east-1.amazonaws.com",
        "vpce-0a-1b.vpce-svc-0c.us-east-1.vpce.amazonaws.com",
        "rds.s3.amazonaws.com",
        "moto.s3-website-us-east-1.amazonaws.com",
    ],
)
def test_a_customers_machine_in_aws_is_not_aws(host: str) -> None:
    """A simulator on EC2, behind a load balancer or a function URL has a name under AWS's domains: no evidence."""
    assert not is_aws(host)


@pytest.mark.parametrize(
    "host", ["vpce-0a1b-2c3d.rds.us-east-1.vpce.amazonaws.com", f"{ACCOUNT}.ddb.us-east-1.amazonaws.com"]
)
def test_private_and_account_endpoints_are_aws(host: str) -> None:
    """PrivateLink and DynamoDB's account endpoints lead to AWS itself."""
    assert is_aws(host)
