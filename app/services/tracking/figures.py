"""Statistics on the mails of a campaign or a collage: how many were sent, delivered and opened.

A person is one address, however many photos and mails; if no mail was sent for a photo, its opens belong to nobody (a
test mail, a preview) and only count as hits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.adapters.store import Store

# From the surest sign of a person to the least: a mail provider's proxy usually fetches a picture for someone who is
# reading; a prefetch happens without anyone. A person seen in several classes counts in the surest.
CLASSES = ("human", "proxy", "unknown", "prefetch")


@dataclass(frozen=True)
class Count:
    """`people` whose open (for a class: surest, for a day: first) this is; `hits`: fetches of the picture."""

    people: int
    hits: int


@dataclass(frozen=True)
class Figures:
    """`told` = `delivered` (to the mail server) + `failed` + `uncertain` (unknown whether the server accepted it).

    `opened`: people; None if opens were recorded, but not by person. `nobodys`: hits that belong to nobody who got a
    mail. `by_day`: by UTC date, without days that have no hits.
    """

    told: int
    delivered: int
    failed: int
    uncertain: int
    opened: int | None
    hits: int
    nobodys: int
    by_class: dict[str, Count]
    by_day: dict[str, Count]

    def as_json(self) -> dict[str, Any]:
        """The JSON of the admin API and of `opens --json`."""
        return {
            "told": self.told,
            "delivered": self.delivered,
            "failed": self.failed,
            "uncertain": self.uncertain,
            "opened": self.opened,
            "hits": self.hits,
            "hits_of_nobody": self.nobodys,
            "by_class": {name: {"people": count.people, "hits": count.hits} for name, count in self.by_class.items()},
            "by_day": [{"day": day, "people": count.people, "hits": count.hits} for day, count in self.by_day.items()],
        }

    def as_rows(self) -> list[tuple[str, str, int | None, int | None]]:
        """Rows for a table: figure, its class or day, people, hits."""
        rows: list[tuple[str, str, int | None, int | None]] = [
            ("told", "", self.told, None),
            ("delivered", "", self.delivered, None),
            ("failed", "", self.failed, None),
            ("uncertain", "", self.uncertain, None),
            ("opened", "", self.opened, self.hits),
            ("opened by nobody who was told", "", None, self.nobodys),
        ]
        rows += [("class", name, count.people, count.hits) for name, count in self.by_class.items()]
        return rows + [("day", day, count.people, count.hits) for day, count in self.by_day.items()]


def figures(
    sends: Iterable[Mapping[str, Any]], opens: Iterable[Mapping[str, Any]], collage: str | None = None
) -> Figures:
    """Counts the records of a campaign's send log, oldest first, and of its opens, in any order.

    `collage`: only this one; None for the whole campaign.
    """
    person, outcome = _mailed(sends, collage)
    surest: dict[str, str] = {}
    first: dict[str, str] = {}
    class_hits: Counter[str] = Counter()
    day_hits: Counter[str] = Counter()
    nobodys = named = 0
    for opened in opens:
        if collage not in (None, opened["collage"]):
            continue
        kind = opened["class"] if opened["class"] in CLASSES else "unknown"
        day = opened["time"][:10]
        class_hits[kind] += 1
        day_hits[day] += 1
        photo = opened.get("photo")
        named += photo is not None
        opener = None if photo is None else person.get((opened["collage"], photo))
        if opener is None:
            nobodys += photo is not None
        else:
            surest[opener] = min(kind, surest.get(opener, kind), key=CLASSES.index)
            first[opener] = min(day, first.get(opener, day))
    outcomes, classes, days = Counter(outcome.values()), Counter(surest.values()), Counter(first.values())
    return Figures(
        told=len(outcome),
        delivered=outcomes["sent"],
        failed=outcomes["failed"],
        uncertain=outcomes["intended"],
        opened=None if class_hits and not named else len(first),
        hits=class_hits.total(),
        nobodys=nobodys,
        by_class={name: Count(classes[name], class_hits[name]) for name in CLASSES},
        by_day={day: Count(days[day], day_hits[day]) for day in sorted(day_hits)},
    )


def _mailed(
    sends: Iterable[Mapping[str, Any]], collage: str | None
) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """Who was mailed, by collage and photo; and the result of the mails, by address."""
    person: dict[tuple[str, str], str] = {}  # who was mailed about which collage for which photo
    addressed: dict[str, str] = {}  # of a mail, by its ID: the record of its result may lack the address
    outcome: dict[str, str] = {}
    for send in sends:
        if collage in (None, send["collage"]):
            if "address" in send:
                addressed[send["message_id"]] = send["address"].casefold()
            who = addressed.get(send["message_id"])
            if who is None:  # forgotten since
                continue
            if "photo" in send:
                person[send["collage"], send["photo"]] = who
            if outcome.get(who) != "sent":  # a delivered mail counts, whatever happened to another
                outcome[who] = send["state"]
    return person, outcome


def read(store: Store, campaign: str, collage: str | None = None) -> Figures:
    """The figures of a campaign or a collage, from the store.

    Raises StoreUnavailable; and NotFound or CollageUnsound for a missing or damaged collage about which no mail was
    sent.
    """
    sends = store.sends.read(campaign)
    if collage is not None and all(send["collage"] != collage for send in sends):
        store.collages.manifest(campaign, collage)
    return figures(sends, store.opens.read(campaign), collage)
