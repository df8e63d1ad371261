"""`python -m app opens`: who opened the mails, for people and for programs."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.cli.opens import BARS, chart
from app.services.tracking.figures import Count
from scripts.sandbox.service import CAMPAIGNS
from tests.support.command import run
from tests.support.manifests import manifest

DAY = datetime(2026, 11, 20, 6, 0, 0, tzinfo=UTC)


@pytest.fixture
def environ(store: Store, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "campaigns.toml").write_text(CAMPAIGNS)
    return {"COLLAGEN_STORE": str(store.root.path), "COLLAGEN_CAMPAIGNS": str(tmp_path / "campaigns.toml")}


def tell(store: Store, photo: str, *states: str, collage: str = "0001") -> None:
    archive = store.photos.archive_path("sayno", photo)  # opens of a missing photo are not recorded
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.touch()
    for state in states:
        record = {
            "time": "2026-11-20T06:00:00Z",
            "state": state,
            "collage": collage,
            "photo": photo,
            "address": f"{photo}@example.org",
            "message_id": f"<{photo}.{collage}@sayno.example>",
        }
        store.sends.add("sayno", record | ({"reason": "full", "permanent": False} if state == "failed" else {}))


def load_picture(store: Store, photo: str | None, kind: str, day: int = 0, collage: str = "0001") -> None:
    store.opens.add("sayno", DAY + timedelta(day), {"collage": collage, "photo": photo, "class": kind})


@pytest.fixture
def told(store: Store) -> Store:
    """Five were mailed about the first collage, and four mails delivered; two opened. One was also mailed about the
    second.
    """
    for photo in ("a", "b", "c", "d"):
        tell(store, photo, "intended", "sent")
    tell(store, "e", "intended", "failed")
    tell(store, "a", "intended", "sent", collage="0002")
    for _ in range(3):
        load_picture(store, "a", "human")
    load_picture(store, "b", "prefetch", day=2)
    load_picture(store, "a", "human", day=5, collage="0002")
    return store


def test_it_shows_people_and_not_hits(told: Store, environ: dict[str, str]) -> None:
    answer = run("opens", "sayno", environ=environ)
    assert answer.returncode == 0, answer.stderr
    lines = [line.split() for line in answer.stdout.splitlines()]
    assert ["told", "5"] in lines
    assert ["delivered", "to", "the", "server", "4", "80%"] in lines
    assert ["failed", "1", "20%"] in lines
    assert ["opened", "2", "50%", "of", "those", "delivered"] in lines
    assert ["human", "1", "4"] in [line[:3] for line in lines]
    assert ["prefetch", "1", "1"] in [line[:3] for line in lines]
    assert "uncertain" not in answer.stdout
    assert "@" not in answer.stdout


def test_it_draws_a_bar_for_each_day_also_for_those_without_opens(told: Store, environ: dict[str, str]) -> None:
    lines = run("opens", "sayno", "0001", environ=environ).stdout.splitlines()
    assert [line.split() for line in lines if line.strip().startswith("2026-")] == [
        ["2026-11-20", "█" * 40, "1"],
        ["2026-11-21", "0"],
        ["2026-11-22", "█" * 40, "1"],
    ]


def test_it_says_plainly_what_such_figures_cannot_show(told: Store, environ: dict[str, str]) -> None:
    said = run("opens", "sayno", environ=environ).stdout
    for word in ("Apple Mail", "block pictures", "proxy", "forwarded"):
        assert word in said.partition("cannot show")[2]


def test_json_has_all_of_it_and_nobody(told: Store, environ: dict[str, str]) -> None:
    answer = json.loads(run("opens", "sayno", "0001", "--json", environ=environ).stdout)
    assert answer == {
        "campaign": "sayno",
        "collage": "0001",
        "told": 5,
        "delivered": 4,
        "failed": 1,
        "uncertain": 0,
        "opened": 2,
        "hits": 4,
        "hits_of_nobody": 0,
        "by_class": {
            "human": {"people": 1, "hits": 3},
            "proxy": {"people": 0, "hits": 0},
            "unknown": {"people": 0, "hits": 0},
            "prefetch": {"people": 1, "hits": 1},
        },
        "by_day": [
            {"day": "2026-11-20", "people": 1, "hits": 3},
            {"day": "2026-11-22", "people": 1, "hits": 1},
        ],
    }


def test_csv_is_a_table_with_a_head(told: Store, environ: dict[str, str]) -> None:
    head, *rows = csv.reader(io.StringIO(run("opens", "sayno", "--csv", environ=environ).stdout))
    assert head == ["campaign", "collage", "what", "which", "people", "hits"]
    assert ["sayno", "", "opened", "", "2", "5"] in rows
    assert ["sayno", "", "day", "2026-11-25", "0", "1"] in rows
    assert {len(row) for row in rows} == {6}


def test_without_mails_the_page_says_so_without_a_chart(store: Store, environ: dict[str, str]) -> None:
    answer = run("opens", "sayno", environ=environ)
    assert answer.returncode == 0, answer.stderr
    assert ["told", "0"] in [line.split() for line in answer.stdout.splitlines()]
    assert "loaded by" not in answer.stdout


def test_a_campaign_that_counts_without_persons_shows_hits(store: Store, environ: dict[str, str]) -> None:
    tell(store, "a", "intended", "sent")
    load_picture(store, None, "human")
    load_picture(store, None, "proxy")
    said = run("opens", "sayno", environ=environ).stdout
    assert "picture loaded                 2  times; by how many people is not recorded" in said
    assert "hits by day" in said


def test_an_unknown_campaign_or_collage_is_refused_in_one_line(told: Store, environ: dict[str, str]) -> None:
    for arguments, said in ((("nobody",), "no campaign 'nobody'"), (("sayno", "0009"), "no collage 0009")):
        answer = run("opens", *arguments, environ=environ)
        assert answer.returncode == 1
        assert answer.stdout == ""
        assert said in answer.stderr
        assert answer.stderr.count("\n") == 1


def test_a_collage_without_mails_has_figures(store: Store, environ: dict[str, str]) -> None:
    draft = store.collages.begin("sayno")
    store.collages.publish(draft, manifest(draft.id))
    os.close(draft.lock)
    answer = json.loads(run("opens", "sayno", draft.id, "--json", environ=environ).stdout)
    assert (answer["told"], answer["opened"]) == (0, 0)


def test_without_a_store_it_is_refused(environ: dict[str, str], tmp_path: Path) -> None:
    answer = run("opens", "sayno", environ=environ | {"COLLAGEN_STORE": str(tmp_path / "elsewhere")})
    assert answer.returncode == 1
    assert "is no store" in answer.stderr


def test_a_long_time_takes_several_days_to_a_bar() -> None:
    by_day = {f"{DAY + timedelta(number):%Y-%m-%d}": Count(1, 2) for number in range(0, 400, 3)}
    head, *lines = chart(by_day, of_people=True)
    assert head.endswith("13 days together")
    assert len(lines) <= BARS
    assert sum(int(line.split()[-1]) for line in lines) == len(by_day)
    assert lines[0].startswith("2026-11-20")


def test_a_small_number_beside_a_large_one_has_a_bar_all_the_same() -> None:
    _, large, small = chart({"2026-11-20": Count(100_000, 1), "2026-11-21": Count(1, 1)}, of_people=True)
    assert large.split() == ["2026-11-20", "█" * 40, "100,000"]
    assert small.split() == ["2026-11-21", "▏", "1"]
