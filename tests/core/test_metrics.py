"""Every count is exported, however many processes made it and however they ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from app.core import metrics
from app.core.metrics import Reading
from tests.support.counted import samples

ROOT = Path(__file__).parents[2]
COUNT = """
import itertools
from app.core import metrics
for number in itertools.count(1):
    metrics.notification("stored")
    with metrics.stage("store"):
        pass
    print(number, flush=True)
"""
SHOW = "from app.core import metrics; print(metrics.exposition(metrics.Reading(None)).decode())"


def run(code: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, check=True)


def test_no_process_that_is_killed_takes_away_what_it_counted_nor_leaves_more_files(tmp_path: Path) -> None:
    environ = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
    told = 0
    for _ in range(2):
        running = [
            subprocess.Popen(
                [sys.executable, "-c", COUNT], cwd=ROOT, env=os.environ | environ, stdout=subprocess.PIPE, text=True
            )
            for _ in range(3)
        ]
        for process in running:
            assert process.stdout is not None
            for _ in range(20):
                assert process.stdout.readline()
        for process in running:
            process.send_signal(signal.SIGKILL)
        for process in running:
            assert process.stdout is not None
            with process.stdout as lines:
                out = lines.read()
            process.wait(300)
            whole = [line for line in out.splitlines(keepends=True) if line.endswith("\n")]
            told += int(whole[-1]) if whole else 20
    shown = samples(run(SHOW, environ).stdout)
    # what a process was doing when it was killed may or may not have been counted, or reported
    assert told <= shown["collagen_notifications_total", "stored"] <= told + 6
    assert told <= shown["collagen_photo_stage_seconds_count", "store"] <= told + 6
    assert sorted(path.name for path in (tmp_path / "metrics").glob("*.slot")) == ["0.slot", "1.slot", "2.slot"]
    assert len(list((tmp_path / "metrics").glob("*.db"))) == 9


def test_a_process_that_is_forked_has_a_slot_of_its_own(tmp_path: Path) -> None:
    code = (
        "import os; from app.core import metrics\n"
        "metrics.mail('sent')\n"
        "if (child := os.fork()) == 0:\n"
        "    metrics.mail('sent'); os._exit(0)\n"
        "os.waitpid(child, 0); metrics.mail('sent'); print(metrics.exposition(metrics.Reading(None)).decode())\n"
    )
    shown = samples(run(code, {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}).stdout)
    assert shown["collagen_mails_total", "sent"] == 3
    assert {path.name for path in tmp_path.glob("counter_*.db")} == {"counter_0.db", "counter_1.db"}


def test_the_newest_limit_from_cloudinary_is_shown_whichever_process_received_it(tmp_path: Path) -> None:
    environ = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    code = (
        "import os; from app.core import metrics\n"
        "metrics.standing(499, 500, 3600)\n"
        "if (child := os.fork()) == 0:\n"
        "    metrics.standing(12, 500, 7200); os._exit(0)\n"
        "os.waitpid(child, 0)\n"
    )
    run(code, environ)
    (tmp_path / "counter_7.db").write_bytes(b"")  # its process was killed before it wrote a byte
    shown = samples(run(SHOW, environ).stdout)
    assert shown["collagen_cloudinary_calls_left", ""] == 12
    assert shown["collagen_cloudinary_limit_reset_timestamp_seconds", ""] == 7200


@pytest.mark.parametrize("place", ["missing/metrics", "file"])
def test_a_process_that_cannot_share_its_values_says_so_once_and_goes_on(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    code = "from app.core import metrics; metrics.mail('sent'); metrics.mail('sent');" + SHOW
    done = run(code, {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / place)})
    assert samples(done.stdout)["collagen_mails_total", "sent"] == 2
    assert len(done.stderr.splitlines()) == 1
    assert "PROMETHEUS_MULTIPROC_DIR" in done.stderr


def test_importing_makes_no_file_and_needs_no_directory(tmp_path: Path) -> None:
    place = tmp_path / "metrics"
    run(
        "from app.core import metrics; from app.services.processor import processor",
        {"PROMETHEUS_MULTIPROC_DIR": str(place)},
    )
    assert not place.exists()


def test_without_a_directory_a_process_shows_what_it_counted_itself() -> None:
    before = samples(metrics.exposition(Reading(None)).decode())
    metrics.notification("stored")
    with pytest.raises(ZeroDivisionError), metrics.stage("decode"):
        raise ZeroDivisionError
    metrics.answered("/health", 200, 0.01)
    after = samples(metrics.exposition(Reading(None)).decode())
    for name, label in (
        ("collagen_notifications_total", "stored"),
        ("collagen_photo_stage_seconds_count", "decode"),
        ("collagen_http_requests_total", "/health"),
        ("collagen_http_request_seconds_count", "/health"),
    ):
        assert after[name, label] == before.get((name, label), 0) + 1, name


def test_every_metric_is_ours_explains_itself_and_names_its_unit() -> None:
    found = list(families(metrics.exposition(Reading(5, {"sayno": 3}, {"sayno": 1}, {"sayno": 0.0})).decode()))
    for family in found:
        assert family.name.startswith("collagen_"), family.name
        assert family.documentation.endswith("."), family.name
        assert family.type in ("counter", "gauge", "histogram"), family.name
        if family.type == "histogram":
            assert family.name.endswith("_seconds"), family.name
    assert not [family.name for family in found if family.name.endswith("_created")]
    assert len({family.name for family in found}) == len(found) == 20


def test_a_missing_store_is_reported_and_nothing_else_about_it() -> None:
    shown = samples(metrics.exposition(Reading(None)).decode())
    assert shown["collagen_store_up", ""] == 0
    assert not [name for name, _ in shown if name in ("collagen_photos", "collagen_store_free_bytes")]
