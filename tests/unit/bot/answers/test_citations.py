"""Every [n] that stays in an answer exists."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personal_bot.answers.citations import Checked, check


@pytest.mark.parametrize(
    ("text", "checked", "cited"),
    [
        ("Bread [1].", "Bread [1].", (1,)),
        ("Bread [3]. Salt [1]. Bread [3].", "Bread [1]. Salt [2]. Bread [1].", (3, 1)),
        ("Bread [9].", "Bread.", ()),
        ("Bread [2][9][1].", "Bread [1][2].", (2, 1)),
        ("Bread [1, 3].", "Bread [1][2].", (1, 3)),
        ("Bread [1-3].", "Bread [1][2][3].", (1, 2, 3)),
        ("Bread [0].", "Bread.", ()),
        ("Bread 【2†source】.", "Bread [1].", (2,)),
        ("See [1](https://example.org).", "See [1](https://example.org).", ()),
        ("Call `a[2]` [2].", "Call `a[2]` [1].", (2,)),
        ("```\na[9] = 1\n```\nDone [2].", "```\na[9] = 1\n```\nDone [1].", (2,)),
        ("In [2024] it was.", "In [2024] it was.", ()),
        ("Nothing.", "Nothing.", ()),
    ],
)
def test_citations_exist_and_are_numbered_in_order(text: str, checked: str, cited: tuple[int, ...]) -> None:
    assert check(text, passages=3) == Checked(text=checked, cited=cited)


@given(st.text(alphabet="a [],-0123456789【】`\n", max_size=60), st.integers(min_value=0, max_value=5))
def test_whatever_is_written_every_citation_left_has_a_source(text: str, passages: int) -> None:
    checked = check(text, passages=passages)
    prose = re.sub(r"```.*?(?:```|\Z)|`[^`\n]*`", "", checked.text, flags=re.DOTALL)
    numbers = {int(number) for number in re.findall(r"\[(\d{1,3})\](?!\()", prose)}
    assert numbers <= set(range(1, len(checked.cited) + 1))
    assert all(1 <= number <= passages for number in checked.cited)
