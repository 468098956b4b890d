"""Taking one document into the knowledge, with the progress that people see."""

import contextlib
import time
from collections.abc import Callable

from personal_bot.knowledge.library import Library
from personal_bot.models import IncomingDocument, Ingested, IngestProgress, Waiting
from personal_bot.requests import progress
from personal_bot.requests.progress import Eta, Progress


async def ingest(
    library: Library, document: IncomingDocument, show: Callable[[Progress], None], *, shown_name: str
) -> Ingested:
    """Take a document in.

    Args:
        library: to put it into.
        document: on the bot's volume.
        show: gets the progress.
        shown_name: what the progress calls the document.

    Raises:
        RefusedError: the library cannot take it in, and why.
    """
    eta = Eta()
    async with contextlib.aclosing(library.ingest(document)) as events:
        async for event in events:
            match event:
                case IngestProgress():
                    show(progress.taking_in(event, shown_name, left=eta.left(event, now=time.monotonic())))
                case Waiting():
                    show(progress.waiting(event))
                case Ingested():
                    return event
    raise RuntimeError("the ingest ended without a document")
