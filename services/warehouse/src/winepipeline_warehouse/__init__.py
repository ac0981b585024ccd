"""The one way into Snowflake: session, tables, load, ledger, audit."""
