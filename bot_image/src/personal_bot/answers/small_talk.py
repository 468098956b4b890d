"""What people say to the bot itself, and no document answers: "hello", "thanks", "what can you do?". Pure.

Only a message that says nothing else is small talk: "Hello, when is the rent due?" is a question to the documents.
"""

import enum
import re
import unicodedata
from typing import Final

_LONGEST: Final = 120  # characters


class Topic(enum.Enum):
    """What the person wants of the bot."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    ABILITIES = "abilities"  # what can you do?
    DOCUMENTS = "documents"  # what documents do you have?
    READERS = "readers"  # who can read this?


_NAME: Final = r"(?:(?:dear |дорогой )?(?:bot|бот)|there|everyone|everybody|all|again|всем|снова|еще раз)"
_GREETING: Final = (
    rf"(?:(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|nice to meet you|"
    r"how are you(?: doing)?(?: today)?|how is it going|"
    r"привет(?:ик|ствую)?|здравствуй(?:те)?|салют|хай|доброе утро|утро доброе|добрый (?:день|вечер)|"
    r"(?:доброго|хорошего) (?:дня|вечера|утра|времени суток)|как (?:твои |ваши )?дела|как (?:ты|вы|жизнь)|"
    rf"приятно познакомиться)(?: {_NAME})?)"
)
_THANKS: Final = (
    rf"(?:(?:(?:ok|okay|great|perfect|cool|nice|got it|ок|хорошо|отлично|супер|класс|понятно|ясно) )?"
    r"(?:(?:many |big )?thanks|(?:i )?thank you|thank u|thx|tysm|cheers|much appreciated|(?:i )?appreciate it|"
    r"(?:большое |огромное )?(?:спасибо|спс|пасиб[оа]?)|благодарю)"
    r"(?: (?:you|вас|тебя|тебе|вам))?(?: (?:very much|so much|a lot|a million|again|большое|огромное|еще раз))?"
    r"(?: (?:for (?:the|your|all the|all your) (?:help|answers?|explanation)|for (?:helping|everything)|"
    r"за (?:помощь|(?:быстрый )?ответы?|объяснение|все)))?"
    rf"(?: {_NAME})?)"
)
_FAREWELL: Final = (
    r"(?:(?:good )?bye(?: bye)?|goodbye|see you(?: later| soon| tomorrow)?|good night|have a (?:nice|good) day|"
    r"пока(?: пока)?|до (?:свидания|завтра|встречи)|спокойной ночи|доброй ночи|всего (?:доброго|хорошего))"
    rf"(?: {_NAME})?"
)
_ABILITIES: Final = (
    r"help(?: me)?|(?:what|which things) (?:can|could) you do(?: for me)?|what do you do|what are you able to do|"
    r"what (?:else )?can i ask(?: you)?(?: about)?|what are your (?:commands|features|capabilities|skills)|"
    r"how (?:can|could|do) you help(?: me)?|how do you work|how do i (?:use|work with) (?:you|this bot)|"
    r"(?:who|what) are you|what is this bot(?: for)?|what does this bot do|what (?:is your name|are you for)|"
    r"(?:помощь|помоги(?:те)?(?: мне)?)|"
    r"(?:а )?(?:что|чего) (?:(?:еще|ты|вы) )*(?:умеешь|умеете|можешь|можете)(?: делать)?|"
    r"(?:а )?чем (?:(?:ты|вы) )?(?:мне )?(?:можешь|можете) (?:мне )?(?:помочь|быть полез(?:ен|на|ны))(?: мне)?|"
    r"(?:ты|вы) кто(?: такой| такие)?|кто (?:ты|вы)(?: такой| такие)?|что это за бот|что делает этот бот|"
    r"(?:о чем|про что|что) (?:тебя |вас |у тебя |у вас )?можно спросить|"
    r"как (?:тобой|вами|этим ботом) пользоваться|как (?:ты|вы) работае(?:шь|те)|"
    r"какие у (?:тебя|вас) (?:есть )?(?:команды|возможности|функции)|что (?:ты|вы) такое"
)
_PAPERS: Final = r"(?:documents|docs|files)"
_PAPERS_RU: Final = r"(?:документы|файлы)"
_DOCUMENTS: Final = (
    rf"(?:what|which|how many) (?:other |kind of |kinds of )?{_PAPERS} "
    r"(?:(?:do|can|did) (?:you|we|i) (?:have|know|see|read|hold|search|use|upload|send(?: you)?)|"
    r"have (?:you|i|we) (?:got|read|seen|uploaded|added|sent(?: you)?)|are (?:there|here|in here|loaded|uploaded))"
    r"(?: (?:about me|here|access to|so far|now|already))?|"
    r"(?:what|which things) do you (?:have|know)|what have you (?:got|read)|"
    rf"(?:(?:can you |could you )?(?:list|show|show me|name|give me) )?(?:a list of )?(?:all )?(?:of )?"
    rf"(?:my |your |the |our )?{_PAPERS}|what is in your (?:library|knowledge|knowledge base|memory)|"
    rf"(?:а )?(?:какие|сколько) (?:еще )?(?:(?:тут|здесь|сейчас|у тебя|у вас|у меня) )?(?:есть |загружены )?"
    rf"(?:{_PAPERS_RU}|документов|файлов)"
    r"(?: (?:ты|вы) (?:знаешь|знаете|видишь|видите|прочитал|прочитали|читал|читали))?"
    r"(?: (?:у тебя|у вас|у меня|тут|здесь|загружены|есть))*|"
    r"(?:а )?что (?:(?:ты|вы) (?:знаешь|знаете|прочитал|прочитали)|у (?:тебя|вас) есть|есть у (?:тебя|вас))|"
    r"(?:(?:покажи|покажите|перечисли|перечислите|назови|дай) (?:мне )?)?(?:список )?(?:все |всех )?"
    rf"(?:мои |моих |твои |свои )?(?:{_PAPERS_RU}|документов|файлов)"
)
_MINE: Final = (
    rf"(?:this|all this|this (?:bot|chat|conversation)|(?:my|our|these|the|your) (?:own )?"
    rf"(?:{_PAPERS}|data|messages|questions|conversations?|answers|chat)|"
    r"what (?:i|we) (?:write|ask|say|send|type|upload)(?: (?:you|here|to you))?)"
)
_MINE_RU: Final = (
    rf"(?:это|все это|этот (?:чат|разговор)|(?:мои|наши|эти|твои) (?:{_PAPERS_RU}|данные|сообщения|вопросы|ответы)|"
    r"(?:мою|нашу|эту) переписку|(?:то )?что я (?:пишу|спрашиваю|присылаю|отправляю|загружаю)(?: (?:тебе|вам|сюда))?)"
)
_READERS: Final = (
    r"(?:and )?(?:who|who else|can (?:anyone|anybody|someone|somebody|others|other people|everyone)(?: else)?)"
    rf" (?:can |could )?(?:read|see|reads|sees|access|view|look at) {_MINE}(?: here)?|"
    rf"who (?:else )?(?:has|have) access(?: to {_MINE})?|"
    r"is (?:this|this (?:chat|bot|conversation)|our (?:chat|conversation)) (?:private|confidential)|"
    rf"is this (?:chat|bot|conversation) (?:safe|secure)|are my {_PAPERS} (?:private|safe|secure|confidential)|"
    rf"(?:do you|who do you) (?:share|show|give) {_MINE}(?: (?:to|with) (?:anyone|anybody|others|somebody))?|"
    rf"(?:а )?кто (?:(?:еще|это|все это|может) )*(?:про)?(?:читать|читает|видит|видеть|увидеть|увидит|посмотреть)"
    rf"(?: {_MINE_RU})?|"
    r"(?:а )?(?:у кого|кто имеет|у кого еще) (?:есть )?доступ(?: к (?:этому|моим|этим) ?"
    r"(?:документам|файлам|данным|сообщениям)?)?|(?:а )?кому (?:еще )?(?:это|все это) видно|"
    r"(?:а )?(?:это|этот чат|наша переписка|мои документы) (?:видит|видят|читает|читают) "
    r"(?:кто (?:нибудь|то)|другие)(?: еще)?|"
    r"(?:это|этот чат|наша переписка) (?:конфиденциальн(?:о|ый|а)|приватн(?:о|ый|а))"
)
_QUESTIONS: Final = {
    Topic.ABILITIES: re.compile(_ABILITIES),
    Topic.DOCUMENTS: re.compile(_DOCUMENTS),
    Topic.READERS: re.compile(_READERS),
}
_COURTESIES: Final = (  # each may stand before what follows; alone it is what is answered, the last one first
    (Topic.GREETING, re.compile(rf"(?:{_GREETING}(?: |$))+")),
    (Topic.THANKS, re.compile(rf"(?:{_THANKS}(?: |$))+")),
    (Topic.FAREWELL, re.compile(rf"(?:{_FAREWELL})$")),
)
_PLEASE: Final = re.compile(r"^(?:please|пожалуйста|скажи(?:те)?|tell me) | (?:please|пожалуйста)$")
_SIGNS: Final = {"👋": Topic.GREETING, "🙏": Topic.THANKS, "👍": Topic.THANKS, "❤": Topic.THANKS, "🙂": Topic.THANKS}


def small_talk(text: str) -> Topic | None:
    """What a message wants of the bot itself; None when it is, or may be, a question to the documents."""
    if len(text) > _LONGEST:
        return None

    said = _words(text)
    if not said:
        return next((topic for sign, topic in _SIGNS.items() if sign in text), None)

    topic = None
    for courtesy, pattern in _COURTESIES:
        if match := pattern.match(said):
            topic, said = courtesy, said[match.end() :]
    if not said:
        return topic

    return next((asked for asked, pattern in _QUESTIONS.items() if pattern.fullmatch(said)), None)


def _words(text: str) -> str:
    """The words alone: in small letters, without marks; nothing where there are numbers or code, which are no talk."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    plain = re.sub(r"\b(what|who|how)['’]s\b", r"\1 is", plain)
    if re.search(r"[\d`{}\[\]<>=/\\@#$%]", plain):
        return "-"

    words = " ".join(re.findall(r"\w+", plain))
    return _PLEASE.sub("", words)
