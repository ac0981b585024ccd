"""The objects that a pipeline consists of in a cluster: pure functions from the resource to manifests.

`desired` in desired.py puts them together; each module here makes the objects of one component.
"""
