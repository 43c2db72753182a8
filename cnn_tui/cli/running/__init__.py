"""What trains: runs are begun, followed and stopped, and what waits is listed."""
