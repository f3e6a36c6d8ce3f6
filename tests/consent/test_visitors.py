import pytest

from consent.visitors import client_ip


class TestAddressOfTheVisitor:
    @pytest.mark.parametrize(
        ("nearest", "forwarded", "found"),
        [
            ("203.0.113.7", "", "203.0.113.7"),
            ("10.0.0.2", "198.51.100.9, 203.0.113.7", "203.0.113.7"),
            ("203.0.113.7", "198.51.100.9", "203.0.113.7"),  # no proxy of ours
            ("127.0.0.1", "nonsense", None),
            ("", "", None),  # a socket file
        ],
    )
    def test_is_the_last_one_outside(self, nearest, forwarded, found):
        environ = {"REMOTE_ADDR": nearest, "HTTP_X_FORWARDED_FOR": forwarded}
        assert client_ip(environ) == found
