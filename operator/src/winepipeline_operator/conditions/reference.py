"""The reference page of the conditions and their reasons."""

from winepipeline_operator.conditions.reason import MEANINGS

PAGE = "docs/reference/conditions.md"

_HEAD = """\
<!-- Generated from the reasons and their meanings by `make docs`; change conditions/reason.py instead. -->
# Conditions and reasons

`kubectl get wp` shows whether a pipeline is ready and, if it is not, why in one word; `kubectl describe wp NAME` has
the sentence with the values and what to do. A script waits with
`kubectl wait --for=condition=Ready wp/NAME --timeout=5m`.

| condition | says | concerns `Ready` |
| --- | --- | --- |
| `Ready` | Every part works. Else its reason and message are those of the first part that does not. | |
| `BrokerReady` | The broker answers; where it is ours, its pods are ready. | yes |
| `TopicsReady` | Both topics are there, with enough partitions. Other differences are only told. | yes |
| `WarehouseReady` | The consumers are logged in to the warehouse and it takes what they load. | yes |
| `ConsumersReady` | As many consumers work as are wanted. | yes |
| `ProducerReady` | As many producers work as are wanted. | yes |
| `MonitoringReady` | What Prometheus and Grafana need is there; a cluster without them is no fault. | no |
| `ScalingActive` | The number of consumers follows the load; [`status.scaling`](scaling-status.md) says how. | no |
| `KeepsUp` | The consumers load as fast as events come, or a backlog shrinks. Judged over two minutes. | no |
| `EventsLoadable` | Not all events of the last two minutes were malformed. | yes |
| `Stalled` | Events wait in a partition where nobody has committed for 180 s. `True` is the bad case. | yes |
| `HistoryLoaded` | The history of `spec.backfill` is in the table; only where one is asked for. | no |

A condition is `Unknown` as long as nobody could tell. `lastTransitionTime` moves only when the status does. What
happened is told in Events too: what was created and deleted, and each condition that turned bad or good again.

## Reasons

The same word is the condition's reason, the Event's reason and the field `reason` in the operator's log.

| reason | what it says, and what to do |
| --- | --- |
"""


def documents() -> dict[str, str]:
    """From the page's path in the repository to its text."""
    rows = [f"| `{reason}` | {meaning} |" for reason, meaning in sorted(MEANINGS.items())]
    return {PAGE: _HEAD + "\n".join(rows) + "\n"}
