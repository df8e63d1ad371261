"""The template of deploy/aws: it is consistent, and gives each part exactly the permissions that the code needs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.adapters.cloudinary import verify
from app.core import limits
from app.core.errors import BadSignature
from app.core.logging import request_context
from app.queue.records import Record, from_event
from scripts.sandbox.container import dockerfile
from scripts.sandbox.container.template import (
    TEMPLATE,
    Permission,
    allowed,
    load,
    properties,
    roles,
    several,
    within,
)
from scripts.sandbox.standin import signatures
from tests.deploy import code, gateway

QUEUE_CODE = code.ROOT / "app" / "queue"
CLIENT = {f"elasticfilesystem:Client{what}" for what in ("Mount", "Write", "RootAccess")}
CHANNELS = {
    "ssm:UpdateInstanceInformation",
    *(f"ssmmessages:{what}{kind}Channel" for what in ("Create", "Open") for kind in ("Control", "Data")),
}
# Actions that AWS's own agents perform in our name, and for which AWS defines no resource:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html (execution role)
# https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
WITHOUT_RESOURCE = code.INTERFACES | CHANNELS
# What AWS's services do in our name, by the documentation of each; our code's own actions are read from our code.
BY_AWS = {
    "GatewayRole": {("sqs:SendMessage", "Notifications")},  # SQS-SendMessage
    "WorkerRole": {
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html (execution role)
        ("sqs:ReceiveMessage", "Notifications"),
        ("sqs:DeleteMessage", "Notifications"),
        ("sqs:GetQueueAttributes", "Notifications"),
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem-efs.html
        ("elasticfilesystem:ClientMount", "Store"),
        ("elasticfilesystem:ClientWrite", "Store"),
        # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html; the group is there
        ("logs:CreateLogStream", "WorkerLog"),
        ("logs:PutLogEvents", "WorkerLog"),
        *((action, "*") for action in code.INTERFACES),
    },
    "InstanceRole": {(action, "*") for action in CHANNELS},
    # AWSBackupServiceLinkedRolePolicyForBackup, EFSResourcePermissions
    "BackupRole": {("elasticfilesystem:Backup", "Store"), ("elasticfilesystem:DescribeTags", "Store")},
}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load()


def named(permission: Permission) -> tuple[str, str]:
    """An action, and the template's name of the resource that it is allowed on."""
    resource = permission.resource
    if isinstance(resource, dict) and "Fn::GetAtt" in resource:
        return permission.action, resource["Fn::GetAtt"][0]
    if isinstance(resource, dict) and "${ParameterPath}" in str(resource.get("Fn::Sub")):
        return permission.action, "ParameterPath"
    return permission.action, resource


def test_cfn_lint_finds_nothing() -> None:
    lint = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", str(TEMPLATE)]
    said = subprocess.run(lint, capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, ""), said.stdout


def test_every_reference_leads_somewhere(template: dict[str, Any]) -> None:
    known = set(template["Parameters"]) | set(template["Resources"])
    for part in within(template):
        names = [part["Ref"]] if "Ref" in part else []
        names += [part["Fn::GetAtt"][0]] if "Fn::GetAtt" in part else []
        if isinstance(part.get("Fn::Sub"), str):
            names += [name.partition(".")[0] for name in re.findall(r"\$\{([^}]+)\}", part["Fn::Sub"])]
        names += several(part.get("DependsOn", []))
        assert {name for name in names if not name.startswith("AWS::")} <= known
    used = {part["Ref"] for part in within(template["Resources"]) if "Ref" in part}
    used |= set(re.findall(r"\$\{(\w+)\}", json.dumps(template["Resources"])))
    assert set(template["Parameters"]) <= used, "a parameter is for nothing"


def test_each_role_has_what_the_code_and_aws_need_and_nothing_beyond(template: dict[str, Any]) -> None:
    needed = {role: set(actions) for role, actions in BY_AWS.items()}
    assert set(roles(template)) == set(needed)
    for role in ("WorkerRole", "InstanceRole"):
        needed[role] |= {(action, "ParameterPath") for action in code.parameter_actions()}
    worker = [code.ROOT / "app/queue/command.py", *QUEUE_CODE.glob("*.py")]
    needed["InstanceRole"] |= {(action, queue) for queue, action in code.queue_actions(*worker)}
    given = {role: {named(one) for one in allowed(template["Resources"][role])} for role in needed}
    assert given == needed


def test_nothing_else_in_the_code_talks_to_aws() -> None:
    targets = {code.ROOT / "app/adapters/targets" / name for name in ("aws.py", "s3.py")}  # with keys of their own
    assert code.imports_boto3() == {code.SQS, code.PARAMETERS, *targets}


def test_the_function_itself_touches_no_queue() -> None:
    handler = (QUEUE_CODE / "aws_lambda.py", QUEUE_CODE / "records.py")
    assert code.queue_actions(*handler) == set()
    assert not any("Queue(" in path.read_text("utf-8") for path in handler)


def test_every_call_of_the_worker_is_found_in_its_source() -> None:
    """Otherwise the comparison above would compare nothing with nothing."""
    of_worker = code.queue_actions(QUEUE_CODE / "worker.py")
    assert ("Notifications", "sqs:ReceiveMessage") in of_worker
    assert ("Notifications", "sqs:DeleteMessage") in of_worker
    assert code.parameter_actions() == {"ssm:GetParametersByPath"}


def test_a_star_stands_only_where_aws_asks_for_it(template: dict[str, Any]) -> None:
    for role in roles(template):
        for permission in allowed(template["Resources"][role]):
            assert "*" not in permission.action
            assert permission.resource != "*" or permission.action in WITHOUT_RESOURCE
    for part in within(template["Resources"]):
        assert "ManagedPolicyArns" not in part
        if part.get("Effect") == "Allow" and "Principal" in part and part["Principal"] in ("*", {"AWS": "*"}):
            # the store's: EFS cannot distinguish clients that do not log in; security groups define them
            assert set(part["Action"]) == CLIENT
            assert part["Condition"] == {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}


def test_the_function_reaches_the_store_by_its_access_point_alone(template: dict[str, Any]) -> None:
    access = {"StringEquals": {"elasticfilesystem:AccessPointArn": {"Fn::GetAtt": ["StoreAccess", "Arn"]}}}
    permissions = [one for one in allowed(template["Resources"]["WorkerRole"]) if one.action in CLIENT]
    assert permissions
    assert all(one.condition == access for one in permissions)
    assert properties("Worker")["FileSystemConfigs"][0]["Arn"] == {"Fn::GetAtt": ["StoreAccess", "Arn"]}


def test_the_gateway_sends_the_body_as_it_is_and_what_the_worker_reads() -> None:
    sent = properties("WebhookToQueue")["RequestParameters"]
    assert sent["MessageBody"] == "$request.body"
    attributes = json.loads(sent["MessageAttributes"])
    assert {name: value["StringValue"] for name, value in attributes.items()} == {
        "X-Cld-Timestamp": "${request.header.X-Cld-Timestamp}",
        "X-Cld-Signature": "${request.header.X-Cld-Signature}",
        "X-Request-ID": "${context.requestId}",
    }
    assert {value["DataType"] for value in attributes.values()} == {"String"}
    if code.SQS.exists():
        assert set(attributes) == set(code.message_attributes()) - {"Received"}  # which only a redrive writes


PASTED = '"}, "Received": {"DataType": "String", "StringValue": "1699990000000'
HOSTILE = (
    "&MessageAttribute.9.Name=Received&MessageAttribute.9.Value.StringValue=1699990000000",
    "100%26Received%3D1699990000000",
    "a=b&c=d%\r\nReceived: 1699990000000",
    '"',
    "\\",
    PASTED,
    PASTED + "." + "0" * 64,
    f'{PASTED}"}}, "X-Request-ID": {{"DataType": "String", "StringValue": "injected-injected\nline',
    '", "DataType": "Binary", "BinaryValue": "AAAA", "X": "',
    '"}, "More": {"DataType": "Number", "StringValue": "1',
    '"}}',
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_header_makes_a_notification_look_older_than_it_is_or_forges_its_signature(hostile: str) -> None:
    """However the gateway pastes headers into its mapping, which cannot encode them: a time that no redrive has signed
    is ignored, and a signature with anything beside it is invalid.
    """
    now, secret = 1_700_000_000.0, "a secret"
    body, old = "{}", str(round(now) - 3 * 3600)
    signature = signatures.of_notification(body.encode(), old, secret)
    for headers in (
        {"X-Cld-Timestamp": hostile, "X-Cld-Signature": signature},
        {"X-Cld-Timestamp": old + hostile, "X-Cld-Signature": signature},
        {"X-Cld-Timestamp": old, "X-Cld-Signature": hostile},
        {"X-Cld-Timestamp": old, "X-Cld-Signature": signature + hostile},
    ):
        for message in gateway.messages(headers, body, now):
            record = from_event(message)
            assert record.received([secret]) == now
            with pytest.raises(BadSignature):
                verify(record.body.encode(), record.timestamp, record.signature, [secret], record.received([secret]))
            with request_context(record.request_id) as request_id:
                assert "\n" not in request_id


def test_the_gateways_mapping_carries_what_cloudinary_signed() -> None:
    now = 1_700_000_000.0
    headers = {"X-Cld-Timestamp": "1699999999", "X-Cld-Signature": "ab" * 20}
    records = [from_event(message) for message in gateway.messages(headers, "{}", now)]
    assert set(records) == {Record("the-message", "{}", "1699999999", "ab" * 20, gateway.REQUEST_ID, now)}
    assert len(records) == 4


def test_its_log_names_nobody() -> None:
    log = properties("GatewayStage")["AccessLogSettings"]["Format"]
    names = re.findall(r"\$context\.([A-Za-z.]+)", log)
    assert names
    assert not [name for name in names if name.startswith("identity") or name in ("path", "domainName")]
    assert json.loads(log)["request_id"] == "$context.requestId"


def test_the_queue_outlasts_the_function() -> None:
    queue, failed, worker = properties("Notifications"), properties("Failed"), properties("Worker")
    assert queue["VisibilityTimeout"] >= 6 * worker["Timeout"]
    assert failed["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert queue["MessageRetentionPeriod"] < failed["MessageRetentionPeriod"]
    assert queue["SqsManagedSseEnabled"]
    assert failed["SqsManagedSseEnabled"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["Failed", "Arn"]}
    # AWS advises five tries or more: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5
    (source,) = failed["RedriveAllowPolicy"]["sourceQueueArns"]
    assert source["Fn::Sub"].endswith(":" + queue["QueueName"]["Fn::Sub"])


def test_only_what_failed_comes_back_and_its_number_is_bounded() -> None:
    mapping = properties("QueueToWorker")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "MaximumConcurrency"}}
    assert load()["Parameters"]["MaximumConcurrency"]["Default"] == 2


def test_a_call_has_the_time_that_a_photo_may_take_and_a_thread_for_each_record() -> None:
    from app.queue import aws_lambda

    assert properties("Worker")["Timeout"] > aws_lambda.SECONDS
    assert properties("QueueToWorker")["BatchSize"] <= aws_lambda.THREADS


def test_the_function_has_the_memory_that_the_limits_allow() -> None:
    allowed_bytes = limits.DECODER_BYTES + limits.EXIFTOOL_BYTES + 150_000_000
    assert properties("Worker")["MemorySize"] * 1024**2 >= allowed_bytes


def test_the_function_starts_what_is_in_the_image() -> None:
    worker, parameters = properties("Worker"), load()["Parameters"]
    _, steps = dockerfile.built(dockerfile.parse(dockerfile.DOCKERFILE.read_text("utf-8")), "collagen")
    said = {step.keyword: step.words for step in steps}
    config = worker["ImageConfig"]
    assert (config["WorkingDirectory"],) == said["WORKDIR"]
    python = said["ENTRYPOINT"][0]
    assert config["EntryPoint"] == [python, "deploy/aws/parameters.py", {"Ref": "ParameterPath"}]
    assert ("deploy/aws/parameters.py", "deploy/aws/") in [step.words for step in steps if step.keyword == "COPY"]
    *command, handler = config["Command"]
    assert command == [python, "-m", "awslambdaric"]
    assert said["USER"] == (f"{parameters['CollagenUid']['Default']}:{parameters['CollagenGid']['Default']}",)
    module, _, function = handler.rpartition(".")
    if code.SQS.exists():
        assert f"def {function}(event" in Path(code.ROOT, *module.split(".")).with_suffix(".py").read_text("utf-8")


def test_no_secret_stands_in_the_functions_configuration() -> None:
    variables = properties("Worker")["Environment"]["Variables"]
    assert not [name for name in variables if re.search("SECRET|PASSWORD|KEY|URL|TOKEN", name)]
    assert "resolve:" not in TEMPLATE.read_text("utf-8")
    assert variables["COLLAGEN_STORE"] == properties("Worker")["FileSystemConfigs"][0]["LocalMountPath"]


def test_the_store_and_its_backups_outlive_the_stack(template: dict[str, Any]) -> None:
    for name in ("Store", "BackupVault"):
        resource = template["Resources"][name]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert properties("Store")["Encrypted"]
    deny = properties("Store")["FileSystemPolicy"]["Statement"][0]
    assert (deny["Effect"], set(deny["Action"])) == ("Deny", CLIENT)
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_store_is_saved_daily_for_35_days() -> None:
    (rule,) = properties("BackupPlan")["BackupPlan"]["BackupPlanRule"]
    assert rule["Lifecycle"] == {"DeleteAfterDays": 35}
    assert re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", rule["ScheduleExpression"])
    assert properties("BackupSelection")["BackupSelection"]["Resources"] == [{"Fn::GetAtt": ["Store", "Arn"]}]


def test_the_world_reaches_the_instance_by_http_and_nothing_else(template: dict[str, Any]) -> None:
    open_ports = {
        rule["FromPort"]
        for resource in template["Resources"].values()
        for rule in resource.get("Properties", {}).get("SecurityGroupIngress", [])
    }
    assert open_ports == {80, 443}
    into_store = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::EC2::SecurityGroupIngress"
    ]
    assert {rule["GroupId"]["Ref"] for rule in into_store} == {"StoreGroup"}
    assert {rule["SourceSecurityGroupId"]["Ref"] for rule in into_store} == {"InstanceGroup", "WorkerGroup"}
    assert {(rule["FromPort"], rule["ToPort"]) for rule in into_store} == {(2049, 2049)}


def test_the_instance_is_closed_but_for_that() -> None:
    launched = properties("InstanceTemplate")["LaunchTemplateData"]
    assert launched["MetadataOptions"]["HttpTokens"] == "required"
    assert launched["BlockDeviceMappings"][0]["Ebs"]["Encrypted"]
    assert "KeyName" not in launched


def test_what_the_instance_does_when_it_is_new_is_a_shell_script() -> None:
    script = properties("InstanceTemplate")["LaunchTemplateData"]["UserData"]["Fn::Base64"]["Fn::Sub"]
    script = re.sub(r"\$\{[A-Za-z:.]+\}", "x", script)
    assert len(script) < 16_384  # as AWS accepts them
    assert subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True).stderr == ""
    installer = code.ROOT / "deploy" / "install.sh"
    if installer.exists():
        told = "\n".join(re.findall(r"^#.*", installer.read_text("utf-8"), re.MULTILINE))
        calls = [line for line in script.splitlines() if "install.sh" in line or "install_collagen" in line]
        options = set(re.findall(r"\s(--[a-z-]+)", "\n".join(calls)))
        assert options == {"--host", "--efs", "--self-signed", "--email"}
        assert all(option in told for option in options)
    assert not re.search(r"password|secret", script.replace("secrets", ""), re.IGNORECASE)


def test_everything_the_administrator_needs_is_an_output(template: dict[str, Any]) -> None:
    assert {"WebhookUrl", "Address", "Instance", "Queue", "Function", "Store"} <= set(template["Outputs"])
    (path,) = re.findall(r"POST (\S+)", properties("WebhookRoute")["RouteKey"])
    assert path == "/webhook/{source}"
    assert template["Outputs"]["WebhookUrl"]["Value"]["Fn::Sub"].endswith("/webhook/cloudinary")


def test_every_check_that_checkov_skips_has_a_reason() -> None:
    skipped = re.findall(r"checkov:skip=(\S+?):(.*)", TEMPLATE.read_text("utf-8"))
    assert skipped
    assert all(len(reason.split()) > 3 for _, reason in skipped)
    assert "skip-check" not in (TEMPLATE.parent / "checkov.yaml").read_text("utf-8")
    assert re.search(r"^checkov==[0-9.]+$", (TEMPLATE.parent / "requirements-check.txt").read_text(), re.MULTILINE)
