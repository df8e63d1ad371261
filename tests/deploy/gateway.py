"""API Gateway's side of the template's mapping: the attributes of the message that it puts into the queue.

AWS does not document whether it escapes values inside the quotes of a JSON text. So there are two gateways: a careful
one that does, and a careless one that pastes the header as it is. If several attributes share a name, either the first
or the last may count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.sandbox.container.template import properties

REQUEST_ID = "JKJaXmPLvHcESHA="  # one of API Gateway's


def messages(headers: Mapping[str, str], body: str, sent: float) -> Iterator[dict[str, Any]]:
    """Records of Lambda events, one for each way in which the gateway could read its mapping without failing."""
    mapping = properties("WebhookToQueue")["RequestParameters"]["MessageAttributes"]
    for escape in (True, False):
        text = re.sub(r"\$\{([^}]+)\}", lambda found: _value(found[1], headers, escape=escape), mapping)  # noqa: B023
        for first in (True, False):
            try:
                attributes = json.loads(text, object_pairs_hook=lambda pairs: dict(pairs[::-1] if first else pairs))  # noqa: B023
                yield {
                    "messageId": "the-message",
                    "body": body,
                    "attributes": {"SentTimestamp": str(round(sent * 1000))},
                    "messageAttributes": {
                        name: {"stringValue": given["StringValue"]}
                        for name, given in attributes.items()
                        if given.get("DataType") == "String" and given.get("StringValue")
                    },
                }
            except (ValueError, AttributeError, TypeError, KeyError):
                continue


def _value(source: str, headers: Mapping[str, str], *, escape: bool) -> str:
    if source == "context.requestId":
        return REQUEST_ID
    value = headers[source.removeprefix("request.header.")]
    return json.dumps(value)[1:-1] if escape else value
