from personalbots_common.environment import comma_separated, read_variables


def test_settings_are_read_by_their_prefix_and_empty_ones_are_unset() -> None:
    environment = {"BOT_PORT": " 8080 ", "BOT_NAME": "", "PORT": "1", "BOT_OTHER": "2"}
    assert read_variables(environment, prefix="BOT_", names=("port", "name", "level")) == {"port": "8080"}


def test_lists_are_separated_by_commas() -> None:
    assert comma_separated(" a, b,,c ,") == ("a", "b", "c")
    assert comma_separated("") == ()
