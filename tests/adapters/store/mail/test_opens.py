"""Opens: one file for each process and day, whose lines never tear, get lost, or say more than they may."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.store import Store
from app.core.errors import StoreUnavailable
from scripts.sandbox.waiting import wait_for
from tests.support import child

NOW = datetime(2026, 11, 20, 23, 59, 58, tzinfo=UTC)
RECORD = {"collage": "0001", "photo": "ann", "class": "human"}


def files(store: Store) -> list[Path]:
    return sorted(store.opens.directory("sayno").iterdir())


def photos(store: Store) -> list[str]:
    return [record["photo"] for record in store.opens.read("sayno")]


def test_a_record_comes_back_with_its_time_and_campaign(store: Store) -> None:
    store.opens.add("sayno", NOW, RECORD)
    store.opens.add("sayno", NOW, RECORD | {"photo": None})
    assert list(store.opens.read("sayno")) == [
        {"time": "2026-11-20T23:59:58Z", "campaign": "sayno"} | RECORD,
        {"time": "2026-11-20T23:59:58Z", "campaign": "sayno", "collage": "0001", "class": "human"},
    ]


def test_what_a_record_should_not_say_is_not_written(store: Store) -> None:
    store.opens.add("sayno", NOW, RECORD | {"address": "203.0.113.9", "user_agent": "Firefox"})
    assert list(store.opens.read("sayno")) == [{"time": "2026-11-20T23:59:58Z", "campaign": "sayno"} | RECORD]


def test_each_day_and_campaign_has_a_file_of_this_process(store: Store) -> None:
    for when in (NOW, NOW, NOW + timedelta(seconds=2), NOW):
        store.opens.add("sayno", when, RECORD)
    store.opens.add("other", NOW, RECORD)
    names = [path.name.split(".") for path in files(store)]
    assert [(day, suffix) for day, _, suffix in names] == [("20261120", "jsonl"), ("20261121", "jsonl")]
    assert {len(writer.split("-")[-1]) for _, writer, _ in names} == {8}
    assert all(f"-{os.getpid()}-" in writer for _, writer, _ in names)
    times = [record["time"] for record in store.opens.read("sayno")]
    assert (len(times), times) == (4, sorted(times))
    assert len(list(store.opens.read("other"))) == 1


def test_a_campaign_without_opens_has_none(store: Store) -> None:
    assert list(store.opens.read("sayno")) == []


def test_what_a_dead_writer_left_of_a_line_is_passed_over(store: Store) -> None:
    store.opens.add("sayno", NOW, RECORD)
    (torn,) = files(store)
    whole = torn.read_bytes()
    torn.with_name("20261119.dead-1-00000000.jsonl").write_bytes(whole + whole[:-20])
    assert len(list(store.opens.read("sayno"))) == 2


def test_threads_share_the_file_of_their_process(store: Store) -> None:
    def write(who: int) -> None:
        for number in range(200):
            store.opens.add("sayno", NOW, RECORD | {"photo": f"{who}/{number}"})

    threads = [threading.Thread(target=write, args=[who]) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files(store)) == 1
    assert sorted(photos(store)) == sorted(f"{who}/{number}" for who in range(8) for number in range(200))


def test_a_fork_has_a_file_of_its_own(store: Store) -> None:
    child.run(
        """
        import os, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from app.adapters.store import Store
        store = Store(Path(sys.argv[1]))
        def add(photo):
            record = {"collage": "0001", "class": "human", "photo": photo}
            store.opens.add("sayno", datetime(2026, 11, 20, tzinfo=UTC), record)
        add("before")
        children = []
        for number in range(3):
            pid = os.fork()
            if not pid:
                for _ in range(100):
                    add(f"child {number}")
                os._exit(0)
            children.append(pid)
        for _ in range(100):
            add("parent")
        assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0]
        """,
        store.root.path,
    )
    assert len(files(store)) == 4
    assert Counter(photos(store)) == {"before": 1, "parent": 100} | {f"child {number}": 100 for number in range(3)}


def test_what_was_written_survives_the_death_of_its_process(store: Store) -> None:
    writer = child.start(
        """
        import sys, time
        from datetime import UTC, datetime
        from pathlib import Path
        from app.adapters.store import Store
        store = Store(Path(sys.argv[1]))
        for number in range(100):
            record = {"collage": "0001", "class": "human", "photo": str(number)}
            store.opens.add("sayno", datetime(2026, 11, 20, tzinfo=UTC), record)
        print("written", flush=True)
        time.sleep(60)
        """,
        store.root.path,
    )
    assert child.line(writer) == "written"
    child.end(writer)
    assert photos(store) == [str(number) for number in range(100)]


def test_a_file_that_was_removed_or_replaced_is_opened_anew(store: Store) -> None:
    store.opens.add("sayno", NOW, RECORD | {"photo": "first"})
    (path,) = files(store)
    path.with_name("new").write_bytes(path.read_bytes())
    path.with_name("new").rename(path)
    store.opens.add("sayno", NOW, RECORD | {"photo": "second"})
    assert photos(store) == ["first", "second"]
    path.unlink()
    store.opens.add("sayno", NOW, RECORD | {"photo": "third"})
    assert photos(store) == ["third"]


def test_a_file_in_the_directorys_place_is_the_stores_failure(store: Store) -> None:
    store.root.files.make_directories(store.opens.directory("sayno").parent)
    store.opens.directory("sayno").write_bytes(b"")
    with pytest.raises(StoreUnavailable):
        store.opens.add("sayno", NOW, RECORD)
    with pytest.raises(StoreUnavailable):
        list(store.opens.read("sayno"))
    store.opens.directory("sayno").unlink()
    store.opens.add("sayno", NOW, RECORD)
    assert photos(store) == ["ann"], "once it is gone all is well again"


def test_a_purge_while_writers_go_on_loses_no_line_of_anyone_else(store: Store) -> None:
    writers = [
        child.start(
            """
            import sys
            from datetime import UTC, datetime
            from pathlib import Path
            from app.adapters.store import Store
            store, who = Store(Path(sys.argv[1])), sys.argv[2]
            print("ready", flush=True)
            sys.stdin.readline()
            for number in range(3000):
                for photo in (f"{who}/{number}", "forgotten"):
                    record = {"collage": "0001", "class": "human", "photo": photo}
                    store.opens.add("sayno", datetime(2026, 11, 20, tzinfo=UTC), record)
            """,
            store.root.path,
            who,
        )
        for who in range(3)
    ]
    for writer in writers:
        assert child.line(writer) == "ready"
    for writer in writers:
        assert writer.stdin is not None
        print(file=writer.stdin, flush=True)

    def names(line: str) -> bool:
        return bool(json.loads(line)["photo"] == "forgotten")

    removed = 0

    def have_ended() -> bool:
        nonlocal removed
        removed += store.logs.purge("sayno", names, lambda document: False).lines_removed
        return all(writer.poll() is not None for writer in writers)

    wait_for(have_ended, "the writers had ended", every=0)
    for writer in writers:
        writer.communicate(timeout=300)
        assert writer.returncode == 0
    removed += store.logs.purge("sayno", names, lambda document: False).lines_removed
    assert removed == 9000
    assert Counter(photos(store)) == {f"{who}/{number}": 1 for who in range(3) for number in range(3000)}


def test_a_file_left_empty_is_removed(store: Store) -> None:
    store.opens.add("sayno", NOW, RECORD)
    assert store.logs.purge("sayno", lambda line: "ann" in line, lambda document: False).lines_removed == 1
    assert files(store) == []
    store.opens.add("sayno", NOW, RECORD | {"photo": "bob"})
    assert photos(store) == ["bob"]
