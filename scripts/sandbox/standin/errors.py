"""Errors with Cloudinary's status and wording."""

from __future__ import annotations


class RefusalError(Exception):
    """Becomes an answer of `status` with the body {"error": {"message": …}}."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class NoJsonError(Exception):
    """Becomes an HTML page with status 404."""


class MissingError(RefusalError):
    def __init__(self, name: str) -> None:
        super().__init__(404, f"Resource not found - {name}")


class AlreadyThereError(RefusalError):
    def __init__(self, public_id: str) -> None:
        super().__init__(400, f"to_public_id {public_id} already exists")
