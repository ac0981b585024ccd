"""Rows as Parquet files; Arrow and zstd work outside Python's global lock."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from winepipeline_warehouse.rows import Int32, Int64, RejectedRow, Rows

COMPRESSION = "zstd"
COMPRESSION_LEVEL = -7
"""Level 1 takes twice the CPU time for files of six tenths of the size; negative levels are zstd's fast ones."""

_PAGE_BYTES = 128 * 1024
"""At Arrow's default, 1 MiB, a page has left the processor's nearer cache before it is compressed."""

_DICTIONARY_COLUMNS = ["KAFKA_PARTITION", "REASON"]
"""A dictionary pays for columns with few values; hashing each event's text would cost more than it saves."""


def encode_rows(rows: Rows) -> bytes:
    """A Parquet file with EVENT_CONTENT (JSON text) and the place of each event: COPY makes all columns of these.

    The place is KAFKA_PARTITION, KAFKA_OFFSET and KAFKA_TIMESTAMP (ms).
    """
    return _file({**_places(rows.partitions, rows.offsets, rows.timestamps_ms), "EVENT_CONTENT": _texts(rows)})


def encode_rejected(rejected: Sequence[RejectedRow]) -> bytes:
    """A Parquet file with REASON, DETAIL, EVENT_PREVIEW and the place of each event, as in `encode_rows`."""
    return _file(
        {
            "REASON": pa.array([row.reason.value for row in rejected]),
            "DETAIL": pa.array([row.words for row in rejected]),
            **_places(
                np.array([row.partition for row in rejected], np.int32),
                np.array([row.offset for row in rejected], np.int64),
                np.array([row.timestamp_ms for row in rejected], np.int64),
            ),
            "EVENT_PREVIEW": pa.array([row.preview for row in rejected]),
        }
    )


def _places(partitions: Int32, offsets: Int64, timestamps_ms: Int64) -> dict[str, pa.Array]:
    return {
        "KAFKA_PARTITION": pa.array(partitions),
        "KAFKA_OFFSET": pa.array(offsets),
        "KAFKA_TIMESTAMP": pa.array(timestamps_ms),
    }


def _texts(rows: Rows) -> pa.ChunkedArray:
    """A column of texts over the bytes as they lie in memory, without a copy."""
    ends = np.cumsum(rows.lengths, dtype=np.int64)
    chunks, row, start = [], 0, 0
    for content in rows.contents:
        last = int(np.searchsorted(ends, start + len(content))) + 1
        places = np.zeros(last - row + 1, np.int32)
        places[1:] = ends[row:last] - start
        chunks.append(pa.StringArray.from_buffers(last - row, pa.py_buffer(places), pa.py_buffer(content)))
        row, start = last, start + len(content)
    return pa.chunked_array(chunks, pa.string())


def _file(columns: dict[str, pa.Array | pa.ChunkedArray]) -> bytes:
    table = pa.table(columns)
    buffer = pa.BufferOutputStream()
    pq.write_table(
        table,
        buffer,
        compression=COMPRESSION,
        compression_level=COMPRESSION_LEVEL,
        use_dictionary=[name for name in _DICTIONARY_COLUMNS if name in columns],
        write_statistics=False,
        data_page_size=_PAGE_BYTES,
        row_group_size=max(1, table.num_rows),
    )
    return bytes(buffer.getvalue())
