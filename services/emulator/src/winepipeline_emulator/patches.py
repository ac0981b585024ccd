"""Where fakesnow 0.12.1 is bent, each place with its reason. Nothing else in this package changes fakesnow.

1. `stage.LOCAL_BUCKET_PATH` is a temporary folder of the process's: staged files must outlive it, beside the
   databases.
2. `copy_into._source_glob` lists the whole stage with DuckDB for every COPY, which takes longer the more files other
   consumers have staged: only the folder that the path names is read.
3. `FakeSnowflakeConnection.results_cache` keeps the result of every statement for ever: it is bounded.
4. `transforms.numeric_agg_implicit_cast` makes every SUM a sum of doubles, for the sake of sums of texts: a sum of
   integers is an integer again.
5. sqlglot warns on standard error of every statement that it keeps as text, and DuckDB of every Arrow result that
   fakesnow asks for on a cursor: neither is news to anybody here.
"""

import logging
import warnings
from collections import OrderedDict
from pathlib import Path, PurePath
from typing import Any

import fakesnow.copy_into
import fakesnow.transforms
from duckdb import DuckDBPyConnection
from fakesnow.transforms import stage

from winepipeline_emulator.stage_files import files_with_prefix

_list_external = fakesnow.copy_into._source_glob  # noqa: SLF001 - see the module's docstring, 2

# RESULT_SCAN and asynchronous queries read past results; nobody here goes further back.
KEPT_RESULTS = 16


class RecentResults(OrderedDict[str, tuple[Any, ...]]):
    """The results of a session's last statements, by query id."""

    def __setitem__(self, query_id: str, result: tuple[Any, ...]) -> None:
        super().__setitem__(query_id, result)
        while len(self) > KEPT_RESULTS:
            self.popitem(last=False)


def _list_sources(source: str, duck: DuckDBPyConnection) -> list[str]:
    if stage.is_internal(source):
        if ".." in PurePath(source).parts:
            return []  # no file of this stage
        return [str(file) for file in files_with_prefix(source)]
    return list(_list_external(source, duck))


def apply(stages: Path) -> None:
    """Bend fakesnow in this process; `stages` is the absolute folder of the staged files."""
    stage.LOCAL_BUCKET_PATH = str(stages)
    fakesnow.copy_into._source_glob = _list_sources  # noqa: SLF001 - see the module's docstring, 2
    fakesnow.transforms.numeric_agg_implicit_cast = lambda expression: expression
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")
