"""Portal for customers and console for staff: Django views over use cases of `app`, pages made on the server."""
