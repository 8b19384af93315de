"""The web door: the HTTP application, sign-in and pages."""
