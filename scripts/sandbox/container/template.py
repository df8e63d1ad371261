"""Reads the CloudFormation template: the resources it creates, and the permissions it gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[3] / "deploy" / "aws" / "collagen.yaml"
LOOKS = TEMPLATE.with_name("looks.yaml")


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms: !Ref x becomes {"Ref": "x"}, !Sub x becomes {"Fn::Sub": "x"}."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@dataclass(frozen=True)
class Permission:
    """One action that a statement allows. `resource`: as the template writes it, such as {"Fn::GetAtt": […]} or "*"."""

    action: str
    resource: Any
    condition: Any = None


@cache
def load(path: Path = TEMPLATE) -> dict[str, Any]:
    """What a template says; nobody may change it."""
    template: dict[str, Any] = yaml.load(path.read_text("utf-8"), _Loader)
    return template


def properties(name: str, path: Path = TEMPLATE) -> dict[str, Any]:
    """One resource's properties in the template."""
    found: dict[str, Any] = load(path)["Resources"][name]["Properties"]
    return found


def roles(template: dict[str, Any]) -> list[str]:
    return [name for name, resource in template["Resources"].items() if resource["Type"] == "AWS::IAM::Role"]


def allowed(role: dict[str, Any]) -> list[Permission]:
    """The permissions of a role's policies, each action and resource by itself."""
    return [
        Permission(action, resource, statement.get("Condition"))
        for policy in role["Properties"].get("Policies", [role["Properties"]])  # or the resource is a policy itself
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
        for action in several(statement["Action"])
        for resource in several(statement["Resource"])
    ]


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def within(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a part of the template, itself included."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from within(each)
    elif isinstance(value, list):
        for each in value:
            yield from within(each)
