"""History, made once in SQLite and loaded beside the stream, exactly once."""
