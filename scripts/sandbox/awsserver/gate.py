"""`python -m scripts.sandbox.awsserver.gate PORT`: lets only presigned requests that are valid through to moto at PORT.

moto checks neither signatures nor expiry; S3 does both. The signature is botocore's own of the request as it arrived.
`X-Ahead`: a request's clock is so many seconds ahead. Prints its port and runs until its input ends.
"""

from __future__ import annotations

import hmac
import http.client
import os
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

WRITTEN = "%Y%m%dT%H%M%SZ"
SECRET = "local"


def refusal(method: str, host: str, path: str, now: datetime) -> str | None:
    """Why S3 would refuse this presigned request; None if it would not."""
    url = urlsplit(path)
    query = dict(parse_qsl(url.query))
    try:
        given, begun = query.pop("X-Amz-Signature"), query["X-Amz-Date"]
        life = int(query["X-Amz-Expires"])
        key, _, region, service, _ = query["X-Amz-Credential"].split("/")
    except (KeyError, ValueError):
        return "AccessDenied"
    auth = S3SigV4QueryAuth(Credentials(key, SECRET), service, region, life)
    request = AWSRequest(method, f"http://{host}{url.path}?{urlencode(query)}", headers={"Host": host})
    request.context["timestamp"] = begun
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    if not hmac.compare_digest(expected, given):
        return "SignatureDoesNotMatch"
    if now >= datetime.strptime(begun, WRITTEN).replace(tzinfo=UTC) + timedelta(seconds=life):
        return "Request has expired"
    return None


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        now = datetime.now(UTC) + timedelta(seconds=int(self.headers.get("X-Ahead", "0")))
        refused = refusal("GET", self.headers["Host"], self.path, now)
        if refused is None:
            connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
            connection.request("GET", self.path)
            answer = connection.getresponse()
            status, data = answer.status, answer.read()
        else:
            status, data = 403, refused.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *values: object) -> None:
        pass


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    while os.read(0, 4096):
        pass


if __name__ == "__main__":
    main()
