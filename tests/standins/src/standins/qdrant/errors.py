"""How a Qdrant server refuses, in its words: lib/storage/src/content_manager/errors.rs and src/actix/helpers.rs."""


class QdrantError(Exception):
    """A refusal with its HTTP status; `plain`: the words are the whole body, as those of the key check are."""

    def __init__(self, status: int, words: str, *, plain: bool = False) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.plain = plain


def wrong_input(words: str) -> QdrantError:
    return QdrantError(400, f"Wrong input: {words}")


def bad_json(words: str) -> QdrantError:
    return QdrantError(400, f"Format error in JSON body: {words}")


def already_exists(collection: str) -> QdrantError:
    return QdrantError(409, f"Wrong input: Collection `{collection}` already exists!")


def not_found(what: str) -> QdrantError:
    return QdrantError(404, f"Not found: {what}")


def no_collection(collection: str) -> QdrantError:
    return not_found(f"Collection `{collection}` doesn't exist!")


def forbidden(words: str) -> QdrantError:
    return QdrantError(403, f"Forbidden: {words}")


def of_engine(error: Exception) -> QdrantError:
    """What the server makes of an error of its engine: the engine raises plain `Exception` with the server's words."""
    words = str(error)
    if words.startswith(("Vector dimension error", "Not existing vector name error")) or isinstance(error, ValueError):
        return wrong_input(words)
    if "No space left" in words:
        return QdrantError(507, f"Insufficient storage: {words}")

    return QdrantError(500, f"Service internal error: {words}")
