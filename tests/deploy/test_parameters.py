"""deploy/aws/parameters.py against a local Systems Manager: the settings as the function and the instance read them."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from dotenv import dotenv_values
from moto.server import ThreadedMotoServer

from deploy.aws.parameters import line
from tests.deploy.code import PARAMETERS

SECRET = "cloudinary://123:a+b/c=$&~%40 x#y@demo?upload_prefix=http://127.0.0.1:9400"
SETTINGS = {"CLOUDINARY_URL": SECRET} | {f"EXTRA_{number}": str(number) for number in range(12)}  # two pages
REGION = "eu-central-1"


@pytest.fixture(scope="module")
def aws() -> Iterator[dict[str, str]]:
    """The environment in which boto3 finds it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    environ = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
    session = boto3.Session(environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
    client = session.client("ssm", endpoint_url=url)
    for name, value in SETTINGS.items():
        client.put_parameter(Name=f"/collagen/{name}", Value=value, Type="SecureString")
    client.put_parameter(Name="/other/COLLAGEN_SECRET_KEY", Value="of somebody else", Type="SecureString")
    yield environ | {"AWS_ENDPOINT_URL_SSM": url}
    server.stop()


def run(aws: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PARAMETERS), *arguments], env=os.environ | aws, capture_output=True, text=True
    )


def test_a_command_has_every_setting_and_nothing_of_anybody_else(aws: dict[str, str]) -> None:
    said = run(aws | {"EXTRA_3": "of the environment"}, "/collagen", "env", "-0")
    found = dict(line.split("=", 1) for line in said.stdout.split("\0") if line)
    assert found["CLOUDINARY_URL"] == SECRET
    assert found["EXTRA_11"] == "11"
    assert found["EXTRA_3"] == "of the environment"
    assert "COLLAGEN_SECRET_KEY" not in found


def test_lines_for_a_file_are_read_as_they_were_written(aws: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(run(aws, "/collagen").stdout)
    assert dotenv_values(file) == SETTINGS


@pytest.mark.parametrize("value", ["it's hidden", "hidden\\", "hid\nden", "hidden ${HOME}"])
def test_what_no_line_can_hold_is_refused_and_not_told(value: str) -> None:
    with pytest.raises(ValueError, match="NAME") as caught:
        line("NAME", value)
    assert "hid" not in str(caught.value)
    with pytest.raises(ValueError, match="lower-case"):
        line("lower-case", "x")


def test_a_start_without_parameters_ends_with_one_line(aws: dict[str, str]) -> None:
    said = run(aws, "/nothing")
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1)
    assert "/nothing" in said.stderr
