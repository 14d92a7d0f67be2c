"""Screens of the receiver's desk."""
