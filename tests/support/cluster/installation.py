"""The chart and the stand-ins on the cluster, the bots in them, and what owners read of those."""

import asyncio
import contextlib
import json
import re
import secrets
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from cluster import Context, deploy, kube, tools
from cluster.process import CommandError
from master_bot.texts import LANGUAGES, Texts
from master_bot.views.units import plain
from personalbots_api.conditions import find
from standins.telegram import NewBot, Person, TelegramClient
from support.waiting import until

Json = dict[str, Any]
Found = TypeVar("Found")

TELEGRAM_URL: Final = deploy.TELEGRAM_URL
LLM_URL: Final = deploy.LLM_URL


@contextlib.contextmanager
def forwarded(context: Context, namespace: str, target: str, port: int) -> Iterator[str]:
    """Give the address of this machine at which a Service or pod of the cluster answers."""
    kubectl = (str(tools.path(context, "kubectl")), f"--kubeconfig={context.kubeconfig}")
    command = [*kubectl, "-n", namespace, "port-forward", target, f":{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as forward:  # noqa: S603
        try:
            assert forward.stdout
            line = forward.stdout.readline()
            match = re.search(r"127\.0\.0\.1:(\d+)", line)
            assert match, f"port-forward to {target}: {line}"
            yield f"http://127.0.0.1:{match[1]}"
        finally:
            forward.terminate()


@dataclass(frozen=True, slots=True)
class Setup:
    """A person with a bot on Telegram, and the Secret for it in the cluster; the test makes the resource."""

    owner: Person
    bot: NewBot
    name: str
    key: str = field(repr=False)


def _ready(status: Json) -> Json:
    return next((item for item in status.get("conditions") or [] if item["type"] == "Ready"), {})


async def new_setup(installed: "Installation", telegram: TelegramClient) -> Setup:
    """Make a person with a bot, and its Secret."""
    mark = secrets.token_hex(4)
    owner = await telegram.join(f"Owner {mark}")
    bot = await telegram.make_bot(f"test_{mark}_bot", owner_id=owner.id)
    found = Setup(owner, bot, f"test-{mark}", f"sk-standin-{secrets.token_hex(16)}")
    installed.secret(found.name, bot.token, found.key)
    installed.people[owner.id] = owner
    return found


@dataclass(slots=True)
class Installation:
    """The chart and the stand-ins on the cluster, and the bots in them.

    Attributes:
        context: the cluster.
        namespace: where the bots are.
        secrets: every token and key that the tests have handed out, for the scan at the end.
        people: the owners of bots whom `owner_reads` can ask, by their Telegram ids.
    """

    context: Context
    namespace: str = deploy.BOTS
    secrets: set[str] = field(default_factory=set)
    people: dict[int, Person] = field(default_factory=dict)

    def kubectl(self, *words: str, stdin: str | None = None) -> str:
        """Run kubectl and give what it prints; `CommandError` when it fails."""
        return kube.kubectl(self.context, *words, stdin=stdin)

    async def until(
        self,
        probe: Callable[[], Found | None],
        what: str,
        *,
        timeout: float = 60,
        show: Callable[[], object] | None = None,
    ) -> Found:
        """Wait as `until` does for a probe that may call kubectl: it runs in a thread."""
        return await until(lambda: asyncio.to_thread(probe), what, timeout=timeout, every=0.2, show=show)

    def get(self, kind: str, name: str, *, namespace: str | None = None) -> Json | None:
        """Give an object, or None where there is none."""
        words = ("-n", namespace or self.namespace, "get", kind, name, "-o", "json", "--ignore-not-found")
        text = self.kubectl(*words)
        return json.loads(text) if text.strip() else None

    def items(self, kind: str, *words: str, namespace: str | None = None) -> list[Json]:
        """Give all objects of a kind."""
        found: list[Json] = json.loads(
            self.kubectl("-n", namespace or self.namespace, "get", kind, "-o", "json", *words)
        )["items"]
        return found

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Apply objects through standard input, as a person does with `kubectl apply -f`."""
        items = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.kubectl("apply", "-f", "-", stdin=json.dumps(items))

    def patch(self, name: str, change: Mapping[str, Any]) -> None:
        """Merge a change into a PersonalBot."""
        self.kubectl("-n", self.namespace, "patch", "pbot", name, "--type=merge", "-p", json.dumps(change))

    def secret(self, name: str, token: str, key: str) -> None:
        """Make the Secret of a bot, and remember what it holds for the scan."""
        self.secrets |= {token, key}
        self.apply(kube.secret(name, self.namespace, {"telegram-token": token, "openai-api-key": key}))

    def bot(self, name: str, *, owner: int, secret: str | None = None, **spec: Any) -> Json:  # noqa: ANN401 - a spec
        """Describe a PersonalBot that uses the stand-ins."""
        reference = secret or name
        return {
            "apiVersion": "personalbots.io/v1alpha1",
            "kind": "PersonalBot",
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": {
                "ownerId": owner,
                "telegram": {"tokenSecretRef": {"name": reference}, "apiUrl": TELEGRAM_URL},
                "llm": {"apiKeySecretRef": {"name": reference}, "baseUrl": LLM_URL},
                **spec,
            },
        }

    def status(self, name: str) -> Json:
        """Give the status of a bot; {} while there is none."""
        return (self.get("pbot", name) or {}).get("status") or {}

    def ready(self, name: str) -> Json:
        """Give the condition Ready of a bot; {} while there is none."""
        return _ready(self.status(name))

    async def reason(self, name: str, reason: str, *, phase: str | None = None, timeout: float = 60) -> Json:
        """Wait until the condition Ready has this reason (and the resource this phase), and give it.

        Only for a state that lasts: a state that is over between two looks is only in the recording.
        """

        def probe() -> Json | None:
            status = self.status(name)
            found = _ready(status)
            return found if found.get("reason") == reason and phase in (None, status["phase"]) else None

        return await self.until(probe, f"{name} is {reason}", timeout=timeout, show=lambda: self.describe(name))

    async def replaced(self, name: str, uid: str, *, timeout: float = 120) -> None:
        """Wait until the bot polls in another pod than the one of this uid."""

        def probe() -> bool:
            pod = self.get("pod", f"pbot-{name}") or {"metadata": {"uid": uid}}
            ready = {item["type"]: item["status"] for item in pod.get("status", {}).get("conditions", [])}
            return pod["metadata"]["uid"] != uid and ready.get("Ready") == "True"

        await self.until(probe, f"{name} has another pod", timeout=timeout, show=lambda: self.describe(name))
        await self.reason(name, "Polling", timeout=timeout)

    async def owner_reads(self, name: str, reason: str, *, timeout: float = 90) -> None:
        """Check that the owner of a bot of `new_setup`, who asks the master bot by /debug, reads of this reason.

        Args:
            name: the bot.
            reason: of any condition of the catalogue; one that lasts until the test ends it.
            timeout: seconds, for each language.
        """
        owner = self.people[(self.get("pbot", name) or {})["spec"]["ownerId"]]
        expected, heard = "", ""

        async def reads(texts: Texts) -> bool:
            nonlocal expected, heard
            sent = await owner.send(deploy.MASTER_USERNAME, f"/debug {name}")
            answer = await owner.wait(deploy.MASTER_USERNAME, lambda _: True, after=sent, timeout=timeout)
            pattern = words_of(reason, self.get("pbot", name) or {}, texts)
            expected, heard = pattern.pattern, answer.text
            return bool(pattern.match(answer.text))

        # Another message may come first, such as a notification: each try asks anew.
        for language, texts in LANGUAGES.items():
            await owner.client.join(owner.name, language_code=language)
            await until(
                partial(reads, texts), f"/debug says {reason}", timeout=timeout, every=2,
                show=lambda: f"expected {expected!r}, heard {heard!r}",
            )  # fmt: skip

    def remove(self, *names: str) -> None:
        """Delete bots and all that was made for them."""
        words = ("-n", self.namespace, "delete", "--ignore-not-found")
        self.kubectl(*words, "pbot,secret", *names)
        self.kubectl(*words, "--wait=false", "pvc", *(f"pbot-{name}" for name in names))

    async def gone(self, kind: str, name: str, *, timeout: float = 60) -> None:
        """Wait until an object is not there any more."""
        await self.until(lambda: self.get(kind, name) is None, f"{kind} {name} is gone", timeout=timeout)

    def describe(self, name: str) -> str:
        """Give all that the cluster says of a bot, for a test that failed."""
        found: list[object] = [self.ready(name)]
        for words in (
            ("get", "pbot,pods,pvc", "-o", "wide"),
            ("get", "events", "--sort-by=.lastTimestamp"),
            ("logs", f"pbot-{name}", "--tail=20"),
        ):
            try:
                found.append(self.kubectl("-n", self.namespace, *words)[-3000:])
            except CommandError as failed:
                found.append(str(failed)[-500:])
        return "\n".join(str(part) for part in found)

    def container(self, name: str) -> str:
        """Give the id of the container that a bot runs in."""
        pod = self.get("pod", f"pbot-{name}")
        assert pod, f"pod pbot-{name} is not there"
        return str(pod["status"]["containerStatuses"][0]["containerID"]).rpartition("/")[2]


def words_of(reason: str, bot: Json, texts: Texts) -> re.Pattern[str]:
    """Give what /debug begins with: a light and the texts of the reason, with facts of the resource `bot`."""
    spec, status = bot["spec"], bot.get("status") or {}
    username = (status.get("bot") or {}).get("username")
    conditions = [item for item in status.get("conditions") or [] if item["reason"] == reason]
    message = conditions[0]["message"] if conditions else ""
    searching: str = spec["llm"]["embeddingModel"]
    facts = {
        "bot": f"@{username}" if username else bot["metadata"]["name"],
        "message": message,
        "memory": plain(spec["resources"]["limits"]["memory"], texts),
        "llm_url": spec["llm"]["baseUrl"],
        "model": searching if searching in message else spec["llm"]["model"],
    }
    patterns = {name: re.escape(fact) for name, fact in facts.items()}
    patterns |= {"image": r"\S+", "exit_code": r"\d+", "restarts": r"\d+"}

    state, cause, remedy = (
        re.sub(r"\\{(\w+)\\}", lambda found: patterns[found[1]], re.escape(text)) for text in texts.causes[reason]
    )
    entry = find("Ready", reason)
    light = "🟡" if entry is None else "🔴" if entry.severity == "Warning" else "[🟢🟡⚪]\ufe0f?"
    # The first line of a bot that works has said it all.
    rest = "" if reason in ("Polling", "KeyAccepted", "Opened") else f"{cause}\n💡 {remedy}"
    return re.compile(f"{light} {patterns['bot']} – {state}\n{rest}")
