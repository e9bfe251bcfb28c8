"""The endpoints under /api/v1, by what they are about. A module is known once `portal.app` imports it."""
