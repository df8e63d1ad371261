"""The account: every possible change to its assets, each with the notification that it causes."""

from __future__ import annotations

from typing import Any

from scripts.sandbox.standin import answers, notifications
from scripts.sandbox.standin.assets import Asset, Catalogue, Moderation, iso
from scripts.sandbox.standin.errors import RefusalError
from scripts.sandbox.standin.faults import Faults
from scripts.sandbox.standin.notifier import Notifier
from scripts.sandbox.standin.pictures import Picture
from scripts.sandbox.standin.quota import Quota
from scripts.sandbox.standin.setup import Setup

STATUSES = ("pending", "approved", "rejected")


class Cloud:
    """One account with its credentials, assets, limits and webhook.

    The vendor's interfaces make changes as `api`, the control interface as `ui`: what a moderator does in the console.
    """

    def __init__(self, name: str, key: str, secret: str, faults: Faults, notifier: Notifier) -> None:
        self.name = name
        self.faults, self.notifier = faults, notifier
        self.use_keys({key: secret})
        self.catalogue, self.quota, self.setup = Catalogue(), Quota(), Setup()
        notifier.subscribed = self.setup.subscribed
        self.calls: list[dict[str, Any]] = []
        self.ahead = 0.0  # seconds that its clock (header Date) is ahead of ours
        self.deliver_rejected = False  # whether the URL of a rejected asset still works; sources contradict each other
        self.deliver_signed = True  # whether a signed URL of a private or authenticated asset works
        self.fixed_folders = False  # whether a folder is part of the public ID instead of a property
        self.largest = 10_485_760  # bytes that a picture may have in an upload; the free plan's limit
        self.credits = 0.5  # of the plan's 25 that are used
        self._base = ""

    def use_keys(self, keys: dict[str, str]) -> None:
        """Sets the active API keys and their secrets, the oldest first; that one signs what Cloudinary sends."""
        self.keys = dict(keys)
        self.key, self.secret = next(iter(keys.items()))
        self.notifier.secret = self.secret

    def lives_at(self, base: str) -> None:
        self._base = base

    @property
    def addresses(self) -> answers.Addresses:
        return answers.Addresses(self._base, self.name, self.secret, self.fixed_folders)

    def reset(self) -> None:
        """Resets all but the webhook's address and how notifications are signed and retried."""
        self.faults.clear()
        self.quota.set(None)
        self.catalogue.clear()
        self.setup.clear()
        self.notifier.reset()
        self.calls = []
        self.ahead = 0.0
        self.deliver_rejected, self.deliver_signed, self.fixed_folders = False, True, False
        self.largest, self.credits = 10_485_760, 0.5

    def upload(
        self, public_id: str | None, picture: Picture, source: str = "api", notify: bool = True, **fields: Any
    ) -> answers.Answer:
        """Adds an asset or a new version; `fields` replace those of the previous one."""
        existing = public_id is not None and self.catalogue.find(public_id) is not None
        asset = self.catalogue.put(public_id, picture, **fields)
        answer = answers.uploaded(asset, self.addresses, existing, self.key)
        if notify:
            self.notifier.send(notifications.upload(answer, source))
        return answer

    def moderate(self, public_id: str, status: str, kind: str = "manual", notify: bool = True) -> Asset:
        if status not in STATUSES:
            raise RefusalError(400, f"Invalid value for parameter moderation_status: {status}")
        before = [one for one in self.catalogue.get(public_id).moderations if one.kind != kind]
        latest = Moderation(kind, status, iso())
        _, asset = self.catalogue.change(public_id, moderation=latest, others=tuple(before))
        if notify:
            self.notifier.send(notifications.moderation(asset, self.addresses))
        return asset

    def set_context(self, public_id: str, context: dict[str, str], source: str = "api", notify: bool = True) -> Asset:
        """Replace the whole context."""
        before, after = self.catalogue.change(public_id, context=dict(context))
        payload = notifications.context_changed(before, after, source)
        if notify and payload:
            self.notifier.send(payload)
        return after

    def move(self, public_id: str, folder: str, source: str = "api", notify: bool = True) -> Asset:
        before, after = self.catalogue.change(public_id, asset_folder=folder)
        if notify and before.asset_folder != folder:
            self.notifier.send(notifications.move(before, after, source))
        return after

    def rename(
        self, old: str, new: str, overwrite: bool = False, source: str = "api", notify: bool = True
    ) -> answers.Answer:
        asset = self.catalogue.rename(old, new, overwrite)
        if notify:
            self.notifier.send(notifications.rename(old, asset, source))
        return answers.uploaded(asset, self.addresses, False, self.key)

    def delete(self, public_ids: list[str], source: str = "api", notify: bool = True) -> dict[str, bool]:
        """Returns those that existed; one notification names them all."""
        removed = {public_id: self.catalogue.remove(public_id) for public_id in public_ids}
        gone = [asset for asset in removed.values() if asset]
        if notify and gone:
            self.notifier.send(notifications.delete(gone, source))
        return {public_id: asset is not None for public_id, asset in removed.items()}

    def rename_folder(self, old: str, new: str, source: str = "api", notify: bool = True) -> int:
        count = self.catalogue.rename_folder(old, new)
        if notify:
            self.notifier.send(notifications.folder_rename(old, new, source))
        return count
