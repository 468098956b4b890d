"""Every language says everything, with the same facts, in what Telegram can read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from html.parser import HTMLParser
from string import Formatter

import pytest

from master_bot.models import CredentialProblem
from master_bot.settings import Settings
from master_bot.texts import LANGUAGES, Texts, fill, texts_for
from master_bot.texts.en.general import English
from master_bot.texts.keys import CauseText
from master_bot.views.bots import key_facts
from master_bot.views.diagnosis import OWN_REASONS, Facts
from personalbots_api.conditions import CATALOGUE

OTHERS = [language for language in LANGUAGES if language != "en"]
BOTH = pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)


def said(texts: object, pattern: type = English, within: str = "") -> Iterator[tuple[str, str]]:
    """Every text with its place; a topic of its own has its texts in an object of its own."""
    for own in vars(pattern):
        if own.startswith("_"):
            continue
        value, name = getattr(texts, own), f"{within}{own}"
        if type(value).__module__.startswith("master_bot.texts"):
            yield from said(value, type(getattr(English, own)), f"{own}.")
        elif isinstance(value, Mapping):
            for key, entry in value.items():
                if isinstance(entry, CauseText):
                    yield from ((f"{name}.{key}.{part}", text) for part, text in entry._asdict().items())
                else:
                    yield f"{name}.{key}", entry
        else:
            yield name, value


def places(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_everything_itself(language: str) -> None:
    texts = LANGUAGES[language]
    topics = [(English, texts), *((type(value), getattr(texts, name)) for name, value in vars(English).items()
              if type(value).__module__.startswith("master_bot.texts"))]  # fmt: skip
    for pattern, own in topics:
        assert {name for name in vars(pattern) if not name.startswith("_")} <= set(vars(type(own)))
    assert [place for place, _ in said(LANGUAGES[language])] == [place for place, _ in said(LANGUAGES["en"])]


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_names_the_same_facts(language: str) -> None:
    english = dict(said(LANGUAGES["en"]))
    optional = {"{message}"}
    for place, text in said(LANGUAGES[language]):
        assert places(text) - optional == places(english[place]) - optional, place


@BOTH
def test_every_cause_of_the_catalogue_and_every_refusal_has_its_sentence(texts: Texts) -> None:
    assert set(texts.causes) == {reason.name for reason in CATALOGUE} | set(OWN_REASONS)
    assert set(texts.refusals) == set(CredentialProblem)


@BOTH
def test_causes_name_only_facts_that_are_known(texts: Texts) -> None:
    known = {field.name for field in fields(Facts)}
    for reason, entry in texts.causes.items():
        assert places("".join(entry)) <= known, reason
        assert entry.cause.endswith((".", "}")), reason
        assert entry.remedy.endswith("."), reason


JARGON = re.compile(
    r"\b(pods?|namespaces?|secrets?|containers?|kubelet|configmaps?|oomkilled|webhooks?|tokens? refs?|PVC"
    r"|поды|подов|неймспейс\w*|секрет\w*|контейнер\w*|вебхук\w*)\b",
    re.IGNORECASE,
)


@BOTH
def test_nothing_is_said_in_words_of_those_who_run_clusters_but_to_administrators(texts: Texts) -> None:
    found = {place: JARGON.findall(text) for place, text in said(texts) if not place.startswith("admin.")}
    assert {place: words for place, words in found.items() if words} == {}


@BOTH
def test_where_a_key_is_made_is_said_of_a_service_that_is_known(texts: Texts) -> None:
    known = key_facts("https://api.openai.com/v1", Settings(), texts)
    assert "OpenAI" in known["service"]
    assert "https://platform.openai.com/api-keys" in known["where"]


@BOTH
def test_a_service_without_a_name_is_never_called_by_its_address(texts: Texts) -> None:
    settings = Settings(llm_base_url="http://llm.standins.svc:8082/v1")
    assert key_facts(settings.llm_base_url, settings, texts) == {
        "service": texts.ai_service,
        "where": texts.key_website,
    }


@BOTH
def test_the_configured_name_and_page_are_those_of_the_configured_service_only(texts: Texts) -> None:
    settings = Settings(llm_base_url="http://a/v1", llm_name="Our AI", llm_key_url="https://a.example.com/keys")
    own, other = (key_facts(f"http://{host}/v1", settings, texts) for host in "ab")
    assert "Our AI" in own["service"]
    assert "https://a.example.com/keys" in own["where"]
    assert other == {"service": texts.ai_service, "where": texts.key_website}


@BOTH
def test_a_command_for_botfather_is_no_link_that_would_send_it_here(texts: Texts) -> None:
    for place, text in said(texts):
        bare = re.sub(r"<code>.*?</code>", "", text)
        assert not re.search(r"(?<!\w)/(newbot|mybots|revoke|setname|token|deletebot)\b", bare), place


class Tags(HTMLParser):
    """What Telegram's HTML mode takes (Bot API, "HTML style"), closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, _: object) -> None:
        assert tag in {"b", "i", "code", "pre"}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@BOTH
def test_every_text_is_html_that_telegram_reads(texts: Texts) -> None:
    for place, text in said(texts):
        tags = Tags()
        tags.feed(text)
        assert not tags.open, place


@BOTH
def test_menus_keep_to_telegrams_limits(texts: Texts) -> None:
    for command, description in texts.commands.items():
        assert 1 <= len(command) <= 32
        assert 1 <= len(description) <= 256


@pytest.mark.parametrize(
    ("code", "language"), [("ru", "ru"), ("ru-RU", "ru"), ("en", "en"), ("de", "en"), ("", "en"), (None, "en")]
)
def test_the_language_follows_the_persons(code: str | None, language: str) -> None:
    assert texts_for(code).language == language


def test_values_cannot_bring_markup() -> None:
    assert fill("<b>{bot}</b>", bot="<i>&") == "<b>&lt;i&gt;&amp;</b>"
