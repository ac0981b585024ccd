from pathlib import Path

import pytest

from winepipeline_local.place import place_of_environment
from winepipeline_process.settings import SettingsError

POD = {
    "KAFKA_BOOTSTRAP_SERVERS": "albert-redpanda:9092",
    "KAFKA_TOPIC": "sales_events",
    "KAFKA_DEAD_LETTER_TOPIC": "dead",
    "SNOWFLAKE_ACCOUNT": "emulator",
    "SNOWFLAKE_USER": "winepipeline",
    "SNOWFLAKE_HOST": "albert-emulator",
    "PATH": "/usr/bin",
}


def test_a_pod_tells_its_place_itself(tmp_path: Path) -> None:
    """In a consumer's pod the audit needs no flag: topics, broker and log-in are those of the consumer."""
    password = tmp_path / "password"
    password.write_text("secret\n", encoding="ascii")
    place = place_of_environment({**POD, "SNOWFLAKE_PASSWORD_FILE": str(password)})
    assert place is not None
    assert (place.topic, place.dead_letter_topic) == ("sales_events", "dead")
    assert place.client_config["bootstrap.servers"] == "albert-redpanda:9092"
    assert place.warehouse_login["SNOWFLAKE_HOST"] == "albert-emulator"
    assert "PATH" not in place.warehouse_login


@pytest.mark.parametrize("missing", ["KAFKA_BOOTSTRAP_SERVERS", "SNOWFLAKE_ACCOUNT"])
def test_a_shell_that_says_half_names_no_place(missing: str) -> None:
    """A laptop whose shell holds an account's credentials still audits what stands in its folder."""
    assert place_of_environment({name: value for name, value in POD.items() if name != missing}) is None
    assert place_of_environment({**POD, missing: ""}) is None


def test_a_place_hides_its_passwords_and_a_wrong_one_is_refused() -> None:
    """Neither a traceback shows a password, nor is a pod without one taken for a laptop."""
    place = place_of_environment({**POD, "SNOWFLAKE_PASSWORD": "hunter2"})
    assert "hunter2" not in repr(place)
    with pytest.raises(SettingsError, match="SNOWFLAKE_PASSWORD"):
        place_of_environment(POD)
