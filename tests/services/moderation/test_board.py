"""What waits, is approved and is rejected, from lists that lag and what was decided a moment ago."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.adapters.store.names import digest
from app.core.sources import Asset, Listed, Standing, Status
from app.services.moderation.board import LAG, STATUSES, Decision, Known, board, current, is_due, refreshed, without

IDS = ("a", "b", "c")
STATUS = st.sampled_from(STATUSES)


def listed(public_id: str, status: Status, changed_at: float = 0.0, sent_at: float = 0.0, folder: str = "f") -> Listed:
    asset = Asset(public_id, f"id-{public_id}", folder, 1, status == "approved", changed_at, None, "", sent_at=sent_at)
    return Listed(asset, status, changed_at, "jpg")


class Account:
    """What is true, as it changed over time; its lists may show any state of the last LAG seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.states: list[tuple[float, dict[str, Listed]]] = [
            (self.now, {public_id: listed(public_id, "pending", self.now) for public_id in IDS})
        ]

    def decide(self, public_id: str, status: Status) -> None:
        state = self.states[-1][1]
        row = replace(state[public_id], status=status, changed_at=self.now)
        self.states.append((self.now, state | {public_id: row}))

    def list(self, status: Status, late: float) -> list[Listed]:
        seen = [state for at, state in self.states if at <= self.now - late] or [self.states[0][1]]
        return [row for row in seen[-1].values() if row.status == status]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("decide"), st.sampled_from(IDS), STATUS),
        st.tuples(st.just("read"), STATUS, st.floats(0, LAG - 0.5)),
        st.tuples(st.just("wait"), st.floats(0.5, 60), st.none()),
    ),
    max_size=25,
)


@given(STEPS)
def test_the_board_is_right_at_every_moment_however_much_the_lists_lag(steps: list[tuple[str, object, object]]) -> None:
    account, decisions = Account(), dict[str, Decision]()
    known: dict[str, Known] = {}
    for status in STATUSES:
        known = refreshed(known, decisions, status, account.list(status, 0), account.now)
    for step in steps:
        account.now += 0.25
        match step:
            case ("decide", str(public_id), ("pending" | "approved" | "rejected") as status):
                account.decide(public_id, status)
                decisions[f"id-{public_id}"] = Decision(status, account.now)
            case ("read", ("pending" | "approved" | "rejected") as status, float(late)):
                known = refreshed(known, decisions, status, account.list(status, late), account.now)
            case ("wait", float(seconds), None):
                account.now += seconds
        truth = account.states[-1][1]
        seen = board(known, decisions, "f").rows
        assert {row.asset.public_id: row.status for rows in seen.values() for row in rows} == {
            public_id: row.status for public_id, row in truth.items()
        }


def test_what_somebody_else_decided_later_counts() -> None:
    ours = Decision("approved", 100.0)
    assert current(Known(listed("a", "pending", 50.0), 90.0), ours).status == "approved"
    assert current(Known(listed("a", "rejected", 110.0), 115.0), ours).status == "rejected"
    assert current(Known(listed("a", "pending", 50.0), 100.0 + LAG), ours).status == "pending"


def test_who_waits_longest_comes_first_and_the_last_decision_first_of_all_others() -> None:
    rows = [
        listed("late", "pending", 5, 300),
        listed("early", "pending", 900, 100),
        listed("other", "pending", folder="g"),
    ]
    rows += [listed("old", "rejected", 10), listed("new", "rejected", 20)]
    found = board({row.asset.public_id: Known(row, 0) for row in rows}, {}, "f")
    assert [row.asset.public_id for row in found.rows["pending"]] == ["early", "late"]
    assert [row.asset.public_id for row in found.rows["rejected"]] == ["new", "old"]
    assert found.counts == {"pending": 2, "approved": 0, "rejected": 2}


def test_lists_are_read_less_often_when_few_calls_are_left() -> None:
    plenty, few = Standing(400, 500, 9e9), Standing(100, 500, 9e9)
    assert is_due("pending", None, few, 0)
    assert is_due("pending", 0, plenty, 60)
    assert not is_due("pending", 0, few, 60)
    assert is_due("pending", 0, few, 300)
    assert not is_due("approved", 0, plenty, 300)
    assert is_due("pending", 0, Standing(), 60)


def test_the_list_of_those_who_wait_is_read_soon_after_a_photo_came_unless_few_calls_are_left() -> None:
    assert is_due("pending", 100, Standing(), 111, sent_at=105)
    assert not is_due("pending", 100, Standing(), 105, sent_at=105)
    assert not is_due("pending", 120, Standing(), 131, sent_at=105)
    assert not is_due("approved", 100, Standing(), 111, sent_at=105)
    assert not is_due("pending", 100, Standing(100, 500, 9e9), 111, sent_at=105)


def test_who_was_forgotten_is_dropped_until_a_list_can_know_of_it() -> None:
    known = {public_id: Known(listed(public_id, "approved"), 1000.0) for public_id in IDS}
    assert set(without(known, {digest("a"): 900.0})) == set(IDS), "read long afterwards"
    for forgotten in (1000.0, 1000.0 - LAG + 1):
        assert set(without(known, {digest("a"): forgotten})) == {"b", "c"}
    assert without(known, {}) == known
