"""The code's use of AWS, read from its source, so that no test has to keep a list in step."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SQS = ROOT / "app" / "adapters" / "sqs.py"
PARAMETERS = ROOT / "deploy" / "aws" / "parameters.py"
# What a function in a network of its own needs: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
INTERFACES = {
    f"ec2:{what}"
    for what in (
        "CreateNetworkInterface",
        "DescribeNetworkInterfaces",
        "DescribeSubnets",
        "DeleteNetworkInterface",
        "AssignPrivateIpAddresses",
        "UnassignPrivateIpAddresses",
    )
}
# Which queue a name means, wherever the worker uses one.
QUEUES = {"queue": "Notifications", "_queue": "Notifications", "dead": "Failed"}


def imports_boto3() -> set[Path]:
    """The program's files that import boto3 or botocore."""
    return {
        path
        for folder in ("app", "deploy")
        for path in (ROOT / folder).rglob("*.py")
        if any(name.partition(".")[0] in ("boto3", "botocore") for name in _imported(path))
    }


def queue_actions(*paths: Path) -> set[tuple[str, str]]:
    """(the queue's name in the template, such as sqs:ReceiveMessage) for every use that these files make of a queue."""
    by_method = _sqs_calls()
    return {
        (_resource(action, QUEUES[name]), action)
        for path in paths
        for name, attribute in _attributes(path)
        if name in QUEUES and attribute in by_method
        for action in by_method[attribute]
    }


def parameter_actions() -> set[str]:
    """Such as ssm:GetParametersByPath: the calls that read the settings."""
    return {
        _action("ssm", str(node.args[0].value))
        for node in ast.walk(_tree(PARAMETERS))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get_paginator"
        and isinstance(node.args[0], ast.Constant)
    }


def message_attributes() -> tuple[str, ...]:
    """The message attributes requested with a queue's messages."""
    for node in _tree(SQS).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "ATTRIBUTES"
        ):
            names: tuple[str, ...] = ast.literal_eval(node.value)
            return names
    raise LookupError("app/adapters/sqs.py has no ATTRIBUTES")


def _sqs_calls() -> dict[str, set[str]]:
    """Method of `Queue` → actions it requires."""
    (queue,) = (node for node in _tree(SQS).body if isinstance(node, ast.ClassDef) and node.name == "Queue")
    found: dict[str, set[str]] = {}
    for method in queue.body:
        if isinstance(method, ast.FunctionDef):
            calls = {call for name, call in _attributes_of(method) if name == "_client"}
            if calls:
                found[method.name] = {_action("sqs", call) for call in calls}
    return found


def _resource(action: str, queue: str) -> str:
    """A queue's URL is looked up by the name of its dead-letter queue, which is then what needs permission."""
    return "Failed" if action == "sqs:GetQueueUrl" else queue


def _action(service: str, call: str) -> str:
    return f"{service}:{''.join(part.capitalize() for part in call.split('_'))}"


def _attributes(path: Path) -> Iterator[tuple[str, str]]:
    return _attributes_of(_tree(path))


def _attributes_of(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """`a.b` and `x.a.b` as ("a", "b")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name):
                yield node.value.id, node.attr
            elif isinstance(node.value, ast.Attribute):
                yield node.value.attr, node.attr


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
