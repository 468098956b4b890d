"""What is shown of a bot fits into a message, holds no secret, and begins with what to do."""

import re
from collections.abc import Sequence
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_bot.kubernetes.objects import Event
from master_bot.texts import LANGUAGES
from master_bot.views.bots import MESSAGE_LIMIT
from master_bot.views.debug import debug
from personalbots_api.conditions import CATALOGUE, Phase, Reason
from personalbots_api.models import LastTermination, PersonalBot
from personalbots_common.secrets_mask import mask
from support.observed_bots import NOW, SECRET_KEY, TOKEN, bot, pod, warning


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
    lines = all_of(bot(("Ready", "False", "OutOfMemory")), "now", "before").splitlines()
    assert lines[0] == "🔴 <b>one</b> – out of memory"
    assert lines[1] == "one needed more memory than its 256 MB and was ended; it starts again by itself."
    assert lines[2].startswith("💡 Send it large documents one at a time.")


def test_debug_shows_state_events_and_both_logs() -> None:
    text = all_of(bot(("Ready", "False", "CrashLoop")), "the present", "the past")
    assert "🔴 It does not hear people who write to it: keeps crashing. <i>(10 min)</i>" in text
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


def test_the_checks_of_a_healthy_start_that_came_too_early_are_no_warning() -> None:
    early = warning("Unhealthy", "Startup probe failed: connection refused")
    lasting = warning("Unhealthy", "Liveness probe failed: timeout")

    def told(*, ready: bool) -> str:
        return debug(
            bot=bot(("Ready", "True", "Polling")), pod=pod(ready=ready), events=[early, lasting], log=None,
            previous_log=None, now=NOW, texts=LANGUAGES["en"],
        )  # fmt: skip

    assert told(ready=True).count("health check failed") == 1  # the one that is not of a start
    assert told(ready=False).count("health check failed") == 2


@given(st.text(min_size=0, max_size=9000), st.text(min_size=0, max_size=9000))
def test_debug_fits_into_a_message_whatever_the_logs_are(log: str, previous: str) -> None:
    assert len(all_of(bot(("Ready", "False", "CrashLoop")), log, previous)) <= MESSAGE_LIMIT


def test_no_secret_is_shown_or_logged() -> None:
    text = all_of(bot(("Ready", "False", "CrashLoop")), f"token={TOKEN} key={SECRET_KEY}", f"Bearer {SECRET_KEY}x")
    for secret in (TOKEN, TOKEN.partition(":")[2], SECRET_KEY):
        assert secret not in text
    assert "7712345678:***" in text
    assert mask(f"https://api.telegram.org/bot{TOKEN}/getMe") == "https://api.telegram.org/bot7712345678:***/getMe"
