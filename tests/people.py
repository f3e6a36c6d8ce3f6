"""Who signs in to the console in the tests."""

ALICE = "alice@listwell.test"
PASSWORD = "correct horse battery staple"
