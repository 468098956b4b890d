"""Every [n] that stays in an answer exists."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personal_bot.answers.citations import Checked, check, escaped, readable, says_nothing_found


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
        ("Bread [3](https://example.org/a_b).", "Bread [1].", (3,)),
        ("Bread [3](#).", "Bread [1].", (3,)),
        ("Bread [3] (see below).", "Bread [1] (see below).", (3,)),
        ("See [the page](https://example.org).", "See [the page](https://example.org).", ()),
        ("Bread [^2].\n\n[^2]: kitchen.md, page 1", "Bread [1].", (2,)),
        ("Bread [^2^].", "Bread [1].", (2,)),
        ("Bread [citation:2].", "Bread [1].", (2,)),
        ("Bread [Citation: 2, citation: 3].", "Bread [1][2].", (2, 3)),
        ("Bread [source 2].", "Bread [1].", (2,)),
        ("Хлеб [источник 2].", "Хлеб [1].", (2,)),
        ("Bread ［2］.", "Bread [1].", (2,)),
        ("Bread 【2】【3】.", "Bread [1][2].", (2, 3)),
        ("Bread 【2:0†a.pdf】.", "Bread [1].", (2,)),
        ("Bread [[2]].", "Bread [1].", (2,)),
        ("Bread [[2]](a.pdf).", "Bread [1].", (2,)),
        (r"Bread \[2\].", "Bread [1].", (2,)),
        ("Bread [2, page 7].", "Bread [1].", (2,)),
        ("Хлеб [2, стр. 7–9].", "Хлеб [1].", (2,)),
        ("Bread [1 and 3].", "Bread [1][2].", (1, 3)),
        ("Bread [3-1].", "Bread [1][2][3].", (1, 2, 3)),
        ("Bread [1;2].", "Bread [1][2].", (1, 2)),
        ("Bread [[9]1].", "Bread [1].", (1,)),
        ("- [ ] todo\n- [x] done", "- [ ] todo\n- [x] done", ()),
        ("~~~\na[2]\n~~~\nDone [2].", "~~~\na[2]\n~~~\nDone [1].", (2,)),
        ("Call ``a[2]``.", "Call ``a[2]``.", ()),
        ("It prints ⟦2⟧ 8022 [3].", "It prints ［2］ 8022 [1].", (3,)),
        ("Call `a⟦2⟧` [3].", "Call `a[2]` [1].", (3,)),
        ("Call `a[2]` [2].", "Call `a[2]` [1].", (2,)),
        ("```\na[9] = 1\n```\nDone [2].", "```\na[9] = 1\n```\nDone [1].", (2,)),
        ("In [2024] it was.", "In [2024] it was.", ()),
        ("Nothing.", "Nothing.", ()),
    ],
)
def test_citations_exist_and_are_numbered_in_order(text: str, checked: str, cited: tuple[int, ...]) -> None:
    assert check(text, passages=3) == Checked(text=checked, cited=cited)


@given(st.text(alphabet="a [](),-^⟦⟧［］0123456789【】`\\\n", max_size=60), st.integers(min_value=0, max_value=5))
def test_whatever_is_written_every_citation_left_has_a_source(text: str, passages: int) -> None:
    checked = check(text, passages=passages)
    prose = re.sub(r"```.*?(?:```|\Z)|``[^\n]*?``|`[^`\n]*`", "", checked.text, flags=re.DOTALL)
    numbers = {int(number) for number in re.findall(r"\[(\d{1,3})\]", prose)}
    assert numbers <= set(range(1, len(checked.cited) + 1))
    assert all(1 <= number <= passages for number in checked.cited)


QUOTED = (
    "[2]+ Done sleep 100",
    "See [3] and [1, 2], as in [^1], 【2】 and ［3］.",
    "total = a[1] + b[2][3]",
    "[1](https://example.org)",
    "[citation:1]",
)


@pytest.mark.parametrize("text", QUOTED)
def test_brackets_of_a_quoted_document_are_no_sources(text: str) -> None:
    assert check(f"It says: {escaped(text)}", passages=3).cited == ()


@pytest.mark.parametrize("text", ["[x] done", "[Anna](https://example.org)", "[2024] was wet", "f[i] = [a, b]", "no"])
def test_other_brackets_of_a_document_are_left_as_they_are(text: str) -> None:
    assert escaped(text) == text


def test_quoted_code_reads_as_it_stood_in_the_document() -> None:
    assert readable(f"```\n{escaped('a[1] = b[2]')}\n```") == "```\na[1] = b[2]\n```"


@given(st.text(alphabet="a [](),-^［］0123456789【】\n", max_size=60))
def test_whatever_a_document_contains_quoting_it_cites_nothing(text: str) -> None:
    assert check(escaped(text), passages=999).cited == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The documents do not say anything about this.", True),
        ("This is not in the documents.", True),
        ("I couldn't find that in the provided passages.", True),
        ("There's no information about it in your files.", True),
        ("В документах об этом ничего не сказано.", True),
        ("Этого в документах нет.", True),
        ("Я не нашёл этого в документах.", True),
        ("The capital of France is Paris.", False),
        ("No, cats cannot fly.", False),
        ("Столица Франции — Париж.", False),
        ("The documents do not say it. " + "But I know that Paris is large. " * 20, False),
    ],
)
def test_an_answer_that_says_that_the_documents_do_not_hold_it_is_known_as_such(text: str, says: bool) -> None:  # noqa: FBT001 - a table
    assert says_nothing_found(text) is says
