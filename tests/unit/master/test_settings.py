"""Settings come from the environment, and a wrong one is named."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from master_bot.settings import Settings, SettingsError

SIZES = '{"small": {"limits": {"cpu": "1", "memory": "256Mi"}}, "large": {"limits": {"cpu": "2", "memory": "1Gi"}}}'


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "MASTER_BOT_TOKEN_FILE": "/token",
            "MASTER_BOT_ADMIN_IDS": "1, 2,",
            "MASTER_BOT_LLM_BASE_URL": "http://llm/v1/",
            "MASTER_BOT_LLM_NAME": "Our AI",
            "MASTER_BOT_SIZES": SIZES,
            "MASTER_BOT_SIZE": "large",
            "MASTER_BOT_PORT": "",
            "PATH": "/bin",
        }
    )
    assert settings.token_file == Path("/token")
    assert settings.admin_ids == {1, 2}
    assert settings.llm_base_url == "http://llm/v1"
    assert settings.llm_name == "Our AI"
    assert settings.resources == {"limits": {"cpu": "2", "memory": "1Gi"}}
    assert settings.port == 8080


@pytest.mark.parametrize(
    ("name", "value"), [("ADMIN_IDS", "anna"), ("PORT", "http"), ("SIZES", "[1]"), ("SIZES", "{"), ("SIZE", "huge")]
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"MASTER_BOT_{name}"):
        Settings.from_environment({f"MASTER_BOT_{name}": value})


def test_it_starts_by_its_name_and_says_what_is_wrong_with_its_settings() -> None:
    command = [sys.executable, "-m", "master_bot"]
    environment = {"MASTER_BOT_PORT": "http", "PATH": "/usr/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 78
    assert "MASTER_BOT_PORT" in json.loads(done.stdout)["message"]
