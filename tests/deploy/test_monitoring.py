"""The dashboard, the alerts and their page name only what exists; one ID can be followed through all logs."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families as families

from app.adapters.store import Store
from scripts.sandbox.samples import person
from scripts.sandbox.service import PASSWORD, ROOT, Service, environment
from scripts.sandbox.standin.client import Standin
from tests.support.web import sign

RULES = ROOT / "deploy/prometheus/alerts.yml"
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/collagen.json").read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
DOCUMENT = (ROOT / "docs/monitoring.md").read_text()
NOT_SHOWN = {"collagen_cloudinary_limit_reset_timestamp_seconds"}  # only an alert needs it
GIVEN = "5d0c7ff14a2b6e3a9c1be8a1d0f4c2b7"  # as nginx makes them
NAME = re.compile(r"\b(?:collagen_\w+|up)\b")


def expressions() -> list[str]:
    """Every query of the dashboard, as Prometheus receives it."""
    found = [target["expr"] for panel in PANELS for target in panel.get("targets", [])]
    return [expr.replace("$__rate_interval", "1m").replace("$job", ".+").replace("$campaign", ".+") for expr in found]


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def named(expression: str) -> set[str]:
    """The metrics in an expression, without quoted text and label names."""
    bare = re.sub(r"\b(by|without) *\([^)]*\)", "", re.sub(r"\{[^}]*\}", "", expression))
    return set(NAME.findall(bare))


@pytest.fixture(scope="module")
def seen(running_standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str], Store]:
    """A service's metrics, log and store, after one photo arrived and a collage was built."""
    top = tmp_path_factory.mktemp("watched")
    store = Store(top / "store")
    store.root.initialise()
    (top / "campaigns.toml").write_text('[sayno]\npublic = true\npublish = "site"\n')
    more = {"COLLAGEN_LOG": "json", "PROMETHEUS_MULTIPROC_DIR": str(top / "metrics")}
    running_standin.settings(notify=None, signature="sha1")
    running_standin.reset()
    with Service(environment(running_standin, store.root.path, **more)) as service:
        running_standin.upload(person(1), "supporters/9f2c41", folder="sayno", email="ann@example.org")
        running_standin.approve("supporters/9f2c41")
        body = json.dumps(running_standin.notifications()[-1]["payload"]).encode()
        headers = sign(body, "s3cret-of-the-account") | {"X-Request-ID": GIVEN, "X-Forwarded-For": "203.0.113.9"}
        answer = requests.post(service.webhook, data=body, headers=headers, timeout=300)
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (200, GIVEN)
        assert service.build("sayno", width=300, height=400).status_code == 201
        requests.get(f"{service.url}/track/a-personal-token/collage.jpg", timeout=300)
        scraped = requests.get(f"{service.url}/metrics", timeout=300).text
    return scraped, service.log, store


def test_one_photos_id_is_in_its_lines_of_every_log(seen: tuple[str, list[str], Store]) -> None:
    _, log, store = seen
    mine = [line for line in map(json.loads, log) if line["request_id"] == GIVEN]
    assert [(line["logger"], line["level"]) for line in mine] == [
        ("app.services.intake", "INFO"),
        ("app.access", "INFO"),
    ]
    photo, access = mine
    assert (photo["public_id"], photo["outcome"], photo["campaign"]) == ("supporters/9f2c41", "stored", "sayno")
    assert (access["method"], access["route"], access["status"]) == ("POST", "/webhook/<source>", 200)
    (line,) = store.logs.tail("sayno", 9)
    assert re.fullmatch(rf"\S+Z SYNCED supporters/9f2c41 version \d+ request={GIVEN}", line)


def test_a_process_that_a_request_started_goes_on_with_its_id(seen: tuple[str, list[str], Store]) -> None:
    lines = [json.loads(line) for line in seen[1]]
    (built,) = [line["request_id"] for line in lines if line["logger"] == "app.services.collage.job"]
    (asked,) = [line["request_id"] for line in lines if line.get("route") == "/admin/campaigns/<campaign>/collages"]
    assert built == asked


def test_every_line_has_the_same_fields_gunicorns_too(seen: tuple[str, list[str], Store]) -> None:
    lines = [json.loads(line) for line in seen[1]]
    assert {line["logger"] for line in lines} >= {"gunicorn.error", "app.access", "app.services.intake"}
    for line in lines:
        assert list(line)[:5] == ["time", "level", "logger", "message", "request_id"], line
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["time"])


def test_processes_count_together_and_nothing_that_is_counted_names_anyone(seen: tuple[str, list[str], Store]) -> None:
    scraped, log, _ = seen
    values = {
        (sample.name, *sample.labels.values()): sample.value for one in families(scraped) for sample in one.samples
    }
    for expected in (
        ("collagen_notifications_total", "stored"),
        ("collagen_photo_stage_seconds_count", "decode"),
        ("collagen_build_seconds_count", "done"),
        ("collagen_http_requests_total", "/track/<token>/collage.jpg", "404"),
        ("collagen_photos", "sayno"),
        ("collagen_collages", "sayno"),
        ("collagen_store_up",),
    ):
        assert values[expected] == 1, expected
    for private in ("@", "supporters", "9f2c41", "a-personal-token", "203.0.113.9", GIVEN, PASSWORD):
        assert private not in scraped, private
    assert not [line for line in log if "203.0.113.9" in line or "a-personal-token" in line]


def test_every_name_exists_and_every_metric_is_shown_and_explained(
    seen: tuple[str, list[str], Store],
) -> None:
    exposed = list(families(seen[0]))
    samples = {sample.name for family in exposed for sample in family.samples}
    on_dashboard = set().union(*map(named, expressions()))
    in_alerts = set().union(*(named(rule["expr"]) for rule in rules()))
    assert on_dashboard - samples == {"up"}, "Prometheus makes this one itself"
    assert in_alerts - samples == {"up"}
    roots = {family.name + ("_total" if family.type == "counter" else "") for family in exposed}
    shown = {name for name in roots if any(other.startswith(name) for other in on_dashboard)}
    assert roots - shown == NOT_SHOWN
    table = set(re.findall(r"`(collagen_\w+)`", DOCUMENT))
    assert table == roots
    labels = {label for family in exposed for sample in family.samples for label in sample.labels} - {"le"}
    used = set(itertools.chain.from_iterable(re.findall(r"(\w+)(?:=~|!=|=)\"", expr) for expr in expressions()))
    assert used - labels == {"job"}, "Prometheus gives this label"


def test_every_alert_says_what_happened_and_what_to_do() -> None:
    for rule in rules():
        assert re.fullmatch(r"Collagen[A-Za-z]+", rule["alert"])
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["for"], rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
        assert len(rule["annotations"]["description"]) > 40, rule["alert"]
    tested = (RULES.parent / "alerts.test.yml").read_text()
    for rule in rules():
        fires = rf"alertname: {rule['alert']}\n\s+exp_alerts:"
        assert re.search(fires, tested), rule["alert"]
        assert f"alertname: {rule['alert']}}}" in tested, "and when it does not"


def test_prometheus_understands_every_expression_and_the_alerts_pass_their_tests(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        assert len(rules()) == len({rule["alert"] for rule in rules()})
        return
    recorded = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions())]
    (tmp_path / "dashboard.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    for command in (
        ["check", "rules", str(tmp_path / "dashboard.yml")],
        ["check", "config", "prometheus.yml"],
        ["test", "rules", "alerts.test.yml"],
    ):
        done = subprocess.run([promtool, *command], cwd=RULES.parent, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_is_whole_and_no_panel_lies_on_another() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    taken: dict[tuple[int, int], str] = {}
    for panel in PANELS:
        place = panel["gridPos"]
        assert 0 <= place["x"] <= place["x"] + place["w"] <= 24, panel["title"]
        for cell in itertools.product(
            range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        ):
            assert taken.setdefault(cell, panel["title"]) == panel["title"], panel["title"]
    source = {"type": "prometheus", "uid": "${datasource}"}
    variables = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    for panel in PANELS:
        if panel["type"] == "row":
            continue
        assert panel["datasource"] == source
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert [target["refId"] for target in panel["targets"]] == ["A", "B", "C"][: len(panel["targets"])]
        for target in panel["targets"]:
            assert target["datasource"] == source
            assert set(re.findall(r"\$(\w+)", target["expr"])) <= {*variables, "__rate_interval"}, panel["title"]
            told = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
            by = re.search(r"by \(([^)]*)\)", target["expr"])
            assert set(told) <= set(by[1].split(", ") if by else ()), panel["title"]
