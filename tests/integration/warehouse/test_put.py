"""What an upload leaves behind in the process that made it."""

import gc
import tracemalloc

from .place import Place

FILE_BYTES = 2_000_000
UPLOADS = 5


def test_a_file_that_was_uploaded_is_forgotten(place: Place) -> None:
    """A consumer that loads all day needs no more memory in the evening than in the morning."""
    place.session.put(b"x" * FILE_BYTES, "the-first", place.names.stage)
    gc.collect()
    gc.disable()  # a consumer looks for circles of objects so rarely that nothing large may hang on one
    tracemalloc.start()
    try:
        for number in range(UPLOADS):
            place.session.put(b"x" * FILE_BYTES, f"file-{number}", place.names.stage)
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert left < FILE_BYTES
