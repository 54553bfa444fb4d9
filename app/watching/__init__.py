"""What the processes say of their work: lines for a log, figures for Prometheus."""
