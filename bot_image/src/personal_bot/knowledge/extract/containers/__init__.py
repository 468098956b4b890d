"""What holds other documents: archives and mail."""
