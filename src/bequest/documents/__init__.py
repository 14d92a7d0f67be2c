"""What people read and file: the case report (HTML), the destruction certificate (PDF), letters and their words."""
