"""Every error of the tree has its status, as JSON from the API and as a page elsewhere."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import errors
from app.web.errors import http_status

STATUSES = {
    errors.SettingError: 503,
    errors.BadSignature: 401,
    errors.BadNotification: 400,
    errors.BadPublicId: 400,
    errors.PictureError: 422,
    errors.NotFound: 404,
    errors.BadParameters: 422,
    errors.BuildFailed: 500,
    errors.LookFailed: 422,
    errors.CollageUnsound: 409,
    errors.CloudinaryUnavailable: 503,
    errors.FolderUnavailable: 503,
    errors.StoreUnavailable: 503,
    errors.ExifToolFailed: 503,
    errors.DecoderFailed: 503,
    errors.ModelFailed: 503,
    errors.PhotoBusy: 503,
    errors.WebhooksBusy: 503,
    errors.SyncInProgress: 409,
    errors.CollageInProgress: 409,
    errors.NotifyInProgress: 409,
    errors.MailUnavailable: 503,
    errors.QueueUnavailable: 503,
    errors.TargetUnavailable: 503,
    errors.PublishInProgress: 409,
}


def leaves(kind: type[errors.CollagenError]) -> list[type[errors.CollagenError]]:
    """The program's errors below `kind` that have no subclasses."""
    below = [one for one in kind.__subclasses__() if one.__module__.startswith(f"{errors.__name__}.")]
    return [leaf for one in below for leaf in leaves(one)] or [kind]


def test_every_leaf_has_a_status() -> None:
    every = leaves(errors.CollagenError)
    assert {leaf: http_status(leaf("Something.")) for leaf in every} == STATUSES


def test_an_error_without_an_entry_has_the_status_of_its_branch() -> None:
    permanent = type("NewPermanent", (errors.Permanent,), {})
    retryable = type("NewRetryable", (errors.StoreUnavailable,), {})
    assert (http_status(permanent("a")), http_status(retryable("a"))) == (422, 503)


@pytest.mark.parametrize("leaf", STATUSES)
def test_every_leaf_is_answered_in_json_by_the_api_and_with_a_page_elsewhere(
    app: Flask, client: FlaskClient, leaf: type[errors.CollagenError]
) -> None:
    error = leaf("Something about a@example.org in /srv.") if issubclass(leaf, errors.Retryable) else leaf("Something.")

    def fail(**values: object) -> str:
        raise error

    app.view_functions["api.health.show"] = app.view_functions["unsubscribe.ask"] = fail
    for path, kind in (("/health", "application/json"), ("/unsubscribe/token", "text/html; charset=utf-8")):
        answer = client.get(path)
        assert (answer.status_code, answer.content_type) == (STATUSES[leaf], kind)
        assert ("Retry-After" in answer.headers) is error.retryable
        assert error.public.replace("'", "&#39;" if "html" in kind else "'") in answer.text
        assert "@" not in answer.text
        assert "/srv" not in answer.text
