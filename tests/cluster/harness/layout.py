"""Where the cluster's parts lie on this machine, and its addresses."""

import os
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).parents[3]

CACHE: Final = Path(os.environ.get("WINEPIPELINE_CLUSTER_CACHE") or Path.home() / ".cache" / "winepipeline-cluster")
"""What is built once and kept: programs, base images, layers of our images."""

PROGRAMS: Final = CACHE / "bin"

DATA: Final = CACHE / "node"
"""What a running cluster keeps on disk (volumes, etcd); gone with `down`."""

IMAGES: Final = CACHE / "containerd"
"""containerd's: the images, unpacked. The next cluster finds them there."""

RUN: Final = Path("/run/winepipeline-cluster")
"""One running cluster: process ids, logs, certificates, sockets; gone with `down`."""

KUBECONFIG: Final = RUN / "admin.kubeconfig"

NETWORK_NAMESPACE: Final = "winepipe"
NODE_NAME: Final = NETWORK_NAMESPACE
HOST_LINK: Final = "wp0"
HOST_ADDRESS: Final = "10.200.0.1"
NODE_ADDRESS: Final = "10.200.0.2"
API_SERVER: Final = f"https://{NODE_ADDRESS}:6443"
API_SERVICE_ADDRESS: Final = "10.96.0.1"
POD_NETWORK: Final = "10.244.0.0/16"
NODE_POD_NETWORK: Final = "10.244.0.0/24"
SERVICE_NETWORK: Final = "10.96.0.0/16"
