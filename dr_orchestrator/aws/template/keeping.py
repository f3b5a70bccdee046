"""The parts of a template that keep data: what a replica has of these is empty, unless a drill fills it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template.editing.edits import Editing
from dr_orchestrator.aws.template.reading.parts import kind_of
from dr_orchestrator.documents.cloudformation import mapping
from dr_orchestrator.domain.replica import Empty

# No schema tells that something keeps what its users put there: these do, and what they kept is lost with them.
_KEEPS = frozenset(
    {
        *("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable"),
        *("AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster"),
        *("AWS::DocDBElastic::Cluster", "AWS::DSQL::Cluster", "AWS::MemoryDB::Cluster"),
        *("AWS::Redshift::Cluster", "AWS::RedshiftServerless::Namespace", "AWS::Cassandra::Table"),
        *("AWS::Timestream::Table", "AWS::Timestream::InfluxDBInstance", "AWS::NeptuneGraph::Graph"),
        *("AWS::S3::Bucket", "AWS::S3Express::DirectoryBucket", "AWS::S3Tables::Table", "AWS::S3Vectors::Index"),
        *("AWS::EFS::FileSystem", "AWS::FSx::FileSystem", "AWS::FSx::Volume", "AWS::EC2::Volume"),
        *("AWS::Cognito::UserPool", "AWS::Cognito::IdentityPool", "AWS::VerifiedPermissions::PolicyStore"),
        *("AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain", "AWS::OpenSearchServerless::Collection"),
        *("AWS::ECR::Repository", "AWS::ECR::PublicRepository", "AWS::CodeCommit::Repository"),
        *("AWS::CodeArtifact::Repository", "AWS::MSK::Cluster", "AWS::MSK::ServerlessCluster"),
        *("AWS::QLDB::Ledger", "AWS::SDB::Domain", "AWS::HealthLake::FHIRDatastore", "AWS::Lightsail::Database"),
    }
)
_OF_ANOTHER = ("DBClusterIdentifier", "SourceDBInstanceIdentifier", "SourceDBClusterIdentifier")
"""The properties of a database that has its data from another part, which keeps it."""


def parts(editing: Editing) -> Iterator[Empty]:
    """The parts that keep data, as far as they are made."""
    scope = editing.scope()
    for name, resource in editing.resources.items():
        if kind_of(resource) in _KEEPS and scope.is_made(resource) and not _of_another(resource):
            yield Empty(name, kind_of(resource))


def _of_another(resource: Mapping[str, Any]) -> bool:
    return any(mapping(resource.get("Properties")).get(each) for each in _OF_ANOTHER)
