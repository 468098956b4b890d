import gc
import weakref
from collections.abc import Iterator

import pytest

from personalbots_operator.loop.gc_tuning import GcTuning


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_known_is_hidden_from_the_collector_and_more_only_after_it_has_grown() -> None:
    facts = [[number] for number in range(1000)]
    tuning = GcTuning(lambda: len(facts))
    tuning.once()
    put_away = gc.get_freeze_count()
    assert put_away >= 1000
    facts += [[number] for number in range(300)]
    tuning.once()
    assert gc.get_freeze_count() == put_away
    facts += [[number] for number in range(300)]
    tuning.once()
    assert gc.get_freeze_count() >= put_away + 600


class Ring:
    def __init__(self) -> None:
        self.me = self


def test_what_is_garbage_already_is_collected() -> None:
    gone = weakref.ref(Ring())
    assert gone() is not None
    GcTuning(lambda: 1000).once()
    assert gone() is None
