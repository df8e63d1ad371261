"""Speaks the language of the campaign whose page is requested."""

from typing import Any

from flask import Flask, g

from app.core.languages import SOURCE, Language, load, teach


def register(app: Flask) -> None:
    """Gives the templates of `app` `_`, `ngettext`, `trans` blocks and `language`."""
    teach(app.jinja_env, gettext, ngettext)

    @app.context_processor
    def _offer() -> dict[str, Any]:
        return {"language": language()}


def speak(code: str) -> None:
    """Answers the current request in this language."""
    g.language = load(code)


def language() -> Language:
    """The current request's language: English unless `speak` has chosen another."""
    chosen: Language = g.get("language") or load(SOURCE)
    return chosen


def gettext(message: str) -> str:
    """The message in the current request's language."""
    return language().gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """The right plural of the message in the current request's language."""
    return language().ngettext(one, many, number)
