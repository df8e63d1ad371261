"""The only code that talks SMTP: one connection, encrypted and logged in, for many mails.

For the meaning of answers see RFC 5321 (4.2.1: 4yz is worth a retry, 5yz is not; 3.8: 421 closes the session) and
RFC 3463 (5.4.5, which Gmail sends when an account reaches its daily limit). A mail whose fate is unknown is never
resent here: that is the caller's decision.
"""

import contextlib
import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from app.core import limits
from app.core.config import MailServer
from app.core.errors import MailUnavailable, SettingError

KEY = "COLLAGEN_SMTP_URL"
MAILS_PER_CONNECTION = 1000  # Exim's smtp_accept_max_per_connection; a server that wants fewer answers 421
LONGEST_REASON = 300  # characters of a server's answer
CLOSING = 421
LIMIT_REACHED = "5.4.5"


class Refused(Exception):
    """The server refuses the mail for this recipient. `permanent`: it would refuse a retry too."""

    def __init__(self, permanent: bool, reason: str) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.reason = reason


class Uncertain(Exception):
    """The connection broke while the mail was being transferred: it may have been accepted, or not."""


class _Closed(Exception):
    """The server closed the session before the mail was transferred."""


def serialised(message: EmailMessage) -> bytes:
    """A mail as bytes: seven-bit, which passes through every server."""
    return message.as_bytes(policy=message.policy.clone(cte_type="7bit", linesep="\r\n"))


class Connection:
    """A session with the mail server, reopened whenever the server has closed it.

    A context manager: entering it connects, so that wrong settings show before any mail is sent.
    """

    def __init__(self, server: MailServer, patience: float = limits.SMTP_SECONDS) -> None:
        """`patience`: seconds to wait for each answer."""
        self._server = server
        self._patience = patience
        self._client: smtplib.SMTP | None = None
        self._sent = 0

    def __enter__(self) -> Self:
        """Raises SettingError, naming the key, for a refused login, a wrong certificate or no encryption; otherwise
        MailUnavailable."""
        self._connected()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(politely=error is None)

    def send(self, data: bytes, sender: str, recipient: str) -> None:
        """Hands over one mail, made by `serialised`; `sender` and `recipient` are bare addresses.

        Raises Refused if the server does not take it, Uncertain if nobody can know whether it did, MailUnavailable if
        there is no session, and SettingError as on entering, or if the server does not let us send at all.
        """
        try:
            self._hand_over(data, sender, recipient)
        except _Closed:  # after a pause, or after its limit of mails: retry once on a new connection
            try:
                self._hand_over(data, sender, recipient)
            except _Closed as error:
                raise MailUnavailable(
                    f"The mail server {self._server.host} closes every connection: {error}."
                ) from error

    def _hand_over(self, data: bytes, sender: str, recipient: str) -> None:
        client = self._connected()
        try:
            code, answer = client.mail(sender)
            if code >= 500:
                self._end()
                raise _no_mails_at_all(code, answer)
            if code == 250:
                code, answer = client.rcpt(recipient)
            self._require(250, code, answer)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._end(politely=False)
            raise _Closed(_message(error)) from error
        try:
            code, answer = client.data(data)
        except smtplib.SMTPDataError as error:  # the answer to the DATA command: nothing has been transferred yet
            code, answer = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        except BaseException as error:
            self._end(politely=False)
            if isinstance(error, (smtplib.SMTPException, OSError)):
                raise Uncertain(f"The connection broke while the mail was handed over: {_message(error)}") from error
            raise
        self._sent += 1
        if code == CLOSING:
            self._end(politely=False)
            raise Refused(False, _reason(code, answer))
        self._require(250, code, answer)

    def _require(self, wanted: int, code: int, answer: bytes) -> None:
        """Raises the error for any answer but the wanted one."""
        if code in (wanted, 251):
            return
        if code == CLOSING:
            raise smtplib.SMTPServerDisconnected(_text(answer))
        reason = _reason(code, answer)
        if self._client is not None:
            try:
                self._client.rset()
            except (smtplib.SMTPException, OSError):
                self._end(politely=False)
        if LIMIT_REACHED in reason.split()[1:2]:
            raise MailUnavailable(f"The mail server accepts no more mails for now: {reason}.", retry_after=3600)
        raise Refused(code >= 500, reason)

    def _connected(self) -> smtplib.SMTP:
        if self._client is not None and self._sent >= MAILS_PER_CONNECTION:
            self._end()
        if self._client is None:
            self._client = self._connect()
            self._sent = 0
        return self._client

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        client: smtplib.SMTP | None = None
        context = ssl.create_default_context()
        try:
            if server.security == "tls":
                client = smtplib.SMTP_SSL(server.host, server.port, timeout=self._patience, context=context)
            else:
                client = smtplib.SMTP(server.host, server.port, timeout=self._patience)
            if server.security == "starttls":
                client.starttls(context=context)
            if server.user is not None and server.password is not None:
                client.login(server.user, server.password)
            client.ehlo_or_helo_if_needed()
        except BaseException as error:
            if client is not None:
                client.close()
            if isinstance(error, (smtplib.SMTPException, OSError, UnicodeError)):
                raise self._trouble(error) from error
            raise
        return client

    def _trouble(self, error: Exception) -> SettingError | MailUnavailable:
        """The cause of a failed connection: a setting, or the server."""
        place = f"{self._server.host}:{self._server.port}"
        if isinstance(error, ssl.SSLCertVerificationError):
            return SettingError(f"{KEY}: the certificate of {place} is not trusted: {error.verify_message}.")
        if isinstance(error, ssl.SSLError) and error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
            return SettingError(f"{KEY}: {place} does not start with TLS; use smtp:// for STARTTLS.")
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return SettingError(f"{KEY}: {place} offers no {'login' if 'AUTH' in str(error) else 'encryption'}.")
        if isinstance(error, UnicodeError):
            return SettingError(f"{KEY}: the host, the user or the password has characters that cannot be sent.")
        if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
            return SettingError(
                f"{KEY}: {place} refuses the user or the password ({_reason(error.smtp_code, error.smtp_error)}); Gmail"
                " requires an app password."
            )
        return MailUnavailable(f"The mail server {place} ({KEY}) cannot be used: {_message(error)}.")

    def _end(self, *, politely: bool = True) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            if politely:
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    client.quit()
            client.close()


def _no_mails_at_all(code: int, answer: bytes) -> SettingError | MailUnavailable:
    """The error for a refused sender, before any recipient was named."""
    reason = _reason(code, answer)
    if LIMIT_REACHED in reason.split()[1:2]:
        return MailUnavailable(f"The mail server accepts no more mails for now: {reason}.", retry_after=3600)
    if code == 530:
        return SettingError(f"{KEY}: the mail server requires a login: {reason}.")
    return SettingError(f"COLLAGEN_MAIL_FROM: the mail server refuses this sender: {reason}.")


def _reason(code: int, answer: bytes | str) -> str:
    return f"{code} {_text(answer)}".strip()[:LONGEST_REASON].rstrip(".")


def _text(answer: bytes | str) -> str:
    """A server's answer on one line."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _message(error: Exception) -> str:
    """An error's message on one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _reason(error.smtp_code, error.smtp_error)
    message = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _text(message)[:LONGEST_REASON].rstrip(".") or type(error).__name__
