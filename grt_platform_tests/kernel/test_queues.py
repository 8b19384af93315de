"""Which step waits in which queue, and how many a worker takes."""

import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.queues import HEAVY, LIGHT, queue_names, queue_of, workers_of


def test_a_step_waits_in_the_queue_of_its_weight():
    assert (queue_of("galaxy", HEAVY, ""), queue_of("galaxy", LIGHT, "ena")) == ("heavy", "light")


def test_a_system_with_a_queue_of_its_own_has_all_its_steps_there():
    assert {queue_of("ena", weight, "ena galaxy") for weight in (LIGHT, HEAVY)} == {"ena"}


def test_queues_are_named_once_and_in_the_same_order():
    assert queue_names("") == ["light", "heavy"]
    assert queue_names("ena  galaxy ena light") == ["light", "heavy", "ena", "galaxy"]


def test_workers_are_told_by_words():
    assert workers_of("light=2 heavy=1 ena=3", "ena") == {"light": 2, "heavy": 1, "ena": 3}
    assert workers_of("", "") == {}


@pytest.mark.parametrize("text", ["heavy", "heavy=", "heavy=0", "heavy=-1", "heavy=x", "=1", "ena=1", "heavy=1.5"])
def test_a_word_that_names_no_queue_or_no_number_is_refused_with_the_queues_there_are(text):
    with pytest.raises(BadInputError, match="the queues are light, heavy"):
        workers_of(text, "")
