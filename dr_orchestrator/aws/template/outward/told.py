"""The attributes of resources: which are of what AWS makes for them, and which only tell what is around."""

from __future__ import annotations

import re
from collections.abc import Mapping

AROUND = frozenset(
    {
        *("HostVPCId", "NetworkAclAssociationId", "SecurityGroup", "SecurityGroupIds", "SecurityGroups"),
        *("SourceSecurityGroup", "SubnetId", "SubnetIds", "Vpc", "VPCId", "VpcId", "VpcSecurityGroupIds"),
        "VpcSecurityGroups",
    }
)
"""The attributes that tell what a resource was put into: they are whose that is."""

OWN = re.compile(
    r"^(?:ARN|Arn|Id|Name|Uri|URI|Url|URL|Version|Port|Value|Token|Certificate|CertificateSigningRequest"
    r"|DefaultNetworkAcl|DefaultSecurityGroup|ClusterSecurityGroupId|CloudWatchLogGroupArn|CidrBlock|CidrBlockAssociations"
    r"|CompleteCertificateChain|DnsEntries|DnsIpAddresses|Fingerprint|Http|Ipv6CidrBlocks|KeyMaterial|NetworkInterfaceIds"
    r"|PrivateIp|PublicIp|PrivateIpAddress|SecondaryPrivateIpAddresses|Primary(?:Private|Ipv6)\w+|ProviderName|ProviderURL"
    r"|RootResourceId|S3CanonicalUserId|SecretArn|SelfSigned\w+|Latest\w*|DefaultVersion\w*|CurrentVersion|\w*StreamArn"
    r"|AliasHostedZoneId|Canonical\w+|RegionalHostedZoneId|DistributionHostedZoneId|DkimDNSToken\w+"
    r"|HostedZoneNameServers|NameServers|OpenIdConnectIssuerUrl|OidcIssuer|CertificateAuthorityData|DBResourceId|DbiResourceId"
    r"|\w*(?:Endpoint|Endpoints|EndpointArn|EndPoint|Address|Addresses|DomainName|DNSName|DnsName|HostName|Hostname)"
    r"|\w*(?:Url|URL|Uri|URI))$"
)
"""The last words of attributes that tell what AWS makes with a resource: its identity, its addresses, its versions."""

REFERRED_BY: Mapping[str, str] = {
    "AWS::Route53::RecordSet": "Name",
    "AWS::SecretsManager::ResourcePolicy": "SecretId",
    "AWS::SecretsManager::RotationSchedule": "SecretId",
    "AWS::SecretsManager::SecretTargetAttachment": "SecretId",
}
"""The properties that a reference to a resource gives back, where its identifier does not say so."""
