"""The configuration files of the node's programs. Pure."""

from pathlib import Path

from .layout import (
    IMAGES,
    KUBECONFIG,
    NETWORK_NAMESPACE,
    NODE_ADDRESS,
    NODE_NAME,
    NODE_POD_NETWORK,
    POD_NETWORK,
    RUN,
)

VOLUMES = 60


def containerd(pause_image: str) -> str:
    """containerd's, with the runtime interface that kubelet speaks to."""
    return f"""\
version = 2
root = "{IMAGES}"
state = "{RUN}/containerd"
[grpc]
  address = "{RUN}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause_image}"
  restrict_oom_score_adj = true       # without CAP_SYS_RESOURCE a sandbox cannot lower its score, and runc dies of it
  netns_mounts_under_state_dir = true # so that what we find there is ours, and `down` can remove it
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{RUN}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
"""


def pod_network() -> str:
    """The bridge that pods hang on."""
    return f"""\
{{"cniVersion": "0.4.0", "name": "winepipe", "plugins": [
  {{"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
    "ipam": {{"type": "host-local", "dataDir": "{RUN}/ipam", "ranges": [[{{"subnet": "{NODE_POD_NETWORK}"}}]],
             "routes": [{{"dst": "0.0.0.0/0"}}]}}}},
  {{"type": "portmap", "capabilities": {{"portMappings": true}}}}]}}
"""


def kubelet() -> str:
    """kubelet's: what a node in a sandbox without systemd needs."""
    return f"""\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
enforceNodeAllocatable: []
authentication: {{anonymous: {{enabled: false}}, webhook: {{enabled: true}}, x509: {{clientCAFile: {RUN}/pki/ca.crt}}}}
authorization: {{mode: Webhook}}
clusterDNS: [{NODE_ADDRESS}]
clusterDomain: cluster.local
containerRuntimeEndpoint: unix://{RUN}/containerd.sock
failSwapOn: false
resolvConf: /dev/null
evictionHard: {{nodefs.available: "0%", imagefs.available: "0%", memory.available: "50Mi"}}
imageGCHighThresholdPercent: 100
localStorageCapacityIsolation: false
# Tests wait for pods: look at them often.
syncFrequency: 10s
"""


def kube_proxy() -> str:
    """kube-proxy's: it leaves the machine's connection tracking as it is."""
    return f"""\
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {{kubeconfig: {KUBECONFIG}}}
clusterCIDR: {POD_NETWORK}
hostnameOverride: {NODE_NAME}
mode: iptables
conntrack: {{maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}}
"""


def coredns() -> str:
    """CoreDNS': the cluster's names and no others."""
    return f"""\
.:53 {{
  bind {NODE_ADDRESS}
  errors
  ready
  kubernetes cluster.local in-addr.arpa {{
    kubeconfig {KUBECONFIG}
    pods insecure
  }}
  cache 5
}}
"""


def storage(folder: Path) -> str:
    """The default class, with ready-made volumes in a folder."""
    manifests = [
        """\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: standard, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
"""
    ]
    manifests += [
        f"""\
apiVersion: v1
kind: PersistentVolume
metadata: {{name: standard-{number}}}
spec:
  capacity: {{storage: 10Gi}}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: standard
  hostPath: {{path: {folder}/{number}}}
"""
        for number in range(1, VOLUMES + 1)
    ]
    return "---\n".join(manifests)


def small_requests() -> str:
    """Has every pod ask for next to no processor, so that four pipelines fit on a machine with two of them.

    What they may take is left as it is: most of the time they wait.
    """
    small = 'Object.spec.containers{name: c.name, resources: Object.spec.containers.resources{requests: {"cpu": "5m"}}}'
    return f"""\
apiVersion: admissionregistration.k8s.io/v1beta1
kind: MutatingAdmissionPolicy
metadata: {{name: small-requests}}
spec:
  matchConstraints:
    resourceRules: [{{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]
  failurePolicy: Fail
  reinvocationPolicy: Never
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: |
          Object{{spec: Object.spec{{containers: object.spec.containers.map(c, {small})}}}}
---
apiVersion: admissionregistration.k8s.io/v1beta1
kind: MutatingAdmissionPolicyBinding
metadata: {{name: small-requests}}
spec: {{policyName: small-requests}}
"""


NAMESPACE_FILE = Path("/run/netns") / NETWORK_NAMESPACE
