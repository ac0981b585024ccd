"""Reading topics as nobody's consumer: for replays of dead letters, rewinds and repairs."""
