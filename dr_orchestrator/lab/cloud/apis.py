"""HTTP APIs and their stages, which moto has and its CloudFormation does not know: SAM makes them of events."""

from __future__ import annotations

from typing import Any

from moto.apigatewayv2.models import apigatewayv2_backends
from moto.core.common_models import CloudFormationModel


class HttpApi(CloudFormationModel):
    """AWS::ApiGatewayV2::Api: it is there, and answers no requests."""

    def __init__(self, api: Any, region: str) -> None:
        self._api, self._region = api, region
        self.physical_resource_id = str(api.api_id)

    @staticmethod
    def cloudformation_name_type() -> str:
        """Its name is no identifier."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Its type in templates."""
        return "AWS::ApiGatewayV2::Api"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """The attributes that Fn::GetAtt may ask for."""
        return attr in ("ApiEndpoint", "ApiId")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """The address that AWS would give it, or its id."""
        address = f"https://{self.physical_resource_id}.execute-api.{self._region}.amazonaws.com"
        return address if attribute_name == "ApiEndpoint" else self.physical_resource_id

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,  # noqa: ARG003 (moto's signature)
    ) -> HttpApi:
        """Made by the name that it has, or that its definition gives it."""
        given = cloudformation_json["Properties"]
        title = given.get("Body", {}).get("info", {}).get("title")
        made = apigatewayv2_backends[account_id][region_name].create_api(
            api_key_selection_expression="",
            cors_configuration="",
            description=str(given.get("Description", "")),
            disable_schema_validation="",
            disable_execute_api_endpoint="",
            name=str(given.get("Name") or title or resource_name),
            protocol_type=str(given.get("ProtocolType", "HTTP")),
            route_selection_expression="",
            tags={str(key): str(value) for key, value in (given.get("Tags") or {}).items()},
            version="",
        )
        return cls(made, region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        """Gone with its stages."""
        apigatewayv2_backends[account_id][region_name].delete_api(self.physical_resource_id)


class HttpStage(CloudFormationModel):
    """AWS::ApiGatewayV2::Stage."""

    def __init__(self, api: str, name: str) -> None:
        self._api = api
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type() -> str:
        """Nothing names it when it has no name."""
        return "StageName"

    @staticmethod
    def cloudformation_type() -> str:
        """Its type in templates."""
        return "AWS::ApiGatewayV2::Stage"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:  # noqa: ARG003
        """It has none."""
        return False

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,  # noqa: ARG003
    ) -> HttpStage:
        """Made for the API that it names."""
        given = cloudformation_json["Properties"]
        api, name = str(given["ApiId"]), str(given.get("StageName") or resource_name)
        apigatewayv2_backends[account_id][region_name].create_stage(api, {**_small(given), "stageName": name})
        return cls(api, name)

    def delete(self, account_id: str, region_name: str) -> None:
        """Gone; it goes with its API, too."""
        apis = apigatewayv2_backends[account_id][region_name]
        if self._api in apis.apis:
            apis.delete_stage(self._api, self.physical_resource_id)


def _small(given: dict[str, Any]) -> dict[str, Any]:
    """Properties as the API calls them."""
    return {key[:1].lower() + key[1:]: value for key, value in given.items()}
