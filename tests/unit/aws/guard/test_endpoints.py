"""Whose endpoint it is: AWS's own, or one that looks like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from hypothesis import given
from hypothesis import strategies as st

from dr_orchestrator.aws import endpoints
from dr_orchestrator.aws.accounts import Account, _models
from dr_orchestrator.aws.endpoints import is_call, is_endpoint, named_by
from dr_orchestrator.aws.guard import Guard
from tests.support.guarded import ACCOUNT, MODELS, SERVICES
from tests.support.look_alikes import BUCKET, LOOK_ALIKES
from tests.support.types import CALLS

SHIPPED = Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
PARTITIONS = SHIPPED.load_data("partitions")["partitions"]
PARTS = 8
VARIANTS = ({}, {"UseDualStack": True}, {"UseFIPS": True})
ALIKE = [(service, url) for urls in LOOK_ALIKES.values() for service, url in urls]
ACCESS_POINT = f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint:ap"
GLOBAL_POINT = f"arn:aws:s3::{ACCOUNT}:accesspoint:mfzwi23gnjvgw.mrap"
OUTPOST_POINT = f"arn:aws:s3-outposts:us-west-2:{ACCOUNT}:outpost:op-01ac5d28a6a232904:accesspoint:ap"


def yielded(service: str) -> set[str]:
    """All that botocore's rules of a service yield, in every region and variant."""
    provider = EndpointProvider(SHIPPED.load_service_model(service, "endpoint-rule-set-1"), {"partitions": PARTITIONS})
    known, found = provider.ruleset.parameters.keys(), set()
    for region in (name for partition in PARTITIONS for name in partition["regions"]):
        for variant in VARIANTS:
            try:
                wanted: dict[str, Any] = {name: value for name, value in variant.items() if name in known}
                found.add(str(provider.resolve_endpoint(Region=region, **wanted).url))
            except BotoCoreError:
                continue  # the rules have none for it
    return found


@pytest.mark.slow
@pytest.mark.campaign(2)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_endpoint_that_botocore_knows_is_real(part: int) -> None:
    """For each service, region and variant for which the rules have an endpoint, it is AWS's own."""
    services = SHIPPED.list_available_services("endpoint-rule-set-1")[part::PARTS]
    found = {service: yielded(service) for service in services}
    assert sum(map(len, found.values())) > 50_000 // PARTS // 2
    assert [(name, url) for name, urls in found.items() for url in urls if not is_endpoint(url, name)] == []


@pytest.mark.slow
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"])
@pytest.mark.parametrize("variant", [{}, {"use_dualstack_endpoint": True}, {"use_fips_endpoint": True}])
def test_what_a_client_shows_as_its_endpoint_is_real(
    region: str, variant: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client shows what an older table of botocore's says, not the rules: that is AWS's own, too."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    session = botocore.session.get_session()
    session.register_component("data_loader", _models())
    for service in (*SERVICES, "s3", "s3control", "backup", "lambda", "efs", "route53"):
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        meta = session.create_client(service, region, config=Config(**variant), **keys).meta
        assert is_endpoint(meta.endpoint_url, service, meta.service_model.endpoint_prefix), meta.endpoint_url


@pytest.mark.parametrize(
    ("service", "url"),
    [
        ("sts", "https://sts.amazonaws.com"),
        ("sts", "https://sts.eu-central-1.amazonaws.com"),
        ("iam", "https://iam.amazonaws.com"),
        ("iam", "https://iam.us-gov.amazonaws.com"),
        ("route53", "https://route53.amazonaws.com"),
        ("rds", "https://rds.us-east-1.amazonaws.com/"),
        ("rds", "https://rds.us-east-1.amazonaws.com:443"),
        ("rds", "https://rds-fips.us-west-2.amazonaws.com"),
        ("rds", "https://rds.cn-northwest-1.amazonaws.com.cn"),
        ("rds", "https://rds.eusc-de-east-1.amazonaws.eu"),
        ("rds", "https://rds.us-isob-east-1.sc2s.sgov.gov"),
        ("rds", "https://rds.ap-southeast-9.amazonaws.com"),
        ("s3", "https://s3.amazonaws.com"),
        ("s3", "https://s3.dualstack.eu-west-1.amazonaws.com"),
        ("s3control", "https://s3-control.eu-west-1.amazonaws.com"),
        ("s3control", f"https://{ACCOUNT}.s3-control.eu-west-1.amazonaws.com"),
        ("dynamodb", f"https://{ACCOUNT}.ddb.us-east-1.amazonaws.com"),
        ("dynamodb", f"https://{ACCOUNT}.ddb.us-east-1.api.aws"),
        ("rds", "https://vpce-0a1b2c3d-4e5f6a7b.rds.us-east-1.vpce.amazonaws.com"),
        ("kms", "https://vpce-0a1b2c3d-4e5f6a7b.kms-fips.us-east-1.vpce.amazonaws.com"),
        ("rds", "https://vpce-0a1b2c3d-4e5f6a7b-us-east-1a.rds.us-east-1.vpce.amazonaws.com"),
        ("rds", "https://vpce-0a1b2c3d-4e5f6a7b.rds.cn-north-1.vpce.amazonaws.com.cn"),
        ("s3", "https://bucket.vpce-0a1b2c3d-4e5f6a7b.s3.us-east-1.vpce.amazonaws.com"),
        ("s3", "https://accesspoint.vpce-0a1b2c3d-4e5f6a7b.s3.us-east-1.vpce.amazonaws.com"),
        ("s3control", "https://control.vpce-0a1b2c3d-4e5f6a7b.s3.us-east-1.vpce.amazonaws.com"),
    ],
)
def test_endpoints_that_are_given_by_hand_are_real(service: str, url: str) -> None:
    """Global and regional, every partition, account's own, PrivateLink's, and regions that are yet to come."""
    assert is_endpoint(url, service)


@pytest.mark.parametrize(
    ("named", "url"),
    [
        ({}, "https://s3.us-east-1.amazonaws.com/"),
        ({"Bucket": BUCKET}, "https://orders.s3.us-east-1.amazonaws.com/a/deep/key?list-type=2"),
        ({"Bucket": BUCKET}, "https://orders.s3.amazonaws.com/key"),
        ({"Bucket": BUCKET}, "https://orders.s3-fips.dualstack.us-gov-west-1.amazonaws.com/key"),
        ({"Bucket": BUCKET}, "https://orders.s3.cn-north-1.amazonaws.com.cn/key"),
        ({"Bucket": BUCKET}, "https://orders.s3-accelerate.amazonaws.com/key"),
        ({"Bucket": BUCKET}, "https://s3.us-east-1.amazonaws.com/orders"),
        ({"Bucket": BUCKET}, "https://s3.us-east-1.amazonaws.com/orders/key"),
        ({"Bucket": "with.dots"}, "https://s3.us-east-1.amazonaws.com/with.dots/key"),
        ({"Bucket": ACCESS_POINT}, f"https://ap-{ACCOUNT}.s3-accesspoint.us-west-2.amazonaws.com/key"),
        ({"Bucket": GLOBAL_POINT}, "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/key"),
        (
            {"Bucket": OUTPOST_POINT},
            f"https://ap-{ACCOUNT}.op-01ac5d28a6a232904.s3-outposts.us-west-2.amazonaws.com/key",
        ),
        ({"Bucket": "b--use1-az4--x-s3"}, "https://b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com/key"),
        ({"Bucket": BUCKET}, "https://orders.bucket.vpce-0a1b-2c3d.s3.us-east-1.vpce.amazonaws.com/key"),
        ({"Bucket": BUCKET}, "https://bucket.vpce-0a1b-2c3d.s3.us-east-1.vpce.amazonaws.com/orders/key"),
        (
            {"Bucket": ACCESS_POINT},
            f"https://ap-{ACCOUNT}.accesspoint.vpce-0a1b-2c3d.s3.us-west-2.vpce.amazonaws.com/key",
        ),
    ],
)
def test_a_bucket_has_a_host_for_calls_on_itself(named: dict[str, str | bool], url: str) -> None:
    """Virtual-host and path style, access points, Express, PrivateLink: real for a call on that bucket and no other."""
    assert is_call(url, "s3", named)
    assert not is_call(url, "rds", named)
    if named:
        assert not is_call(url, "s3", {"Bucket": "other"})
        assert not is_call(url, "s3", {})


@pytest.mark.parametrize(
    ("url", "real"),
    [
        ("https://60f985e7.route53-recovery-cluster.us-east-1.amazonaws.com/v1/", True),
        ("https://60f985e7.route53-recovery-cluster.ap-southeast-2.amazonaws.com/v1", True),
        ("https://60f985e7.route53-recovery-cluster.us-east-1.amazonaws.com/v2/", False),
        ("https://60f985e7.route53-recovery-cluster.us-east-1.amazonaws.com/", False),
        ("http://60f985e7.route53-recovery-cluster.us-east-1.amazonaws.com/v1/", False),
        ("https://a.b.route53-recovery-cluster.us-east-1.amazonaws.com/v1/", False),
        ("https://60f985e7.route53-recovery-cluster.us-east-1.amazonaws.com.example.com/v1/", False),
        ("https://route53-recovery-cluster.execute-api.us-east-1.amazonaws.com/v1/", False),
        ("https://60f985e7.s3.us-east-1.amazonaws.com/v1/", False),
        ("http://127.0.0.1:5000/v1/", False),
    ],
)
def test_a_cluster_has_endpoints_of_its_own(url: str, real: bool) -> None:
    """AWS gives each a name in front of the service's, which no rule of botocore's knows: one label, and its path."""
    assert is_call(url, "route53-recovery-cluster", {}) is real


def test_look_alikes_are_not_real() -> None:
    """Two hundred and more that are somebody else's are nobody's endpoint, and no call to them reached AWS."""
    assert len(set(ALIKE)) == len(ALIKE) >= 200
    assert [(name, url) for name, url in ALIKE if is_endpoint(url, name)] == []
    for named in ({}, {"Bucket": BUCKET}, {"AccountId": ACCOUNT, "RequiresAccountId": True}):
        assert [(name, url) for name, url in ALIKE if is_call(url, name, named)] == []


@pytest.mark.slow
@given(st.text(alphabet="rds3.-:/@\\%#? \n\x00:vpce-us-east-1amazonaws.comA0١"), st.sampled_from(SERVICES))
def test_nothing_that_is_made_up_is_real(text: str, service: str) -> None:
    """Whatever is written before, or behind, AWS's host is judged without a crash, and is not AWS's own."""
    # Chance spells AWS's own hosts, too.
    real = {f"https://{name}{where}.amazonaws.com" for name in (service, "rds") for where in ("", ".us-east-1")}
    for url in (
        f"https://{text}",
        f"https://rds.us-east-1.amazonaws.com{text or '.'}",
        f"https://{text}.amazonaws.com",
    ):
        if url.rstrip("/").removesuffix(":443") not in real:
            assert not is_endpoint(url, service)
    assert not is_call(f"https://evil.s3.amazonaws.com/{text}", "s3", {"Bucket": f"arn:aws:s3:us-east-1:{text}"})


def test_models_of_the_machine_make_no_host_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule set in ~/.aws/models or AWS_DATA_PATH is not believed, and no client is made from it."""
    folder = tmp_path / ".aws" / "models" / "rds" / "2099-01-01"
    folder.mkdir(parents=True)
    (folder / "endpoint-rule-set-1.json").write_text(
        '{"version": "1.0", "parameters": {}, "rules": [{"conditions": [], "type": "endpoint",'
        '"endpoint": {"url": "https://evil.example"}}]}'
    )
    monkeypatch.setattr(Loader, "CUSTOMER_DATA_PATH", str(tmp_path / ".aws" / "models"))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / ".aws" / "models"))
    assert Loader().determine_latest_version("rds", "endpoint-rule-set-1") == "2099-01-01"
    for cached in (endpoints._shipped, endpoints._rules, endpoints._path_after, _models):
        cached.cache_clear()
    assert not is_endpoint("https://evil.example", "rds")
    assert not is_call("https://evil.example/", "rds", {})
    assert is_endpoint("https://rds.us-east-1.amazonaws.com", "rds")
    assert _models().determine_latest_version("rds", "endpoint-rule-set-1") != "2099-01-01"


def test_only_the_rules_that_are_asked_for_are_read() -> None:
    """The rules of all services are never loaded for one of them."""
    endpoints._rules.cache_clear()
    endpoints._path_after.cache_clear()
    assert is_endpoint("https://rds.us-east-1.amazonaws.com", "rds")
    assert endpoints._rules.cache_info().currsize == 1


def test_what_a_call_names_is_told_by_the_model() -> None:
    """The bucket of a call on S3 is what the rules are given, not its key; calls of RDS name nothing."""
    s3 = botocore.session.get_session().get_service_model("s3")
    assert named_by(s3.operation_model("GetObject"), {"Bucket": "b", "Key": "k"}) == {"Bucket": "b"}
    assert named_by(s3.operation_model("ListBuckets"), {}) == {}
    assert named_by(MODELS["rds"].operation_model("DescribeDBInstances"), {"DBInstanceIdentifier": "x"}) == {}


@pytest.mark.parametrize("name", ["Endpoint", "Region", "UseFIPS"])
def test_a_call_gives_the_rules_nothing_that_clients_are_set_to(name: str) -> None:
    """What a call names never stands for an endpoint, or a region, that somebody set."""
    assert not is_call("https://evil.example/", "rds", {name: "https://evil.example"})
    assert is_call("https://rds.us-east-1.amazonaws.com/", "rds", {name: "https://evil.example"})


def test_one_call_that_went_elsewhere_is_never_made_good() -> None:
    """A host that was wrong for one call makes all simulated, though it is right for the next."""
    guard, context, url = Guard(CALLS), {"client_region": "us-east-1"}, "https://rds.us-east-1.amazonaws.com/"
    for service, operation in (("sts", "GetCallerIdentity"), ("rds", "DescribeDBInstances")):
        guard._before_parameters({}, MODELS[service].operation_model(operation), context)
        guard._before_try(_Sent(url, context))
    assert guard.simulated


class _Sent:
    """What botocore hands to its handlers: where a try goes, and what it was made from."""

    def __init__(self, url: str, context: dict[str, Any] | None = None) -> None:
        self.url, self.context = url, context or {}


@pytest.mark.parametrize(
    ("asked", "sent", "simulated"),
    [
        ("https://sts.us-east-1.amazonaws.com/", "https://sts.us-east-1.amazonaws.com/", False),
        ("https://sts.us-east-1.amazonaws.com/", "https://evil.example/", True),
        ("https://rds.us-east-1.amazonaws.com/", "https://rds.us-east-1.amazonaws.com/", True),
        (
            "https://sts.us-east-1.amazonaws.com@evil.example/",
            "https://sts.us-east-1.amazonaws.com@evil.example/",
            True,
        ),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000/", True),
    ],
)
def test_the_guard_judges_what_is_sent(asked: str, sent: str, simulated: bool) -> None:
    """One call that goes elsewhere than to its own service makes everything simulated, changed on its way or not."""
    guard, context = Guard(CALLS), {"client_region": "us-east-1"}
    guard._before_parameters({}, MODELS["sts"].operation_model("GetCallerIdentity"), context)
    guard._before_try(_Sent(asked, context))
    guard._before_send(_Sent(sent))
    assert guard.simulated is simulated


@pytest.mark.parametrize(
    ("host", "of_a_service"),
    [
        ("sqs.eu-west-1.amazonaws.com", True),
        ("kms-fips.us-east-1.amazonaws.com", True),
        ("api.ecr.us-east-1.amazonaws.com", True),
        ("s3.dualstack.us-east-1.amazonaws.com", True),
        ("lambda.us-east-1.api.aws", True),
        ("abc123.execute-api.us-east-1.amazonaws.com", False),
        ("shop.s3.amazonaws.com", False),
        ("shop-1.eu-west-1.elb.amazonaws.com", False),
        ("abc.lambda-url.us-east-1.on.aws", False),
        ("d111.cloudfront.net", False),
    ],
)
def test_a_host_of_a_service_has_nobodys_name_in_front(host: str, of_a_service: bool) -> None:
    """What AWS gives to a customer stands before the service: a bucket, a gateway, a balancer."""
    assert endpoints.is_of_a_service(host) is of_a_service


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("AWS_ENDPOINT_URL", "https://rds.us-east-1.amazonaws.com@127.0.0.1"),
        ("AWS_ENDPOINT_URL_RDS", "https://user@rds.us-east-1.amazonaws.com"),
        ("AWS_ENDPOINT_URL_RDS", "https://sts.us-east-1.amazonaws.com"),
        ("AWS_ENDPOINT_URL_RDS", "https://rds.us-east-1.amazonaws.com:8443"),
        ("AWS_ENDPOINT_URL_RDS", ""),
    ],
)
def test_an_account_is_simulated_by_what_the_machine_is_set_to(
    name: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The endpoint is judged as it is set, before what logs in there is left out for the eye."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if url:
        monkeypatch.setenv(name, url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert Account("us-east-1", Guard(CALLS)).simulated(("sts", "rds")) is bool(url)
