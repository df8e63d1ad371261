"""A language: its messages, and how numbers and days are written in it."""

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
from jinja2 import Environment

CATALOGUES = Path(__file__).parent / "catalogues"
SOURCE = "en"
REGIONS = {"en": "en_GB"}  # whose days are written as on our other pages: 20 November 2026
TAGS = {"ar": "ar_AR", "de": "de_DE", "en": "en_GB", "es": "es_ES", "fr": "fr_FR"}


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

    def gettext(self, message: str) -> str:
        """The message in this language."""
        return self.translations.gettext(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The right plural of the message in this language."""
        return self.translations.ngettext(one, many, number)

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


@cache
def load(code: str) -> Language:
    """The language with this code, one of LANGUAGES."""
    locale = Locale.parse(REGIONS.get(code, code))
    if code == SOURCE:
        return Language(code, locale, NullTranslations())
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Language(code, locale, GNUTranslations(compiled))


def teach(environment: Environment, gettext: Any, ngettext: Any) -> None:
    """Gives the templates of `environment` `_`, `ngettext` and `trans` blocks, which call these two."""
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True  # a block's lines are one line of the catalogue
    install: Any = environment
    install.install_gettext_callables(gettext, ngettext, newstyle=True)
