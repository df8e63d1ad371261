"""One person's mail: its parts and headers, safe against any title, template or address."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.config import Campaign
from app.core.errors import BadParameters, SettingError
from app.services.notify.message import compose, load
from app.services.tracking.tokens import Claims, Links, Tokens, links
from scripts.sandbox.preview import CAMPAIGN, DATE, PUBLIC_URL, RECIPIENT, SENDER, sample

DEFAULT = load(CAMPAIGN, Path())
LINKS = links(PUBLIC_URL, Tokens(["a key that nobody uses"]), Claims("sayno", "0003", "selfie-07"))
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]
TITLES = [
    "Straßenbäume für Köln",
    "Save the bees 🐝🌻",
    "Нет войне",
    "لا للحرب",
    "Very long " * 60,
    "ä" * 400,
    "x" * 1500,
    "<script>alert(1)</script> & <b>bold</b>",
    "quotes \" and ' and {{ campaign }}",
    "broken\r\nBcc: eve@evil.example\r\n\r\nbody",
    "=?utf-8?q?encoded=0D=0ABcc=3A_eve?= word",
    "=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
    "\x00\x0b\x0c\x1f\x85\u2028\u2029.",
]


def mail(title: str = "Say No", **changes: Any) -> EmailMessage:
    values: dict[str, Any] = {
        "campaign": replace(CAMPAIGN, title=title),
        "links": LINKS,
        "people": 999,
        "sender": SENDER,
        "recipient": RECIPIENT,
        "message_id": "<0f8c.4d2a@sayno.example>",
        "date": DATE,
    }
    return compose(changes.pop("templates", DEFAULT), **values | changes)


def parsed(message: EmailMessage) -> EmailMessage:
    """The mail as the standard library parses it."""
    read = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert isinstance(read, EmailMessage)
    assert [part.defects for part in read.walk()] == [[], [], []]
    return read


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content


class Page(HTMLParser):
    """The URLs that a page loads and links to, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, list[str]] = {}
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.words += data


def one_line(title: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", title).split())


# --- its form


def test_it_has_a_plain_part_and_after_it_an_html_part() -> None:
    message = parsed(mail())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_it_has_these_headers_and_no_others() -> None:
    message = parsed(mail())
    assert message.keys() == HEADERS
    assert message["From"] == SENDER
    assert message["To"] == RECIPIENT
    assert message["Message-ID"] == "<0f8c.4d2a@sayno.example>"
    assert parsedate_to_datetime(message["Date"]) == DATE
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_mail_program_can_unsubscribe_with_one_click() -> None:
    raw = mail().as_bytes().decode("ascii")
    # as sent: encoded or folded, mail programs would not find the address
    assert f"\r\nList-Unsubscribe: <{LINKS.unsubscribe}>\r\n" in raw
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_both_parts_have_the_personal_links() -> None:
    message = parsed(mail())
    for address in (LINKS.image, LINKS.wall, LINKS.unsubscribe):
        assert address in body(message, "plain")
        assert address in body(message, "html")


@pytest.mark.parametrize(
    ("people", "words"),
    [(1, "you are the first"), (2, "So is one other"), (3, "So are 2 others"), (5000, "So are 4,999 others")],
)
def test_it_says_how_many_others_are_in_it(people: int, words: str) -> None:
    message = parsed(mail(people=people))
    assert words in body(message, "plain")
    assert words.lower() in Page(body(message, "html")).words.lower()


@pytest.mark.parametrize(
    ("language", "direction", "subject", "words"),
    [
        ("de", "ltr", "Say No: Du bist in der Collage", "Und noch 4.999 Menschen."),
        ("fr", "ltr", "Say No : vous êtes dans le collage", "4\u202f999 autres personnes aussi."),
        ("es", "ltr", "Say No: estás en el collage", "Y otras 4.999 personas más."),
        ("ar", "rtl", "Say No: أنت في اللوحة", "ومعك 4,999 شخصًا آخر."),
    ],
)
def test_it_speaks_the_campaigns_language(language: str, direction: str, subject: str, words: str) -> None:
    message = parsed(mail(campaign=replace(CAMPAIGN, language=language), people=5000))
    page = Page(body(message, "html"))
    assert message["Subject"] == subject
    assert (page.attributes["lang"], set(page.attributes["dir"])) == ([language], {direction})
    assert words in body(message, "plain")
    assert words in page.words
    for tracking in ("individual", "aggregate", "off"):
        for people in (1, 2, 5000):
            message = mail(campaign=replace(CAMPAIGN, language=language, tracking=tracking), people=people)
            assert not english(body(message, "plain"))
            assert not english(body(message, "html").partition("<body")[2])


def english(text: str) -> list[str]:
    """English words that no other of our languages has."""
    return re.findall(r"\b(?:you|your|the|this|and|when|of)\b", text, re.IGNORECASE)


def test_the_same_values_make_the_same_mail() -> None:
    assert mail().as_bytes() == mail().as_bytes()


# --- its contents


def test_no_address_is_in_it_but_the_recipients_and_the_senders() -> None:
    message = parsed(mail())
    found = re.findall(r"[\w.+-]+@[\w.-]+", message.as_string() + body(message, "plain") + body(message, "html"))
    assert sorted(set(found)) == ["0f8c.4d2a@sayno.example", RECIPIENT, "hello@sayno.example"]
    assert message.as_string().count(RECIPIENT) == 1


def test_nothing_of_a_trial_campaigns_address_is_in_a_mail() -> None:
    trial = Campaign("test_prototype", "Test prototype", "test_prototype", test_address="private+{token}@trial.example")
    assert b"trial.example" not in mail(campaign=trial).as_bytes()


def test_the_page_loads_nothing_but_the_personal_picture() -> None:
    page = Page(body(mail(), "html"))
    assert page.attributes["src"] == [LINKS.image]
    assert set(page.attributes["href"]) == {LINKS.wall, LINKS.unsubscribe}
    assert {"script", "link", "iframe", "form", "video", "svg"}.isdisjoint(page.tags)
    assert "url(" not in body(mail(), "html")
    assert "@import" not in body(mail(), "html")


def test_the_page_is_made_as_mail_programs_need_it() -> None:
    html = body(mail(), "html")
    page = Page(html)
    assert html.startswith("<!doctype html>")
    assert page.attributes["lang"] == ["en"]
    assert set(page.attributes["role"]) == {"presentation"}
    assert page.tags.count("table") == page.attributes["role"].count("presentation")
    assert page.attributes["alt"] == ["The collage of Say No: 999 people side by side, and you are one of them."]
    assert not re.search(r"display:\s*(flex|grid)", html)
    assert "light dark" in page.attributes["content"]
    assert len(mail().as_bytes()) < 40 * 1024


def test_what_people_see_of_an_open_follows_the_campaigns_tracking() -> None:
    individual, aggregate, off = (
        " ".join(body(mail(campaign=replace(CAMPAIGN, tracking=tracking)), "plain").split())
        for tracking in ("individual", "aggregate", "off")
    )
    assert "we can tell that this mail was opened" in individual
    assert "not whose" in aggregate
    assert "opened" not in off


def test_plain_lines_are_short_but_for_links_and_those_on_the_wire_always() -> None:
    message = mail("A campaign with a rather long title that takes more than one line of the plain part " * 3)
    for line in body(message, "plain").splitlines():
        assert len(line) <= 78 or line.startswith("https://")
    for wire in message.as_bytes().partition(b"\r\n\r\n")[2].split(b"\r\n"):
        assert len(wire) <= 76


# --- attacks on it


@pytest.mark.parametrize("title", TITLES)
def test_any_title_stays_a_title(title: str) -> None:
    message = parsed(mail(title))
    assert message.keys() == HEADERS
    assert message["Subject"] == one_line(f"{title}: you are in the collage")
    assert "eve@evil.example" not in message["To"]
    page = Page(body(message, "html"))
    assert page.tags == Page(body(mail(), "html")).tags
    raw = mail(title).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
def test_no_title_adds_a_header(title: str) -> None:
    message = parsed(mail(title))
    assert message.keys() == HEADERS
    assert message["Subject"] == one_line(f"{title}: you are in the collage")


@given(st.text(max_size=60))
def test_a_recipient_that_is_no_plain_address_is_refused_or_stands_alone(text: str) -> None:
    for recipient in (text, f"{text}@example.org", f"ann@{text}", f"ann@example.org{text}"):
        try:
            message = mail(recipient=recipient)
        except BadParameters:
            continue
        assert parsed(message).keys() == HEADERS
        assert [address.addr_spec for address in parsed(message)["To"].addresses] == [recipient]


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "ann",
        "ann@example.org\n",
        "ann@example.org\r\nBcc: eve@evil.example",
        "ann@example.org, eve@evil.example",
        "Ann <ann@example.org>",
        "ann@exämple.org",
        "ann smith@example.org",
        "=?utf-8?q?ann?=@example.org\r",
        "a" * 300 + "@example.org",
    ],
)
def test_these_recipients_are_refused(recipient: str) -> None:
    with pytest.raises(BadParameters) as refused:
        mail(recipient=recipient)
    assert "ann" not in str(refused.value)


@pytest.mark.parametrize(
    "recipient", ["a.b+c@example.org", "o'neill@example.org", f"{'x' * 64}@{'y' * 60}.{'z' * 60}.example.org"]
)
def test_these_recipients_stand_in_one_line(recipient: str) -> None:
    assert f"\r\nTo: {recipient}\r\n".encode() in mail(recipient=recipient).as_bytes()


@pytest.mark.parametrize("message_id", ["", "<a@b>\n", "<a@b>\r\nBcc: eve", "a@b", "<a b@c>"])
def test_a_message_id_that_is_none_is_refused(message_id: str) -> None:
    with pytest.raises(BadParameters):
        mail(message_id=message_id)


@pytest.mark.parametrize(
    "address", ["https://x.example/\r\nBcc: eve", "https://x.example/>", "javascript:alert(1)", ""]
)
def test_a_link_that_is_none_is_refused(address: str) -> None:
    for name in ("image", "wall", "unsubscribe"):
        with pytest.raises(SettingError, match="COLLAGEN_PUBLIC_URL"):
            mail(links=replace(LINKS, **{name: address}))


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("hello@sayno.example", ""),
        ("Say No <hello@sayno.example>", "Say No"),
        ('"No, never" <hello@sayno.example>', "No, never"),
        ("Straßenbäume 🌳 für Köln <hello@sayno.example>", "Straßenbäume 🌳 für Köln"),
        ("=?utf-8?q?a=0D=0ABcc=3A_eve?= <hello@sayno.example>", "=?utf-8?q?a=0D=0ABcc=3A_eve?="),
    ],
)
def test_the_sender_keeps_a_name(sender: str, name: str) -> None:
    message = parsed(mail(sender=sender))
    (address,) = message["From"].addresses
    assert address.addr_spec == "hello@sayno.example"
    assert address.display_name == name
    assert message.keys() == HEADERS


def test_a_sender_with_a_long_name_keeps_it() -> None:
    name = "Straßenbäume 🌳 für die ganze Stadt Köln und ihre Kinder " * 3
    message = message_from_bytes(mail(sender=f"{name}<hello@sayno.example>").as_bytes(), policy=policy.compat32)
    # the newer parser puts a space between two encoded words of a name, where RFC 2047, 6.2 has none
    assert str(make_header(decode_header(message["From"]))) == f"{name}<hello@sayno.example>"


# --- a campaign's own templates


@pytest.fixture
def own(tmp_path: Path) -> Campaign:
    (tmp_path / "mails").mkdir()
    return replace(CAMPAIGN, mail="mails")


def test_a_campaigns_own_templates_take_the_place_of_ours_file_by_file(own: Campaign, tmp_path: Path) -> None:
    (tmp_path / "mails" / "subject.txt").write_text("{{ people }} für\n{{ campaign.title }}\n", "utf-8")
    templates = load(own, tmp_path)
    assert parsed(mail(templates=templates))["Subject"] == "999 für Say No"
    assert (templates.text, templates.html) == (DEFAULT.text, DEFAULT.html)


def test_a_campaigns_own_words_stay_as_they_are_in_every_language(own: Campaign, tmp_path: Path) -> None:
    said = (
        "{{ people }} mates, {{ people | number }} ({{ language.code }})",
        "{{ links.unsubscribe }}",
        "{{ _('Save') }}",
    )
    (tmp_path / "mails/mail.txt").write_text("\n".join(said))
    german = replace(own, language="de")
    text = body(mail(campaign=german, people=1234, templates=load(german, tmp_path)), "plain")
    assert text.splitlines() == ["1234 mates, 1.234 (de)", LINKS.unsubscribe, "Speichern"]


def test_only_the_html_part_is_escaped(own: Campaign, tmp_path: Path) -> None:
    for file in ("mail.txt", "mail.html"):
        (tmp_path / "mails" / file).write_text("{{ campaign.title }} {{ links.unsubscribe }}")
    message = mail("A & B", templates=load(own, tmp_path))
    assert body(message, "plain").startswith("A & B\n")
    assert body(message, "html").startswith("A &amp; B ")


@pytest.mark.parametrize(
    ("file", "source", "said"),
    [
        ("subject.txt", "a\n{{ campaign.title }", r"subject\.txt, line 2: "),
        ("mail.txt", "a\nb\n{% if people %}c", r"mail\.txt, line 3: "),
        ("mail.txt", "a\n{{ nome }}", r"mail\.txt, line 2: 'nome' is unknown; use campaign, people, links"),
        ("mail.html", "{% if people > 9999 %}\n{{ nome }}{% endif %}", r"mail\.html, line 2: 'nome' is unknown"),
        ("mail.html", "a\n\n{{ campaign.titel }}", r"mail\.html, line 3: .*titel"),
        ("mail.html", "\n{{ people / 0 }}", r"mail\.html, line 2: ZeroDivisionError"),
        ("mail.html", "{% include 'x' %}", r"mail\.html, line 1: "),
        ("mail.html", "\n{{ ''.__class__.__mro__ }}", r"mail\.html, line 2: .*unsafe"),
        ("mail.html", "{{ campaign.update(title='x') }}", r"mail\.html, line 1: .*not safely callable|unsafe"),
        ("subject.txt", " \n", r"subject\.txt: it renders to nothing"),
        ("mail.html", "<p>hello</p>", r"mail\.html: it lacks \{\{ links.unsubscribe \}\}"),
        ("mail.txt", "hello", r"mail\.txt: it lacks \{\{ links.unsubscribe \}\}"),
    ],
)
def test_a_template_that_is_wrong_is_named_with_its_line(
    own: Campaign, tmp_path: Path, file: str, source: str, said: str
) -> None:
    (tmp_path / "mails" / file).write_text(source)
    with pytest.raises(SettingError, match=said) as refused:
        load(own, tmp_path)
    assert "\n" not in str(refused.value)


def test_a_template_that_is_not_utf8_is_named(own: Campaign, tmp_path: Path) -> None:
    (tmp_path / "mails" / "mail.txt").write_bytes(b"f\xfcr")
    with pytest.raises(SettingError, match=r"mail\.txt cannot be read: UnicodeDecodeError"):
        load(own, tmp_path)


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"\[sayno\] mail: the directory .*mails does not exist"):
        load(replace(CAMPAIGN, mail="mails"), tmp_path)


def test_a_template_may_set_names_and_use_loops(own: Campaign, tmp_path: Path) -> None:
    source = (
        "{% set n = 2 %}{% macro m(x) %}{{ x }}{% endmacro %}"
        "{% for i in range(n) %}{{ loop.index }}{{ m(i) }}{% endfor %} {{ links.unsubscribe }}"
    )
    (tmp_path / "mails" / "mail.txt").write_text(source)
    assert body(mail(templates=load(own, tmp_path)), "plain").split()[0] == "1021"


def test_a_template_gets_no_text_run_that_comes_in_a_title() -> None:
    assert "49" not in str(parsed(mail("{{ 7 * 7 }}"))["Subject"])


def test_the_sample_is_a_mail() -> None:
    assert parsed(sample()).keys() == HEADERS
    assert isinstance(LINKS, Links)
