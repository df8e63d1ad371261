"""The mail that one person gets: from templates to a message that any mail server takes.

A campaign may bring its own templates; what it lacks is Collagen's (`templates/`). They are Jinja's, in a sandbox that
knows nothing but `campaign.title`, `campaign.tracking`, `people` (how many the collage shows) and `links.image`,
`links.wall`, `links.unsubscribe`. Whatever a template or a title says, it can neither add a header nor an address.
"""

import functools
import hashlib
import re
import textwrap
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core.addresses import as_sent, is_address
from app.core.config import Campaign
from app.core.errors import BadParameters, SettingError
from app.services.notify.headers import ADDRESS, LONGEST_HEADER, POLICY, one_line, sender_header
from app.services.tracking.tokens import Links

DEFAULTS = Path(__file__).parent / "templates"
FILES = {"subject": "subject.txt", "text": "mail.txt", "html": "mail.html"}
KNOWN = ("campaign", "people", "links")
COLUMNS = 72  # of the plain part: under the 78 of RFC 5322, 2.1.1, with room to be quoted in an answer
SAMPLE = Links("https://x.example/track/a/collage.jpg", "https://x.example/track/a/wall", "https://x.example/u/a")


@dataclass(frozen=True)
class Templates:
    """Jinja sources."""

    subject: str
    text: str
    html: str


def load(campaign: Campaign, beside: Path) -> Templates:
    """The templates of a campaign, each tried out with sample values.

    `beside`: the directory of campaigns.toml, where the campaign's `mail` begins. Raises SettingError that names the
    file and the line of what is wrong.
    """
    own = None if campaign.mail is None else beside / campaign.mail
    if own is not None and not own.is_dir():
        raise SettingError(f"[{campaign.name}] mail: there is no directory {own}.")
    sources = {}
    for field, file in FILES.items():
        path = own / file if own is not None and (own / file).exists() else DEFAULTS / file
        try:
            sources[field] = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"{path} cannot be read: {type(error).__name__}.") from None
        _try_out(path, sources[field], campaign, html=field == "html")
    return Templates(**sources)


def compose(
    templates: Templates,
    *,
    campaign: Campaign,
    links: Links,
    people: int,
    sender: str,
    recipient: str,
    message_id: str,
    date: datetime,
) -> EmailMessage:
    """The mail to `recipient`; the same values make the same mail, byte for byte.

    `people`: how many the collage shows. `sender`: as in COLLAGEN_MAIL_FROM. Raises BadParameters for a recipient or a
    message ID that cannot stand in a header, SettingError for such a sender or link and for a template that fails.
    """
    if not (is_address(recipient) or re.fullmatch(ADDRESS, recipient)):  # a preview goes to ourselves
        raise BadParameters("A recipient's address is none that a mail can be sent to.")
    if not re.fullmatch(r"<[!-;=?-~]{1,400}>", message_id):
        raise BadParameters("The message ID is none.")
    if not all(re.fullmatch(r"https?://[!#-;=?-~]+", link) and len(link) <= LONGEST_HEADER for link in _all(links)):
        raise SettingError("COLLAGEN_PUBLIC_URL has a character that no address has, or is too long.")
    values = _values(campaign, links, people)
    rendered = {field: _render(getattr(templates, field), values, html=field == "html") for field in FILES}

    message = EmailMessage(policy=POLICY)
    message["From"] = sender_header(sender)
    message["To"] = as_sent(recipient)
    message["Subject"] = one_line(rendered["subject"])
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    # RFC 8058: a mail program offers to unsubscribe, and does it with one POST
    message["List-Unsubscribe"] = f"<{links.unsubscribe}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer from whoever is on holiday
    # quoted-printable, so that no server on the way has to touch a line that is long or not ASCII
    message.set_content(_wrapped(rendered["text"]), cte="quoted-printable")
    message.add_alternative(rendered["html"], subtype="html", cte="quoted-printable")
    # "=_" is never found in quoted-printable, so that the parts cannot hold it
    message.set_boundary(f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}")
    return message


def _all(links: Links) -> tuple[str, str, str]:
    return links.image, links.wall, links.unsubscribe


def _values(campaign: Campaign, links: Links, people: int) -> dict[str, Any]:
    """What a template may use; nothing else of the campaign, least of all its test address."""
    image, wall, unsubscribe = _all(links)
    return {
        "campaign": {"title": campaign.title, "tracking": campaign.tracking},
        "people": people,
        "links": {"image": image, "wall": wall, "unsubscribe": unsubscribe},
    }


@functools.cache
def _environment(html: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=html, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )


@functools.lru_cache(maxsize=64)
def _parsed(source: str, html: bool) -> nodes.Template:
    return _environment(html).parse(source)


@functools.lru_cache(maxsize=64)
def _compiled(source: str, html: bool, file: str) -> Template:
    """`file`: what stands for the source in tracebacks."""
    environment = _environment(html)
    return Template.from_code(environment, environment.compile(source, filename=file), environment.make_globals(None))


def _render(source: str, values: Mapping[str, Any], *, html: bool) -> str:
    try:
        return _compiled(source, html, "<mail>").render(values)
    except Exception as error:  # a template can fail in any way that an expression can
        raise SettingError(f"A template of the mail fails: {type(error).__name__}.") from error


def _try_out(path: Path, source: str, campaign: Campaign, *, html: bool) -> None:
    try:
        known = _names(source, html)
        for name in _parsed(source, html).find_all(nodes.Name):
            if name.ctx == "load" and name.name not in known:
                _refuse(path, name.lineno, f"there is no {name.name!r}; known are {', '.join(KNOWN)}")
        for people in (1, 2, 5000):  # templates have different words for them
            rendered = _compiled(source, html, str(path)).render(_values(campaign, SAMPLE, people))
    except SettingError:
        raise
    except TemplateSyntaxError as error:
        _refuse(path, error.lineno, error.message or "a mistake")
    except Exception as error:  # see _render
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        said = error.message if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
        _refuse(path, frames[-1].lineno if frames else None, said or type(error).__name__)
    if not rendered.strip():
        _refuse(path, None, "it says nothing")
    if path.name != FILES["subject"] and SAMPLE.unsubscribe not in rendered:
        _refuse(path, None, "it lacks {{ links.unsubscribe }}, without which no mail may be sent")


def _names(source: str, html: bool) -> set[str]:
    """What a template may name: what it is given, what it sets itself, and Jinja's own."""
    environment, tree = _environment(html), _parsed(source, html)
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    own |= {macro.name for macro in tree.find_all(nodes.Macro)}
    return own | set(KNOWN) | set(environment.globals) | {"loop", "caller", "varargs", "kwargs"}


def _refuse(path: Path, line: int | None, what: str) -> NoReturn:
    place = f"{path}, line {line}" if line else str(path)
    raise SettingError(f"{place}: {one_line(what).rstrip('.')}.") from None


def _wrapped(text: str) -> str:
    """`text` in lines of at most 72 characters, but for links, which stay whole."""
    lines = []
    for line in text.strip().splitlines():
        wrapped = textwrap.wrap(line, COLUMNS, break_long_words=False, break_on_hyphens=False)
        lines += wrapped if len(line) > COLUMNS else [line.rstrip()]
    return "\n".join(lines) + "\n"
