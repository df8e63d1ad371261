"""E-mail addresses: as people type them, and the one form in which they are stored, compared and written to. Pure.

The normal form: the local part as typed, "@", the domain in lower case and ASCII (UTS 46 with IDNA 2008). Two addresses
are the same if their normal forms differ only in case.
"""

import contextlib
import re
import unicodedata
from email.utils import parseaddr
from urllib.parse import unquote

import idna

LONGEST = 254  # characters of an address (RFC 5321, 4.5.3.1.3), and of the text kept in place of an invalid one
LONGEST_TYPED = 1000  # characters; anything longer is not an address

# Like a dot-atom of at most 64 characters (RFC 5321, 4.1.2 and 4.5.3.1.1), but dots may repeat and precede the "@", as
# mobile carriers in Japan have allowed, at a host name with a dot. Few servers accept other scripts before the "@".
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LOCAL = rf"(?=[^@]{{1,64}}@){ATOM}(\.+{ATOM})*\.*"
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"(?=.{{3,{LONGEST}}}\Z){LOCAL}@({LABEL}\.)+(?![0-9]+\Z){LABEL}")
# A dot-atom at any host (RFC 5322, 3.4.1): cannot end a header, nor be read as two addresses.
MAILBOX = re.compile(rf"(?=.{{3,{LONGEST}}}\Z){ATOM}(\.{ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3002: ".", 0xFF61: "."}  # Asian input methods
UNSEEN = "\u034f\u115f\u1160\u3164\ufe0e\ufe0f"  # invisible, though Unicode counts them as letters or marks
JOINERS = re.compile("[\u200c\u200d]+")  # part of words in some scripts
AROUND = " <>()[]{}\"'`´“”„‟‘’‚‛«»‹›「」『』,;:"
AFTER = AROUND + ".!?、*/\\|"
NAMED = re.compile(r"[^<>]*<(?P<address>[^<>]*@[^<>]*)>?")  # Ann Smith <ann@example.org>
LINK = re.compile(r"(mailto|e-?mail)\s*:(//)?", re.IGNORECASE)

GMAIL = ("gmail.com", "googlemail.com")


def normalise(typed: str | None) -> str | None:
    """The address that someone meant; None if that is unclear or no mail server would accept it.

    Strips what is not part of it: a name, `mailto:`, brackets, quotes, punctuation and invisible characters. The result
    is ASCII without spaces or control characters, and its own normal form.
    """
    text = typed or ""
    if text[:1].isalnum() and is_address(text):  # the usual case, and there may be thousands to compare
        local, _, domain = text.partition("@")
        return f"{local}@{domain.lower()}"
    text = _tidied(text)
    if len(text) > LONGEST_TYPED:
        return None
    local, at, domain = _bare(text).partition("@")
    local = local.strip('"')  # servers require "john..doe"@docomo.ne.jp to be quoted
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
        except UnicodeError:  # includes IDNAError
            return None
    address = f"{local}{at}{domain.lower()}"
    return address if is_address(address) else None


def stored(typed: str | None) -> str | None:
    """What to store for an address as typed: its normal form, or the text itself if unusable, so that the person can
    still be found by it. None if nothing was typed."""
    return normalise(typed) or _kept(typed or "") or None


def key(typed: str) -> str:
    """The same for every spelling of an address, stored or typed; compare by this."""
    return (stored(typed) or "").casefold()


def same(one: str | None, other: str | None) -> bool:
    """Whether both are spellings of one address, or both are empty."""
    return key(one or "") == key(other or "")


def is_address(text: str) -> bool:
    """Whether mails can be sent to this address as it is."""
    return ADDRESS.fullmatch(text) is not None


def may_hold_address(text: str) -> bool:
    """Whether there may be an address anywhere in a text: an "@" of any width."""
    return "@" in unicodedata.normalize("NFKC", text)


def is_mailbox(text: str) -> bool:
    """Whether this can be our own address, which may be at a host without a dot."""
    return MAILBOX.fullmatch(text) is not None


def sender_parts(text: str) -> tuple[str, str] | None:
    """Name (or "") and address of a sender such as `Say No <hello@example.org>`; None if it is not one."""
    name, address = parseaddr(text)
    return (name, address) if is_mailbox(address) else None


def as_sent(address: str) -> str:
    """An address as headers and SMTP need it: with a quoted local part if that is not a dot-atom (RFC 5321, 4.1.2)."""
    local, _, domain = address.rpartition("@")
    return f'"{local}"@{domain}' if ".." in local or local.endswith(".") else address


def spellings(typed: str) -> set[str]:
    """The forms, casefolded, in which older versions may have stored an address."""
    found = {typed.strip().casefold(), key(typed)}
    local, _, domain = key(typed).rpartition("@")
    if "xn--" in domain:
        with contextlib.suppress(UnicodeError):
            found.add(f"{local}@{idna.decode(domain)}".casefold())
    return found


def may_be_same(one: str, other: str) -> bool:
    """Whether two different addresses may reach one person: `+tags` and, at Gmail, dots. A guess, never acted on."""
    return not same(one, other) and _loose(one) == _loose(other)


def _loose(typed: str) -> str:
    local, _, domain = key(typed).rpartition("@")
    local = local.partition("+")[0] or local
    return f"{local.replace('.', '')}@gmail.com" if domain in GMAIL else f"{local}@{domain}"


def _tidied(text: str) -> str:
    """`text` without invisible characters, with one space for each run of whitespace and control characters."""
    seen = (
        " " if character.isspace() or unicodedata.category(character) == "Cc" else character
        for character in text.translate(WIDE)
        if character in "\u200c\u200d"
        or (unicodedata.category(character) not in ("Cf", "Cs") and character not in UNSEEN)
    )
    return " ".join(JOINERS.sub(_joiner, "".join(seen)).split())


def _joiner(found: re.Match[str]) -> str:
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return found[0] if len(found[0]) == 1 and not (before or "a").isascii() and not (after or "a").isascii() else ""


def _bare(text: str) -> str:
    """`text` without what programs and people put around an address."""
    while True:
        before = text
        text = text.rstrip(AFTER).lstrip(AROUND)
        if named := NAMED.fullmatch(text):
            text = named["address"]
        if link := LINK.match(text):
            text = _tidied(unquote(text[link.end() :].partition("?")[0]))
        if text == before:
            return text


def _kept(text: str) -> str:
    text = _tidied(text)
    # the cut is marked, so that the rest is not an address that nobody typed
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
