"""Who is who in the cluster: an authority, the API server's certificate, and a token each for us and for the node."""

import base64
import secrets
from pathlib import Path

from .layout import API_SERVER, API_SERVICE_ADDRESS, KUBECONFIG, NODE_ADDRESS, NODE_NAME, RUN
from .shell import run

KEYS = RUN / "pki"
DAYS = "30"
API_NAMES = (
    "DNS:kubernetes",
    "DNS:kubernetes.default",
    "DNS:kubernetes.default.svc",
    "DNS:kubernetes.default.svc.cluster.local",
    "DNS:localhost",
    "IP:127.0.0.1",
    f"IP:{API_SERVICE_ADDRESS}",
    f"IP:{NODE_ADDRESS}",
)


def make() -> None:
    """Write keys, certificates, tokens and the kubeconfigs that hold them."""
    KEYS.mkdir(mode=0o700, parents=True)
    new = ("-newkey", "rsa:2048", "-nodes")
    _openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.crt", "-days", DAYS, "-subj", "/CN=winepipe-ca")
    _openssl("req", *new, "-keyout", "api.key", "-out", "api.csr", "-subj", "/CN=kube-apiserver")
    (KEYS / "names").write_text(f"subjectAltName={','.join(API_NAMES)}\n", encoding="ascii")
    signing = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", DAYS, "-extfile", "names")
    _openssl("x509", "-req", "-in", "api.csr", "-out", "api.crt", *signing)
    _openssl("genrsa", "-out", "sa.key", "2048")
    admin, node = secrets.token_hex(16), secrets.token_hex(16)
    groups = (
        f'{admin},admin,admin,"system:masters"\n{node},system:node:{NODE_NAME},node,"system:nodes,system:masters"\n'
    )
    (KEYS / "tokens.csv").write_text(groups, encoding="ascii")
    _kubeconfig(KUBECONFIG, "admin", admin)
    _kubeconfig(RUN / "kubelet.kubeconfig", "kubelet", node)


def _kubeconfig(file: Path, user: str, token: str) -> None:
    authority = base64.b64encode((KEYS / "ca.crt").read_bytes()).decode()
    file.write_text(
        f"""\
apiVersion: v1
kind: Config
clusters: [{{name: winepipe, cluster: {{server: "{API_SERVER}", certificate-authority-data: "{authority}"}}}}]
users: [{{name: {user}, user: {{token: "{token}"}}}}]
contexts: [{{name: winepipe, context: {{cluster: winepipe, user: {user}}}}}]
current-context: winepipe
""",
        encoding="ascii",
    )
    file.chmod(0o600)


def _openssl(*arguments: str) -> None:
    run("openssl", *arguments, folder=KEYS)
