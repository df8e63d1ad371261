"""Mails to a real server: with TLS and login, and the meaning of its refusals."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from app.adapters.smtp import Connection, Refused, Uncertain, serialised
from app.core.config import MailServer as Setting
from app.core.config import load_settings
from app.core.errors import MailUnavailable, SettingError
from scripts.sandbox.mailserver.client import MailServer, running

SENDER = "hello@sayno.example"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> MailServer:
    made = running()
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    return made


def setting(url: str) -> Setting:
    made = load_settings({"COLLAGEN_SMTP_URL": url}, Path("/nonexistent")).mail_server
    assert made is not None
    return made


def mail(text: str = "Hello\n", to: str = "ann@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, to, "You"
    message.set_content(text)
    return message


def send(connection: Connection, to: str = "ann@example.org", text: str = "Hello\n") -> None:
    connection.send(serialised(mail(text, to)), SENDER, to)


def refused(connection: Connection, to: str = "ann@example.org") -> tuple[bool, str]:
    with pytest.raises(Refused) as caught:
        send(connection, to)
    return caught.value.permanent, caught.value.reason


@pytest.mark.parametrize(
    ("kind", "protected"), [("url", True), ("tls_url", True), ("plain_url", False)], ids=["starttls", "tls", "neither"]
)
def test_many_mails_go_over_one_connection(server: MailServer, kind: str, protected: bool) -> None:
    with Connection(setting(getattr(server, kind))) as connection:
        for number in range(20):
            send(connection, f"p{number}@example.org")
    taken = server.taken()
    assert [mail["recipients"] for mail in taken] == [[f"p{number}@example.org"] for number in range(20)]
    assert {mail["sender"] for mail in taken} == {SENDER}
    assert {(mail["tls"], mail["login"]) for mail in taken} == {(protected, protected)}
    assert len({mail["connection"] for mail in taken}) == 1


def test_what_is_not_ascii_and_lines_with_dots_arrive_whole(server: MailServer) -> None:
    text = "Grüße 🐝\n.\n..dots\nFrom here on\n" + "long " * 300 + "\n"
    with Connection(setting(server.url)) as connection:
        send(connection, text=text)
    (message,) = server.messages()
    assert message.get_content().replace("\r\n", "\n") == text


# Wrong settings are noticed before any mail


def test_a_wrong_password_is_named_and_not_shown(server: MailServer) -> None:
    wrong = server.url.replace("mnop", "wrong")
    with (
        pytest.raises(SettingError, match=r"^COLLAGEN_SMTP_URL: .* refuses the user or the password") as caught,
        Connection(setting(wrong)),
    ):
        pass
    assert "abcd" not in str(caught.value)


@pytest.mark.parametrize("kind", ["url", "tls_url"])
def test_a_certificate_of_nobody_known_is_named(server: MailServer, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.other_authority))
    with (
        pytest.raises(SettingError, match=r"COLLAGEN_SMTP_URL: the certificate of .* is not trusted"),
        Connection(setting(getattr(server, kind))),
    ):
        pass


def test_a_certificate_for_another_name_is_named(server: MailServer) -> None:
    # the same host, under a name that its certificate does not cover
    other = Setting("127.1", server.ports["tls"], "tls")
    with pytest.raises(SettingError, match=r"127\.1:.* is not trusted"), Connection(other):
        pass


def test_without_encryption_no_password_is_sent(server: MailServer) -> None:
    plain = Setting("127.0.0.1", server.ports["plain"], "starttls", "user", "password")
    with pytest.raises(SettingError, match=r"COLLAGEN_SMTP_URL: .* offers no encryption"), Connection(plain):
        pass
    assert server.taken() == []


def test_a_port_that_does_not_begin_with_tls_is_named(server: MailServer) -> None:
    wrong = Setting("127.0.0.1", server.ports["starttls"], "tls", "user", "password")
    with pytest.raises(SettingError, match="does not start with TLS; use smtp:// for STARTTLS"), Connection(wrong):
        pass


def test_a_server_that_is_not_there_is_worth_another_try() -> None:
    with (
        pytest.raises(MailUnavailable, match=r"127\.0\.0\.1:1 \(COLLAGEN_SMTP_URL\) cannot be used: .*refused"),
        Connection(Setting("127.0.0.1", 1, "starttls")),
    ):
        pass


def test_a_login_that_is_refused_for_now_is_worth_another_try(server: MailServer) -> None:
    server.refuse(login="454 4.7.0 Temporary authentication failure")
    with pytest.raises(MailUnavailable, match=r"454 4\.7\.0"), Connection(setting(server.url)):
        pass


def test_a_login_that_is_missing_is_named(server: MailServer) -> None:
    without = Setting("127.0.0.1", server.ports["starttls"], "starttls")
    with (
        Connection(without) as connection,
        pytest.raises(SettingError, match="COLLAGEN_SMTP_URL: the mail server requires a login: 530"),
    ):
        send(connection)


def test_a_sender_that_is_refused_is_named(server: MailServer) -> None:
    server.refuse(sender="553 5.7.1 Not yours")
    with (
        Connection(setting(server.url)) as connection,
        pytest.raises(SettingError, match=r"COLLAGEN_MAIL_FROM: .* refuses this sender: 553 5\.7\.1 Not yours"),
    ):
        send(connection)


# Refusals


def test_a_refused_recipient_keeps_nobody_else_from_their_mail(server: MailServer) -> None:
    server.refuse(
        recipients={"no@example.org": ["550 5.1.1 No such user"], "later@example.org": ["451 4.7.1 Greylisted"]},
        data={"spam@example.org": "554 5.7.1 Looks like spam", "full@example.org": "452 4.3.1 Full"},
    )
    with Connection(setting(server.url)) as connection:
        send(connection, "a@example.org")
        assert refused(connection, "no@example.org") == (True, "550 5.1.1 No such user")
        assert refused(connection, "later@example.org") == (False, "451 4.7.1 Greylisted")
        assert refused(connection, "spam@example.org") == (True, "554 5.7.1 Looks like spam")
        assert refused(connection, "full@example.org") == (False, "452 4.3.1 Full")
        send(connection, "later@example.org")
    assert server.told() == {"a@example.org": 1, "later@example.org": 1}
    assert len({mail["connection"] for mail in server.taken()}) == 1


def test_a_sender_that_is_refused_for_now_is_a_refusal_for_now(server: MailServer) -> None:
    server.refuse(sender="451 4.7.1 Slow down")
    with Connection(setting(server.url)) as connection:
        assert refused(connection) == (False, "451 4.7.1 Slow down")


@pytest.mark.parametrize("where", ["sender", "recipients", "data"])
def test_when_the_mails_of_the_day_are_used_up_nobody_is_refused_for_good(server: MailServer, where: str) -> None:
    limit = "550 5.4.5 Daily user sending limit exceeded"
    faults = {"sender": limit, "recipients": {"ann@example.org": [limit]}, "data": {"ann@example.org": limit}}
    server.refuse(**{where: faults[where]})
    with (
        Connection(setting(server.url)) as connection,
        pytest.raises(MailUnavailable, match=r"accepts no more mails for now: 550 5\.4\.5 Daily"),
    ):
        send(connection)


def test_a_servers_answer_is_cut_to_one_short_line(server: MailServer) -> None:
    server.refuse(recipients={"ann@example.org": ["550-5.1.1 \x1b[31mNo\r\n550 5.1.1 " + "very " * 100 + "much so."]})
    with Connection(setting(server.url)) as connection:
        _, reason = refused(connection)
    assert reason.isprintable()
    assert len(reason) <= 300
    assert reason.startswith("550 5.1.1 [31mNo 5.1.1 very very")


# When the server ends the session


def test_a_server_that_wants_few_mails_in_a_connection_gets_another_one(server: MailServer) -> None:
    server.refuse(per_connection=3)
    with Connection(setting(server.url)) as connection:
        for number in range(10):
            send(connection, f"p{number}@example.org")
    assert server.told() == {f"p{number}@example.org": 1 for number in range(10)}
    assert len({mail["connection"] for mail in server.taken()}) == 4


def test_a_mail_that_broke_off_in_the_middle_is_uncertain_and_the_next_one_goes(server: MailServer) -> None:
    server.refuse(break_after=["ann@example.org"])
    with Connection(setting(server.url)) as connection:
        with pytest.raises(Uncertain, match="The connection broke while the mail was handed over"):
            send(connection)
        send(connection, "bob@example.org")
    assert server.told() == {"ann@example.org": 1, "bob@example.org": 1}


def test_a_server_that_has_gone_is_worth_another_try(server: MailServer) -> None:
    with MailServer() as other:
        where = Setting("127.0.0.1", other.ports["plain"], "none")
        with Connection(where) as connection:
            send(connection)
            other.stop()
            with pytest.raises(MailUnavailable, match="cannot be used"):
                send(connection, "bob@example.org")


def test_a_server_that_does_not_answer_is_given_up(server: MailServer) -> None:
    server.refuse(delay=30)
    with Connection(setting(server.url), patience=0.3) as connection, pytest.raises(Uncertain):
        send(connection)


def test_a_server_that_ends_every_connection_is_worth_another_try(server: MailServer) -> None:
    server.refuse(per_connection=0)
    with (
        Connection(setting(server.url)) as connection,
        pytest.raises(MailUnavailable, match="closes every connection"),
    ):
        send(connection)
