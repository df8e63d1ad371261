"""`python -m scripts.translations`: brings the catalogues of app/core/languages up to date with templates and code.

New messages appear without a translation, changed ones lose theirs, unused ones go. Then translate what is empty, in
any editor for .po files; tests/core/languages says what is missing.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.core.config.rules import LANGUAGES
from app.core.languages import CATALOGUES, SOURCE

ROOT = Path(__file__).parents[1]
APP = ROOT / "app"
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("web/**.py", "python")]
JINJA = {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}
WIDTH = 110


def messages() -> Iterator[tuple[str, str | tuple[str, ...], list[str]]]:
    """File below app, message (or its singular and plural) and the comments for translators, of every message."""
    for name, _, message, comments, _ in extract_from_dir(
        APP, METHODS, {method: JINJA for method, kind in METHODS if kind == "jinja2"}, comment_tags=("Translators:",)
    ):
        yield name, message, comments


def source() -> Catalog:
    """Every message, untranslated."""
    made = Catalog(project="Collagen", charset="utf-8")
    for name, message, comments in messages():
        made.add(message, locations=[(f"app/{name}", 1)], auto_comments=comments)
    return made


def catalogue(code: str) -> Catalog:
    """The catalogue of a language as it is on the disk; an empty one if there is none."""
    path = CATALOGUES / f"{code}.po"
    return read_po(BytesIO(path.read_bytes() if path.exists() else b""), locale=code)


def updated(code: str) -> bytes:
    """The catalogue of a language with the messages that there are now."""
    made = Catalog(locale=code, project="Collagen", charset="utf-8", fuzzy=False)
    known = catalogue(code)
    for message in source():
        if message.id:
            old = known.get(message.id)
            made.add(
                message.id, old.string if old else "", locations=message.locations, auto_comments=message.auto_comments
            )
    text = BytesIO()
    write_po(text, made, width=WIDTH, omit_header=True, sort_output=True, include_lineno=False)
    header = [f"Language: {code}", "Content-Type: text/plain; charset=utf-8", f"Plural-Forms: {made.plural_forms}"]
    lines = ["", *(f"{line}\\n" for line in header)]
    top = 'msgid ""\nmsgstr ' + "\n".join(f'"{line}"' for line in lines)
    return f"{top}\n\n".encode() + text.getvalue()


if __name__ == "__main__":
    for language in LANGUAGES:
        if language != SOURCE:
            (CATALOGUES / f"{language}.po").write_bytes(updated(language))
