"""`Standin`: starts the stand-in as a separate process and changes photos in it.

Everything here uses the control interface instead of the SDK on purpose: it is fast, does not count against the hourly
limit, and neither meets nor uses up the faults set for the program under test. For the SDK, pass its options:
`cloudinary.uploader.upload(data, **standin.sdk)`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Self

from scripts.sandbox.ending import Ending
from scripts.sandbox.standin.process import Process
from scripts.sandbox.standin.remote import Json, Remote, StandinError, part

__all__ = ["Standin", "StandinError"]


class Standin(Remote, Ending):
    """A running stand-in; `Standin.start()` starts one, `Standin(url)` joins one that runs."""

    def __init__(self, url: str, cloud: str = "demo", key: str = "key", secret: str = "secret") -> None:
        super().__init__(url)
        self.cloud, self.key, self.secret = cloud, key, secret
        self.process: Process | None = None

    @classmethod
    def start(
        cls,
        *,
        port: int = 0,
        cloud: str = "demo",
        key: str = "key",
        secret: str = "secret",
        notify: str | None = None,
        signature: str = "sha1",
        retry_delays: Sequence[float] = (180, 360, 540),
    ) -> Self:
        """Starts a process; it ends with `stop()`, a `with` block, or when this process is gone."""
        options = [f"--port={port}", f"--cloud={cloud}", f"--key={key}", f"--secret={secret}"]
        options += [f"--signature={signature}", f"--retry-delays={','.join(map(str, retry_delays))}"]
        process = Process(*options, *([f"--notify={notify}"] if notify else []))
        standin = cls(process.url, cloud, key, secret)
        standin.process = process
        return standin

    def stop(self) -> None:
        """Stops the process, if it is ours; safe to call twice."""
        self._http.clear()
        if self.process:
            self.process.stop()

    # How others reach it

    @property
    def cloudinary_url(self) -> str:
        """For CLOUDINARY_URL."""
        return f"cloudinary://{self.key}:{self.secret}@{self.cloud}?upload_prefix={self.url}"

    @property
    def delivery_host(self) -> str:
        """For COLLAGEN_DELIVERY_HOSTS: host:port."""
        return self.url.removeprefix("http://")

    @property
    def sdk(self) -> Json:
        """Options for a single call of the real SDK, which leave its global configuration alone."""
        names = {"cloud_name": self.cloud, "api_key": self.key, "api_secret": self.secret}
        return names | {"upload_prefix": self.url}

    # Photos: what supporters and moderators do. Each method returns the asset as `state()` describes it.

    def upload(
        self,
        data: bytes,
        public_id: str | None = None,
        *,
        folder: str = "",
        email: str | None = None,
        context: dict[str, str] | None = None,
        tags: Sequence[str] = (),
        display_name: str = "",
        filename: str = "photo.jpg",
        moderation: str | None = "pending",
        notify: bool = True,
        type: str = "upload",
        resource_type: str = "image",
    ) -> Json:
        """Uploads a photo with any bytes, new or over an existing one, whose fields it then replaces.

        `moderation`: pending, approved, rejected, or None for never moderated. Sends notifications of the upload and,
        if it is already decided, of the moderation.
        """
        photo: Json = {"public_id": public_id, "asset_folder": folder, "tags": list(tags), "status": moderation}
        photo |= {"context": _context(email, context), "notify": notify, "file": "file"}
        photo |= {"type": type, "resource_type": resource_type}
        photo |= {"display_name": display_name} if display_name else {}
        return self._put([photo], {"file": (filename, data)})[0]

    def upload_many(self, data: bytes, photos: Iterable[Json], *, filename: str = "photo.jpg") -> list[Json]:
        """Uploads thousands at once that share one picture; without notifications by default.

        Fields of each: public_id, asset_folder, context, tags, display_name, status (pending, approved, rejected,
        None), notify.
        """
        return self._put([{"file": "file"} | photo for photo in photos], {"file": (filename, data)})

    def overwrite(
        self, public_id: str, data: bytes, *, filename: str = "photo.jpg", notify: bool = True, **fields: Any
    ) -> Json:
        """Uploads new bytes as a new version; all else stays except what `fields` (as in `upload_many`) replaces."""
        photo = {"public_id": public_id, "file": "file", "notify": notify} | fields
        return self._put([photo], {"file": (filename, data)})[0]

    def moderate(self, public_id: str, status: str, *, kind: str = "manual", notify: bool = True) -> Json:
        return part(self._act("moderate", public_id=public_id, status=status, kind=kind, notify=notify), "asset", dict)

    def approve(self, public_id: str, *, notify: bool = True) -> Json:
        return self.moderate(public_id, "approved", notify=notify)

    def reject(self, public_id: str, *, notify: bool = True) -> Json:
        return self.moderate(public_id, "rejected", notify=notify)

    def set_context(self, public_id: str, context: dict[str, str], *, notify: bool = True) -> Json:
        """Replaces the whole context; {} removes it."""
        return part(self._act("set_context", public_id=public_id, context=context, notify=notify), "asset", dict)

    def set_email(self, public_id: str, email: str | None, *, notify: bool = True) -> Json:
        """Changes only the e-mail address in the context; None removes it."""
        rest = {name: value for name, value in self.asset(public_id)["context"].items() if name != "email"}
        return self.set_context(public_id, rest | _context(email, None), notify=notify)

    def move(self, public_id: str, folder: str, *, notify: bool = True) -> Json:
        return part(self._act("move", public_id=public_id, folder=folder, notify=notify), "asset", dict)

    def rename(self, public_id: str, new: str, *, overwrite: bool = False, notify: bool = True) -> Json:
        self._act("rename", old=public_id, new=new, overwrite=overwrite, notify=notify)
        return self.asset(new)

    def delete(self, *public_ids: str, notify: bool = True) -> dict[str, bool]:
        """Deletes with one notification for all; returns those that existed."""
        return part(self._act("delete", public_ids=public_ids, notify=notify), "result", dict)

    def rename_folder(self, folder: str, new: str, *, notify: bool = True) -> int:
        """Returns the number of assets moved."""
        return part(self._act("rename_folder", old=folder, new=new, notify=notify), "result", int)

    def _put(self, photos: list[Json], files: dict[str, tuple[str, bytes]]) -> list[Json]:
        return part(self._request("POST", "assets", fields={"assets": json.dumps(photos), **files}), "assets", list)

    def _act(self, action: str, **arguments: Any) -> Json:
        return self._post(f"act/{action}", arguments)


def _context(email: str | None, context: dict[str, str] | None) -> dict[str, str]:
    return (context or {}) | ({"email": email} if email is not None else {})
