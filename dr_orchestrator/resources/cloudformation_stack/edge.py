"""The parts of a template that CloudFront takes of us-east-1 alone: web ACLs, and certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.planes import OF_CLOUDFRONT

_ACL, _CERTIFICATE = "AWS::WAFv2::WebACL", "AWS::CertificateManager::Certificate"

# What is served by a distribution of AWS's own takes its certificate of us-east-1, too: edge-optimized names of API
# Gateway, names of AppSync, and those of user pools; docs.aws.amazon.com/apigateway/latest/developerguide,
# "Prerequisites for custom domain names", and the like of the others.
_GIVEN: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "AWS::CloudFront::Distribution": (
        (("DistributionConfig", "WebACLId"), _ACL),
        (("DistributionConfig", "ViewerCertificate", "AcmCertificateArn"), _CERTIFICATE),
    ),
    "AWS::ApiGateway::DomainName": ((("CertificateArn",), _CERTIFICATE),),
    "AWS::AppSync::DomainName": ((("CertificateArn",), _CERTIFICATE),),
    "AWS::Cognito::UserPoolDomain": ((("CustomDomainConfig", "CertificateArn"), _CERTIFICATE),),
}


def types(logical: str, resource: Mapping[str, Any]) -> dict[str, str]:
    """The type of a template's resource by its logical id, and those of what CloudFront is given by it."""
    kind, properties = str(resource.get("Type") or ""), mapping(resource.get("Properties"))
    given = {
        f"{path[-1]} of {logical}": f"{of}{OF_CLOUDFRONT}"
        for path, of in _GIVEN.get(kind, ())
        if _is_said(_at(properties, path))
    }
    # the older WAF has two families of types: this one is CloudFront's alone, AWS::WAFRegional::... is of a region
    apart = kind.startswith("AWS::WAF::") or (
        kind.startswith("AWS::WAFv2::") and properties.get("Scope") == "CLOUDFRONT"
    )
    return {logical: f"{kind}{OF_CLOUDFRONT}" if apart else kind, **given}


def _at(properties: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = properties
    for key in path:
        found = mapping(found).get(key)
    return found


def _is_said(value: Any) -> bool:
    """Whether a property has a value, be it one of a condition's two."""
    return value not in (None, "", {"Ref": "AWS::NoValue"})
