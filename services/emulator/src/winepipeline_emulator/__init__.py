"""A Snowflake emulator for laptops, tests and demos."""
