"""What is done with a file."""

from hypothesis import given
from hypothesis import strategies as st

from app.services.importing.decision import Decision, Known, decide, too_large

NAMES = st.sampled_from(["a", "b", "c", "d"])


@given(
    files=st.dictionaries(st.text(min_size=1), NAMES),
    there=st.sets(NAMES),
    refused=st.dictionaries(NAMES, st.text(min_size=1)),
    assets=st.dictionaries(st.text(min_size=1), st.none() | NAMES),
)
def test_no_bytes_are_uploaded_twice_and_none_without_consent(
    files: dict[str, str], there: set[str], refused: dict[str, str], assets: dict[str, str | None]
) -> None:
    known = Known(set(there), dict(assets), dict(refused))
    decided = {file: decide(file, file, digest, known) for file, digest in files.items()}
    uploaded = [files[file] for file, decision in decided.items() if decision.verdict == "upload"]
    assert len(uploaded) == len(set(uploaded))
    assert not set(uploaded) & (there | refused.keys())
    assert not {file for file, decision in decided.items() if decision.verdict == "upload"} & assets.keys()
    assert all((decision.verdict == "refused") == (files[file] in refused) for file, decision in decided.items())


def test_what_has_the_public_id_decides_unless_its_bytes_are_unknown() -> None:
    known = Known(assets={"same": "1", "other": "2", "unknown": None})
    assert decide("f1", "same", "1", known) == Decision("there")
    assert decide("f2", "unknown", "3", known) == Decision("ask")
    assert decide("f3", "other", "4", known).verdict == "failed"
    assert decide("f4", "free", "5", known) == Decision("upload")
    assert decide("f5", "free2", "5", known) == Decision("same", "f4")


def test_a_file_over_any_limit_is_named_with_its_size_and_whose_limit_it_is() -> None:
    most = {"this account": 10_485_760, "one upload": 100_000_000}
    assert too_large(10_485_760, most) == ""
    assert too_large(12_300_000, most).startswith("it has 12.3 MB, and this account takes 10.5 MB a picture")
    assert too_large(10**9, {"one upload": 100_000_000}).startswith("it has 1000.0 MB, and one upload takes 100.0 MB")
