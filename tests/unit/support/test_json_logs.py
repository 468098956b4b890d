"""A program's log is read line by line, whatever else is in it."""

from pathlib import Path

from support.json_logs import log_has, log_lines

LINES = """\
{"level": "INFO", "message": "cannot patch resource \\"pods\\""}
Traceback (most recent call last):
{"level": "INFO", "mess"""


def test_lines_that_are_no_objects_are_messages_and_quotes_are_as_they_were_logged(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert log_lines(log) == []
    log.write_text(LINES)
    assert [line["message"] for line in log_lines(log)] == [
        'cannot patch resource "pods"',
        "Traceback (most recent call last):",
        '{"level": "INFO", "mess',
    ]
    assert log_has(log, 'resource "pods"')
    assert not log_has(log, "secrets")
