"""What was taken over, and what was left. Pure."""

from dataclasses import dataclass, field


@dataclass
class MovingReport:
    """One campaign; names are those of the prototype's files, without their endings.

    `taken`: now (in a dry run: to be taken over); `there`: whole in our store before; `older`: the asset may have
    changed since; `unfit`: why the archive is not one that we would have made; `unknown`, `gone`: no asset of that name
    is in the campaign, or is approved there; `ambiguous`: the public IDs that the name may stand for; `failed`: why.
    `fetches`: how many photos the next sync fetches; `lines`: log lines taken over; `mailed`: people newly recorded as
    mailed, None if no list was given.
    """

    campaign: str
    dry_run: bool = False
    taken: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    unfit: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    fetches: int = 0
    lines: int = 0
    mailed: int | None = None
