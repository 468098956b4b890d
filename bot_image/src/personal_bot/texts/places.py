"""Where in a document something stands, in each language."""

from typing import Final

from personal_bot.models import Place

# Each for one, and for several.
PLACES: Final = {
    "en": {
        "page": ("page {value}", "pages {value}"),
        "slide": ("slide {value}", "slides {value}"),
        "sheet": ("sheet {value}", "sheet {value}"),
        "row": ("row {value}", "rows {value}"),
        "line": ("line {value}", "lines {value}"),
    },
    "ru": {
        "page": ("стр. {value}", "стр. {value}"),
        "slide": ("слайд {value}", "слайды {value}"),
        "sheet": ("лист {value}", "лист {value}"),
        "row": ("строка {value}", "строки {value}"),
        "line": ("строка {value}", "строки {value}"),
    },
}


def where(place: Place, language: str) -> str:
    """Name a place in a document; empty when the document has no parts. A heading or a path speaks for itself."""
    one, several = PLACES[language].get(place.kind, ("{value}", "{value}"))
    return (several if "–" in place.value else one).format(value=place.value)
