"""`python -m winepipeline_operator`: makes the cluster's pipelines as their resources say."""

import logging
import os
import signal
import sys

from winepipeline_operator.handlers import run
from winepipeline_operator.kube import Kube, NoCluster
from winepipeline_operator.leadership import CALL_SECONDS, Leadership
from winepipeline_operator.operation import CannotListen
from winepipeline_operator.settings import OperatorSettings
from winepipeline_process.exits import ExitCode
from winepipeline_process.logs import configure
from winepipeline_process.settings import SettingsError

_LOG = logging.getLogger("winepipeline_operator")


def main() -> int:
    """Read the settings, then run until asked to stop; returns the exit status."""
    try:
        settings = OperatorSettings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return ExitCode.USAGE
    configure(settings, "operator")
    try:
        kube, lease_kube = Kube(), Kube(CALL_SECONDS)
    except NoCluster as error:
        print(error, file=sys.stderr)
        return ExitCode.USAGE
    place = settings.operator_namespace, settings.lease_name
    leadership = Leadership(lease_kube, *place, settings.instance_name, lambda: os.kill(os.getpid(), signal.SIGTERM))
    kube.set_fence(leadership.demand)
    where = ", ".join(settings.watch_namespaces) or "all namespaces"
    _LOG.info("🍷 working on the pipelines of %s", where)
    try:
        run(settings, kube, leadership)
    except CannotListen as error:
        _LOG.error("%s", error)
        return ExitCode.USAGE
    finally:
        leadership.stop()
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
