"""The template of deploy/aws for looks: it fits the main one, and gives each part what it needs and no more."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any

from app.queue import aws_lambda
from app.queue.looks import ATTEMPTS
from scripts.sandbox.container import dockerfile
from scripts.sandbox.container.template import LOOKS, allowed, load, properties, within
from tests.deploy import code


def of(name: str) -> dict[str, Any]:
    return properties(name, LOOKS)


def test_cfn_lint_finds_nothing() -> None:
    lint = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", str(LOOKS)]
    said = subprocess.run(lint, capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, ""), said.stdout


def test_what_it_takes_from_the_main_stack_is_there() -> None:
    exported = {output["Export"]["Name"]["Fn::Sub"] for output in load()["Outputs"].values() if "Export" in output}
    taken = {part["Fn::ImportValue"]["Fn::Sub"] for part in within(load(LOOKS)) if "Fn::ImportValue" in part}
    assert taken
    assert {name.replace("${Main}", "${AWS::StackName}") for name in taken} == exported


def test_each_part_may_do_what_it_does_and_nothing_beyond() -> None:
    def given(name: str) -> set[tuple[str, str]]:
        found = set()
        for one in allowed(load(LOOKS)["Resources"][name]):
            resource = one.resource
            if isinstance(resource, dict):
                resource = resource["Fn::GetAtt"][0] if "Fn::GetAtt" in resource else "the store"
            found.add((one.action, resource))
        return found

    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html (execution role), and as the main one
    assert given("MakerRole") == {
        ("sqs:ReceiveMessage", "Orders"),
        ("sqs:DeleteMessage", "Orders"),
        ("sqs:GetQueueAttributes", "Orders"),
        ("elasticfilesystem:ClientMount", "the store"),
        ("elasticfilesystem:ClientWrite", "the store"),
        ("logs:CreateLogStream", "MakerLog"),
        ("logs:PutLogEvents", "MakerLog"),
        *((action, "*") for action in code.INTERFACES),
    }
    assert given("WorkerOrders") == {("sqs:SendMessage", "Orders")}
    # sends, counts and redrives; send_message_batch needs the right to send one
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    queue = code.queue_actions(code.ROOT / "app/queue/command.py", code.ROOT / "app/queue/redrive.py")
    needed = {(action, {"Notifications": "Orders"}.get(name, name)) for name, action in queue}
    assert given("InstanceOrders") == needed


def test_a_photo_that_the_model_cannot_do_is_no_dead_letter_and_a_call_has_its_time() -> None:
    orders, maker = of("Orders"), of("Maker")
    assert orders["RedrivePolicy"]["maxReceiveCount"] > ATTEMPTS
    assert orders["VisibilityTimeout"] >= 6 * maker["Timeout"]
    assert maker["Timeout"] > aws_lambda.LOOK_SECONDS
    assert orders["MessageRetentionPeriod"] < of("Failed")["MessageRetentionPeriod"]
    assert of("OrdersToMaker")["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    (source,) = of("Failed")["RedriveAllowPolicy"]["sourceQueueArns"]
    assert source["Fn::Sub"].endswith(":" + orders["QueueName"]["Fn::Sub"])


def test_the_function_starts_what_is_in_the_image_with_a_model_inside() -> None:
    maker = of("Maker")
    _, steps = dockerfile.built(dockerfile.parse(dockerfile.DOCKERFILE.read_text("utf-8")), "looks")
    said = {step.keyword: step.words for step in steps}
    assert maker["ImageConfig"]["EntryPoint"] == [said["ENTRYPOINT"][0], "-m", "awslambdaric"]
    (handler,) = maker["ImageConfig"]["Command"]
    module, _, function = handler.rpartition(".")
    source = Path(code.ROOT, *module.split(".")).with_suffix(".py")
    assert f"def {function}(event" in source.read_text("utf-8")
    assert maker["Architectures"] == ["x86_64"]
    assert any("scripts/models u2net" in " ".join(step.words) for step in steps if step.keyword == "RUN")
    patterns = dockerfile.ignore_patterns(Path(f"{dockerfile.DOCKERFILE}.dockerignore").read_text("utf-8"))
    for needed in ("requirements-looks.txt", "scripts/models"):
        assert dockerfile.lets_through(patterns, PurePosixPath(needed))


def test_nothing_in_its_configuration_is_secret_and_its_files_are_in_the_store() -> None:
    variables = of("Maker")["Environment"]["Variables"]
    assert not [name for name in variables if re.search("SECRET|PASSWORD|KEY|URL|TOKEN", name)]
    mount = of("Maker")["FileSystemConfigs"][0]["LocalMountPath"]
    assert variables["COLLAGEN_STORE"] == mount
    assert variables["COLLAGEN_LOOKS"].startswith(f"{mount}/")
