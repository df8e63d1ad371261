"""The languages of public pages: gettext catalogues (`catalogues/<language>.po`) and how numbers and days are written.

English is the language of the source. The admin's pages are English only. `python -m scripts.translations` brings the
catalogues up to date with templates and code.
"""

from app.web.languages.languages import SOURCE, Language, gettext, language, ngettext, register, speak

__all__ = ["SOURCE", "Language", "gettext", "language", "ngettext", "register", "speak"]
