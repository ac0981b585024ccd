"""`python -m tests.cluster.harness build|up|images|down|status`: what `make cluster-…` calls."""

import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from tests.cluster.prometheus_stack.programs import OPERATOR, PROMETHEUS

from . import images, node, programs
from .failure import CannotRun
from .layout import KUBECONFIG, PROGRAMS
from .machine import install_packages, lacking

PROGRAMS_BUILT = (*programs.ALL, OPERATOR, PROMETHEUS)
"""All before any test: a compiler beside them would take the processors that they wait for."""


def build() -> None:
    """Install Debian's packages and build what is not in the cache yet."""
    missing = [program for program in PROGRAMS_BUILT if not program.built]
    if lacks := lacking(building=bool(missing)):
        raise CannotRun("this machine lacks\n" + "\n".join(f"  - {each}" for each in lacks), missing=True)
    if installed := install_packages():
        say(f"installed Debian's {', '.join(installed)}")
    if missing:
        # Compilers keep the processors at work while the images wait for their packages, and the other way round.
        with ThreadPoolExecutor(2) as both:
            for part in [both.submit(build_programs, missing), both.submit(build_images)]:
                part.result()
        say(f"programs: {PROGRAMS}")
    images.build_base()
    images.build_pause_archive()


def build_programs(missing: Iterable[programs.Program]) -> None:
    """Build programs, one after the other: each takes all processors, and what the ones before it have compiled."""
    for program in missing:
        say(f"{program.name:<24} {program.version:<10} is being built …")
        say(f"{'':<35} built in {programs.build(program):.0f} s")


def build_images() -> None:
    """Build our images and the stand-ins."""
    started = time.monotonic()
    for image, identity in images.build(images.every()):
        say(f"{image.name:<60} {identity[:12]} built  {time.monotonic() - started:.1f} s")


def up() -> None:
    """Start a fresh cluster, our images in it."""
    build()
    say(f"the node is ready after {node.up():.1f} s")
    load()
    say(f"\nexport KUBECONFIG={KUBECONFIG} PATH={PROGRAMS}:$PATH")


def load() -> None:
    """Build the images and load them into the running node."""
    if not node.running():
        raise CannotRun("no cluster is up: start one with `make cluster-up`")
    started = time.monotonic()
    for image, identity in images.build(images.every()):
        done = "loaded" if images.load(image, identity) else "is there"
        say(f"{image.name:<60} {identity[:12]} {done}  {time.monotonic() - started:.1f} s")


def status() -> None:
    """Say whether a cluster is up."""
    say(f"up: {KUBECONFIG}" if node.running() else "down")


COMMANDS: dict[str, Callable[[], None]] = {
    "build": build,
    "up": up,
    "images": load,
    "down": node.down,
    "status": status,
}


def say(words: str) -> None:
    """To whoever waits."""
    print(words, flush=True)


def main() -> int:
    """Carry out one command."""
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        say(f"usage: python -m tests.cluster.harness {'|'.join(COMMANDS)}")
        return 2
    try:
        COMMANDS[sys.argv[1]]()
    except CannotRun as failure:
        print(f"× {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
