"""What a check of the doctor's says: a line with what is the matter, and what to do about it."""

from dataclasses import asdict, dataclass

OK, WARN, FAIL, SKIPPED = "ok", "warn", "FAIL", "-"


@dataclass(frozen=True)
class Result:
    """`state`: "ok", "warn" (it works, for now), "FAIL" (it does not), or "-" (not checked).

    `advice` says what to do, where there is something.
    """

    check: str
    state: str
    said: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.state:<4}  {self.check}: {self.said.rstrip('.')}" + (f"; {self.advice}" if self.advice else "")

    def as_json(self) -> dict[str, str]:
        return asdict(self)
