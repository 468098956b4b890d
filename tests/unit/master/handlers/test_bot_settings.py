"""The settings of a bot: everything that can be changed, and nothing of anybody else's."""

from typing import Any

import pytest

from master_bot.views.keyboards import Field, OptionButton, PersonButton
from support.master_world import (
    KEY,
    OTHER_KEY,
    SIZES,
    WORKS,
    Talk,
    World,
    forge_press,
    make_bot_here,
    make_managed_bot,
    make_world,
    until_known,
)
from support.memory_cluster import MemoryCluster


async def test_a_new_key_goes_beside_the_token_and_never_into_a_secret_that_others_share(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    _, name = await make_bot_here(world, anna)
    [own] = cluster.secrets
    cluster.bots[name]["spec"]["llm"]["apiKeySecretRef"] = {"name": "shared", "key": "key"}
    cluster.secrets["shared"] = {"metadata": {}, "stringData": {"key": "of the administrator"}}
    settings = await anna.say("/settings", "⚙️ @anna_docs_bot", "only you")
    await anna.press(settings, "New key")
    await anna.hear("send me the new key for the AI service")
    await anna.say("sk-wrong-key-0123456789", "does not accept this key")
    await anna.say(OTHER_KEY, "has its new key")
    assert cluster.secrets[own]["stringData"]["openai-api-key"] == OTHER_KEY
    assert cluster.secrets["shared"]["stringData"] == {"key": "of the administrator"}
    assert cluster.bots[name]["spec"]["llm"]["apiKeySecretRef"] == {"name": own, "key": "openai-api-key"}
    assert not cluster.kept
    assert await anna.own_words() == ["/start", "/settings"]


async def test_a_new_token_must_be_of_this_bot_and_starts_it_again(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    new, name = await make_bot_here(world, anna)
    other = await world.telegram.client.make_bot("other_bot")
    token = await world.telegram.client.revoke_token("anna_docs_bot")
    await anna.say("/rotate", "only you can have its token replaced", "/revoke")
    await anna.say("no token", "not a bot token")
    await anna.say(new.token, "Telegram does not know this token")
    await anna.say(other.token, "the token of @other_bot, not of @anna_docs_bot")
    [secret] = cluster.secrets.values()
    assert secret["stringData"]["telegram-token"] == new.token
    await anna.say(token, "uses the token that you sent")
    await anna.hear("is on its way")
    assert secret["stringData"]["telegram-token"] == token
    assert "personalbots.io/restartedAt" in cluster.bots[name]["metadata"]["annotations"]
    assert not [text for text in await anna.own_words() if ":" in text]


async def test_one_tap_replaces_the_token_of_a_managed_bot(cluster: MemoryCluster) -> None:
    async with make_world(cluster, can_manage_bots=True) as world:
        await world.start()
        anna = await world.join()
        number, username = await make_managed_bot(anna)
        await anna.hear("Step 2")
        await anna.create("is on its way")
        [secret] = cluster.secrets.values()
        before = secret["stringData"]["telegram-token"]
        await anna.say("/rotate", f"@{username} has a new token")
        after = await world.app.clients.telegram.get_managed_bot_token(user_id=number)
        assert secret["stringData"]["telegram-token"] == after != before
        assert secret["stringData"]["openai-api-key"] == KEY


async def test_a_managed_bot_is_opened_on_telegrams_side_too_and_renamed_there(cluster: MemoryCluster) -> None:
    async with make_world(cluster, can_manage_bots=True) as world:
        await world.start()
        anna = await world.join()
        number, username = await make_managed_bot(anna)
        await anna.hear("Step 2")
        await anna.create("is on its way")
        boris = await world.join("Boris")
        telegram, name = world.app.clients.telegram, f"bot-{number}"
        choice = await open_access(anna)
        await anna.press(choice, "People I name")
        await anna.hear("Who else may ask")
        await anna.say(str(boris.id), "may ask @")
        access = await telegram.get_managed_bot_access_settings(user_id=number)
        assert [user.id for user in access.added_users or []] == [boris.id]
        choice = await open_access(anna)
        await anna.press(choice, "Everybody")
        await anna.hear("Who may ask it: everybody")
        assert cluster.bots[name]["spec"]["access"] == {"mode": "Public"}
        assert not (await telegram.get_managed_bot_access_settings(user_id=number)).is_access_restricted
        await anna.say("/rename", "What shall")
        await anna.say("Anna's library", f"@{username} is called Anna's library from now on")


async def test_a_bot_may_sleep_and_its_owner_wakes_it(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    new, name = await make_bot_here(world, anna)
    settings = await anna.say("/settings", "Sleeps: never")
    await anna.press(settings, "💤 Sleep")
    choice = await anna.hear("When may @anna_docs_bot sleep?", after=None)
    await anna.press(choice, "after 3 d without messages")
    await anna.hear("Sleeps: after 3 d without messages", after=None)
    assert cluster.bots[name]["spec"]["sleep"] == {"after": "72h"}
    cluster.report(name, identity=(new.id, "anna_docs_bot"), Ready=("False", "Asleep", ""))
    await world.until(lambda: "Asleep" in str(world.app.clients.cache.get(name)))
    card = await anna.say("/status", "⚪️ @anna_docs_bot – sleeps", "Just write to it")
    await anna.press(card, "☀️ Wake up")
    await anna.hear("is on its way")
    assert "personalbots.io/restartedAt" in cluster.bots[name]["metadata"]["annotations"]
    settings = await anna.say("/settings", "Sleeps: after 3 d")
    await anna.press(settings, "💤 Sleep")
    choice = await anna.hear("When may @anna_docs_bot sleep?", after=None)
    await anna.press(choice, "never")
    await anna.hear("Sleeps: never", after=None)
    assert "sleep" not in cluster.bots[name]["spec"]


async def test_new_bots_sleep_when_the_configuration_says_so(cluster: MemoryCluster) -> None:
    async with make_world(cluster, sleep_after="168h") as world:
        await world.start()
        _, name = await make_bot_here(world, await world.join())
        assert cluster.bots[name]["spec"]["sleep"]["after"] == "168h"


async def open_access(talk: Talk) -> Any:  # noqa: ANN401 - a Message
    settings = await talk.say("/settings", "⚙️")
    await talk.press(settings, "Who may ask")
    return await talk.hear("You always may", after=None)


async def test_people_are_added_by_number_with_their_names_and_taken_off_again(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    _, name = await make_bot_here(world, anna)
    choice = await open_access(anna)
    await anna.press(choice, "People I name")
    await anna.hear("Who else may ask")
    await anna.say("@boris", "does not tell me who that is")
    await anna.say("4711471", "4711471 may ask @anna_docs_bot now")
    await anna.say("4711472", "4711472 may ask")
    assert cluster.bots[name]["spec"]["access"] == {"mode": "AllowList", "allowedUserIds": [4711471, 4711472]}
    await anna.say("/settings", "you and 4711471, 4711472")
    choice = await open_access(anna)
    await anna.press(choice, "People I name")
    listed = await anna.hear("Press a name to take it off")
    await anna.press(listed, "✖️ 4711471")
    await world.until(lambda: cluster.bots[name]["spec"]["access"]["allowedUserIds"] == [4711472])
    listed = await anna.hear("Press a name to take it off")
    await anna.press(listed, "✖️ 4711472")
    await anna.hear("⚙️", "Who may ask it: only you")
    assert cluster.bots[name]["spec"]["access"] == {"mode": "Owner"}


async def test_people_are_added_by_choosing_them_by_contact_and_by_a_forwarded_message(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    _, name = await make_bot_here(world, anna)
    boris, clara, dora = [(await world.join(name)).person for name in ("Boris", "Clara", "Dora")]
    await anna.press(await open_access(anna), "People I name")
    await anna.hear("Who else may ask")
    sent = await anna.person.choose_people(anna.with_, "👥 Choose people", boris, clara)
    await anna.hear("Boris, Clara may ask @anna_docs_bot now", after=sent)
    sent = await anna.person.forward(anna.with_, "hello", dora, hidden=True)
    await anna.hear("does not tell me who that is", after=sent)
    sent = await anna.person.share_contact(anna.with_, dora)
    await anna.hear("Dora may ask @anna_docs_bot now", after=sent)
    sent = await anna.person.forward(anna.with_, "hello", boris)
    await anna.hear("Boris may ask @anna_docs_bot now", after=sent)
    ids = [boris.id, clara.id, dora.id]
    assert cluster.bots[name]["spec"]["access"] == {"mode": "AllowList", "allowedUserIds": ids}
    await anna.say("/cancel", "dropped")
    assert not await anna.person.keyboard(anna.with_), "the key goes when the choosing is over"
    await anna.say("/settings", "you and Boris, Clara, Dora")


async def test_a_language_chosen_later_is_that_of_everything_that_is_said(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    _, name = await make_bot_here(world, anna)
    cluster.put("two", anna.id)
    await world.until(lambda: world.app.clients.cache.get("two"))
    await anna.press(await anna.say(f"/settings {name}", "My messages: English"), "Language")
    await anna.press(await anna.hear("Which language"), "Русский")
    await anna.hear("Теперь я говорю с вами по-русски")
    assert {bot["metadata"]["annotations"]["personalbots.io/language"] for bot in cluster.bots.values()} == {"ru"}
    await anna.say("/help", "Я создаю ботов")
    await anna.say("/bots", "Ваши боты")


async def test_model_and_size_are_chosen_from_what_is_configured(cluster: MemoryCluster) -> None:
    async with make_world(cluster, sizes=SIZES, llm_models=("gpt-5",)) as world:
        await world.start()
        anna = await world.join()
        _, name = await make_bot_here(world, anna)
        settings = await anna.say("/settings", "gpt-5-mini", "small · 192 MB")
        await anna.press(settings, "Model")
        choice = await anna.hear("Which model")
        assert choice.buttons == (("✓ gpt-5-mini",), ("gpt-5",), ("« Back",))
        await anna.press(choice, "gpt-5")
        settings = await anna.hear("Model: gpt-5\n")
        await anna.press(settings, "Memory")
        await anna.press(await anna.hear("How much memory"), "medium · 384 MB")
        await anna.hear("Memory: medium · 384 MB")
        spec = cluster.bots[name]["spec"]
        assert (spec["llm"]["model"], spec["resources"]["limits"]["memory"]) == ("gpt-5", "384Mi")


async def test_where_there_is_nothing_to_choose_nothing_is_offered(world: World, anna: Talk) -> None:
    await make_bot_here(world, anna)
    settings = await anna.say("/settings", "Memory: 256 MB (the only one offered here)", "Model: gpt-5-mini (the only")
    assert settings.buttons[0] == ("Who may ask", "💤 Sleep")


async def test_a_bot_can_be_called_something(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    await make_bot_here(world, anna)
    await anna.say("/rename", "What shall @anna_docs_bot be called")
    await anna.say("x" * 41, "1 to 40 letters")
    await anna.say("Library", "I call @anna_docs_bot Library from now on", "/setname")
    await anna.say("/bots", "@anna_docs_bot «Library»")
    await anna.say("/status library", "@anna_docs_bot «Library»")
    assert not cluster.kept


@pytest.mark.parametrize(("button", "asked"), [("New key", "new key"), ("New token", "token"), ("Rename", "called")])
async def test_what_was_asked_for_is_still_known_after_a_restart_and_cancel_leaves_all_as_it_is(
    world: World, anna: Talk, cluster: MemoryCluster, button: str, asked: str
) -> None:
    new, name = await make_bot_here(world, anna)
    before = str(cluster.bots[name]["spec"])
    await anna.press(await anna.say("/settings", "⚙️"), button)
    await anna.hear(asked)
    await world.kill()
    await world.start()
    if button == "New key":
        await anna.say(OTHER_KEY, "has its new key")
    elif button == "New token":
        await anna.say(new.token, "uses the token that you sent")
    else:
        await anna.say("Library", "I call @anna_docs_bot Library")
    await anna.press(await anna.say("/settings", "⚙️"), button)
    await anna.hear(asked)
    await anna.say("/cancel", "dropped")
    assert not cluster.kept
    assert str(cluster.bots[name]["spec"]) == before


async def test_the_secrets_of_a_bot_made_elsewhere_are_left_alone(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    cluster.put("one", anna.id)
    cluster.report("one", identity=(1, "one_bot"), Ready=WORKS)
    await until_known(world, "one")
    for button in ("New key", "New token"):
        await anna.press(await anna.say("/settings", "⚙️ @one_bot"), button)
        await anna.hear("was not made by me")
    assert not cluster.kept


async def test_a_secret_that_somebody_deleted_is_made_again_from_a_new_token_and_key(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    new, name = await make_bot_here(world, anna)
    [secret] = cluster.secrets
    del cluster.secrets[secret]
    await anna.press(await anna.say("/settings", "⚙️"), "New token")
    await anna.say(new.token, "uses the token that you sent")
    await anna.press(await anna.say("/settings", "⚙️"), "New key")
    await anna.say(OTHER_KEY, "has its new key")
    assert cluster.secrets[secret]["stringData"] == {"telegram-token": new.token, "openai-api-key": OTHER_KEY}
    [owner] = cluster.secrets[secret]["metadata"]["ownerReferences"]
    assert owner["uid"] == cluster.bots[name]["metadata"]["uid"]


async def test_a_secret_where_a_name_a_person_or_a_word_is_asked_for_is_deleted_and_used_for_nothing(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    new, name = await make_bot_here(world, anna)
    cluster.logs[name, False] = "a line"
    before = cluster.bots[name]["metadata"]["annotations"].copy()
    for secret in (new.token, KEY):
        await anna.say("/rename", "be called here?")
        await anna.say(secret, "deleted the message to be safe")
        await anna.press(await open_access(anna), "People I name")
        await anna.hear("Who else may ask")
        await anna.say(secret, "deleted the message to be safe")
        await anna.press(await anna.say("/logs", "a line"), "🔎 Search")
        await anna.hear("What shall I look for")
        await anna.say(secret, "There is no")
    assert cluster.bots[name]["metadata"]["annotations"] == before
    assert not [text for text in await anna.own_words() if new.token in text or KEY in text]


@pytest.mark.parametrize("field", list(Field))
@pytest.mark.parametrize("index", [0, 7, -1])
async def test_a_forged_choice_does_not_reach_anothers_bot(
    world: World, anna: Talk, cluster: MemoryCluster, field: Field, index: int
) -> None:
    cluster.put("boris", 4711)
    before = str(cluster.bots)
    await forge_press(world, anna, OptionButton(field=field, index=index, name="boris").pack())
    await anna.hear("no bot of that name")
    await forge_press(world, anna, PersonButton(id=5).pack())
    assert str(cluster.bots) == before


async def test_a_choice_that_is_no_longer_on_offer_changes_nothing(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    cluster.put("one", anna.id)
    before = str(cluster.bots["one"]["spec"])
    for field, index in ((Field.MODEL, 5), (Field.SIZE, 0), (Field.ACCESS, -2)):
        await forge_press(world, anna, OptionButton(field=field, index=index, name="one").pack())
        await anna.hear("not on offer")
    assert str(cluster.bots["one"]["spec"]) == before


def test_the_longest_name_fits_into_a_button() -> None:
    assert len(OptionButton(field=Field.MODEL, index=9, name="x" * 58).pack()) <= 64
