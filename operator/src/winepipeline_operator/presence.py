"""Whether a pipeline is still there, asked of the API server itself: a watch that was cut may never tell of its end."""

from winepipeline_operator.cache import Key
from winepipeline_operator.kinds import PIPELINE
from winepipeline_operator.kube import Kube
from winepipeline_operator.kube_errors import Absent


class Presence:
    """For all pipelines; any thread may call."""

    def __init__(self, kube: Kube) -> None:
        self._kube = kube

    def is_there(self, key: Key, uid: str) -> bool:
        """Whether this very pipeline is there; one of the same name with another uid is not it.

        Raises:
            KubeError: the API server does not say.
        """
        try:
            found = self._kube.get(PIPELINE, *key)
        except Absent:
            return False
        return bool(found["metadata"]["uid"] == uid)

    def demand(self, key: Key, uid: str) -> None:
        """Raise `Absent` unless this very pipeline is there: what is made for a dead owner is collected, and made anew.

        Raises:
            KubeError: it is not, or the API server does not say.
        """
        if not self.is_there(key, uid):
            raise Absent(f"the pipeline {'/'.join(key)} with the uid {uid} is gone")
