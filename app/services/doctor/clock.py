"""What it means that another clock is not ours. Pure."""

from app.services.doctor.result import FAIL, OK, SKIPPED, WARN, Result

# Notifications are refused that were signed over 5 minutes in the future or 2 hours ago
# (adapters/cloudinary/signature.py); no machine with NTP is half a minute wrong.
WRONG, ODD = 300.0, 30.0  # seconds
ADVICE = "keep the time by NTP: timedatectl set-ntp true"


def cloudinarys(ahead: float | None) -> Result:
    """`ahead`: by how many seconds Cloudinary's clock is ahead of ours; None: it did not say."""
    if ahead is None:
        return Result("clock", SKIPPED, "not checked: Cloudinary did not say what time it is")
    said = _said(ahead, "Cloudinary's")
    if abs(ahead) >= WRONG:
        refused = "are refused as if from the future" if ahead > 0 else "are refused as too old from two hours on"
        return Result("clock", FAIL, f"{said}: its notifications {refused}", ADVICE)
    if abs(ahead) >= ODD:
        return Result("clock", WARN, f"{said}; with over 5 minutes its notifications would be refused", ADVICE)
    return Result("clock", OK, said)


def stores(ahead: float) -> Result:
    """`ahead`: by how many seconds the store's clock is ahead of ours."""
    said = _said(ahead, "the store's")
    if abs(ahead) >= ODD:
        return Result("store: clock", WARN, f"{said}: times of files and of logs do not fit", ADVICE)
    return Result("store: clock", OK, said)


def _said(ahead: float, whose: str) -> str:
    if abs(ahead) < 2:  # as exact as an answer can be
        return f"agrees with {whose} to two seconds"
    return f"this machine's is {abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead of'} {whose}"
