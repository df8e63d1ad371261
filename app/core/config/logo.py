"""The logo in a campaign's table `brand`: a picture beside campaigns.toml."""

from app.core.config.campaign import Campaign
from app.core.errors import SettingError

LARGEST = 64_000  # bytes: every visitor loads it
STARTS = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".webp": b"RIFF"}


def read_logo(rules: Campaign) -> bytes | None:
    """The bytes of a campaign's logo; None without one. Raises SettingError if it cannot be shown."""
    path = rules.brand.logo
    if path is None:
        return None
    where = f"campaigns.toml: [{rules.name}] brand.logo"
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise SettingError(f"{where}: {path} cannot be read: {error.strerror}.") from None
    if len(data) > LARGEST:
        raise SettingError(f"{where}: {path} must have at most {LARGEST // 1000} KB; every visitor loads it.")
    if not _is_picture(data, path.suffix):
        raise SettingError(f"{where}: {path} is not the kind of picture that its ending says.")
    return data


def _is_picture(data: bytes, ending: str) -> bool:
    return b"<svg" in data if ending == ".svg" else data.startswith(STARTS[ending])
