"""The last step on the way to a bot: what can be chosen, whose key it gets, and what the configuration offers."""

from datetime import timedelta

from personalbots_api.models import Budget
from support.master_world import KEY, Talk, World, make_world
from support.memory_cluster import MemoryCluster

SIZES = {
    "small": {"limits": {"cpu": "500m", "memory": "192Mi"}},
    "large": {"limits": {"cpu": "2", "memory": "512Mi"}},
}


LISTED, NOT_LISTED = "gpt-4o-mini-transcribe", "gpt-unknown"
"""A second model that the service lists, and one that it does not."""


async def test_what_a_bot_shall_be_is_chosen_on_one_screen(cluster: MemoryCluster) -> None:
    async with make_world(cluster, sizes=SIZES, size="small", llm_models=(NOT_LISTED, LISTED)) as world:
        await world.start()
        anna = await world.join()
        new = await world.telegram.client.make_bot("anna_docs_bot")
        await anna.say("/start", "Step 1 of 3")
        await anna.say(new.token, "Step 2 of 3")
        screen = await anna.say(
            KEY, "Memory: small · 192 MB", "Who may ask it: only you", "My messages about it: English"
        )
        assert screen.buttons[0] == ("✅ Create the bot",)
        for button, expected in (
            ("🔁 Model", f"Model: {LISTED}"),
            ("🔁 Model", "Model: gpt-5-mini"),
            ("🔁 Model", f"Model: {LISTED}"),
            ("🔁 Memory", "Memory: large · 512 MB"),
            ("🔁 Who may ask", "Who may ask it: everybody"),
            ("🔁 Language", "My messages about it: Русский"),
        ):
            await anna.press(screen, button)
            assert (await anna.hear(expected)).id == screen.id
        await anna.say("12345:AAEabcdefghijk-lmnopq", "Memory: large", "Name here: none")
        await anna.say("x" * 41, "1 to 40 letters")
        screen = await anna.say("Library", "Name here: Library")
        await anna.press(screen, "✅ Create the bot")
        await anna.hear("@anna_docs_bot уже в пути")
        bot = cluster.bots[f"bot-{new.id}"]
        assert bot["spec"]["resources"]["limits"]["memory"] == "512Mi"
        assert bot["spec"]["access"] == {"mode": "Public"}
        assert bot["spec"]["llm"]["model"] == LISTED, "what the key does not reach was never offered"
        assert bot["metadata"]["annotations"]["personalbots.io/title"] == "Library"
        assert bot["metadata"]["annotations"]["personalbots.io/language"] == "ru"
        assert "12345:AAEabcdefghijk-lmnopq" not in await anna.own_words()


async def test_where_there_is_a_qdrant_server_it_can_be_chosen(cluster: MemoryCluster) -> None:
    async with make_world(cluster, qdrant_url="http://qdrant:6333", qdrant_key_secret="q") as world:  # noqa: S106 - a name
        await world.start()
        anna = await world.join()
        new = await world.telegram.client.make_bot("anna_docs_bot")
        await anna.say("/start", "Step 1 of 3")
        await anna.say(new.token, "Step 2 of 3")
        screen = await anna.say(KEY, "Documents: on a disk of its own")
        await anna.press(screen, "🔁 Documents")
        await anna.hear("Documents: on the shared server; this cannot be changed later")
        await anna.press(screen, "✅ Create the bot")
        await anna.hear("is on its way")
        knowledge = cluster.bots[f"bot-{new.id}"]["spec"]["knowledge"]
        assert knowledge == {
            "collection": f"user_{anna.id}_{new.id}",
            "storage": {"size": "1Gi"},
            "qdrant": {"url": "http://qdrant:6333", "apiKeySecretRef": {"name": "q", "key": "qdrant-api-key"}},
        }


BUDGET = Budget.model_validate(
    {"monthly": "7.50", "currency": "EUR", "prices": [{"model": "gpt-5", "sent": "0.25", "written": "2"}]}
)


async def test_the_administrators_key_comes_with_a_budget_that_goes_with_it(cluster: MemoryCluster) -> None:
    async with make_world(cluster, shared_key_secret="shared", shared_key_budget=BUDGET) as world:  # noqa: S106 - a name
        await world.start()
        anna = await world.join()
        new = await world.telegram.client.make_bot("anna_docs_bot")
        name = f"bot-{new.id}"
        await anna.say("/start", "Step 1 of 2")
        screen = await anna.say(new.token, "from the administrator, up to 7.50 EUR a month")
        await anna.press(screen, "✅ Create the bot")
        await anna.hear("is on its way")
        spec = cluster.bots[name]["spec"]
        assert spec["llm"]["budget"] == {
            "monthly": "7.50",
            "currency": "EUR",
            "prices": [{"model": "gpt-5", "sent": "0.25", "written": "2"}],
        }
        cluster.come_up(name)
        await anna.hear("is ready")
        cluster.bots[name]["status"]["budgetUsedPercent"] = 100
        cluster.report(name, Ready=("True", "Polling", ""), LLMReady=("False", "BudgetSpent", "spent"))
        await world.until(lambda: "BudgetSpent" in str(world.app.services.notifications._observed))  # noqa: SLF001
        world.passed += timedelta(seconds=30)
        told = await anna.hear("may spend on the AI service this month is used up", "💡")
        await anna.say("/status", "AI budget: up to 7.50 EUR a month, 100% used")
        await anna.press(told, "New key")
        await anna.hear("send me the new key")
        await anna.say(KEY, "has its new key")
        assert "budget" not in spec["llm"]
        cluster.report(name, Ready=("True", "Polling", ""), LLMReady=("True", "KeyAccepted", ""))
        await world.until(lambda: "well" in str(world.app.services.notifications._observed))  # noqa: SLF001
        world.passed += timedelta(seconds=30)
        await anna.hear("works again")


async def test_with_a_key_of_the_administrators_nobody_is_asked_for_one(cluster: MemoryCluster) -> None:
    async with make_world(cluster, shared_key_secret="shared", shared_key_key="k") as world:  # noqa: S106 - names
        await world.start()
        anna = await world.join()
        new = await world.telegram.client.make_bot("anna_docs_bot")
        await anna.say("/start", "Step 1 of 2")
        screen = await anna.say(new.token, "Step 2 of 2", "Key for the AI service: from the administrator")
        await anna.press(screen, "✅ Create the bot")
        await anna.hear("is on its way")
        spec = cluster.bots[f"bot-{new.id}"]["spec"]
        assert spec["llm"]["apiKeySecretRef"] == {"name": "shared", "key": "k"}
        [secret] = cluster.secrets.values()
        assert secret["stringData"] == {"telegram-token": new.token}


async def test_who_wants_to_use_a_key_of_their_own_all_the_same_may(cluster: MemoryCluster) -> None:
    async with make_world(cluster, shared_key_secret="shared") as world:  # noqa: S106 - a name
        await world.start()
        anna = await world.join()
        new = await world.telegram.client.make_bot("anna_docs_bot")
        await anna.say("/start", "Step 1 of 2")
        await anna.press(await anna.say(new.token, "from the administrator"), "🔁 My own key")
        await anna.hear("a key for the AI service")
        await anna.press(await anna.say(KEY, "Key for the AI service: yours"), "✅ Create the bot")
        await anna.hear("is on its way")
        [secret] = cluster.secrets
        assert cluster.bots[f"bot-{new.id}"]["spec"]["llm"]["apiKeySecretRef"]["name"] == secret


async def test_a_button_of_the_last_step_without_a_draft_makes_nothing(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    new = await world.telegram.client.make_bot("anna_docs_bot")
    await anna.say("/start", "Step 1 of 3")
    await anna.say(new.token, "Step 2 of 3")
    screen = await anna.say(KEY, "Step 3 of 3")
    await anna.say("/cancel", "dropped")
    assert not cluster.secrets
    await anna.press(screen, "✅ Create the bot")
    await anna.say("/bots", "no bot yet")
    assert not cluster.bots
