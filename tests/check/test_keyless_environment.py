"""The environment of a workspace's check: what a build needs, and nothing that gives access to anything."""

from darner_server.check.keyless_environment import keyless

TAKEN = {
    "MY_SERVICE": "ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8",
    "REGISTRY": "npm_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8",
    "MODEL": "sk-ant-api03-" + "A1b2C3d4E5" * 9 + "xyzAA",
    "GATEWAY": "the-gateway-secret",
    "DB_URL": "postgres://app:hunter22@db/app",
    "API_KEY": "anything",
    "SSH_AUTH_SOCK": "/run/agent",
}
LEFT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/home/me",
    "LANG": "C.UTF-8",
    "COMMIT": "4e81c07a9b35d2c14e81c07a9b35d2c14e81c07a",
    "VIRTUAL_ENV": "/home/me/project/.venv",
    "NODE_OPTIONS": "--max-old-space-size=4096",
}


def test_what_is_left_of_an_environment() -> None:
    assert keyless(TAKEN | LEFT, ["the-gateway-secret"]) == LEFT
