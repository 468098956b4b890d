"""What is shown of a bot and its log."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from master_bot.texts import LANGUAGES
from master_bot.views.bots import ago, logs, tail
from support.observed_bots import NOW, bot


@given(st.text(max_size=3000), st.integers(0, 500))
def test_the_tail_of_a_log_fits_and_keeps_the_end(log: str, room: int) -> None:
    shown = tail(log, room)
    assert len(shown) <= room
    if log.splitlines() and len(log) * 6 < room:
        assert shown.splitlines()[-1:] != [] or not log.splitlines()[-1]


def test_a_bot_without_a_log_says_so() -> None:
    resource = bot(("Ready", "False", "Stopped"))
    assert logs(resource, None, LANGUAGES["en"]) == "one has no log at the moment: it does not run. /debug tells why."
    assert "The log is empty" in logs(resource, "", LANGUAGES["en"])


def test_how_long_ago_is_said_in_the_largest_unit() -> None:
    english = LANGUAGES["en"]
    passed = (5, 65, 3700, 200_000, -5)
    assert [ago(NOW - timedelta(seconds=s), NOW, english) for s in passed] == ["5 s", "1 min", "1 h", "2 d", "0 s"]
    assert ago(NOW - timedelta(hours=5), NOW, LANGUAGES["ru"]) == "5 ч"
    assert ago(None, NOW, english) == "?"
