"""parse_mode: HTML, MarkdownV2 and the old Markdown, with the refusals of tdlib's ``MessageEntity.cpp``."""

import html
import re
from dataclasses import dataclass, field
from typing import Final

from standins.telegram import entities
from standins.telegram.entities import Span
from standins.telegram.errors import ApiError, bad_request
from standins.telegram.models import Json

_TAGS: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji", "tg-time": "date_time",
}  # fmt: skip
_ATTRIBUTE: Final = re.compile(r"""\s*([^\s=>/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?""")
_NAMED: Final = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_RESERVED: Final = frozenset("_*[]()~`>#+-=|{}.!")
_WORDS: Final = {
    "bold": "Bold", "italic": "Italic", "underline": "Underline", "strikethrough": "Strikethrough",
    "spoiler": "Spoiler", "code": "Code", "pre": "Pre", "text_link": "TextUrl", "blockquote": "BlockQuote",
}  # fmt: skip
_MARKS: Final = {"bold": "*", "italic": "_", "underline": "__", "strikethrough": "~", "spoiler": "||", "code": "`",
          "pre": "```", "text_link": "]"}  # fmt: skip


def formatted(text: str, *, parse_mode: str, given: object = None) -> tuple[str, list[Json]]:
    """The text and the entities that a message gets of what a bot sent.

    Raises:
        ApiError: in Telegram's words, with the byte offset of the mistake.
    """
    mode = parse_mode.lower()

    if given:
        plain, spans = text, entities.from_json(text, given)
    elif mode in {"", "none"}:
        plain, spans = text, []
    elif mode in {"html", "markdownv2", "markdown"}:
        plain, spans = {"html": parse_html, "markdownv2": parse_markdown_v2, "markdown": parse_markdown}[mode](text)
    else:
        raise bad_request("unsupported parse_mode")

    plain, spans = entities.trimmed(plain, spans)
    return plain, entities.to_json(plain, entities.detected(plain, spans))


def _refuse(words: str) -> ApiError:
    return bad_request(f"can't parse entities: {words}")


def _byte(text: str, index: int) -> int:
    return len(text[:index].encode())


@dataclass(slots=True)  # changes: a language is found after it
class _Open:
    name: str
    at: int  # in the source, for refusals
    start: int  # in the result
    extra: Json = field(default_factory=dict)


def parse_html(source: str) -> tuple[str, list[Span]]:
    """https://core.telegram.org/bots/api#html-style.

    Raises:
        ApiError: with the byte offset of the mistake.
    """
    out = ""
    spans: list[Span] = []
    stack: list[_Open] = []
    i = 0
    while i < len(source):
        if source[i] == "&" and (named := _NAMED.match(source, i)):
            out += html.unescape(named.group())
            i = named.end()
        elif source[i] != "<":
            out += source[i]
            i += 1
        elif source.startswith("</", i):
            i = _close_tag(source, i, out, stack, spans)
        else:
            i = _open_tag(source, i, out, stack)

    if stack:
        raise _refuse(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')

    return out, spans


def _open_tag(source: str, i: int, out: str, stack: list[_Open]) -> int:
    end = source.find(">", i)
    if end < 0:
        raise _refuse(f"Unclosed start tag at byte offset {_byte(source, i)}")

    name = re.split(r"[\s>]", source[i + 1 : end + 1], maxsplit=1)[0].lower()
    if name not in _TAGS:
        raise _refuse(f'Unsupported start tag "{name}" at byte offset {_byte(source, i)}')

    attributes: Json = {}
    position = i + 1 + len(name)
    while (match := _ATTRIBUTE.match(source, position)) and match.end() > position and source[position] != ">":
        value = match.group(2) or ""
        attributes[match.group(1).lower()] = html.unescape(value[1:-1] if value[:1] in {'"', "'"} else value)
        position = match.end()

    end = source.find(">", position)
    if end < 0:
        raise _refuse(f"Unclosed start tag at byte offset {_byte(source, i)}")
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {_byte(source, i)}')

    stack.append(_Open(name, i, len(out), attributes))
    return end + 1


def _close_tag(source: str, i: int, out: str, stack: list[_Open], spans: list[Span]) -> int:
    if not stack:
        raise _refuse(f"Unexpected end tag at byte offset {_byte(source, i)}")

    end = source.find(">", i)
    if end < 0:
        raise _refuse(f"Unclosed end tag at byte offset {_byte(source, i)}")

    name, opened = source[i + 2 : end].strip().lower(), stack.pop()
    if name not in {"", opened.name}:
        raise _refuse(
            f'Unmatched end tag at byte offset {_byte(source, i)}, expected "</{opened.name}>", found "</{name}>"'
        )

    kind, extra = _TAGS[opened.name], _extra(opened, out)

    if opened.name == "blockquote" and "expandable" in opened.extra:
        kind = "expandable_blockquote"

    in_pre = opened.name == "code" and stack and stack[-1].name == "pre" and stack[-1].start == opened.start
    if in_pre and extra:
        stack[-1].extra |= extra
    elif opened.start < len(out) and not (kind == "text_link" and not extra) and not in_pre:
        spans.append(Span(kind, opened.start, len(out), {} if kind == "code" else extra))

    return end + 1


def _extra(opened: _Open, out: str) -> Json:
    attributes = opened.extra

    if opened.name == "a":
        return _link(attributes.get("href") or out[opened.start :])

    if opened.name == "code":
        language = attributes.get("class", "")
        return {"language": language.removeprefix("language-")} if language.startswith("language-") else {}

    if opened.name == "pre":
        return {"language": attributes["language"]} if attributes.get("language") else {}

    return {"custom_emoji_id": attributes.get("emoji-id", "")} if opened.name == "tg-emoji" else {}


def _link(url: str) -> Json:
    """A link as Telegram keeps it; none if it is no address."""
    url = url.strip()
    if re.match(r"(?i)(https?|ftp|tg|ton|tonsite)://\S+$", url):
        return {"url": url + "/" if re.fullmatch(r"(?i)https?://[^/?#]+", url) else url}
    return {"url": f"http://{url}"} if re.match(r"(?i)[\w-]+(\.[\w-]+)+(/\S*)?$", url) else {}


def parse_markdown_v2(source: str) -> tuple[str, list[Span]]:
    """https://core.telegram.org/bots/api#markdownv2-style."""
    return _MarkdownV2(source).parse()


class _MarkdownV2:
    def __init__(self, source: str) -> None:
        self.source = source
        self.out = ""
        self.i = 0
        self.stack: list[_Open] = []
        self.spans: list[Span] = []
        self.line_start = True  # nothing stands in this line of the result yet

    def parse(self) -> tuple[str, list[Span]]:
        while self.i < len(self.source):
            self._step()
        self._end_quote(expandable=self._is_expandable())
        self._refuse_open(0)
        return self.out, self.spans

    def _refuse_open(self, depth: int) -> None:
        """Refuse what is still open above this depth of the stack."""
        if len(self.stack) > depth:
            opened = self.stack[-1]
            word = "PreCode" if opened.extra.get("language") else _WORDS[opened.name]
            raise _refuse(f"Can't find end of {word} entity at byte offset {_byte(self.source, opened.at)}")

    def _ahead(self, what: str) -> bool:
        return self.source.startswith(what, self.i)

    def _put(self, text: str) -> None:
        self.out += text
        self.line_start = text.endswith("\n")

    def _top(self) -> str:
        return self.stack[-1].name if self.stack else ""

    def _step(self) -> None:
        character = self.source[self.i]
        top = self._top()

        if character == "\\" and self.source[self.i + 1 : self.i + 2].isascii() and self.i + 1 < len(self.source):
            self._put(self.source[self.i + 1])
            self.i += 2
        elif top in {"code", "pre"} and character != "`":
            self._put(character)
            self.i += 1
        elif top and top != "blockquote" and self._closes(top):
            self._close()
        elif character == "\n":
            self._newline()
        elif character in _RESERVED:
            self._open()
        else:
            self._put(character)
            self.i += 1

    def _closes(self, top: str) -> bool:
        return self._ahead(_MARKS[top]) and not (top == "italic" and self._ahead("__"))

    def _newline(self) -> None:
        self.i += 1
        ends = not self._ahead(">")
        expandable = ends and self._is_expandable()
        self._put("\n")

        if ends:
            self._end_quote(expandable=expandable)

    def _is_expandable(self) -> bool:
        """Whether ``||`` stands at the end of a block quotation; it is taken away."""
        names = [opened.name for opened in self.stack[-2:]]
        if names == ["blockquote", "spoiler"] and self.stack[-1].start == len(self.out):
            self.stack.pop()
            return True

        return False

    def _end_quote(self, *, expandable: bool) -> None:
        depth = next((n for n, opened in enumerate(self.stack) if opened.name == "blockquote"), None)
        if depth is None:
            return

        self._refuse_open(depth + 1)
        quote = self.stack.pop()
        if quote.start < len(self.out):
            kind = "expandable_blockquote" if expandable else "blockquote"
            self.spans.append(Span(kind, quote.start, len(self.out)))

    def _open(self) -> None:
        if self._ahead(">") and self.line_start:
            if not any(opened.name == "blockquote" for opened in self.stack):
                self.stack.append(_Open("blockquote", self.i, len(self.out)))

            self.line_start = False
            self.i += 1
            return

        if self._ahead("!["):
            self.i += 1

        doubled = ("underline", "spoiler", "pre") if self._top() != "pre" else ()
        name = next((name for name in doubled if self._ahead(_MARKS[name])), "") or {
            "_": "italic", "*": "bold", "~": "strikethrough", "`": "code", "[": "text_link",
        }.get(self.source[self.i], "")  # fmt: skip
        if not name:
            raise _refuse(f"Character '{self.source[self.i]}' is reserved and must be escaped with the preceding '\\'")

        opened = _Open(name, self.i, len(self.out))
        self.i += 1 if name == "text_link" else len(_MARKS[name])

        if name == "pre":
            if language := re.compile(r"([^\s`]+)(?=\s)").match(self.source, self.i):
                opened.extra = {"language": language.group()}
                self.i = language.end()

            if newline := re.compile(r"\r\n|\n\r|[\r\n]").match(self.source, self.i):
                self.i = newline.end()

        self.stack.append(opened)

    def _close(self) -> None:
        opened = self.stack.pop()
        self.i += len(_MARKS[opened.name])
        extra = opened.extra

        if opened.name == "text_link":
            extra = _link(self._address() if self._ahead("(") else self.out[opened.start :])

        if opened.start < len(self.out) and (extra or opened.name != "text_link"):
            self.spans.append(Span(opened.name, opened.start, len(self.out), extra))

    def _address(self) -> str:
        at = self.i
        match = re.compile(r"\(((?:\\[\x01-\x7e]|[^\\)])*)\)").match(self.source, self.i)
        if not match:
            raise _refuse(f"Can't find end of a URL at byte offset {_byte(self.source, at + 1)}")

        self.i = match.end()
        return re.sub(r"\\([\x01-\x7e])", r"\1", match.group(1))


def parse_markdown(source: str) -> tuple[str, list[Span]]:
    """The old mode (https://core.telegram.org/bots/api#markdown-style), without nesting.

    Raises:
        ApiError: with the byte offset of the mistake.
    """
    out, i = "", 0
    spans: list[Span] = []
    kinds = {"```": "pre", "`": "code", "*": "bold", "_": "italic", "[": "text_link"}

    while i < len(source):
        mark = next((mark for mark in kinds if source.startswith(mark, i)), "")

        if source[i] == "\\" and source[i + 1 : i + 2] in {"_", "*", "`", "["}:
            out, i = out + source[i + 1], i + 2
        elif not mark:
            out, i = out + source[i], i + 1
        else:
            end = source.find("]" if mark == "[" else mark, i + len(mark))
            if end < 0:
                raise _refuse(f"Can't find end of the entity starting at byte offset {_byte(source, i)}")

            inner, extra, next_i = source[i + len(mark) : end], {}, end + len("]" if mark == "[" else mark)
            if mark == "```" and (language := re.match(r"([^\s`]*)\n", inner)):
                extra = {"language": language.group(1)} if language.group(1) else {}
                inner = inner[language.end() :]

            if mark == "[" and (address := re.compile(r"\(([^)]*)\)").match(source, next_i)):
                extra, next_i = _link(address.group(1)), address.end()

            if inner and (mark != "[" or extra):
                spans.append(Span(kinds[mark], len(out), len(out) + len(inner), extra))

            out, i = out + inner, next_i

    return out, spans
