from importlib.resources import files
from pathlib import Path

DEMO = Path(__file__).parents[2] / "examples" / "demo.yaml"


def test_the_bundled_demo_is_the_one_that_is_documented() -> None:
    """`winepipeline up` without a file runs what `make demo` and `kubectl apply -f examples/demo.yaml` run."""
    bundled = files("winepipeline_local").joinpath("demo.yaml").read_text(encoding="utf-8")
    assert bundled == DEMO.read_text(encoding="utf-8")
