"""Whatever a model writes becomes messages that Telegram takes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personal_bot.telegram.markup import LONGEST, Piece, bold, cut, join, render, shortened, units

MARKS = st.sampled_from(
    ["**", "*", "`", "```", "\n", "\n\n", "# ", "- ", "[1]", "[a](http://b.c)", "<b>", "😀", "|", "> ", "$", "слово "]
)


def covered(piece: Piece, kind: str) -> list[str]:
    data = piece.text.encode("utf-16-le")
    return [
        data[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
        for one in piece.entities
        if one["type"] == kind
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(MARKS, st.text(max_size=20)), max_size=60).map("".join), st.integers(20, 200))
def test_pieces_fit_and_their_entities_lie_within_them(markdown: str, limit: int) -> None:
    whole = render(markdown)
    parts = cut(whole, limit=limit)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(whole.text.split())
    for part in parts:
        assert 0 < units(part.text) <= limit
        assert part.text == part.text.strip()
        for entity in part.entities:
            assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= units(part.text)


def test_cuts_fall_between_paragraphs() -> None:
    paragraphs = [f"Paragraph {number}. " + "word " * 100 for number in range(30)]
    parts = cut(render("\n\n".join(paragraphs)))
    assert len(parts) > 1
    assert all(part.text.startswith("Paragraph") for part in parts)
    assert all(units(part.text) <= LONGEST for part in parts)


def test_a_text_without_any_break_is_cut_all_the_same() -> None:
    assert [units(part.text) for part in cut(Piece(text="😀" * 5000))] == [4096, 4096, 1808]


@pytest.mark.parametrize("sign", ["👨‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "e\u0301", "1\ufe0f\u20e3", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_a_sign_of_several_code_points_is_never_cut(sign: str) -> None:
    parts = cut(Piece(text="a" + sign * 3000))
    assert len(parts) > 1
    assert all(units(part.text) <= LONGEST and part.text.endswith(sign) for part in parts)
    assert [part.text.replace(sign, "") for part in parts] == ["a", *[""] * (len(parts) - 1)]
    assert shortened(sign * 9, 2 * len(sign)).removesuffix("…") == sign


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("- 😀 a:\n  ```py\n  x = 1\n    y\n  ```\n- **b**", "• 😀 a:\nx = 1\n  y\n• b"),
        ("1. a\n   ```\n   x = 1\n     y\n   ```\n2. **b**", "1. a\nx = 1\n  y\n2. b"),
        ("- a\n\n  ```\n  x = 1\n    y\n  ```\n\n- **b**", "• a\nx = 1\n  y\n• b"),
        ("```\nx = 1\n  y\n```\n**b**", "x = 1\n  y\nb"),
    ],
)
def test_code_in_an_item_of_a_list_stands_on_lines_of_its_own(markdown: str, text: str) -> None:
    piece = render(markdown)
    assert piece.text == text
    assert (covered(piece, "pre"), covered(piece, "bold")) == (["x = 1\n  y"], ["b"])


def test_bold_that_crosses_a_cut_goes_on_in_the_next_piece() -> None:
    first, second = cut(bold("word " * 30), limit=100)
    assert covered(first, "bold")[0].startswith("word")
    assert covered(second, "bold")[0].startswith("word")


def test_entities_count_utf_16_units() -> None:
    piece = render("😀😀 **жирно** `code`")
    assert covered(piece, "bold") == ["жирно"]
    assert covered(piece, "code") == ["code"]


def test_what_looks_like_html_stays_text() -> None:
    assert render("a List<int> with x<y and y>z").text == "a List<int> with x<y and y>z"
    assert "```" not in render("```\nx<y>\n```").text
    assert "x<y>" in render("```\nx<y>\n```").text


@pytest.mark.parametrize("broken", ["**never closed", "```py\nnever closed", "[1](", "| a |\n|--", "# ", "\\"])
def test_broken_markup_arrives_as_text(broken: str) -> None:
    assert render(broken).text is not None


def test_joined_parts_keep_their_entities() -> None:
    whole = join(Piece(text="😀 head"), bold("bold"), Piece(text=""), bold("more"), between="\n")
    assert whole.text == "😀 head\nbold\nmore"
    assert covered(whole, "bold") == ["bold", "more"]


def test_a_table_that_fits_a_phone_stays_one_and_a_wide_one_becomes_a_list() -> None:
    narrow = render("| Month | Rent |\n|---|---:|\n| May | 45 |")
    assert [entity["type"] for entity in narrow.entities] == ["pre"]
    wide = (
        "Before\n\n| Месяц | Плата | Что |\n|---|---:|---|\n| **Май** | 45 | "
        + "слово " * 9
        + "[1] |\n| Июнь | | `b` |\n\nAfter"
    )
    shown = render(wide)
    assert shown.text == ("Before\n\nМай\n\n• Плата: 45\n• Что: " + "слово " * 9 + "[1]\n\nИюнь\n\n• Что: b\n\nAfter")
    assert [entity["type"] for entity in shown.entities] == ["bold", "bold", "code"]


def test_what_is_done_and_what_is_not_are_told_apart() -> None:
    assert render("- [ ] a\n- [x] b").text == "☐ a\n✅ b"
