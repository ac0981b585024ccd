"""The WinePipeline resource and the operator that makes it so."""
