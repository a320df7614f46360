"""What differs from platform to platform: opening files, showing them, one instance, fonts, input methods."""
