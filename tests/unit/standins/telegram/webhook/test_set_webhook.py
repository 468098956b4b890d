"""setWebhook against getUpdates, its pauses, and the addresses that it takes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
import trustme

from standins.telegram import NewBot, Person, Settings, TelegramStandIn
from support.bot_api.plain_http import Call
from support.bot_api.receiver import Receiver
from support.bot_api.webhook_scene import WebhookScene

UntilPolling = Callable[..., Awaitable[None]]
ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
SECOND = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
HOST = "hooks.example.com"


async def test_a_webhook_ends_a_poll_and_forbids_the_next(scene: WebhookScene, until_polling: UntilPolling) -> None:
    poll = asyncio.create_task(scene.call("getUpdates", timeout=50))
    await until_polling()
    await scene.set_webhook()
    assert (await poll).description == "Conflict: terminated by setWebhook request"

    late = asyncio.create_task(scene.call("getUpdates"))
    await asyncio.sleep(0.05)
    assert not late.done(), "a second 409 within 3 seconds comes 3 seconds late"
    await scene.clock.advance(3)
    assert ((await late).status, (await late).description) == (409, ACTIVE)


async def test_of_two_polls_the_older_is_ended_and_a_short_one_ends_none(
    call: Call, until_polling: UntilPolling, bot: NewBot, anna: Person
) -> None:
    older = asyncio.create_task(call("getUpdates", timeout=50))
    await until_polling()
    assert (await call("getUpdates")).result == []
    assert not older.done()

    newer = asyncio.create_task(call("getUpdates", timeout=50))
    assert (await older).description == SECOND
    await anna.send(bot.username, "hello")
    assert len((await newer).result) == 1


async def test_one_update_without_an_offset_confirms_nothing(call: Call, bot: NewBot, anna: Person) -> None:
    for text in ("one", "two"):
        await anna.send(bot.username, text)

    for _ in range(2):
        [update] = (await call("getUpdates", limit=1)).result
        assert update["message"]["text"] == "one"

    assert len((await call("getUpdates")).result) == 2


async def test_once_a_second_and_the_same_again_changes_nothing(scene: WebhookScene) -> None:
    url = f"http://127.0.0.1:{scene.receiver.port}/"
    assert (await scene.call("setWebhook", url=url)).result
    soon = await scene.call("setWebhook", url=url)
    assert (soon.status, soon.description) == (429, "Too Many Requests: retry after 1")
    assert soon.body["parameters"] == {"retry_after": 1}

    await scene.clock.advance(1)
    assert (await scene.call("setWebhook", url=url)).body["description"] == "Webhook is already set"
    assert (await scene.call("deleteWebhook")).result, "this one needs no pause"


async def test_what_is_set_is_told(scene: WebhookScene) -> None:
    assert (await scene.info()).result == {
        "url": "", "has_custom_certificate": False, "pending_update_count": 0,
    }  # fmt: skip
    await scene.set_webhook(allowed_updates=["message"], max_connections=7)
    assert (await scene.info()).result == {
        "url": f"http://127.0.0.1:{scene.receiver.port}/hook", "has_custom_certificate": False,
        "pending_update_count": 0, "max_connections": 7, "ip_address": "127.0.0.1", "allowed_updates": ["message"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"url": "ftp://example.com/"}, "invalid webhook URL specified"),
        ({"url": "https://exa mple.com/"}, "invalid webhook URL specified"),
        ({"url": "https://example.com:99999/"}, "invalid webhook URL specified"),
        ({"url": "http://127.0.0.1/", "secret_token": "a" * 257}, "secret token is too long"),
        ({"url": "http://127.0.0.1/", "secret_token": "a b"}, "secret token contains unallowed characters"),
        (
            {"url": "https://nowhere.invalid/"},
            "bad webhook: Failed to resolve host: Name or service not known",
        ),
    ],
)
async def test_a_refused_webhook_takes_the_old_one_with_it(
    scene: WebhookScene, arguments: dict[str, str], words: str
) -> None:
    await scene.set_webhook()
    await scene.clock.advance(1)
    refused = await scene.call("setWebhook", **arguments)
    assert (refused.status, refused.description) == (400, f"Bad Request: {words}")
    assert (await scene.info()).result["url"] == ""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/", "An HTTPS URL must be provided for webhook"),
        ("https://example.com:8080/", "Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ("https://127.0.0.1/", "IP address 127.0.0.1 is reserved"),
        ("https://10.0.0.7:8443/", "IP address 10.0.0.7 is reserved"),
        ("https://[2001:4860:4860::8888]/", "IPv6-only addresses are not allowed"),
        ("https://localhost/", "IP address 127.0.0.1 is reserved"),
        ("https://nowhere/", "Failed to resolve host: Name or service not known"),
    ],
)
async def test_the_public_server_takes_only_public_addresses(url: str, words: str) -> None:
    async with TelegramStandIn.start() as telegram, aiohttp.ClientSession() as session:
        bot = await telegram.client.make_bot("anna_docs_bot")
        async with session.get(f"{telegram.url}/bot{bot.token}/setWebhook", params={"url": url}) as answer:
            assert (await answer.json())["description"] == f"Bad Request: bad webhook: {words}"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def secure(authority: trustme.CA) -> AsyncIterator[Receiver]:
    """A receiver by https, with a certificate for its name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    async with Receiver.start(tls=context) as receiver:
        yield receiver


@pytest.mark.parametrize("trust", ["public", "uploaded", "none"])
async def test_a_certificate_is_checked_and_one_of_ones_own_can_be_uploaded(
    secure: Receiver, authority: trustme.CA, trust: str
) -> None:
    pem = authority.cert_pem.bytes()
    settings = Settings(hosts={HOST: f"127.0.0.1:{secure.port}"}, trusted=pem.decode() if trust == "public" else "")
    async with TelegramStandIn.start(settings=settings) as telegram, aiohttp.ClientSession() as session:
        bot, anna = await telegram.client.make_bot("anna_docs_bot"), await telegram.client.join("Anna")
        form = aiohttp.FormData({"url": f"https://{HOST}:8443/hook?a=1"}, default_to_multipart=True)
        if trust == "uploaded":
            form.add_field("certificate", pem, filename="cert.pem")

        base = f"{telegram.url}/bot{bot.token}"
        async with session.post(f"{base}/setWebhook", data=form) as answer:
            assert (await answer.json())["result"], "a wrong certificate shows only later"

        await anna.send(bot.username, "hello")
        async with asyncio.timeout(10):
            while not (await telegram.client.deliveries(bot.username)):  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)

        async with session.get(f"{base}/getWebhookInfo") as answer:
            info = (await answer.json())["result"]

    assert info["has_custom_certificate"] == (trust == "uploaded")
    if trust == "none":
        assert info["last_error_message"] == ("SSL error {error:0A000086:SSL routines::certificate verify failed}")
        assert secure.updates == []
    else:
        assert secure.texts == ["hello"]
        assert secure.headers[0]["Host"] == f"{HOST}:8443"
