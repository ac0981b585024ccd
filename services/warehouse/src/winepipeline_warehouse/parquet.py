"""Rows as Parquet files; Arrow and zstd work outside Python's global lock."""

import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from winepipeline_events.validation import TYPE_NAMES
from winepipeline_warehouse.ledger import Origin
from winepipeline_warehouse.rows import RejectedRow, Rows

COMPRESSION = "zstd"
COMPRESSION_LEVEL = 1
"""Higher levels cost more CPU than the few per cent of upload that they save."""

_DICTIONARY_COLUMNS = ["EVENT_TYPE", "PRODUCT_ID", "CUSTOMER_ID", "REASON"]
"""A dictionary pays for columns with few values; hashing each event's text would cost more than it saves."""


def encode_rows(rows: Rows, origin: Origin) -> bytes:
    """A Parquet file with EVENT_TYPE, PRODUCT_ID, CUSTOMER_ID, EVENT_METADATA and EVENT_CONTENT (both JSON text)."""
    types = pa.DictionaryArray.from_arrays(pa.array(rows.types), pa.array(TYPE_NAMES))
    customers = pa.array(rows.customer_ids, mask=rows.customer_ids == 0)
    return _file(
        {
            "EVENT_TYPE": types,
            "PRODUCT_ID": pa.array(rows.product_ids),
            "CUSTOMER_ID": customers,
            "EVENT_METADATA": _metadata(rows.partitions, rows.offsets, rows.timestamps_ms, origin),
            "EVENT_CONTENT": _texts(rows),
        }
    )


def encode_rejected(rejected: Sequence[RejectedRow], origin: Origin) -> bytes:
    """A Parquet file with REASON, DETAIL, EVENT_METADATA (JSON text) and EVENT_PREVIEW."""
    return _file(
        {
            "REASON": pa.array([row.reason.value for row in rejected]),
            "DETAIL": pa.array([row.detail for row in rejected]),
            "EVENT_METADATA": _metadata(
                np.array([row.partition for row in rejected], np.int32),
                np.array([row.offset for row in rejected], np.int64),
                np.array([row.timestamp_ms for row in rejected], np.int64),
                origin,
            ),
            "EVENT_PREVIEW": pa.array([row.preview for row in rejected]),
        }
    )


def _metadata(partitions: Any, offsets: Any, timestamps_ms: Any, origin: Origin) -> pa.Array:
    """`{"topic":…,"topic_id":…,"cluster_id":…,"partition":…,"offset":…,"timestamp":…}` for each row."""
    named = {"topic": origin.topic, "topic_id": origin.topic_id, "cluster_id": origin.cluster_id}
    prefix = json.dumps(named, ensure_ascii=False, separators=(",", ":"))[:-1]
    numbers, places = np.unique(partitions, return_inverse=True)
    prefixes = pa.array([f'{prefix},"partition":{number},"offset":' for number in numbers.tolist()], pa.string())
    return pc.binary_join_element_wise(
        prefixes.take(pa.array(places)),
        pa.array(offsets).cast(pa.string()),
        ',"timestamp":',
        pa.array(timestamps_ms).cast(pa.string()),
        "}",
        "",
    )


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
    buffer = io.BytesIO()
    pq.write_table(
        table,
        buffer,
        compression=COMPRESSION,
        compression_level=COMPRESSION_LEVEL,
        use_dictionary=[name for name in _DICTIONARY_COLUMNS if name in columns],
        write_statistics=False,
        row_group_size=max(1, table.num_rows),
    )
    return buffer.getvalue()
