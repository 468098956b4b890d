"""What is shown of a bot fits into a message, holds no secret, and begins with what to do."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_diagnose import NOW, bot, pod, warning

from master_bot.kubernetes.objects import Event, Pod
from master_bot.logs import mask
from master_bot.models import StartupStep
from master_bot.texts import LANGUAGES
from master_bot.views.bots import MESSAGE_LIMIT, ago, logs, tail
from master_bot.views.debug import debug
from master_bot.views.startup_steps import progress
from personalbots_api.conditions import CATALOGUE, Phase, Reason
from personalbots_api.models import LastTermination, PersonalBot
from support.master_world import Talk, World
from support.memory_cluster import MemoryCluster

TOKEN = "7712345678:AAEabcdefghijklmnopqrstuvwxyz12345"  # noqa: S105 - made up
SECRET_KEY = "sk-proj-abcdefghijklmnop0123456789"  # noqa: S105 - made up


def all_of(  # noqa: PLR0913 - what is known
    resource: PersonalBot,
    log: str | None = None,
    previous: str | None = None,
    *,
    language: str = "en",
    events: Sequence[Event] = (),
    limit: int | None = None,
) -> str:
    return debug(
        bot=resource,
        pod=pod(waiting="CrashLoopBackOff", ended=LastTermination(exit_code=137, reason="OOMKilled")),
        events=[warning("BackOff", f"restarting with {TOKEN}"), *events],
        log=log,
        previous_log=previous,
        now=NOW,
        texts=LANGUAGES[language],
        limit=limit,
    )


def test_debug_begins_with_the_cause_and_the_remedy() -> None:
    lines = all_of(bot(("Ready", "False", "CrashLoop")), "now", "before").splitlines()
    assert lines[0] == "🔴 <b>one</b> – out of memory"
    assert lines[1] == "one needed more memory than its 256 MB and was ended; it starts again by itself."
    assert lines[2].startswith("💡 Send it large documents one at a time.")


def test_debug_shows_state_events_and_both_logs() -> None:
    text = all_of(bot(("Ready", "False", "CrashLoop")), "the present", "the past")
    assert "🔴 It does not hear people who write to it: keeps crashing. <i>for 10 min</i>" in text
    assert "it needed more memory than it may have (exit code 137, OOMKilled)" in text
    for part in ("Its program is not ready: there is a pause", "⚠️ 0 s ago: a pause", "the present", "the past"):
        assert part in text


WORDS_OF_KUBERNETES = re.compile(
    r"[A-Z][a-z]+[A-Z]\w+|\b([Pp]od|[Nn]ode|[Cc]ontainer|[Ii]mage|[Пп]од|[Уу]зел|[Оо]браз)\b"
)
EVENTS = [
    Event(at=NOW, kind="Pod", reason=reason, message="a kubelet's") for reason in LANGUAGES["en"].details.happened
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: f"{entry.condition}-{entry.name}")
def test_debug_is_in_words_of_people_who_never_heard_of_a_pod(entry: Reason, language: str) -> None:
    told = Event(at=NOW, kind="PersonalBot", reason=entry.name, message="an operator's")
    for one in (told, *EVENTS):
        text = all_of(bot((entry.condition, entry.status, entry.name)), language=language, events=[one])
        below = text.partition(f"<b>{LANGUAGES[language].details.how}</b>")[2]
        found = WORDS_OF_KUBERNETES.search(below)
        assert not found, found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stage_has_its_words(language: str) -> None:
    assert set(LANGUAGES[language].details.stages) == {"", *get_args(Phase)}


@pytest.mark.parametrize("code", [0, 64, 70, 77, 137, 139, 143, 1])
def test_every_exit_code_is_explained(code: int) -> None:
    ended = LastTermination(exit_code=code, reason="Error")
    said = [
        debug(bot=bot(), pod=pod(ended=ended), events=[], log=None, previous_log=None, now=NOW, texts=texts)
        for texts in LANGUAGES.values()
    ]
    for text, texts in zip(said, LANGUAGES.values(), strict=True):
        assert texts.details.ends.get(str(code), texts.details.ends[""]) in text
        assert f"{code}, Error" in text


def test_the_file_has_it_in_the_words_of_kubernetes_besides() -> None:
    long = f"Back-off restarting {'x' * 500} failed"
    text = all_of(bot(("Ready", "False", "CrashLoop")), "now", "before", events=[warning("Odd", long)], limit=100_000)
    assert "It does not hear people who write to it" in text
    for part in (
        "Ready=False CrashLoop since 2026-11-23T11:50:00+00:00: as the operator says",
        "Pod pbot-one: ",
        "waiting: CrashLoopBackOff",
        "last termination (Pod) at ?: exit code 137, OOMKilled",
        f"2026-11-23T12:00:00+00:00 Warning Pod Odd: {long}",
    ):
        assert part in text
    assert "Ready=False" not in all_of(bot(("Ready", "False", "CrashLoop")))


def test_what_has_no_words_is_shown_as_the_servers_say_it() -> None:
    resource = bot(("Ready", "False", "FromTheFuture"), ("Rested", "True", "Enough"))
    text = all_of(resource, events=[warning("Odd", "something new")])
    assert "⚠️ 0 s ago: Odd: something new" in text
    assert "🔴 It does not hear people who write to it: has a problem." in text
    assert "🟢 Rested: has a problem." in text


@given(st.text(min_size=0, max_size=9000), st.text(min_size=0, max_size=9000))
def test_debug_fits_into_a_message_whatever_the_logs_are(log: str, previous: str) -> None:
    assert len(all_of(bot(("Ready", "False", "CrashLoop")), log, previous)) <= MESSAGE_LIMIT


@given(st.text(max_size=3000), st.integers(0, 500))
def test_the_tail_of_a_log_fits_and_keeps_the_end(log: str, room: int) -> None:
    shown = tail(log, room)
    assert len(shown) <= room
    if log.splitlines() and len(log) * 6 < room:
        assert shown.splitlines()[-1:] != [] or not log.splitlines()[-1]


def test_no_secret_is_shown_or_logged() -> None:
    text = all_of(bot(("Ready", "False", "CrashLoop")), f"token={TOKEN} key={SECRET_KEY}", f"Bearer {SECRET_KEY}x")
    for secret in (TOKEN, TOKEN.partition(":")[2], SECRET_KEY):
        assert secret not in text
    assert "7712345678:***" in text
    assert mask(f"https://api.telegram.org/bot{TOKEN}/getMe") == "https://api.telegram.org/bot7712345678:***/getMe"


def test_a_bot_without_a_log_says_so() -> None:
    resource = bot(("Ready", "False", "Stopped"))
    assert logs(resource, None, LANGUAGES["en"]) == "one has no log at the moment: it does not run. /debug tells why."
    assert "The log is empty" in logs(resource, "", LANGUAGES["en"])


def test_how_long_ago_is_said_in_the_largest_unit() -> None:
    english = LANGUAGES["en"]
    passed = (5, 65, 3700, 200_000, -5)
    assert [ago(NOW - timedelta(seconds=s), NOW, english) for s in passed] == ["5 s", "1 min", "1 h", "2 d", "0 s"]
    assert ago(NOW - timedelta(hours=5), NOW, LANGUAGES["ru"]) == "5 ч"
    assert ago(None, NOW, english) == "?"


def test_what_came_later_implies_what_comes_before() -> None:
    running = pod(running_since=NOW + timedelta(seconds=3), scheduled=NOW + timedelta(seconds=1))
    done = progress(bot(), running, [], since=NOW, former_pod="")
    assert done == {
        StartupStep.ORDERED: NOW,
        StartupStep.VOLUME: NOW + timedelta(seconds=1),
        StartupStep.PLACED: NOW + timedelta(seconds=1),
        StartupStep.IMAGE: NOW + timedelta(seconds=3),
        StartupStep.STARTED: NOW + timedelta(seconds=3),
        StartupStep.POLLS: None,
    }


@pytest.mark.parametrize(
    "former", [pod(uid="old", running_since=NOW, ready=True), pod(going=True, uid="x", ready=True)]
)
def test_the_pod_of_a_former_start_counts_for_nothing(former: Pod) -> None:
    done = progress(bot(("Ready", "True", "Polling")), former, [], since=NOW, former_pod="old")
    assert [step for step, at in done.items() if at] == [StartupStep.ORDERED]


def test_clocks_that_differ_do_not_keep_a_bot_from_being_ready() -> None:
    early = NOW - timedelta(seconds=30)
    ours = pod(uid="new", running_since=early, ready=True)
    done = progress(bot(("Ready", "True", "Polling"), since=30), ours, [], since=NOW, former_pod="old")
    assert done[StartupStep.POLLS] == early


def test_a_new_pod_that_is_not_ready_does_not_poll_whatever_was_said_before() -> None:
    done = progress(
        bot(("Ready", "True", "Polling")), pod(uid="new", running_since=NOW), [], since=NOW, former_pod="old"
    )
    assert done[StartupStep.POLLS] is None


def test_an_image_that_was_pulled_again_keeps_its_first_time() -> None:
    pulled = Event(
        at=NOW + timedelta(seconds=60), first=NOW + timedelta(seconds=2), kind="Pod", reason="Pulled", message=""
    )
    assert progress(bot(), pod(), [pulled], since=NOW, former_pod="")[StartupStep.IMAGE] == NOW + timedelta(seconds=2)


async def test_debug_and_logs_by_command(world: World, anna: Talk, cluster: MemoryCluster) -> None:
    cluster.put("one", anna.id)
    cluster.come_up("one")
    cluster.logs["one", False] = "\n".join(f"line {number} {TOKEN}" for number in range(100))
    await world.until(lambda: world.app.clients.cache.get("one"))
    shown = await anna.say("/logs 3", "Last lines of one")
    assert shown.text.splitlines()[1:] == [f"line {number} 7712345678:***" for number in (97, 98, 99)]
    everything = await anna.say("/debug one", "line 99", "How it is", "Where it runs")
    assert everything.buttons == (("🔄 Refresh", "Logs"), ("📄 As a file",), ("Restart", "Status"))
    await anna.press(everything, "Logs")
    await anna.hear("line 70 ")


async def test_logs_are_searched_sent_as_a_file_and_followed_for_a_minute(
    world: World, anna: Talk, cluster: MemoryCluster
) -> None:
    cluster.put("one", anna.id)
    cluster.come_up("one")
    cluster.logs["one", False] = "\n".join(f"line {number} {TOKEN}" for number in range(100))
    cluster.logs["one", True] = "the end of the run before"
    shown = await anna.say("/logs 3 one", "Last lines of one")
    assert shown.buttons[0] == ("🔄 Refresh", "👀 Follow for a minute")
    await anna.say("/logs one find LINE 42", "Lines of one with «LINE 42»", "line 42 7712345678:***")
    await anna.press(shown, "🔎 Search")
    await anna.hear("What shall I look for")
    await anna.say("line 7", "line 7 ", "line 79 ")
    await anna.say("/logs one find nothing", "There is no «nothing»")
    assert not cluster.kept

    await anna.press(shown, "📄 As a file")
    file = await anna.hear("The log of one, the last 101 lines")
    content = (await anna.person.download(file)).decode()
    assert content.startswith("the end of the run before\nline 0 7712345678:***")
    assert TOKEN not in content

    await anna.press(shown, "👀 Follow for a minute")
    followed = await anna.hear("I show new lines for a minute")
    cluster.logs["one", False] += "\nsomething new"
    assert (await anna.hear("something new")).id == followed.id
    world.passed += timedelta(minutes=1)
    over = await anna.hear("That was a minute")
    assert over.id == followed.id
    assert over.buttons


async def test_everything_about_a_bot_comes_as_a_file_on_a_tap(anna: Talk, cluster: MemoryCluster) -> None:
    cluster.put("one", anna.id)
    cluster.come_up("one")
    cluster.logs["one", False] = "\n".join(f"line {number} <b> & {TOKEN}" for number in range(1000))
    await anna.press(await anna.say("/debug one", "How it is"), "📄 As a file")
    file = await anna.hear("Everything that is known of one")
    content = (await anna.person.download(file)).decode()
    assert "line 0 <b> & 7712345678:***" in content
    assert "line 999 " in content
    assert content.splitlines()[0] == "🟢 one – works"
    assert "Ready=True Polling since" in content
