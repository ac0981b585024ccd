"""The images that the cluster runs: ours by their Dockerfiles, stand-ins for Redpanda's, all built by buildah.

No registry is asked: the base image is made by debootstrap, and the last layers are loaded into the node by name.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from winepipeline_local import jars
from winepipeline_operator.platform import Images

from . import inputs
from .layout import CACHE, IMAGES, REPOSITORY, RUN
from .programs import build_pause
from .shell import attempt, run

BASE: Final = "localhost/winepipeline-base:bookworm"
PAUSE: Final = "localhost/pause:1"
STAND_INS: Final = REPOSITORY / "tests" / "cluster" / "stand_ins"
BASE_PACKAGES: Final = "python3,python3-venv,ca-certificates"
BASE_LEFT_OUT: Final = (
    "var/cache/apt",
    "var/lib/apt/lists",
    "usr/share/doc",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/man",
)
CERTIFICATES: Final = Path("etc/ssl/certs/ca-certificates.crt")
RUN_ROOT: Final = Path("/run/winepipeline-buildah")


@dataclass(frozen=True, slots=True)
class Image:
    """One image.

    Attributes:
        name: by which pods ask for it.
        dockerfile: in its context.
        context: the folder that it is built from.
        target: of the Dockerfile's stages the one that is meant; the last where it is empty.
    """

    name: str
    dockerfile: Path
    context: Path = REPOSITORY
    target: str = ""


def own() -> tuple[Image, ...]:
    """The project's images: each part's that has a Dockerfile, under the name that the operator asks for."""
    parts = {each.parent.name: each for each in sorted(REPOSITORY.glob("services/*/Dockerfile"))}
    names = Images()
    found = [Image(getattr(names, part), file.relative_to(REPOSITORY)) for part, file in parts.items()]
    tag = names.consumer.rpartition(":")[2]
    return (Image(f"winepipeline-operator:{tag}", Path("operator/Dockerfile")), *found)


def stand_ins() -> tuple[Image, ...]:
    """Stand-ins for Redpanda and its Console, under the real ones' names."""
    names, context = Images(), CACHE / "stand_ins"
    file = Path("Dockerfile")
    return Image(names.redpanda, file, context, "redpanda"), Image(names.console, file, context, "console")


def every() -> tuple[Image, ...]:
    """All that the cluster needs, but for its monitoring's."""
    return (*own(), *stand_ins())


def build(images: Iterable[Image]) -> Iterator[tuple[Image, str]]:
    """Build images, one after the other; yields each with its id. What has not changed is not built again."""
    build_base()
    _lay_out_stand_ins(CACHE / "stand_ins")
    noted, changed = CACHE / "images.json", False
    for image in images:
        built = _noted(noted)
        made_of = inputs.digest(image.context, image.dockerfile, image.target)
        known = built.get(image.name, {})
        if known.get("made_of") != made_of or not _exists(known["id"]):
            known, changed = {"made_of": made_of, "id": _build(image)}, True
            noted.write_text(json.dumps(built | {image.name: known}, indent=1), encoding="utf-8")
        yield image, known["id"]
    if changed:
        _forget_replaced()


def _forget_replaced() -> None:
    """Remove images that others have replaced, which would fill the disk, a gigabyte with each change.

    Each image's build stage was made right before it, and stays: the next build begins where that one is.
    """
    known = sorted(json.loads(_buildah("images", "--json")), key=lambda each: each["createdatraw"])
    for image, after in zip(known, [*known[1:], None], strict=True):
        if not image["names"] and not (after and after["names"]):
            attempt(*_program(), "rmi", image["id"])


def _build(image: Image) -> str:
    arguments = ["--layers", "--quiet", "--build-arg", f"PYTHON_IMAGE={BASE}", "--file", str(image.dockerfile)]
    target = ["--target", image.target] if image.target else []
    name = f"localhost/{image.name.rpartition('/')[2]}"
    return _buildah("build", *arguments, *target, "--tag", name, ".", folder=image.context).split()[-1]


def _noted(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def build_base() -> None:
    """Make the base image, a stand-in for python:slim: Debian's smallest system with its Python."""
    if _exists(BASE):
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="base-") as made:
        root = Path(made) / "root"
        run("debootstrap", "--variant=minbase", f"--include={BASE_PACKAGES}", "bookworm", root)
        for each in BASE_LEFT_OUT:
            shutil.rmtree(root / each, ignore_errors=True)
        # Whoever this machine trusts when it fetches packages, the build inside must trust too.
        shutil.copyfile("/" / CERTIFICATES, root / CERTIFICATES)
        (Path(made) / "Dockerfile").write_text(
            "FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n", encoding="utf-8"
        )
        _buildah("build", "--quiet", "--tag", BASE, ".", folder=Path(made))


def build_pause_archive() -> Path:
    """The image of the program that holds a pod together; containerd wants it before any pod."""
    archive = CACHE / "pause.tar"
    if not archive.exists():
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="pause-") as made:
            build_pause(Path(made) / "pause")
            (Path(made) / "Dockerfile").write_text(
                'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n', encoding="utf-8"
            )
            _buildah("build", "--quiet", "--tag", PAUSE, ".", folder=Path(made))
            _buildah("push", "--quiet", PAUSE, f"docker-archive:{made}/pause.tar:{PAUSE}")
            (Path(made) / "pause.tar").replace(archive)
    return archive


def load(image: Image, identity: str) -> bool:
    """Load a built image into the running node; returns whether that was needed."""
    noted = IMAGES / "loaded.json"
    loaded = _noted(noted)
    if loaded.get(image.name) == identity:
        return False
    # What a pod calls `name:tag` is Docker Hub's for Kubernetes, wherever it came from.
    name = image.name if "/" in image.name else f"docker.io/library/{image.name}"
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="load-") as made:
        archive = Path(made) / "image.tar"
        _buildah("push", "--quiet", identity, f"docker-archive:{archive}:{name}")
        run("ctr", "-a", RUN / "containerd.sock", "-n", "k8s.io", "images", "import", archive)
    noted.write_text(json.dumps(loaded | {image.name: identity}), encoding="utf-8")
    return True


def _lay_out_stand_ins(context: Path) -> None:
    """The folder that the stand-ins are built from: their scripts, the locks and Kafka's jars."""
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(STAND_INS, context, ignore=shutil.ignore_patterns("__pycache__"))
    for each in ("tools/image.sh", "requirements/images/build.txt", "requirements/images/stand-in.txt"):
        (context / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / each, context / each)
    (context / "jars").mkdir()
    for jar in map(Path, jars.class_path().split(":")):
        shutil.copy2(jar, context / "jars" / jar.name)


def _exists(name: str) -> bool:
    return attempt(*_program(), "inspect", "--type", "image", name)


def _buildah(*arguments: str, folder: Path | None = None) -> str:
    return run(*_program(), *arguments, folder=folder, environment={"BUILDAH_ISOLATION": "chroot"})


@cache
def _program() -> tuple[str, ...]:
    """Buildah with a store of ours: overlay where the file system can, else whole copies (slow, but they work)."""
    for driver in ("overlay", "vfs"):
        found = ("buildah", "--storage-driver", driver, "--root", f"{CACHE}/{driver}", "--runroot", str(RUN_ROOT))
        if attempt(*found, "info"):
            break
    return found
