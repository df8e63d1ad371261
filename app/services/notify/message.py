"""One person's mail: from templates to a message that any mail server takes.

A campaign may bring its own templates; Collagen's (`templates/`) fill the gaps. They are Jinja templates in a sandbox
that knows only `campaign.title`, `campaign.tracking`, `people` (how many the collage shows), `links.image`,
`links.wall`, `links.unsubscribe`, and `language.code` and `language.direction` of the campaign. Ours are translated:
`_`, `ngettext`, `trans` blocks and the filter `number` speak that language. No template or title can add a header or an
address.
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

from app.core.addresses import as_sent, is_address, is_mailbox
from app.core.config import Campaign
from app.core.errors import BadParameters, SettingError
from app.core.languages import SOURCE, teach
from app.core.languages import load as load_language
from app.services.notify.headers import LONGEST_HEADER, POLICY, one_line, sender_header
from app.services.tracking.tokens import Links

DEFAULTS = Path(__file__).parent / "templates"
FILES = {"subject": "subject.txt", "text": "mail.txt", "html": "mail.html"}
KNOWN = ("campaign", "people", "links", "language")
COLUMNS = 72  # of the plain part: under the 78 of RFC 5322, 2.1.1, with room for quoting in replies
SAMPLE = Links("https://x.example/track/a/collage.jpg", "https://x.example/track/a/wall", "https://x.example/u/a")


@dataclass(frozen=True)
class Templates:
    """Jinja sources."""

    subject: str
    text: str
    html: str


def load(campaign: Campaign, beside: Path) -> Templates:
    """Loads a campaign's templates and tries each with sample values.

    `beside`: the directory of campaigns.toml, to which the campaign's `mail` is relative. Raises SettingError naming
    the file and the line.
    """
    own = None if campaign.mail is None else beside / campaign.mail
    if own is not None and not own.is_dir():
        raise SettingError(f"[{campaign.name}] mail: the directory {own} does not exist.")
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
    message ID that is not safe in a header, SettingError for such a sender or link and for a template that fails.
    """
    if not (is_address(recipient) or is_mailbox(recipient)):  # a preview goes to ourselves
        raise BadParameters("A recipient's address is invalid.")
    if not re.fullmatch(r"<[!-;=?-~]{1,400}>", message_id):
        raise BadParameters("The message ID is invalid.")
    if not all(re.fullmatch(r"https?://[!#-;=?-~]+", link) and len(link) <= LONGEST_HEADER for link in _all(links)):
        raise SettingError("COLLAGEN_PUBLIC_URL has a character that no URL may have, or is too long.")
    values = _values(campaign, links, people)
    rendered = {
        field: _render(getattr(templates, field), values, campaign.language, html=field == "html") for field in FILES
    }

    message = EmailMessage(policy=POLICY)
    message["From"] = sender_header(sender)
    message["To"] = as_sent(recipient)
    message["Subject"] = one_line(rendered["subject"])
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    # RFC 8058: mail programs show an unsubscribe button, which sends one POST
    message["List-Unsubscribe"] = f"<{links.unsubscribe}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps out-of-office replies away
    # quoted-printable, so that no server on the way rewrites a line that is long or not ASCII
    message.set_content(_wrapped(rendered["text"]), cte="quoted-printable")
    message.add_alternative(rendered["html"], subtype="html", cte="quoted-printable")
    # "=_" never occurs in quoted-printable, so it cannot appear in the parts
    message.set_boundary(f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}")
    return message


def _all(links: Links) -> tuple[str, str, str]:
    return links.image, links.wall, links.unsubscribe


def _values(campaign: Campaign, links: Links, people: int) -> dict[str, Any]:
    """What a template may use: nothing else about the campaign, least of all its test address."""
    image, wall, unsubscribe = _all(links)
    return {
        "campaign": {"title": campaign.title, "tracking": campaign.tracking},
        "people": people,
        "links": {"image": image, "wall": wall, "unsubscribe": unsubscribe},
        "language": {"code": campaign.language, "direction": load_language(campaign.language).direction},
    }


@functools.cache
def _environment(html: bool, code: str) -> ImmutableSandboxedEnvironment:
    """`code`: of the language that the templates speak."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=html, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    language = load_language(code)
    teach(made, language.gettext, language.ngettext)
    made.filters["number"] = language.number
    return made


@functools.lru_cache(maxsize=64)
def _parsed(source: str, html: bool) -> nodes.Template:
    return _environment(html, SOURCE).parse(source)


@functools.lru_cache(maxsize=64)
def _compiled(source: str, html: bool, code: str, file: str) -> Template:
    """`code`: of the language; `file`: the file name to show in tracebacks."""
    environment = _environment(html, code)
    return Template.from_code(environment, environment.compile(source, filename=file), environment.make_globals(None))


def _render(source: str, values: Mapping[str, Any], code: str, *, html: bool) -> str:
    try:
        return _compiled(source, html, code, "<mail>").render(values)
    except Exception as error:  # a template can fail in any way that an expression can
        raise SettingError(f"A template of the mail fails: {type(error).__name__}.") from error


def _try_out(path: Path, source: str, campaign: Campaign, *, html: bool) -> None:
    try:
        known = _names(source, html)
        for name in _parsed(source, html).find_all(nodes.Name):
            if name.ctx == "load" and name.name not in known:
                _refuse(path, name.lineno, f"{name.name!r} is unknown; use {', '.join(KNOWN)}")
        for people in (1, 2, 5000):  # templates word these differently
            rendered = _compiled(source, html, campaign.language, str(path)).render(_values(campaign, SAMPLE, people))
    except SettingError:
        raise
    except TemplateSyntaxError as error:
        _refuse(path, error.lineno, error.message or "a syntax error")
    except Exception as error:  # see _render
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        problem = error.message if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
        _refuse(path, frames[-1].lineno if frames else None, problem or type(error).__name__)
    if not rendered.strip():
        _refuse(path, None, "it renders to nothing")
    if path.name != FILES["subject"] and SAMPLE.unsubscribe not in rendered:
        _refuse(path, None, "it lacks {{ links.unsubscribe }}, which every mail must have")


def _names(source: str, html: bool) -> set[str]:
    """The names a template may use: those we pass in, those it sets itself, and Jinja's own."""
    environment, tree = _environment(html, SOURCE), _parsed(source, html)
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
    own |= {macro.name for macro in tree.find_all(nodes.Macro)}
    return own | set(KNOWN) | set(environment.globals) | {"loop", "caller", "varargs", "kwargs"}


def _refuse(path: Path, line: int | None, what: str) -> NoReturn:
    place = f"{path}, line {line}" if line else str(path)
    raise SettingError(f"{place}: {one_line(what).rstrip('.')}.") from None


def _wrapped(text: str) -> str:
    """`text` in lines of at most 72 characters; links stay whole."""
    lines = []
    for line in text.strip().splitlines():
        wrapped = textwrap.wrap(line, COLUMNS, break_long_words=False, break_on_hyphens=False)
        lines += wrapped if len(line) > COLUMNS else [line.rstrip()]
    return "\n".join(lines) + "\n"
