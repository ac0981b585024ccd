"""What every WinePipeline service needs around its work: settings, logs, signals, health and metrics."""
