"""What the harness says when it cannot go on."""


class CannotRun(Exception):
    """The cluster cannot be built or started here.

    Attributes:
        missing: whether this machine lacks something (root, Go, Debian), rather than something having failed.
    """

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing
