"""Parse modes and entities, as tables; the rules and refusals are those of tdlib's MessageEntity.cpp."""

import pytest

from standins.telegram.entities import utf16_length
from standins.telegram.errors import ApiError
from standins.telegram.markup import formatted


def entities(text: str, mode: str) -> tuple[str, list[tuple[str, int, int]]]:
    plain, found = formatted(text, parse_mode=mode)
    return plain, [(entity["type"], entity["offset"], entity["length"]) for entity in found]


@pytest.mark.parametrize(
    ("source", "plain", "found"),
    [
        ("<b>a</b> <strong>b</strong>", "a b", [("bold", 0, 1), ("bold", 2, 1)]),
        ("😀<i>😀</i>", "😀😀", [("italic", 2, 2)]),
        ("<b>bold <i>both</i></b>", "bold both", [("bold", 0, 9), ("italic", 5, 4)]),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2 &#128512; &nbsp;", "1 < 2 && 3 > 2 😀 &nbsp;", []),
        ("<u>a</u><s>b</s><tg-spoiler>c</tg-spoiler>", "abc",
         [("underline", 0, 1), ("strikethrough", 1, 1), ("spoiler", 2, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote>a</blockquote><blockquote expandable>b</blockquote>", "ab",
         [("blockquote", 0, 1), ("expandable_blockquote", 1, 1)]),
        ("<b></b>x", "x", []),
        ("  <b>  trimmed </b>\n\n", "trimmed", [("bold", 0, 7)]),
        ("<b>closed by nothing named</>", "closed by nothing named", [("bold", 0, 23)]),
    ],
)  # fmt: skip
def test_html_becomes_entities(source: str, plain: str, found: list[tuple[str, int, int]]) -> None:
    assert entities(source, "HTML") == (plain, found)


@pytest.mark.parametrize(
    ("source", "plain", "found"),
    [
        ("*a* _b_ __c__ ~d~ ||e|| `f`", "a b c d e f",
         [("bold", 0, 1), ("italic", 2, 1), ("underline", 4, 1), ("strikethrough", 6, 1), ("spoiler", 8, 1),
          ("code", 10, 1)]),
        ("*b _bi_ b*", "b bi b", [("bold", 0, 6), ("italic", 2, 2)]),
        ("_a __b___", "a b", [("italic", 0, 3), ("underline", 2, 1)]),
        (r"1\.5 \* 2 \= 3", "1.5 * 2 = 3", []),
        ("`a*b_c\\`d`", "a*b_c`d", [("code", 0, 7)]),
        ("x\n>quote\n>more\nend", "x\nquote\nmore\nend", [("blockquote", 2, 11)]),
        (">a\n**>b||", "a\nb", [("blockquote", 0, 2), ("expandable_blockquote", 2, 1)]),
        (">*a*\n>b", "a\nb", [("blockquote", 0, 3), ("bold", 0, 1)]),
        ("a**b", "ab", []),
    ],
)  # fmt: skip
def test_markdown_v2_becomes_entities(source: str, plain: str, found: list[tuple[str, int, int]]) -> None:
    assert entities(source, "MarkdownV2") == (plain, found)


def test_code_keeps_its_language() -> None:
    assert formatted("```python\nprint()\n```", parse_mode="MarkdownV2")[1] == [
        {"offset": 0, "length": 7, "type": "pre", "language": "python"}
    ]
    assert formatted('<pre><code class="language-python">print()</code></pre>', parse_mode="HTML")[1] == [
        {"offset": 0, "length": 7, "type": "pre", "language": "python"}
    ]


@pytest.mark.parametrize(
    ("source", "mode", "url"),
    [
        ('<a href="https://example.com/a?b=1&amp;c=2">x</a>', "HTML", "https://example.com/a?b=1&c=2"),
        ("<a href='example.com'>x</a>", "HTML", "http://example.com"),
        (r"[x](https://example.com/\(a\))", "MarkdownV2", "https://example.com/(a)"),
        ("[x](https://example.com)", "Markdown", "https://example.com/"),
    ],
)
def test_links_keep_their_address(source: str, mode: str, url: str) -> None:
    assert formatted(source, parse_mode=mode) == ("x", [{"offset": 0, "length": 1, "type": "text_link", "url": url}])


@pytest.mark.parametrize(
    ("source", "mode", "words"),
    [
        ("<b>a", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        ("я <b>a</i>", "HTML", 'Unmatched end tag at byte offset 7, expected "</b>", found "</i>"'),
        ("я <p>", "HTML", 'Unsupported start tag "p" at byte offset 3'),
        ("1 < 2", "HTML", "Unclosed start tag at byte offset 2"),
        ("a</b>", "HTML", "Unexpected end tag at byte offset 1"),
        ("<span>a</span>", "HTML", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("Price: 1.5", "MarkdownV2", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a > b", "MarkdownV2", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("😀 _a", "MarkdownV2", "Can't find end of Italic entity at byte offset 5"),
        ("*a _b*", "MarkdownV2", "Can't find end of Bold entity at byte offset 5"),
        ("`a", "MarkdownV2", "Can't find end of Code entity at byte offset 0"),
        ("```py\na", "MarkdownV2", "Can't find end of PreCode entity at byte offset 0"),
        (">*a\nb*", "MarkdownV2", "Can't find end of Bold entity at byte offset 1"),
        ("[a](b", "MarkdownV2", "Can't find end of a URL at byte offset 4"),
        ("*a", "Markdown", "Can't find end of the entity starting at byte offset 0"),
    ],
)
def test_mistakes_are_refused_with_their_place(source: str, mode: str, words: str) -> None:
    with pytest.raises(ApiError) as refusal:
        formatted(source, parse_mode=mode)
    assert refusal.value.description == f"Bad Request: can't parse entities: {words}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start and /help@some_bot", [("bot_command", 0, 6), ("bot_command", 11, 14)]),
        ("a/b 1/2 http://a.b/c", [("url", 8, 12)]),
        ("see https://example.com/x, or t.me/some_bot.", [("url", 4, 21), ("url", 30, 13)]),
        ("😀 @some_bot", [("mention", 3, 9)]),
        ("#tag #1 me@example.com", [("hashtag", 0, 4), ("email", 8, 14)]),
        ("contract.pdf is 3.5 pages", []),
    ],
)
def test_what_is_written_plainly_is_found(text: str, found: list[tuple[str, int, int]]) -> None:
    assert entities(text, "") == (text, found)


def test_nothing_is_looked_for_inside_code() -> None:
    assert entities("<code>/start @some_bot</code>", "HTML")[1] == [("code", 0, 16)]


def test_entities_that_a_bot_gives_are_kept_and_checked() -> None:
    given = [{"type": "bold", "offset": 2, "length": 2}]
    assert formatted("😀😀", parse_mode="", given=given)[1] == [{"type": "bold", "offset": 2, "length": 2}]
    with pytest.raises(ApiError, match="ends after the end of the text"):
        formatted("ab", parse_mode="", given=[{"type": "bold", "offset": 1, "length": 2}])


def test_lengths_are_utf_16_units() -> None:
    assert [utf16_length(text) for text in ("abc", "яя", "😀", "👩‍👩‍👧")] == [3, 2, 2, 8]
