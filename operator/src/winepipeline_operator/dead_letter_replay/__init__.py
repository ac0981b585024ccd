"""The resource DeadLetterReplay: send dead letters of a pipeline again, once each, in the cluster.

resource.py is its model, crd.py the CRD and the reference page made from it, job.py the Job that does the work
(`winepipeline dlq replay` in the consumers' image), replay_status.py what is told of it.
"""
