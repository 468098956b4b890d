"""The HTTP side: the endpoints of the OpenAI API that the bots use, and the control API under ``/standin``.

Source of the shapes: platform.openai.com/docs/api-reference (chat, embeddings, models).
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from standins.llm import chat, errors
from standins.llm.answers import reply
from standins.llm.calls import QUOTA_KEY, Call, Settings, body_of, break_off, key_of, refusal
from standins.llm.embedding import Embedder
from standins.llm.faults import Fault, Faults
from standins.llm.media import shown_in, transcription
from standins.llm.prompt import read_prompt
from standins.llm.vectors import embeddings, inputs_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


MAX_BODY: Final = 32 * 2**20  # bytes
CREATED: Final = (
    1_754_000_000  # when the models were made, Unix time: a constant, so that answers are the same each time
)


@dataclass(kw_only=True)  # changes: it is the state of the server
class Server:
    """The state of one stand-in: its faults, its log of requests, its model's thread."""

    settings: Settings
    embedder: Embedder
    faults: Faults = field(default_factory=Faults)
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=500))
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "model"))  # the loop stays free

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes(
            [
                web.post("/v1/chat/completions", self._api("chat/completions", self._chat)),
                web.post("/v1/audio/transcriptions", self._api("audio/transcriptions", self._transcriptions)),
                web.post("/v1/embeddings", self._api("embeddings", self._embeddings)),
                web.get("/v1/models", self._api("models", self._models)),
                web.get("/v1/models/{id:.+}", self._api("models", self._model)),
                web.get("/healthz", self._healthz),
                web.get("/standin/faults", self._list_faults),
                web.post("/standin/faults", self._add_fault),
                web.delete("/standin/faults", self._clear_faults),
                web.get("/standin/requests", self._list_requests),
                web.delete("/standin/requests", self._clear_requests),
            ]
        )
        app.cleanup_ctx.append(self._model_thread)

        return app

    async def _model_thread(self, _app: web.Application) -> AsyncIterator[None]:
        self.thread.submit(self.embedder.load)  # meanwhile the server answers already
        yield
        self.thread.shutdown(wait=False, cancel_futures=True)

    def _api(self, endpoint: str, handle: Callable[[web.Request, Call], Awaitable[web.StreamResponse]]) -> Handler:
        """Wrap an endpoint in what all have: the log, the key, the fault, the body."""

        async def handler(request: web.Request) -> web.StreamResponse:
            record: dict[str, Any] = {
                "time": time.time(),
                "method": request.method,
                "endpoint": endpoint,
                "status": None,
            }
            record["status"] = None
            self.requests.append(record)

            try:
                call = await self._accept(request, endpoint, record)
                response = _garbage() if call.fault.garbage else await handle(request, call)
            except errors.ApiError as refused:
                response = refused.response()

            record["status"] = response.status
            return response

        return handler

    async def _accept(self, request: web.Request, endpoint: str, record: dict[str, Any]) -> Call:
        key = key_of(request)
        fault = self.faults.take(endpoint=endpoint, key=key) or Fault()
        body = record["body"] = await body_of(request) if request.method == "POST" else {}
        await asyncio.sleep(fault.delay)

        if fault.drop and fault.cut_after is None:
            break_off(request)

        if fault.status is not None:
            raise refusal(fault, str(body.get("model", "")))
        if key.startswith(QUOTA_KEY) and request.method == "POST":  # such an account may still look at the models
            raise errors.quota_exhausted()

        return Call(endpoint=endpoint, body=body, fault=fault)

    async def _chat(self, request: web.Request, call: Call) -> web.StreamResponse:
        model = call.model(self.settings.chat_models, self.settings.models)
        messages = chat.messages_of(call)
        shown = shown_in(messages)
        text = await self._in_thread(reply, read_prompt(messages), self.embedder) if shown is None else shown
        answer = chat.answer_of(call, model, text, self.settings)

        return await (chat.stream(request, call, answer) if call.body.get("stream") else chat.whole(answer))

    async def _transcriptions(self, _request: web.Request, call: Call) -> web.StreamResponse:
        call.model(self.settings.transcription_models, self.settings.models)
        return web.json_response(transcription(call.body))

    async def _embeddings(self, _request: web.Request, call: Call) -> web.StreamResponse:
        model = call.model(self.settings.embedding_models, self.settings.models)
        texts = inputs_of(call)
        vectors = await self._in_thread(self.embedder.embed, texts)
        return web.json_response(embeddings(call, model, texts, vectors))

    async def _models(self, _request: web.Request, _call: Call) -> web.StreamResponse:
        return web.json_response({"object": "list", "data": [_card(name) for name in self.settings.models]})

    async def _model(self, request: web.Request, _call: Call) -> web.StreamResponse:
        name = request.match_info["id"]
        if name not in self.settings.models:
            raise errors.model_not_found(name)
        return web.json_response(_card(name))

    async def _in_thread(self, work: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401 - what `work` gives
        return await asyncio.get_running_loop().run_in_executor(self.thread, work, *args)

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _list_faults(self, _request: web.Request) -> web.Response:
        return web.json_response([fault.to_json() for fault in self.faults.waiting()])

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.from_json(await request.json())
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)

        self.faults.add(fault)
        return web.json_response(fault.to_json(), status=201)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self.faults.clear((await request.json()).get("key") if request.body_exists else None)
        return web.Response(status=204)

    async def _list_requests(self, _request: web.Request) -> web.Response:
        return web.json_response(list(self.requests))

    async def _clear_requests(self, _request: web.Request) -> web.Response:
        self.requests.clear()
        return web.Response(status=204)


def _garbage() -> web.Response:
    return web.Response(text="<html><body><h1>502 Bad Gateway</h1></body></html>", content_type="text/html")


def _card(model: str) -> dict[str, Any]:
    return {"id": model, "object": "model", "created": CREATED, "owned_by": "standin"}
