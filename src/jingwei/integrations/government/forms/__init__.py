"""Forms asked one question a page, and the way of somebody who applies: what is known already, what is left to ask, and how far it has come."""
