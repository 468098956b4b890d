import pytest

from personalbots_operator.settings import BadSettingsError, Settings


def test_a_missing_variable_has_its_default() -> None:
    settings = Settings.from_environment({"OPERATOR_BOT_IMAGE": "bot:1", "OPERATOR_WORKERS": "", "OTHER": "x"})
    assert settings == Settings(bot_image="bot:1")


def test_every_kind_of_value_is_read() -> None:
    environment = {
        "OPERATOR_BOT_IMAGE": "bot:1",
        "OPERATOR_NAMESPACES": "a, b,",
        "OPERATOR_WORKERS": "3",
        "OPERATOR_STATUSZ_PER_SECOND": "2.5",
    }
    settings = Settings.from_environment(environment)
    assert (settings.namespaces, settings.workers, settings.statusz_per_second) == (("a", "b"), 3, 2.5)


def test_an_owner_may_have_a_number_of_bots_of_their_own() -> None:
    environment = {"BOT_IMAGE": "bot:1", "BOTS_PER_OWNER": "3", "BOTS_PER_OWNER_EXCEPTIONS": "5=20, 6=0"}
    settings = Settings.from_environment({f"OPERATOR_{name}": value for name, value in environment.items()})
    assert [settings.bots_of(owner) for owner in (4, 5, 6)] == [3, 20, 0]


@pytest.mark.parametrize(("text", "of_forty"), [("5", 5), ("10%", 4), ("1%", 1), ("100%", 40), ("", 4)])
def test_a_rollout_may_have_a_number_or_a_share_of_bots_down(text: str, of_forty: int) -> None:
    settings = Settings.from_environment({"OPERATOR_BOT_IMAGE": "b", "OPERATOR_MAX_UNAVAILABLE": text})
    assert settings.max_unavailable.of(40) == of_forty
    assert settings.max_unavailable.everything == (text == "100%")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_UNAVAILABLE", "0"),
        ("MAX_UNAVAILABLE", "200%"),
        ("BOTS_PER_OWNER_EXCEPTIONS", "5"),
        ("BOTS_PER_OWNER_EXCEPTIONS", "5=-1"),
        ("WORKERS", "many"),
        ("WORKERS", "-1"),
        ("STATUSZ_PER_SECOND", "fast"),
        ("PORT", "1.5"),
    ],
)
def test_an_invalid_value_is_refused_with_the_name_of_its_variable(name: str, value: str) -> None:
    with pytest.raises(BadSettingsError, match=f"OPERATOR_{name}"):
        Settings.from_environment({"OPERATOR_BOT_IMAGE": "bot:1", f"OPERATOR_{name}": value})


def test_the_bots_image_must_be_named() -> None:
    with pytest.raises(BadSettingsError, match="OPERATOR_BOT_IMAGE"):
        Settings.from_environment({})
