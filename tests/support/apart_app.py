"""The team's app in an account of replicas: bootstrapped, and empty; production's own is beside it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import boto3

from dr_orchestrator import wiring
from dr_orchestrator.lab.cloud.world import ACCOUNT, REGION
from dr_orchestrator.wiring import App, opening
from tests.support import orders_app, workspace
from tests.support.estate import Estate
from tests.support.orders_app import CODE, VERSION

OTHER = "222222222222"
BUCKET = f"cdk-hnb659fds-assets-{OTHER}-{REGION}"
READ, MAKE, THERE = (f"arn:aws:iam::{of}:role/dro-{to}" for of, to in ((ACCOUNT, "r"), (ACCOUNT, "w"), (OTHER, "d")))
TIERS = f"""{workspace.TIERS}roles: {{source: '{READ}', drill: '{MAKE}', elsewhere: ['{THERE}']}}
replica: {{place: drill-account, account: "{OTHER}"}}
"""
SHOP = "".join(line for line in orders_app.SHOP.splitlines(keepends=True) if "http-answer" not in line)
STACK = "Orders"
REPOSITORY = "cdk-hnb659fds-container-assets-{}-" + REGION
TAG = "0" * 64
"""The tag of an image of the app's."""

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def client(shop: Estate, service: str) -> Any:
    """An unguarded client in the account of replicas."""
    key = f"{service}@{OTHER}"
    if key not in shop.clients:
        taken = shop.client("sts").assume_role(RoleArn=THERE, RoleSessionName="somebody")["Credentials"]
        shop.clients[key] = boto3.client(
            service,
            region_name=REGION,
            endpoint_url=shop.lab.endpoint,
            aws_access_key_id=taken["AccessKeyId"],
            aws_secret_access_key=taken["SecretAccessKey"],
            aws_session_token=taken["SessionToken"],
        )
    return shop.clients[key]


@contextmanager
def world(shop: Estate, home: Path, shop_yaml: str = SHOP) -> Iterator[App]:
    """Within: a world in which the app's replicas have an account of their own, which the CDK was bootstrapped in."""
    client(shop, "ssm").put_parameter(Name=VERSION, Value="21", Type="String")
    client(shop, "s3").create_bucket(Bucket=BUCKET)
    made = workspace.world(home, shop.clock, shop=shop_yaml, tiers=TIERS)
    orders_app.put(home)
    seen = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with seen, mock.patch.dict(os.environ, {"DRO_HOME": str(home)}), wiring.using(made) as here:
        yield here


def assembly(home: Path) -> Path:
    """The folder of the app."""
    return home / "drills" / "infrastructure" / "cdk.out"


def code(home: Path) -> Path:
    """The folder of the app's code, as the assembly holds it."""
    return assembly(home) / f"asset.{CODE.removesuffix('.zip')}"


def published(shop: Estate) -> dict[str, bytes]:
    """The files in the bucket of the account of replicas."""
    s3 = client(shop, "s3")
    listed = s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())
    return {each["Key"]: s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in listed}


def with_image(home: Path) -> None:
    """Have the app's function take an image: listed, and named in the template as the CDK does."""
    listed = assembly(home) / "Orders.assets.json"
    told = json.loads(listed.read_text())
    name = "cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}"
    told["dockerImages"] = {
        TAG: {
            "source": {"directory": f"asset.{TAG}"},
            "destinations": {"here": {"repositoryName": name, "imageTag": TAG}},
        }
    }
    listed.write_text(json.dumps(told))
    file = assembly(home) / "Orders.template.json"
    template = json.loads(file.read_text())
    (function,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Function")
    uri = f"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/{name}:{TAG}"
    function["Metadata"] = {"image": {"Fn::Sub": uri}}
    file.write_text(json.dumps(template))


def repositories(shop: Estate) -> tuple[str, str]:
    """The repositories that the CDK's bootstrap made, in production's account and in that of replicas."""
    for ecr, account in ((shop.client("ecr"), ACCOUNT), (client(shop, "ecr"), OTHER)):
        ecr.create_repository(repositoryName=REPOSITORY.format(account), imageTagMutability="IMMUTABLE")
    return REPOSITORY.format(ACCOUNT), REPOSITORY.format(OTHER)


def layer(shop: Estate, repository: str, content: bytes) -> dict[str, Any]:
    """Push a layer to production; how a manifest names it."""
    ecr, digest = shop.client("ecr"), digest_of(content)
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    bounds = {"partFirstByte": 0, "partLastByte": len(content) - 1}
    ecr.upload_layer_part(repositoryName=repository, uploadId=upload, layerPartBlob=content, **bounds)
    ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])
    return {"digest": digest, "size": len(content)}


def push(shop: Estate, repository: str, manifest: dict[str, Any], tag: str = "") -> str:
    """Push a manifest to production; its digest."""
    text = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, **manifest})
    given = {"imageManifest": text, "imageDigest": digest_of(text.encode())}
    shop.client("ecr").put_image(repositoryName=repository, **given, **({"imageTag": tag} if tag else {}))
    return given["imageDigest"]


def digest_of(content: bytes) -> str:
    """The digest of what a registry holds."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def pinned(home: Path) -> None:
    """Pin the app to production's account, as `env` does: the CDK writes it out wherever it knows it."""
    folder = assembly(home)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace("unknown-account/unknown-region", f"{ACCOUNT}/{REGION}"))
    for file in (*folder.glob("*.assets.json"), *folder.glob("*.template.json")):
        text = file.read_text().replace("${AWS::AccountId}", ACCOUNT).replace("${AWS::Region}", REGION)
        file.write_text(text)
