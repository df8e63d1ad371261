"""The pictures at delivery URLs."""

from __future__ import annotations

import io
import struct
import zlib

import cloudinary.utils
import numpy as np
import pytest
import requests
from PIL import Image
from pillow_heif import register_heif_opener

from scripts.sandbox.standin.client import Standin
from tests.support.webhook import jpeg

register_heif_opener()


def encoded(kind: str, *, size: tuple[int, int] = (30, 40), orientation: int | None = None) -> bytes:
    """Left half red, right half transparent (if the format allows)."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    if kind == "JPEG":
        picture = picture.convert("RGB")
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    out = io.BytesIO()
    picture.save(out, kind, exif=exif.tobytes())
    return out.getvalue()


def as_jpeg(address: str) -> requests.Response:
    return requests.get(address.replace("/upload/", "/upload/f_jpg/"), timeout=300)


def test_the_original_is_delivered_byte_for_byte(standin: Standin, photo: bytes) -> None:
    answer = requests.get(standin.upload(photo, "a b/é.1")["secure_url"], timeout=300)
    assert (answer.content, answer.headers["Content-Type"]) == (photo, "image/jpeg")
    assert int(answer.headers["Content-Length"]) == len(photo)


@pytest.mark.parametrize(("kind", "name"), [("PNG", "png"), ("WEBP", "webp"), ("HEIF", "heic")])
def test_f_jpg_converts_what_is_no_jpeg(standin: Standin, kind: str, name: str) -> None:
    asset = standin.upload(encoded(kind), "a")
    assert asset["format"] == name
    assert requests.get(asset["secure_url"], timeout=300).headers["Content-Type"] == f"image/{name}"
    answer = as_jpeg(asset["secure_url"])
    assert answer.headers["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (30, 40))
        red, green, _ = picture.split()
        left, right = ([np.asarray(channel)[20, x] for channel in (red, green)] for x in (2, 27))
        assert (left[0] > 200, left[1] < 60) == (True, True)
        assert right[1] > 240  # the transparent half is white
        assert not picture.getexif()


def test_f_jpg_leaves_a_jpeg_as_it_is(standin: Standin) -> None:
    sideways = encoded("JPEG", orientation=6)
    assert as_jpeg(standin.upload(sideways, "a")["secure_url"]).content == sideways


def test_f_jpg_turns_what_it_converts_upright(standin: Standin) -> None:
    answer = as_jpeg(standin.upload(encoded("PNG", orientation=6), "a")["secure_url"])
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (40, 30)


def test_an_address_that_ends_in_jpg_converts_too(standin: Standin) -> None:
    address = standin.upload(encoded("PNG"), "a")["secure_url"].replace(".png", ".jpg")
    assert requests.get(address, timeout=300).content[:2] == b"\xff\xd8"


def test_bytes_that_are_no_picture_are_delivered_raw(standin: Standin) -> None:
    for data in (b"MZ\x90 not a picture", encoded("PNG")[:-40]):
        answer = as_jpeg(standin.upload(data, "a", filename="me.png")["secure_url"])
        assert (answer.content, answer.headers["Content-Type"]) == (data, "image/jpeg")


def test_a_picture_that_claims_to_be_enormous_is_never_inflated(standin: Standin) -> None:
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    body = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks]
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(body)
    asset = standin.upload(bomb, "bomb")
    assert (asset["width"], asset["height"]) == (30_000, 30_000)
    assert as_jpeg(asset["secure_url"]).content == bomb


def test_only_the_current_version_is_delivered(standin: Standin, photo: bytes) -> None:
    old = standin.upload(photo, "a")["secure_url"]
    new = standin.overwrite("a", jpeg("teal"))["secure_url"]
    answer = requests.get(old, timeout=300)
    assert answer.status_code == 404
    assert answer.headers["x-cld-error"].startswith("Resource not found - a")
    assert requests.get(new, timeout=300).content == jpeg("teal")


def test_a_rejected_picture_is_delivered_only_where_the_account_does_so(standin: Standin, photo: bytes) -> None:
    address = standin.upload(photo, "a", moderation="rejected")["secure_url"]
    assert requests.get(address, timeout=300).status_code == 404
    standin.settings(deliver_rejected=True)
    assert requests.get(address, timeout=300).content == photo


def test_a_signed_address_breaks_when_something_is_put_into_it(standin: Standin, photo: bytes) -> None:
    asset = standin.upload(photo, "faces/é a")
    signed, _ = cloudinary.utils.cloudinary_url(
        "faces/é a", format="jpg", version=asset["version"], sign_url=True, fetch_format="jpg", **standin.sdk
    )
    path = signed.removeprefix("http://res.cloudinary.com")
    assert requests.get(standin.url + path, timeout=300).content == photo
    assert requests.get(standin.url + path.replace("f_jpg", "f_jpg,q_80"), timeout=300).status_code == 401
