"""Texts in the character sets of the world's older programs, whole letters and short ones."""

import pytest

from personal_bot.knowledge.extract.plain.charsets import guess, utf16
from personal_bot.knowledge.extract.plain.plain_text import charset_of

RUSSIAN = (
    "Смотритель маяка держал серого кота по имени Маркиз. Он жил у моря.", "Договор аренды", "Привет",
    "ДОГОВОР АРЕНДЫ КВАРТИРЫ", "Код: 5512, сумма 900 руб.", "Anna: встреча в 5, room 12", "Список:\n1. хлеб\n2. сыр",
)  # fmt: skip
TEXTS = {
    ("cp1251", "koi8-r", "cp866"): RUSSIAN,
    ("iso8859-5",): (RUSSIAN[0], RUSSIAN[3]),
    ("cp1251", "koi8-u", "cp1125"): (
        "Кішку звати Мурка, їй сім років. Ключ від дверей висить біля ґанку. Євген живе в Києві.", "Дякую",
        "Угода про оренду житла",
    ),
    ("cp1251",): (
        "Котката се казва Мурка и е на седем години. Ключът за вратата виси до входа.",
        "Мачка се зове Мурка и има седам година. Кључ од врата виси поред улаза.",
        "Котку завуць Мурка, ёй сем гадоў. Ключ ад дзвярэй вісіць каля ганка.",
    ),
    ("cp1250", "iso8859-2", "cp852"): (
        "Kot nazywa się Łatek, ma siedem lat i śpi na łóżku. Żółty dom jest w Łodzi.",
        "Umowa najmu mieszkania: czynsz płatny do piątego dnia miesiąca.", "Zażółć gęślą jaźń",
        "Kočka se jmenuje Micka, je jí sedm let a spí na posteli. Klíč visí u dveří.",
        "Příliš žluťoučký kůň úpěl ďábelské ódy",
    ),
    ("cp1250", "iso8859-2"): (
        "A macska neve Cirmos, hét éves, és az ágyon alszik. A kulcs az ajtó mellett lóg.", "Árvíztűrő tükörfúrógép",
        "Pisica se numeşte Miţi, are şapte ani şi doarme în pat. Cheia este lângă uşă.",
        "Mačka sa volá Micka, má sedem rokov a spí na posteli. Kľúč visí vedľa dverí.",
        "Mačka se zove Maca, ima sedam godina i spava na krevetu. Ključ visi kraj ulaza, žurno i čisto.",
    ),
    ("cp1252", "cp850", "mac-roman"): (
        "Der Schlüssel für die Tür hängt über dem Kühlschrank. Größe: zehn Meter.", "Übergabe am 5. März",
        "Le chat s'appelle Félix, il a sept ans. La clé est à côté de la porte d'entrée, près du vélo.", "café",
        "El gato se llama Félix y tiene siete años. Mañana más.",
        "O gato chama-se Félix e tem sete anos. A chave está ao lado da porta, não é? São três.",
        "Katten heter Måns och är sju år. Nyckeln hänger bredvid dörren på väggen.",
        "Katten hedder Måns og er syv år. Nøglen hænger ved døren på væggen.",
        "Kissan nimi on Mörkö ja se on seitsemän vuotta. Avain riippuu oven vieressä seinällä.",
    ),
    ("cp1252",): ("Miete 900 € im Monat", "“quoted” – and a dash", "Größe: 5 m²"),
    ("cp1254", "iso8859-9"): (
        "Kedinin adı Şeker, yaşı yedi. Güneşli bir ev, İzmir'de, çok büyük değil.",
        "Kira sözleşmesi: aylık ödeme beşinci gün",
    ),
    ("cp1257",): (
        "Katės vardas Murka, jai septyneri metai. Raktas kabo šalia durų, žalias namas.",
        "Kaķa vārds ir Marķīzs, viņam ir septiņi gadi. Atslēga karājas pie durvīm.",
    ),
    ("cp1253", "iso8859-7"): ("Η γάτα λέγεται Μάρκος και είναι επτά χρονών. Το κλειδί είναι δίπλα στην πόρτα.",),
    ("cp1255",): ("לחתול קוראים מרקיז והוא בן שבע. המפתח תלוי ליד הדלת.",),
    ("cp1256",): ("القطة اسمها ماركيز وعمرها سبع سنوات. المفتاح بجانب الباب.",),
    ("gb18030",): ("猫的名字叫侯爵，今年七岁。钥匙挂在门旁边。",),
    ("big5",): ("貓的名字叫侯爵，今年七歲。鑰匙掛在門旁邊。",),
    ("shift_jis", "euc-jp"): ("猫の名前は侯爵で、七歳です。鍵はドアの横に掛かっています。",),
    ("euc-kr",): ("고양이 이름은 후작이고 일곱 살입니다. 열쇠는 문 옆에 걸려 있습니다.",),
}  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "text"),
    [(encoding, text) for encodings, texts in TEXTS.items() for encoding in encodings for text in texts],
)
def test_a_text_is_recognised_by_its_letters(encoding: str, text: str) -> None:
    content = text.encode(encoding)
    assert content.decode(guess(content) or "ascii") == text


@pytest.mark.parametrize("text", ["Договор", "Договор аренды", "Ключ\r\nот двери", "plain letters", "Größe"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_recognised(encoding: str, text: str) -> None:
    assert utf16(text.encode(encoding)) == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251"])
def test_the_character_set_of_bytes_is_told(encoding: str) -> None:
    content = RUSSIAN[0].encode(encoding)
    assert content.decode(charset_of(content)) == RUSSIAN[0]


def test_a_few_broken_letters_do_not_make_another_character_set() -> None:
    content = RUSSIAN[0].encode() + b"\xff" + RUSSIAN[0].encode()[:-2]
    assert charset_of(content) == "utf-8"
