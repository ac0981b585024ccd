"""The names of everything in the warehouse."""

from winepipeline_warehouse.names import Names


def test_every_name_is_made_from_the_settings() -> None:
    """Nothing of ours stands outside the schema that was named, and all of it is found beside the table."""
    names = Names("DB", "S", "T")
    assert names.schema == "DB.S"
    assert (names.target, names.ledger, names.rejected, names.stage) == (
        "DB.S.T",
        "DB.S.T_LEDGER",
        "DB.S.T_REJECTED",
        "DB.S.T_STAGE",
    )
    assert names.staging_table == "DB.S.STG_RAW_EVENTS_STREAM"
