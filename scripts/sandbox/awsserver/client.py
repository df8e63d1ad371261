"""Starts the local AWS, creates queues in it as the template does, sends what API Gateway would, makes buckets."""

from __future__ import annotations

import json
import secrets
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from scripts.sandbox.ending import Ending
from scripts.sandbox.standin import signatures
from scripts.sandbox.waiting import PATIENCE, wait_for

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Notification:
    """A message as the gateway puts it into the queue: `body`, and Cloudinary's headers."""

    body: str
    timestamp: str
    signature: str
    request_id: str = ""
    received: str = ""

    @classmethod
    def signed(cls, payload: Any, secret: str, at: float | None = None, **more: str) -> Self:
        """Signed as Cloudinary does; `payload` may be a str, sent as it is. `at`: seconds since 1970, now by
        default.
        """
        body = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        timestamp = str(round(time.time() if at is None else at))
        return cls(body, timestamp, signatures.of_notification(body.encode(), timestamp, secret), **more)

    @property
    def attributes(self) -> dict[str, str]:
        named = {
            "X-Cld-Timestamp": self.timestamp,
            "X-Cld-Signature": self.signature,
            "X-Request-ID": self.request_id,
            "Received": self.received,
        }
        return {name: value for name, value in named.items() if value}

    def entry(self) -> dict[str, Any]:
        """For send_message and send_message_batch."""
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in self.attributes.items()}
        return {"MessageBody": self.body, "MessageAttributes": attributes}


class AwsServer(Ending):
    """A running server. `environment`: settings that point boto3 at it."""

    def __init__(self) -> None:
        self._process, port = _started("scripts.sandbox.awsserver")
        self.environment = {
            **{f"AWS_ENDPOINT_URL_{name}": f"http://127.0.0.1:{port}" for name in ("SQS", "S3", "CLOUDFRONT")},
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.url = f"http://127.0.0.1:{port}"
        self.client = self.of("sqs")

    def of(self, service: str) -> Any:
        """A client of one of its services."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.url,
            aws_access_key_id="local",
            aws_secret_access_key="local",
            region_name="eu-central-1",
        )

    def bucket(self) -> str:
        """A new bucket; returns its name."""
        name = f"collagen-{secrets.token_hex(4)}"
        self.of("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        return name

    def distribution(self) -> str:
        """A new CloudFront distribution; returns its ID."""
        origin = {"Id": "o", "DomainName": "faces.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
        made = self.of("cloudfront").create_distribution(
            DistributionConfig={
                "CallerReference": secrets.token_hex(8),
                "Origins": {"Quantity": 1, "Items": [origin]},
                "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "redirect-to-https"},
                "Comment": "",
                "Enabled": True,
            }
        )
        return str(made["Distribution"]["Id"])

    def queue(self, receives: int = 3) -> TestQueue:
        """A new queue with a dead-letter queue, where messages go after so many receives."""
        name = f"collagen-{secrets.token_hex(4)}"
        dead = self.client.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        arn = self.client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": receives})
        url = self.client.create_queue(QueueName=name, Attributes={"RedrivePolicy": policy})["QueueUrl"]
        return TestQueue(self.client, url, dead)

    def stop(self) -> None:
        """Safe to call twice."""
        _end(self._process)


class Gate(Ending):
    """Before a local AWS: lets only presigned requests that are valid through. `url`: its endpoint."""

    def __init__(self, aws: AwsServer) -> None:
        self._process, port = _started("scripts.sandbox.awsserver.gate", aws.url.rpartition(":")[2])
        self.url = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """Safe to call twice."""
        _end(self._process)


def _started(module: str, *arguments: str) -> tuple[subprocess.Popen[bytes], str]:
    """A server process, and the port that it prints."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, start_new_session=True)
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 300)
    port = process.stdout.readline().decode().strip() if ready else ""
    if not port:
        _end(process)
        raise RuntimeError(f"{module} does not start.")
    return process, port


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(PATIENCE)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


class TestQueue:
    """A queue as a test sees it. `url`, and `dead`: the URL of its dead-letter queue."""

    __test__ = False

    def __init__(self, client: Any, url: str, dead: str) -> None:
        self._client = client
        self.url, self.dead = url, dead

    def send(self, *notifications: Notification) -> None:
        self._send([notification.entry() for notification in notifications], self.url)

    def send_bodies(self, bodies: Sequence[str], *, dead: bool = False) -> None:
        """`dead`: into the dead-letter queue."""
        self._send([{"MessageBody": body} for body in bodies], self.dead if dead else self.url)

    def _send(self, entries: Sequence[dict[str, Any]], url: str) -> None:
        for start in range(0, len(entries), 10):
            batch = [{"Id": str(number), **entry} for number, entry in enumerate(entries[start : start + 10])]
            answer = self._client.send_message_batch(QueueUrl=url, Entries=batch)
            assert not answer.get("Failed"), answer

    def counts(self, url: str = "") -> tuple[int, int]:
        """How many messages are waiting, and how many are in flight."""
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        answer = self._client.get_queue_attributes(QueueUrl=url or self.url, AttributeNames=list(names))
        waiting, held = (int(answer["Attributes"][name]) for name in names)
        return waiting, held

    def receive(self, url: str = "", **more: Any) -> list[dict[str, Any]]:
        """The messages available now; nobody else receives them for half a minute."""
        options = {"MaxNumberOfMessages": 10, "AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        answer = self._client.receive_message(QueueUrl=url or self.url, **options | more)
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def purge(self) -> None:
        """Removes every message, those in flight included."""
        self._client.purge_queue(QueueUrl=self.url)

    def until(self, *, waiting: int = 0, held: int = 0, dead: int | None = None) -> None:
        """Waits until the queue and its dead-letter queue hold so many messages."""

        def so_many() -> bool:
            return self.counts() == (waiting, held) and dead in (None, sum(self.counts(self.dead)))

        wait_for(so_many, f"{waiting} messages waited, {held} were in hand and {dead} dead", every=0.05)


def event(messages: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The event that Lambda would receive for these messages of `TestQueue.receive`."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {
                    name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
                    for name, value in message.get("MessageAttributes", {}).items()
                },
                "eventSource": "aws:sqs",
            }
            for message in messages
        ]
    }
