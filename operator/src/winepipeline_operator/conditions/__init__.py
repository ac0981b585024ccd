"""What is said of a pipeline in its conditions: pure functions from what is seen to verdicts, one module for each.

`verdicts` in judgement.py puts them together; `pipeline_status.py` makes the status of them.
"""
