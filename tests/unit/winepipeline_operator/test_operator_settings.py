"""The operator's settings: what the chart sets, and what it says of a mistake."""

import pytest

from winepipeline_operator.settings import OperatorSettings
from winepipeline_process.settings import SettingsError


def test_nothing_set_watches_all_namespaces() -> None:
    """Without a word of namespaces every pipeline of the cluster is worked on."""
    assert OperatorSettings.from_environment({}).watch_namespaces == ()


def test_namespaces_and_images_arrive_where_they_are_used() -> None:
    """What the chart sets is what the manifests are made with."""
    environment = {"WATCH_NAMESPACES": "wine, cellar", "CONSUMER_IMAGE": "r/c:1", "IMAGE_PULL_SECRETS": "login"}
    settings = OperatorSettings.from_environment(environment)
    assert settings.watch_namespaces == ("wine", "cellar")
    platform = settings.platform()
    assert platform.images.consumer == "r/c:1"
    assert platform.image_pull_secrets == ("login",)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("WATCH_NAMESPACES", "Wine"), ("RESYNC_SECONDS", "0"), ("WORKERS", "many"), ("IMAGE_PULL_POLICY", "Sometimes")],
)
def test_a_mistake_is_told_with_its_variable(variable: str, value: str) -> None:
    """The operator ends at once and says which variable holds what, and what is allowed."""
    with pytest.raises(SettingsError) as raised:
        OperatorSettings.from_environment({variable: value})
    assert variable in str(raised.value)
    assert value in str(raised.value)
