"""The languages of a campaign's pages and mails: gettext catalogues (`catalogues/<language>.po`), numbers, days.

English is the language of the source. The admin's pages are English only. `python -m scripts.translations` brings the
catalogues up to date with templates and code.
"""

from app.core.languages.languages import CATALOGUES, SOURCE, Language, load, teach

__all__ = ["CATALOGUES", "SOURCE", "Language", "load", "teach"]
