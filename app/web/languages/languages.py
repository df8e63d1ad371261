"""Speaks the language of the campaign whose page is requested."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from flask import Flask, g

CATALOGUES = Path(__file__).parent / "catalogues"
SOURCE = "en"
REGIONS = {"en": "en_GB"}  # whose days are written as on our other pages: 20 November 2026


@dataclass(frozen=True)
class Language:
    """`code`: ISO 639-1, as in `lang` attributes."""

    code: str
    locale: Locale
    translations: NullTranslations

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, as in `dir` attributes."""
        return self.locale.text_direction

    @property
    def tag(self) -> str:
        """Language and region as Open Graph writes them: de_DE."""
        return TAGS.get(self.code, self.code)

    def number(self, number: int) -> str:
        """1,234, 1.234 or 1 234."""
        return format_decimal(number, locale=self.locale)

    def megabytes(self, size: int) -> str:
        """2.4 MB, 2,4 MB, of so many bytes."""
        return f"{format_decimal(size / 1_000_000, '#,##0.#', self.locale)} MB"

    def day(self, when: date | datetime) -> str:
        """20 November 2026, 20. November 2026, 20 de noviembre de 2026."""
        return format_date(when, "long", locale=self.locale)

    def moment(self, when: datetime) -> str:
        """20 November 2026, 06:04, with the time zone of `when`."""
        return format_datetime(when, "d MMMM y, HH:mm", locale=self.locale)


TAGS = {"ar": "ar_AR", "de": "de_DE", "en": "en_GB", "es": "es_ES", "fr": "fr_FR"}


def register(app: Flask) -> None:
    """Gives the templates of `app` `_`, `ngettext`, `trans` blocks and `language`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # a block's lines are one line of the catalogue
    install: Any = app.jinja_env
    install.install_gettext_callables(gettext, ngettext, newstyle=True)

    @app.context_processor
    def _offer() -> dict[str, Any]:
        return {"language": language()}


def speak(code: str) -> None:
    """Answers the current request in this language."""
    g.language = _load(code)


def language() -> Language:
    """The current request's language: English unless `speak` has chosen another."""
    chosen: Language = g.get("language") or _load(SOURCE)
    return chosen


def gettext(message: str) -> str:
    """The message in the current request's language."""
    return language().translations.gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """The right plural of the message in the current request's language."""
    return language().translations.ngettext(one, many, number)


@cache
def _load(code: str) -> Language:
    locale = Locale.parse(REGIONS.get(code, code))
    if code == SOURCE:
        return Language(code, locale, NullTranslations())
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Language(code, locale, GNUTranslations(compiled))
