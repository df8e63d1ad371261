"""Amazon SQS.

boto3 is imported when a queue is made, because that takes a quarter of a second and only the worker needs it.
Credentials, region and endpoint come from where boto3 looks for them
(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/configuration.html).
"""

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.core import limits
from app.core.errors import QueueUnavailable, SettingError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

MOST = 10  # messages in one answer; SQS's maximum
# Attributes of a message: the gateway sets the first three, a redrive the last.
ATTRIBUTES = ("X-Cld-Timestamp", "X-Cld-Signature", "X-Request-ID", "Received")

MISSING = {"QueueDoesNotExist", "NonExistentQueue", "InvalidAddress"}
REFUSED = {
    *("AccessDenied", "AccessDeniedException", "InvalidClientTokenId", "InvalidSecurity", "KmsAccessDenied"),
    *("SignatureDoesNotMatch", "UnrecognizedClientException"),
}
GONE = {"MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue"}


@dataclass(frozen=True)
class Message:
    """A received message. `sent`: when it was sent, in seconds since 1970; the dead-letter queue keeps that time.

    `receipt`: SQS's handle for this delivery. `attributes`: those of `ATTRIBUTES` that it has. `deliveries`: about how
    often it was received, this time included.
    """

    id: str
    receipt: str
    body: str
    sent: float
    attributes: Mapping[str, str] = field(default_factory=dict)
    deliveries: int = 1

    @property
    def request_id(self) -> str:
        """What its log lines are linked by: the gateway's, or its own ID."""
        return self.attributes.get("X-Request-ID") or self.id


class Queue:
    """A queue, by its URL. Thread-safe. `name`: its name in logs.

    Creating one makes no call, and raises SettingError if boto3 has no region or cannot read its configuration. All
    methods raise QueueUnavailable, or SettingError if there is no such queue or the credentials are missing or refused.
    """

    def __init__(self, url: str, client: "SQSClient | None" = None, *, hurried: bool = False) -> None:
        """`hurried`: for one who cannot wait: a single attempt of `limits.HURRY_SECONDS`."""
        if not re.fullmatch(r"https?://[^/\s]+/\S+", url):
            raise SettingError(
                f"{url!r} is not the URL of a queue (https://sqs.eu-central-1.amazonaws.com/123456789012/collagen)."
            )
        self._url = url
        self.name = url.rstrip("/").rpartition("/")[2]
        self._client = client or self._connected(hurried=hurried)

    def receive(self, most: int, visibility: int, patience: int = limits.POLL_SECONDS) -> list[Message]:
        """Up to `most` messages, hidden from others for `visibility` seconds; waits `patience` seconds for one."""
        with self._plainly():
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(most, MOST),
                VisibilityTimeout=visibility,
                WaitTimeSeconds=patience,
                MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
                MessageAttributeNames=list(ATTRIBUTES),
            )
            return [_message(message) for message in answer.get("Messages", [])]

    def delete(self, message: Message) -> bool:
        """Acknowledges a message; returns whether it was still ours."""
        with self._plainly(), self._ours() as ours:
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message.receipt)
        return bool(ours)

    def hide(self, message: Message, seconds: int) -> bool:
        """Hides a message for this long from now; returns whether it was still ours."""
        with self._plainly(), self._ours() as ours:
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=message.receipt, VisibilityTimeout=seconds
            )
        return bool(ours)

    def send(self, body: str, attributes: Mapping[str, str]) -> None:
        """Sends a new message."""
        with self._plainly():
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=body,
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
                },
            )

    def send_all(self, bodies: Sequence[str], report: Callable[[int], None] = lambda sent: None) -> None:
        """Sends new messages, ten in a call; `report` gets how many are sent by now.

        If it fails some may have been sent, and another try may send some of these again.
        """
        for start in range(0, len(bodies), MOST):
            batch = bodies[start : start + MOST]
            with self._plainly():
                answer = self._client.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[{"Id": str(number), "MessageBody": body} for number, body in enumerate(batch)],
                )
            refused = answer.get("Failed", [])
            if refused:
                raise QueueUnavailable(
                    f"The queue {self.name} did not take all messages ({refused[0].get('Code', '')})."
                )
            report(start + len(batch))

    def dead_letters(self) -> "Queue":
        """The dead-letter queue. Raises SettingError if this queue has none."""
        with self._plainly():
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=["RedrivePolicy"])
            policy = json.loads(answer.get("Attributes", {}).get("RedrivePolicy", "{}"))
            arn = policy.get("deadLetterTargetArn", "")  # arn:aws:sqs:eu-central-1:123456789012:collagen-dead
            if arn.count(":") != 5:
                raise SettingError(f"The queue {self.name} has no dead-letter queue: give it a RedrivePolicy.")
            account, name = arn.split(":")[4:]
            url = self._client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
        return Queue(url, self._client)

    def count(self) -> int:
        """About how many messages the queue has, including those in progress."""
        with self._plainly():
            answer = self._client.get_queue_attributes(
                QueueUrl=self._url,
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )
            return sum(int(number) for number in answer.get("Attributes", {}).values())

    def _connected(self, *, hurried: bool) -> "SQSClient":
        import boto3
        from botocore.config import Config

        config = Config(
            connect_timeout=limits.HURRY_SECONDS if hurried else limits.CONNECT_SECONDS,
            read_timeout=limits.HURRY_SECONDS if hurried else limits.POLL_SECONDS + limits.SQS_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 1 if hurried else 3},
        )
        with self._plainly():
            client: SQSClient = boto3.Session().client("sqs", config=config)
            return client

    @contextlib.contextmanager
    def _ours(self) -> Iterator[list[bool]]:
        """Yields a list that is empty afterwards if the receipt has expired."""
        from botocore.exceptions import ClientError

        ours = [True]
        try:
            yield ours
        except ClientError as error:
            if _code(error.response) not in GONE:
                raise
            ours.clear()

    @contextlib.contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turns AWS errors into ours, in one sentence."""
        from botocore import exceptions as aws

        try:
            yield
        except aws.ClientError as error:
            code = _code(error.response)
            if code in MISSING:
                raise SettingError(f"There is no queue {self.name} at this URL, or not in this region.") from error
            if code in REFUSED:
                raise SettingError(f"AWS does not let these credentials use the queue {self.name} ({code}).") from error
            raise QueueUnavailable(f"The queue {self.name} cannot be used at the moment ({code}).") from error
        except aws.NoRegionError as error:
            raise SettingError("No AWS region is set: set AWS_DEFAULT_REGION to the queue's (eu-central-1).") from error
        except (aws.NoCredentialsError, aws.PartialCredentialsError) as error:
            raise SettingError(
                "There are no AWS credentials: give the machine a role that may use the queue, or set"
                " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            ) from error
        except (aws.ProfileNotFound, aws.ConfigParseError, aws.InvalidRegionError, ValueError) as error:
            raise SettingError(f"boto3 cannot use its configuration: {type(error).__name__}.") from error
        except aws.BotoCoreError as error:
            raise QueueUnavailable(f"The queue {self.name} cannot be reached ({type(error).__name__}).") from error


def _code(response: Mapping[str, object]) -> str:
    """The error code, such as QueueDoesNotExist, without a prefix such as AWS.SimpleQueueService."""
    error = response.get("Error")
    return str(error.get("Code", "")).rpartition(".")[2] if isinstance(error, dict) else ""


def _message(entry: "MessageTypeDef") -> Message:
    attributes = entry.get("MessageAttributes", {})
    system = entry.get("Attributes", {})
    return Message(
        id=entry.get("MessageId", ""),
        receipt=entry.get("ReceiptHandle", ""),
        body=entry.get("Body", ""),
        sent=int(system.get("SentTimestamp", "0")) / 1000,
        deliveries=int(system.get("ApproximateReceiveCount", "1")),
        attributes={name: value["StringValue"] for name, value in attributes.items() if "StringValue" in value},
    )
