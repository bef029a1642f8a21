"""What every HTTPS server of this package needs."""
