"""What the images hold, held to what development holds and to what our packages ask for."""

import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
IMAGES = REPOSITORY / "requirements" / "images"
NAMES = sorted(each.stem for each in IMAGES.glob("*.in"))
OURS = "winepipeline-"
LEFT_OUT = {"boto3", "botocore", "s3transfer", "jmespath"}


def locked(file: Path) -> dict[str, tuple[str, ...]]:
    """From `name==version`, with its condition, to the hashes."""
    blocks = re.split(r"\n(?=\S)", file.read_text(encoding="utf-8").replace("\\\n", " ").strip())
    return {each.split(" --hash")[0].strip(): tuple(sorted(re.findall(r"--hash=(\S+)", each))) for each in blocks}


def packages(image: str) -> dict[str, set[str]]:
    """From each package of ours in an image, as its folder, to the extras that it is installed with."""
    found = {}
    for line in (IMAGES / f"{image}.in").read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"\./([\w/]+)(?:\[([\w,]+)\])?", line):
            found[match[1]] = set(match[2].split(",")) if match[2] else set()
    return found


def wanted(folder: str, extras: set[str]) -> set[str]:
    """The names of what a package asks for."""
    project = tomllib.loads((REPOSITORY / folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [project["optional-dependencies"][extra] for extra in extras]
    asked = [*project["dependencies"], *(each for group in optional for each in group)]
    return {re.split(r"[\[<>=~ ]", each)[0].lower() for each in asked}


@pytest.mark.parametrize("image", NAMES)
def test_an_image_holds_what_was_tested(image: str) -> None:
    """Each version in an image is the one, with the same hashes, that development and its tests have."""
    development = locked(REPOSITORY / "requirements" / "dev.txt")
    for name, hashes in locked(IMAGES / f"{image}.txt").items():
        assert development.get(name) == hashes, f"{image}.txt: {name} differs from dev.txt: run `make lock`"


@pytest.mark.parametrize("image", NAMES)
def test_an_image_holds_what_its_packages_ask_for(image: str) -> None:
    """Nothing that one of our packages asks for is missing in an image: neither of ours nor of others'."""
    ours = {f"{OURS}{Path(folder).name}" for folder in packages(image)}
    there = {each.partition("==")[0] for each in locked(IMAGES / f"{image}.txt")} | ours | LEFT_OUT
    for folder, extras in packages(image).items():
        assert wanted(folder, extras) <= there, f"{image}: {folder}"


@pytest.mark.parametrize("image", sorted(set(NAMES) - {"build", "stand-in"}))
def test_a_dockerfile_copies_the_packages_that_it_installs(image: str) -> None:
    """Each package that an image's list names is copied into its build, and no other: one more would only cost time."""
    folder = "operator" if image == "operator" else f"services/{image}"
    text = (REPOSITORY / folder / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        words[1] for line in text.splitlines() if (words := line.split())[:1] == ["COPY"] and words[1] == words[-1]
    }
    assert copied == set(packages(image))
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", text, re.MULTILINE), "a number, so that runAsNonRoot can be checked"
    assert text.splitlines()[2] == "ARG PYTHON_IMAGE=python:3.13-slim"
