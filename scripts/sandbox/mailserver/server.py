"""The process: aiosmtpd on free ports of loopback, one with STARTTLS, one with TLS from the start, one with neither.

Commands come as JSON lines on standard input, each answered by a line; the process ends when its input does. A mail is
on disk before the server accepts it, so that killing clients loses none.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import ssl
import sys
import threading
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from scripts.sandbox.mailserver.client import PASSWORD, USER

Faults = dict[str, Any]


class Handler:
    """Accepts mails, except for the faults that are set."""

    def __init__(self, directory: Path) -> None:
        self.faults: Faults = {}
        self._mails = os.open(directory / "mails.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._taken: dict[Any, int] = {}

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        answer = self.faults.get("login")
        if answer:
            return AuthResult(success=False, handled=False, message=answer)
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False, auth_data=USER)

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        most = self.faults.get("per_connection")
        if self.faults.get("sender"):
            return str(self.faults["sender"])
        if most is not None and self._taken.get(session.peer, 0) >= most:
            assert server.transport is not None
            asyncio.get_running_loop().call_later(0.01, server.transport.close)
            return "421 4.7.0 Too many mails in one connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answers = self.faults.get("recipients", {}).get(address)
        if answers:
            return str(answers.pop(0)) if len(answers) > 1 or answers[0].startswith("4") else str(answers[0])
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        to, transport = envelope.rcpt_tos[0], server.transport
        assert isinstance(transport, asyncio.WriteTransport)
        if answer := self.faults.get("data", {}).get(to):
            return str(answer)
        if delay := self.faults.get("delay"):
            await asyncio.sleep(delay)
        assert isinstance(envelope.content, bytes)
        mail = {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "connection": f"{session.peer}",
            "tls": session.ssl is not None or transport.get_extra_info("ssl_object") is not None,
            "login": bool(session.authenticated),
            "content": envelope.content.decode("ascii"),
        }
        line = json.dumps(mail).encode() + b"\n"
        assert os.write(self._mails, line) == len(line)
        os.fsync(self._mails)
        self._taken[session.peer] = self._taken.get(session.peer, 0) + 1
        broken = self.faults.get("break_after", [])
        if to in broken or "*" in broken:
            transport.abort()
        return "250 OK"


async def _serve(handler: Handler, context: ssl.SSLContext) -> dict[str, int]:
    loop = asyncio.get_running_loop()

    def smtp(**options: Any) -> SMTP:
        return SMTP(handler, hostname="localhost", loop=loop, authenticator=handler.login, **options)

    def starttls() -> SMTP:
        return smtp(tls_context=context, require_starttls=True, auth_required=True)

    def plain() -> SMTP:
        return smtp()

    def tls() -> SMTP:
        return smtp(auth_require_tls=False)

    ports = {}
    for name, factory, secure in (("starttls", starttls, None), ("tls", tls, context), ("plain", plain, None)):
        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=secure)
        ports[name] = server.sockets[0].getsockname()[1]
        _SERVERS.append(server)
    return ports


_SERVERS: list[asyncio.Server] = []


def main() -> None:
    logging.getLogger("mail").setLevel(logging.CRITICAL)  # a killed client is nothing to report
    directory = Path(sys.argv[1])
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(directory / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(directory / "other-ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    handler = Handler(directory)
    loop = asyncio.new_event_loop()
    print(json.dumps(loop.run_until_complete(_serve(handler, context))), flush=True)

    def obey() -> None:
        for line in sys.stdin:
            faults = json.loads(line)
            loop.call_soon_threadsafe(setattr, handler, "faults", faults)
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()
            print("done", flush=True)
        loop.call_soon_threadsafe(loop.stop)

    threading.Thread(target=obey, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        loop.run_forever()
    os._exit(0)  # connections and their tasks need no goodbye
