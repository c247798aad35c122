"""Signing in with an OpenID provider: Authorization Code with PKCE, sessions of the node's own, no token kept."""
