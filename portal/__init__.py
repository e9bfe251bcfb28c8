"""The web side of the call centre: pages and endpoints for agents, supervisors and office managers."""
