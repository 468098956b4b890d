"""What is said to the bot itself is told apart from questions to the documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personal_bot.answers.small_talk import Topic, small_talk

SAID = {
    Topic.GREETING: (
        "hello",
        "Hello!",
        "Hi there 👋",
        "hey bot",
        "Good morning!",
        "Hello, how are you?",
        "👋",
        "привет",
        "Здравствуйте!",
        "Добрый день",
        "Привет, как дела?",
        "доброе утро всем",
    ),
    Topic.THANKS: (
        "thanks",
        "Thanks!",
        "Thank you very much.",
        "ok, thanks",
        "Great, thank you for your help!",
        "thx",
        "🙏",
        "спасибо!",
        "Большое спасибо",
        "Спасибо большое за помощь!",
        "Отлично, спасибо",
        "благодарю вас",
    ),
    Topic.FAREWELL: ("bye", "Thanks, bye!", "good night", "пока", "Спасибо, до свидания!", "Спокойной ночи"),
    Topic.ABILITIES: (
        "what can you do?",
        "What can you do for me?",
        "Hi! What can you do?",
        "who are you",
        "help",
        "How can you help me?",
        "What's this bot for?",
        "что ты умеешь?",
        "Что вы умеете делать?",
        "Чем ты можешь помочь?",
        "Кто ты?",
        "помощь",
        "О чём тебя можно спросить?",
    ),
    Topic.DOCUMENTS: (
        "what documents do you have?",
        "Which files do you have?",
        "List my documents, please",
        "show me all documents",
        "What do you have?",
        "How many documents are there?",
        "documents",
        "какие документы у тебя есть?",
        "Какие у тебя документы?",
        "Какие файлы ты знаешь?",
        "Покажи мои документы",
        "Сколько у тебя документов?",
        "список документов",
        "Что у тебя есть?",
    ),
    Topic.READERS: (
        "who can read this?",
        "Who can see my documents?",
        "Who else can see what I write here?",
        "Can anyone else read my messages?",
        "who has access to my data?",
        "Is this chat private?",
        "кто может это прочитать?",
        "Кто это видит?",
        "Кто ещё видит мои документы?",
        "Кто может прочитать мою переписку?",
        "У кого есть доступ?",
        "Это видит кто-нибудь ещё?",
    ),
}

QUESTIONS = (
    "Hello, when is the rent due?",
    "Привет! Когда платить за квартиру?",
    "thanks, and the deposit?",
    "Спасибо, а залог?",
    "thanks for what?",
    "What does the chapter on thanks say?",
    "hello world",
    "Hi-fi prices",
    "What can you do about mold?",
    "What can you do if the tenant does not pay?",
    "What can I do?",
    "What documents do I need for the visa?",
    "Which documents are required?",
    "What documents do you have about cats?",
    "Which files were deleted on Friday?",
    "documents of the tenant",
    "How many employees are there?",
    "Who can read this contract for me in court?",
    "Who can see the patient's file?",
    "Who has access to the building?",
    "Who are you according to the lease, landlord or tenant?",
    "help desk hours",
    "Help me find the price",
    "What do you know about apt?",
    "How are you supposed to clean the filter?",
    "Как ты понимаешь пункт 3?",
    "Какие документы нужны для визы?",
    "Какие документы у арендатора?",
    "Кто может прочитать лекцию?",
    "Кто имеет доступ к складу?",
    "Что ты знаешь о коте?",
    "Пока действует договор, кто платит?",
    "До встречи с врачом что нельзя есть?",
    "Что можешь сказать о договоре?",
    "Sources",
    "источники",
    "all chats",
    "чаты",
    "books",
    "`hello`",
    "hello [1]",
    "?",
    "",
    "x" * 500,
)


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic, texts in SAID.items() for text in texts])
def test_what_is_said_to_the_bot_itself_is_heard(topic: Topic, text: str) -> None:
    assert small_talk(text) is topic


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_to_the_documents_is_never_swallowed(text: str) -> None:
    assert small_talk(text) is None


@pytest.mark.parametrize("courtesy", [*SAID[Topic.GREETING], *SAID[Topic.THANKS]])
def test_courtesies_before_a_question_do_not_swallow_it(courtesy: str) -> None:
    assert small_talk(f"{courtesy}, when does the museum open?") is None


@given(
    st.sampled_from([text for texts in SAID.values() for text in texts]),
    st.from_regex(r"[a-zа-я]{4,9}", fullmatch=True),
)
def test_a_word_that_is_no_talk_makes_it_a_question(text: str, word: str) -> None:
    assert small_talk(f"{text} zq{word}") is None


@given(st.text(max_size=120))
def test_whatever_is_written_there_is_a_verdict(text: str) -> None:
    assert small_talk(text) in {None, *Topic}
