"""The stages in which a receiver signs for a delivery."""

UNDERTAKEN = "undertaken"
"""What the package asks for is undertaken; nothing was fetched."""
CIPHERTEXT = "ciphertext"
"""These volumes came whole; nothing was opened."""
DECRYPTED = "decrypted"
"""They were opened: the receipt quotes the nonce that lies only inside."""
