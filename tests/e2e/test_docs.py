"""The commands of the pages work as they are written: bash runs each block that is marked, in order."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cluster import tools
from standins.telegram import TelegramClient
from support.cluster.installation import LLM_URL, TELEGRAM_URL, Installation

pytestmark = [pytest.mark.cluster, pytest.mark.serial]  # its commands look at all bots of the namespace

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"<!-- tested on the cluster -->\n```sh\n(.*?)```", re.DOTALL)
SAMPLE = "crds/samples/minimal.yaml"
OTHERS = (
    "operate/install",
    "getting-started",
    "operate/monitoring",
    "operate/running",
    "operate/backup",
    "operate/security",
    "operate/troubleshooting",
)


def blocks(page: str) -> list[str]:
    found = BLOCK.findall((ROOT / f"docs/{page}.md").read_text())
    assert found, f"docs/{page}.md has no tested block"
    return found


@pytest.fixture
def folder(installed: Installation, tmp_path: Path) -> Iterator[Path]:
    """A folder like the checkout, with the sample pointed at the stand-ins."""
    sample = yaml.safe_load((ROOT / SAMPLE).read_text())
    sample["spec"]["telegram"]["apiUrl"] = TELEGRAM_URL
    sample["spec"]["llm"]["baseUrl"] = LLM_URL
    (tmp_path / SAMPLE).parent.mkdir(parents=True)
    (tmp_path / SAMPLE).write_text(yaml.safe_dump(sample))
    yield tmp_path
    installed.kubectl("-n", installed.namespace, "delete", "pbot,secret", "my-bot", "--ignore-not-found")
    installed.kubectl("-n", installed.namespace, "delete", "pvc", "pbot-my-bot", "--ignore-not-found", "--wait=false")


async def test_the_commands_of_the_pages_work(installed: Installation, telegram: TelegramClient, folder: Path) -> None:
    bot = await telegram.make_bot("pages_test_bot", owner_id=123456789)
    key = "sk-standin-of-the-pages"
    installed.secrets |= {bot.token, key}
    (folder / "token.txt").write_text(bot.token)
    (folder / "key.txt").write_text(key)
    (folder / "bin").mkdir()
    (folder / "bin/kubectl").symlink_to(tools.path(installed.context, "kubectl"))
    environment = {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "KUBECONFIG": str(installed.context.kubeconfig),
        "HOME": str(folder),
    }

    def run(block: str) -> str:
        done = subprocess.run(  # noqa: S603 - the pages' own words
            [str(shutil.which("bash")), "-euo", "pipefail", "-c", block],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    *made, deleted = blocks("operate/kubectl")
    shown = "".join(run(block) for block in made)
    for words in ("pages_test_bot", "PHASE", "LAST ACTIVITY", "Polling"):
        assert words in shown

    printed = {page: "".join(run(block) for block in blocks(page)) for page in OTHERS}
    assert printed["operate/security"].startswith("no\nno\n")
    assert "KIND:       PersonalBot" in printed["operate/install"]
    assert bot.token not in str(printed)

    run(deleted)
    assert installed.get("pvc", "pbot-my-bot"), "the volume had to stay"
