"""The event contract of WinePipeline: types, validation, rejection reasons, catalogue."""
