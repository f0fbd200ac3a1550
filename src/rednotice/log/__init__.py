"""The verifiable log: pure functions over bytes. No disk, no network, no clock."""
