"""What the command line shows, one module a subject; nothing here computes results."""
