"""HTTP receivers of notifications, for tests."""
