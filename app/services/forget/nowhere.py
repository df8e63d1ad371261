"""A source without photos: for campaigns that are no longer in campaigns.toml, and whose folder is gone, too. Pure."""

from app.core.sources import Asset, Page, Standing, Status


class _NoCalls:
    calls = 0
    standing = Standing()


class Nowhere:
    """Has nothing, and never had."""

    account = ""
    any_format = True
    remote = False
    quota = _NoCalls()

    def state(
        self, public_id: str, type: str = "upload", kind: str = "image", *, metadata: bool = False
    ) -> Asset | None:
        return None

    def picture(self, public_id: str, url: str) -> bytes:
        raise LookupError(public_id)

    def folder(self, folder: str, cursor: str | None = None) -> Page:
        return Page(())

    def moderated(self, status: str, cursor: str | None = None) -> Page:
        return Page(())

    def everything(self, cursor: str | None = None, kind: str = "image") -> Page:
        return Page(())

    def moderate(self, public_id: str, status: Status, type: str | None = None) -> bool:
        return False

    def delete(self, public_id: str) -> bool:
        return False

    def ping(self) -> None:
        """It is always there."""
