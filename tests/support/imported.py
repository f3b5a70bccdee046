"""A shop whose table is imported into its environment as AWS restored it: the template as teams write it."""

from __future__ import annotations

from tests.support import workspace

STORES = "{Config: {resource: sessions, fill: items}}"
TEMPLATE = """
Parameters: {EnvironmentName: {Type: String}}
Resources:
  Config:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: !Sub "${EnvironmentName}-config"
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
      TimeToLiveSpecification: {AttributeName: until, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      DeletionProtectionEnabled: true
  Queue: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: stream, Value: !GetAtt Config.StreamArn}]}}
Outputs:
  Table: {Value: !Ref Config}
"""


def shop(fill: str = "sessions") -> str:
    """The workspace's file with a store that is filled so."""
    return workspace.SHOP.replace(STORES, f"{{Config: {fill}}}")
