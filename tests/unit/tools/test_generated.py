import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]


def test_every_generated_file_says_what_the_code_does() -> None:
    """The CRD, the schemas and the reference pages in the repository are those that the code makes."""
    command = [sys.executable, "-m", "tools.generated", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=REPOSITORY)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_every_variable_that_a_service_reads_is_on_the_page() -> None:
    """Whoever looks up a variable of the seed's finds it in the reference."""
    page = (REPOSITORY / "docs" / "reference" / "environment.md").read_text(encoding="utf-8")
    for variable in ("KAFKA_TOPIC", "EVENT_GENERATION_DELAY", "PRODUCT_ID_RANGE", "BATCH_SIZE", "SNOWFLAKE_PASSWORD"):
        assert f"| `{variable}`" in page
