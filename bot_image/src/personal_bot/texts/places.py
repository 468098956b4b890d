"""Where in a document something stands, in each language."""

from typing import Final

from personal_bot.models import Place

PLACES: Final = {
    "en": {
        "page": "page {value}",
        "slide": "slide {value}",
        "sheet": "sheet {value}",
        "row": "row {value}",
        "line": "line {value}",
    },
    "ru": {
        "page": "стр. {value}",
        "slide": "слайд {value}",
        "sheet": "лист {value}",
        "row": "строка {value}",
        "line": "строка {value}",
    },
}


def where(place: Place, language: str) -> str:
    """Name a place in a document; empty when the document has no parts. A heading or a path speaks for itself."""
    return PLACES[language].get(place.kind, "{value}").format(value=place.value)
