"""What can go wrong for good; all else is waited for.

ClientRefused   librdkafka will not even start with these settings
"""


class ClientRefused(Exception):
    """The settings are well formed, and yet librdkafka will not start with them: a certificate that is none, say."""
