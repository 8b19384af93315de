import json

import pytest

from grt_platform.runtime.log_lines import readable


def test_an_event_is_time_level_and_words_then_its_facts():
    event = {
        "client": "127.0.0.1",
        "status": 200,
        "event": "request",
        "level": "info",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    assert readable(json.dumps(event)) == "2026-01-01T00:00:00Z info request client=127.0.0.1 status=200"


def test_what_went_wrong_stands_below_its_event():
    event = {"event": "sensor failed", "logger": "dagster.daemon", "exception": "Traceback\n  line", "extra": None}
    assert readable(json.dumps(event)) == "sensor failed\nTraceback\n  line"


@pytest.mark.parametrize("line", ["", "plain words", "{", "[1]", "7", '{"no": "event"}', '{"event": \x1b[2J}'])
def test_a_line_that_is_no_event_is_shown_as_it_is(line):
    assert readable(line) == line


def test_facts_that_are_no_words_are_json():
    assert readable('{"event": "x", "list": [1, "a"], "is_ok": true}') == 'x list=[1, "a"] is_ok=True'
