"""Security headers of every response: load nothing from elsewhere, guess no types, leave no traces.

https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html. nginx, which has the
certificate, adds Strict-Transport-Security.
"""

from collections.abc import Iterable

from flask import Flask, Response, g

NOT_FRAMED = "frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"base-uri 'none'; form-action 'self'; {NOT_FRAMED}"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


def framed_by(answer: Response, origins: Iterable[str]) -> None:
    """Lets pages of these origins show the response in a frame."""
    allowed = " ".join(origins)
    if allowed:
        policy = HEADERS["Content-Security-Policy"].replace(NOT_FRAMED, f"frame-ancestors {allowed}")
        answer.headers["Content-Security-Policy"] = policy
        g.framed = True


def register(app: Flask, pictures: str | None = None) -> None:
    """Adds the headers to every response of `app`, unless its route has set them.

    `pictures`: another origin that pages may load pictures from.
    """

    allowed = f"img-src 'self' {pictures};" if pictures else "img-src 'self';"

    @app.after_request
    def add(answer: Response) -> Response:
        for name, value in HEADERS.items():
            if name != "X-Frame-Options" or not g.get("framed"):  # which knows no list of origins
                answer.headers.setdefault(name, value)
        policy = answer.headers["Content-Security-Policy"]
        answer.headers["Content-Security-Policy"] = policy.replace("img-src 'self';", allowed)
        return answer
