import gc
import weakref
from collections.abc import Iterator

import pytest

from personalbots_operator.loop.gc_tuning import GcTuning


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_known_is_out_of_the_collectors_sight_and_no_more_is_put_away_until_it_has_grown() -> None:
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


def test_what_is_garbage_already_goes_instead() -> None:
    gone = weakref.ref(Ring())
    assert gone() is not None
    GcTuning(lambda: 1000).once()
    assert gone() is None
