"""A pipeline's life: created, changed, gone; the operator's figures go with it."""

from .scene import Operator, Place, until


def demo(name: str = "albert") -> dict[str, object]:
    """The smallest pipeline that runs by itself."""
    return {
        "apiVersion": "caves-albert.io/v1alpha1",
        "kind": "WinePipeline",
        "metadata": {"name": name},
        "spec": {"broker": {"redpanda": {}}, "warehouse": {"emulator": {}}},
    }


def test_the_status_speaks_of_the_resource_as_it_is_now(place: Place, operator: Operator) -> None:
    """The status names the generation that it speaks of, after the creation and after each change."""
    place.create(demo())
    until(lambda: place.pipeline("albert").get("status", {}).get("observedGeneration") == 1)
    place.change("albert", {"producer": {"replicas": 2}})
    until(lambda: place.pipeline("albert")["status"]["observedGeneration"] == 2)


def test_figures_go_with_their_pipeline(place: Place, operator: Operator) -> None:
    """Prometheus sees a pipeline's rounds while it is there, and nothing of it afterwards."""
    place.create(demo())
    until(lambda: f'namespace="{place.namespace}"' in operator.metrics())
    place.delete("winepipelines", "albert", "caves-albert.io/v1alpha1")
    until(lambda: f'namespace="{place.namespace}"' not in operator.metrics())
