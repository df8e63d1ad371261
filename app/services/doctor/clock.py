"""Judges the difference between our clock and another. Pure."""

from app.services.doctor.result import FAIL, OK, SKIPPED, WARN, Result

# Notifications signed over 5 minutes in the future or 2 hours ago are refused (adapters/cloudinary/signature.py); no
# machine with NTP is half a minute off.
WRONG, ODD = 300.0, 30.0  # seconds
ADVICE = "turn on NTP: timedatectl set-ntp true"


def cloudinarys(ahead: float | None) -> Result:
    """`ahead`: by how many seconds Cloudinary's clock is ahead of ours; None if it did not say."""
    if ahead is None:
        return Result("clock", SKIPPED, "not checked: Cloudinary did not send its time")
    message = _difference(ahead, "Cloudinary's")
    if abs(ahead) >= WRONG:
        refused = "are refused as if from the future" if ahead > 0 else "are refused as too old once it is two hours"
        return Result("clock", FAIL, f"{message}: its notifications {refused}", ADVICE)
    if abs(ahead) >= ODD:
        return Result("clock", WARN, f"{message}; beyond 5 minutes its notifications would be refused", ADVICE)
    return Result("clock", OK, message)


def stores(ahead: float) -> Result:
    """`ahead`: by how many seconds the store's clock is ahead of ours."""
    message = _difference(ahead, "the store's")
    if abs(ahead) >= ODD:
        return Result("store: clock", WARN, f"{message}: times of files and logs do not match", ADVICE)
    return Result("store: clock", OK, message)


def _difference(ahead: float, whose: str) -> str:
    if abs(ahead) < 2:  # the accuracy of an answer
        return f"within two seconds of {whose}"
    return f"this machine's is {abs(ahead):.0f} s {'behind' if ahead > 0 else 'ahead of'} {whose}"
