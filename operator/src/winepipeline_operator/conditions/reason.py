"""Why a condition is as it is, in one word: also the metric's label, the log's field and the runbook's name."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Every reason that a condition or an Event of ours can have."""

    # all is well
    ALL_PARTS_READY = "AllPartsReady"
    ALL_PODS_READY = "AllPodsReady"
    BROKER_ANSWERS = "BrokerAnswers"
    TOPICS_AS_WANTED = "TopicsAsWanted"
    WAREHOUSE_ANSWERS = "WarehouseAnswers"
    MONITORING_IN_PLACE = "MonitoringInPlace"
    MOVING = "Moving"
    NOTHING_WAITS = "NothingWaits"
    KEEPS_UP = "KeepsUp"
    CATCHES_UP = "CatchesUp"
    EVENTS_ARE_LOADED = "EventsAreLoaded"
    HISTORY_IS_LOADED = "HistoryIsLoaded"

    # as somebody wanted it
    PAUSED = "Paused"
    RECONCILIATION_PAUSED = "ReconciliationPaused"
    DISABLED = "Disabled"
    SCALED_TO_ZERO = "ScaledToZero"
    DELETING = "Deleting"

    # not yet
    STARTING = "Starting"
    WAITS_FOR_BROKER = "WaitsForBroker"
    NOT_SEEN_YET = "NotSeenYet"
    ROLLING = "Rolling"
    HISTORY_IS_BEING_LOADED = "HistoryIsBeingLoaded"

    # the resource or the cluster
    INVALID_SPEC = "InvalidSpec"
    CHILD_REFUSED = "ChildRefused"
    VOLUME_NOT_GROWN = "VolumeNotGrown"
    CONFLICT = "Conflict"
    CONTESTED = "Contested"
    NOT_FOUND = "NotFound"
    OPERATOR_FORBIDDEN = "OperatorForbidden"
    API_UNREACHABLE = "ApiUnreachable"
    API_ERROR = "ApiError"
    NAMESPACE_TERMINATING = "NamespaceTerminating"
    UNKNOWN_KIND = "UnknownKind"
    OPERATOR_FAULT = "OperatorFault"
    MONITORING_NOT_SERVED = "MonitoringNotServed"
    CLEANUP_WAITS = "CleanupWaits"

    # pods
    SECRET_MISSING = "SecretMissing"  # noqa: S105 - a reason, no secret
    SECRET_KEY_MISSING = "SecretKeyMissing"  # noqa: S105
    IMAGE_CANNOT_BE_PULLED = "ImageCannotBePulled"
    CONFIGURATION_MISSING = "ConfigurationMissing"
    PODS_REFUSED = "PodsRefused"
    POD_UNSCHEDULABLE = "PodUnschedulable"
    OUT_OF_MEMORY = "OutOfMemory"
    CONTAINER_FAILS = "ContainerFails"
    NOT_READY = "NotReady"

    # the broker
    BROKER_ERROR = "BrokerError"
    BROKER_UNREACHABLE = "BrokerUnreachable"
    BROKER_REFUSES_FOR_NOW = "BrokerRefusesForNow"
    BROKER_REFUSES = "BrokerRefuses"
    AUTHENTICATION_FAILED = "AuthenticationFailed"
    ENCRYPTION_FAILED = "EncryptionFailed"
    LOGIN_UNUSABLE = "LoginUnusable"
    NOT_AUTHORIZED = "NotAuthorized"
    TOPIC_MISSING = "TopicMissing"
    TOPIC_TOO_FEW_PARTITIONS = "TopicTooFewPartitions"
    TOPIC_TOO_MANY_PARTITIONS = "TopicTooManyPartitions"
    TOPIC_REPLICATION_DIFFERS = "TopicReplicationDiffers"
    TOPIC_RETENTION_DIFFERS = "TopicRetentionDiffers"
    TOO_FEW_BROKERS = "TooFewBrokers"
    TOPIC_REFUSED = "TopicRefused"
    DELIVERIES_FAIL = "DeliveriesFail"

    # the warehouse
    WAREHOUSE_UNAVAILABLE = "WarehouseUnavailable"
    LOGIN_FAILED = "LoginFailed"
    NO_WAREHOUSE = "NoWarehouse"
    TABLE_MISMATCH = "TableMismatch"
    LEDGER_DOUBLED = "LedgerDoubled"
    LEDGER_MISSING = "LedgerMissing"
    TARGET_MISSING = "TargetMissing"
    TOPIC_RECREATED = "TopicRecreated"
    LOG_LOST_ITS_END = "LogLostItsEnd"
    REJECTS_REFUSED = "RejectsRefused"
    WAREHOUSE_MISCONFIGURED = "WarehouseMisconfigured"

    # the flow
    NO_COMMITS = "NoCommits"
    FALLS_BEHIND = "FallsBehind"
    ONLY_MALFORMED_EVENTS = "OnlyMalformedEvents"
    CONSUMER_RESTARTED = "ConsumerRestarted"

    # the history
    HISTORY_DIFFERS = "HistoryDiffers"
    SOURCE_UNFIT = "SourceUnfit"
    DISAGREEMENT = "Disagreement"
    OVERTAKEN = "Overtaken"
    TRIED_TOO_OFTEN = "TriedTooOften"

    # the scaling
    SCALES = "Scales"
    NOT_SCALED = "NotScaled"
    KEDA_NOT_SERVED = "KedaNotServed"
    OBSERVATION_FAILED = "ObservationFailed"
    OBSERVATION_CONTRADICTS = "ObservationContradicts"
    SCALING_INEFFECTIVE = "ScalingIneffective"
    PARTITION_BOUND = "PartitionBound"

    # what was done, in Events
    CHILDREN_APPLIED = "ChildrenApplied"
    CHILDREN_PRUNED = "ChildrenPruned"
    TOPIC_CREATED = "TopicCreated"
    TOPIC_GROWN = "TopicGrown"
    TOPIC_RETENTION_SET = "TopicRetentionSet"
    DATA_DELETED = "DataDeleted"
    DATA_KEPT = "DataKept"
    SCALED = "Scaled"
    REPLAY_STARTED = "ReplayStarted"
    REPLAY_FINISHED = "ReplayFinished"
    REPLAY_FAILED = "ReplayFailed"
    REPLAY_REFUSED = "ReplayRefused"


PASSING: Final = frozenset(
    {
        Reason.STARTING,
        Reason.NOT_SEEN_YET,
        Reason.WAITS_FOR_BROKER,
        Reason.ROLLING,
        Reason.HISTORY_IS_BEING_LOADED,
    }
)
"""Reasons that time alone takes away: nobody needs an Event about them, and they come after all others."""


def reason_of(word: str, otherwise: Reason) -> Reason:
    """The reason that a word of somebody else's stands for; `otherwise` where it is none of these."""
    return Reason(word) if word in _WORDS else otherwise


_WORDS: Final = frozenset(Reason)

MEANINGS: Final[Mapping[Reason, str]] = {
    Reason.ALL_PARTS_READY: "Every part of the pipeline does its work.",
    Reason.ALL_PODS_READY: "Every pod that is wanted is ready.",
    Reason.BROKER_ANSWERS: "The broker answers the operator, and its pods are ready where they are ours.",
    Reason.TOPICS_AS_WANTED: "Both topics are as the resource says, or differ only in what the message names.",
    Reason.WAREHOUSE_ANSWERS: "The consumers are logged in and load.",
    Reason.MONITORING_IN_PLACE: "What Prometheus and Grafana need is there.",
    Reason.MOVING: "Events are being loaded.",
    Reason.NOTHING_WAITS: "No event waits.",
    Reason.KEEPS_UP: "The consumers load as fast as events come.",
    Reason.CATCHES_UP: "A backlog shrinks.",
    Reason.EVENTS_ARE_LOADED: "Events are loaded, though some may be malformed.",
    Reason.HISTORY_IS_LOADED: "The history that `spec.backfill` asks for is in the table, and both sides add up.",
    Reason.HISTORY_IS_BEING_LOADED: "The history is being made or loaded; `status.backfill` says how far it is.",
    Reason.HISTORY_DIFFERS: "Another history stands under the pipeline's name. Nothing was changed, and the Job tries "
    "no more: ask for the one that is there, or remove it (docs/how-to/backfill.md).",
    Reason.SOURCE_UNFIT: "The database cannot be loaded as it is; the message says why.",
    Reason.DISAGREEMENT: "After all was loaded, both sides did not add up to the same: see docs/how-to/backfill.md.",
    Reason.OVERTAKEN: "Another backfill of the same history has taken over.",
    Reason.TRIED_TOO_OFTEN: "The backfill's pods ended too often; the message has the last words and how to try again.",
    Reason.PAUSED: "`spec.paused` stops producers and consumers; write `paused: false` to go on.",
    Reason.RECONCILIATION_PAUSED: "The annotation `caves-albert.io/pause-reconciliation` keeps the operator's "
    "hands off; remove it to go on.",
    Reason.DISABLED: "The resource says that this part is not wanted.",
    Reason.SCALED_TO_ZERO: "No consumer is wanted at the moment.",
    Reason.DELETING: "The resource is being deleted.",
    Reason.STARTING: "Pods are starting; look again in a minute.",
    Reason.WAITS_FOR_BROKER: "This can be said only when the broker answers.",
    Reason.NOT_SEEN_YET: "Nobody has told yet; look again in a minute.",
    Reason.ROLLING: "New pods take the place of old ones; the old ones work until then.",
    Reason.INVALID_SPEC: "The resource was stored by an older definition and will not do today. "
    "Nothing that runs is touched; change what the message names.",
    Reason.CHILD_REFUSED: "The API server does not take an object; the message has its words.",
    Reason.CONTESTED: "Somebody else changes an object back each time that the operator puts it right: find out who.",
    Reason.CONFLICT: "Somebody changed an object at the same time; the operator tries again.",
    Reason.NOT_FOUND: "An object went away at the same time, or the warehouse has no such database, schema or table, "
    "or does not show it to this role.",
    Reason.OPERATOR_FORBIDDEN: "The operator's role lacks a right: upgrade the chart, or compare the role with its.",
    Reason.API_UNREACHABLE: "The API server did not answer; the operator tries again.",
    Reason.API_ERROR: "The API server answered with an error.",
    Reason.NAMESPACE_TERMINATING: "The namespace is being deleted; nothing can be created in it.",
    Reason.VOLUME_NOT_GROWN: "A volume stays as large as it is, since its StorageClass grows none; all else is done.",
    Reason.UNKNOWN_KIND: "A fault of the operator: report it.",
    Reason.OPERATOR_FAULT: "A fault of the operator: its log has the traceback; report it.",
    Reason.MONITORING_NOT_SERVED: "The cluster has no Prometheus or Grafana operator, so that part of "
    "`spec.monitoring` has no effect.",
    Reason.CLEANUP_WAITS: "`deletionPolicy: Delete` waits for something; `deletionPolicy: Retain` lets the resource go "
    "and leaves the data.",
    Reason.SECRET_MISSING: "The resource names a Secret that does not exist: create it.",
    Reason.SECRET_KEY_MISSING: "A Secret lacks a key that is needed: add it.",
    Reason.IMAGE_CANNOT_BE_PULLED: "An image does not exist or the registry refuses: compare the chart's `images`, and "
    "the pull Secrets.",
    Reason.CONFIGURATION_MISSING: "A pod names a ConfigMap or Secret, or a key of one, that is not there.",
    Reason.PODS_REFUSED: "The cluster refuses to create the pods: a quota, a policy, an admission webhook.",
    Reason.POD_UNSCHEDULABLE: "No node takes a pod: too little memory or CPU, or a volume that cannot be bound.",
    Reason.OUT_OF_MEMORY: "A container used more memory than its limit and was killed.",
    Reason.CONTAINER_FAILS: "A container ends again and again; the message has its last words.",
    Reason.NOT_READY: "A pod runs and says that it is not ready; the message has its words.",
    Reason.BROKER_ERROR: "The broker answers with an error.",
    Reason.BROKER_UNREACHABLE: "Nobody answers at the broker's address.",
    Reason.BROKER_REFUSES_FOR_NOW: "The broker cannot just now (an election, a quota).",
    Reason.BROKER_REFUSES: "The broker refuses what the consumers or the producers ask.",
    Reason.AUTHENTICATION_FAILED: "The broker does not know the user, or not with this password: compare the Secret.",
    Reason.ENCRYPTION_FAILED: "The broker's certificate is not trusted, or only one side encrypts.",
    Reason.LOGIN_UNUSABLE: "The login itself will not do, such as a certificate that is none.",
    Reason.NOT_AUTHORIZED: "The user, or the warehouse's role, may not do what is needed: the message names the right.",
    Reason.TOPIC_MISSING: "A topic is not there, and the operator could not make it.",
    Reason.TOPIC_TOO_FEW_PARTITIONS: "A topic has fewer partitions than the resource says, and cannot be given more.",
    Reason.TOPIC_TOO_MANY_PARTITIONS: "A topic has more partitions than the resource says; none can be taken away.",
    Reason.TOPIC_REPLICATION_DIFFERS: "A topic's replication factor differs; only the broker's own tools change it.",
    Reason.TOPIC_RETENTION_DIFFERS: "A topic keeps its events for another time than the resource says.",
    Reason.TOO_FEW_BROKERS: "More copies of each event are wanted than there are brokers.",
    Reason.TOPIC_REFUSED: "The broker's rules forbid a topic like that.",
    Reason.DELIVERIES_FAIL: "What the producers make does not arrive at the broker.",
    Reason.WAREHOUSE_UNAVAILABLE: "The warehouse does not answer or has no room; the consumers try again for ever.",
    Reason.LOGIN_FAILED: "The warehouse refuses the login: compare account, user and Secret.",
    Reason.NO_WAREHOUSE: "There is no virtual warehouse to work with.",
    Reason.TABLE_MISMATCH: "The table stands with other columns: rename it, or name another one.",
    Reason.LEDGER_DOUBLED: "The ledger has a partition twice: see the message.",
    Reason.LEDGER_MISSING: "The ledger, or a row of it, is gone: see docs/how-to/recover.md.",
    Reason.TARGET_MISSING: "The table of events is gone: see docs/how-to/recover.md.",
    Reason.TOPIC_RECREATED: "The topic was deleted and made again: see docs/how-to/topic-recreated.md.",
    Reason.LOG_LOST_ITS_END: "A partition ends before the ledger stands: see docs/how-to/recover.md.",
    Reason.REJECTS_REFUSED: "The table of rejects does not take what it must: compare its columns.",
    Reason.WAREHOUSE_MISCONFIGURED: "The warehouse cannot be worked with until somebody changes something.",
    Reason.NO_COMMITS: "Events wait and nobody has committed for minutes: the consumer that hangs is started again.",
    Reason.FALLS_BEHIND: "The backlog grows though the consumers load: let more of them run, or give the "
    "warehouse more.",
    Reason.ONLY_MALFORMED_EVENTS: "Every event of the last minutes was malformed: look at the dead letters and at who "
    "writes them.",
    Reason.CONSUMER_RESTARTED: "A consumer that did not commit was started again.",
    Reason.CHILDREN_APPLIED: "Objects were created, or put back as the resource wants them.",
    Reason.CHILDREN_PRUNED: "Objects that are no longer wanted were deleted.",
    Reason.SCALES: "The number of consumers follows the load.",
    Reason.NOT_SCALED: "`scaling.mode` is `Off` or `Recommend`: `consumer.replicas` run, whatever the load.",
    Reason.KEDA_NOT_SERVED: "The cluster has no KEDA: install it, or write `scaling.mode: Builtin`.",
    Reason.OBSERVATION_FAILED: "The broker did not tell the offsets. The number of consumers stays.",
    Reason.OBSERVATION_CONTRADICTS: "What was seen cannot be true, as after a restore. The number of consumers stays.",
    Reason.SCALING_INEFFECTIVE: "The last consumers that were added brought next to nothing: look behind them, at the "
    "warehouse, the network, the nodes.",
    Reason.PARTITION_BOUND: "One partition asks for more than one consumer can do: spread its keys.",
    Reason.TOPIC_CREATED: "A topic was made.",
    Reason.TOPIC_GROWN: "A topic was given more partitions.",
    Reason.TOPIC_RETENTION_SET: "For how long a topic keeps its events was set.",
    Reason.DATA_DELETED: "`deletionPolicy: Delete`: the topics were deleted that the pipeline made.",
    Reason.DATA_KEPT: "`deletionPolicy: Delete`: a topic stays, since the pipeline did not make it.",
    Reason.SCALED: "The number of consumers was changed.",
    Reason.REPLAY_STARTED: "A DeadLetterReplay began to count or to send its letters.",
    Reason.REPLAY_FINISHED: "A DeadLetterReplay ended well; the message has its counts.",
    Reason.REPLAY_FAILED: "A DeadLetterReplay ended with an error; another one sends the rest, none twice.",
    Reason.REPLAY_REFUSED: "A DeadLetterReplay cannot begin: its pipeline is missing, or its Job was refused.",
}
"""What each reason says, and what to do."""
