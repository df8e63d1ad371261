"""The check of our own public URL."""

from __future__ import annotations

import pytest

from app.adapters import self_check
from app.core.errors import SettingError
from tests.support.answers import Answers


def test_an_answer_of_collagens_is_well(answers: Answers) -> None:
    answers.body = b'{"checks":{"store":"ok"},"status":"ok"}'
    self_check.check(answers.url)
    self_check.check(f"{answers.url}/below")
    assert answers.asked == ["/health", "/below/health"]


@pytest.mark.parametrize(
    ("status", "body", "named"),
    [
        (503, b'{"checks":{"store":"gone"},"status":"failing"}', "answers 503: something that the service needs"),
        (200, b"<h1>Welcome to nginx!</h1>", "answers 200, and not as Collagen does"),
        (502, b"", "answers 502, and not as Collagen does"),
    ],
)
def test_any_other_answer_is_none(answers: Answers, status: int, body: bytes, named: str) -> None:
    answers.status, answers.body = status, body
    with pytest.raises(SettingError, match=named):
        self_check.check(answers.url)


def test_no_answer_says_why() -> None:
    with pytest.raises(SettingError, match="cannot be reached from here: Connection refused"):
        self_check.check("http://127.0.0.1:9")


def test_a_certificate_that_is_not_to_be_trusted_is_no_answer(answers: Answers) -> None:
    with pytest.raises(SettingError, match="cannot be reached from here"):
        self_check.check(answers.url.replace("http:", "https:"))
