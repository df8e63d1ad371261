"""The result of a check: what it found, and what to do about it."""

from dataclasses import dataclass

OK, WARN, FAIL, SKIPPED = "ok", "warn", "FAIL", "-"


@dataclass(frozen=True)
class Result:
    """`state`: "ok", "warn" (works for now), "FAIL" (does not work), or "-" (not checked). `advice`: what to do."""

    check: str
    state: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.state:<4}  {self.check}: {self.message.rstrip('.')}" + (
            f"; {self.advice}" if self.advice else ""
        )

    def as_json(self) -> dict[str, str]:
        return {"check": self.check, "state": self.state, "said": self.message, "advice": self.advice}
